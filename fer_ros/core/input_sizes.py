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

"""When memory that was taken for large inputs of a network is to be given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

#: Runs of which the largest input tells what memory is needed; some seconds of a stream.
WINDOW = 64

#: Memory is given back when inputs have become smaller by this factor.
_SMALLER = 1.5


class InputSizes:
    """
    Watch the sizes of a network's inputs.

    ONNX Runtime's arena keeps what its largest run took, 16 times as much for inputs of four
    times the side, until the session ends. Freeing it after every run makes large runs a third
    slower, so that is done once, at the latest after twice `WINDOW` runs with smaller inputs.
    """

    def __init__(self) -> None:
        self._kept = self._recent = self._runs = 0

    def have_shrunk(self, feeds: Mapping[str, NDArray[Any]]) -> bool:
        """
        Take note of a run, and tell whether memory is to be given back behind it.

        :param feeds: array of each input.
        """
        size = sum(array.nbytes for array in feeds.values())
        self._kept = max(self._kept, size)
        self._recent = max(self._recent, size)
        self._runs += 1
        if self._runs < WINDOW:
            return False
        recent, self._recent, self._runs = self._recent, 0, 0
        if self._kept <= _SMALLER * recent:
            return False
        self._kept = recent
        return True
