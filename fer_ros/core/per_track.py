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

"""What is known of each track, for as long as there is one."""

from __future__ import annotations

from typing import Generic, TypeVar

Known = TypeVar('Known')


class PerTrack(Generic[Known]):
    """Keep something of each track, by its id."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def clear(self) -> None:
        """Forget all tracks."""
        self._known.clear()

    def keep(self, ids: set[str]) -> None:
        """Forget all tracks but those of these ids."""
        self._known = {key: known for key, known in self._known.items() if key in ids}
