# Copyright 2026 The fer_ros authors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Signals that end a command after the frame it is at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fer_ros.boundary import ENDING, handled, Stopped


@contextmanager
def interruptions() -> Iterator[list[int]]:
    """
    Collect the signals that end a command, so that none raises in the middle of a file.

    A second one raises: what is written to may be a pipe whose reader has stopped.
    """
    seen: list[int] = []

    def note(number: int, frame: object) -> None:
        if seen:
            raise Stopped(number)
        seen.append(number)

    with handled(ENDING, note):
        yield seen
