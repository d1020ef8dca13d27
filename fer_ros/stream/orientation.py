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

"""Whether the camera seems to be mounted sideways or upside down, from how faces are found."""

from __future__ import annotations

import math

from fer_ros.core.alignment import roll
from fer_ros.core.detector import FaceDetector
from fer_ros.core.types import Frame
from fer_ros.stream.rotation import rotate

# A detector is surer of a face that stands upright, though it may find one that does not: the
# least score of a face that says something, by how much it must grow when the picture is turned,
# and the score at which there is no need to turn it.
_LEAST, _SURER, _UPRIGHT = 0.7, 0.04, 0.92

# Seconds to the next look: in doubt, where nobody is there, and when faces stood upright so
# often in a row.
_IN_DOUBT, _NOBODY, _CERTAIN, _ENOUGH = 1.0, 2.0, 30.0, 3


class OrientationWatch:
    """
    Notice that faces stand sideways or on their heads, and since when.

    Now and then a frame is looked at as it is and turned; faces are upright in the one of which
    the detector is surest. People lie down and children do handstands: only what lasts for
    seconds tells of the camera. Time is that of the caller's clock, in seconds.
    """

    def __init__(self) -> None:
        self._turn, self._upright = 0, 0
        self._since = self._last = self._next = 0.0

    @property
    def needed(self) -> int:
        """Return by how many degrees, clockwise, frames would have to be turned: 0, 90, ..."""
        return self._turn

    @property
    def seconds(self) -> float:
        """Return for how long all faces have been standing like this."""
        return self._last - self._since

    def look(self, detector: FaceDetector, frame: Frame, now: float) -> None:
        """
        Look at a frame, if it is time to.

        :param detector: with its options set.
        :param frame: as the pipeline sees it.
        :raises ModelError: the network failed.
        """
        if now < self._next:
            return
        scores = {0: _best(detector, frame)}
        if scores[0] < _UPRIGHT:
            scores.update({
                turn: _best(detector, rotate(frame, turn)) for turn in (90, 180, 270)})
        turn = max(scores, key=lambda each: scores[each])
        if scores[turn] < _LEAST:
            # Nobody is there, or nobody close enough to tell.
            self._next = now + _NOBODY
            return
        if scores[turn] - scores[0] < _SURER:
            turn = 0
        if turn != self._turn:
            self._turn, self._since = turn, now
        self._last = now
        self._upright = 0 if turn else self._upright + 1
        self._next = now + (_CERTAIN if self._upright >= _ENOUGH else _IN_DOUBT)


def _best(detector: FaceDetector, frame: Frame) -> float:
    """Return the best score of a face in a frame, the less it stands upright the less of it."""
    return max((
        face.score * max(0.0, math.cos(roll(face.box, face.landmarks)))
        for face in detector.detect(frame)), default=0.0)
