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

"""What is wrong with a recording, collected and told briefly."""

from __future__ import annotations

from fer_ros.core.text import shown

# Characters of one problem.
_LONGEST = 400


class BagError(Exception):
    """A recording cannot be used at all; the message names what and the remedy."""


class Problems:
    """
    Collect problems by kind; thousands of broken messages make one line.

    :param quoted: how many of a kind are quoted.
    """

    def __init__(self, quoted: int = 3):
        self._quoted = quoted
        self._kinds: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def __bool__(self):
        return bool(self._kinds)

    def add(self, kind: str, text: str) -> None:
        """
        Note one problem.

        :param kind: in the plural.
        :param text: what happened where; names and errors in it come from outside, so it is
            escaped and cut.
        """
        texts = self._kinds.setdefault(kind, [])
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if len(texts) < self._quoted:
            texts.append(shown(text, _LONGEST))

    def count(self, kind: str) -> int:
        """Return how many problems of a kind were noted."""
        return self._counts.get(kind, 0)

    def lines(self) -> list[str]:
        """Return a line for each kind: its number, the first ones quoted."""
        lines = []
        for kind, texts in self._kinds.items():
            more = self._counts[kind] - len(texts)
            lines.append(f"{self._counts[kind]} {kind}: {'; '.join(texts)}"
                         f"{f'; and {more} more' if more else ''}")
        return lines
