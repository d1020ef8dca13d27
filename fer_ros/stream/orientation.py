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

"""Whether the camera seems to be mounted sideways or upside down, from how faces stand."""

from __future__ import annotations

from collections.abc import Iterable
import math

from fer_ros.core.types import Face, LANDMARKS

_RIGHT_EYE, _LEFT_EYE = (LANDMARKS.index(name) for name in ('right_eye', 'left_eye'))


def roll(face: Face) -> float:
    """Return by how many degrees a face is tilted clockwise, -180 to 180; 0 is upright."""
    across, down = (face.landmarks[_LEFT_EYE] - face.landmarks[_RIGHT_EYE]).tolist()
    return math.degrees(math.atan2(down, across))


class OrientationWatch:
    """
    Notice that faces stand sideways or on their heads, and since when.

    People lie down and children do handstands: only what all faces do for seconds tells of the
    camera. Time is that of the caller's clock, in seconds.
    """

    def __init__(self) -> None:
        self._turn = 0
        self._since = 0.0
        self._last = 0.0

    def see(self, faces: Iterable[Face], now: float) -> None:
        """Take the faces of one frame; a frame without any says nothing."""
        turns = {round(roll(face) / 90.0) % 4 * 90 for face in faces if face.observed}
        if not turns:
            return
        turn = turns.pop() if len(turns) == 1 else 0
        if turn != self._turn:
            self._turn, self._since = turn, now
        self._last = now

    @property
    def needed(self) -> int:
        """Return by how many degrees, clockwise, frames would have to be turned: 0, 90, ..."""
        return -self._turn % 360

    @property
    def seconds(self) -> float:
        """Return for how long all faces have been standing like this."""
        return self._last - self._since
