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

"""How long the stages of a frame take."""

from __future__ import annotations

import time


class StageClock:
    """Time the stages of a frame, each from where the one before ended."""

    __slots__ = ('seconds', '_started', '_last')

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started = self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now

    def stop(self) -> dict[str, float]:
        """Return the seconds of each stage, and of all of them as `total`."""
        self.seconds['total'] = time.perf_counter() - self._started
        return self.seconds
