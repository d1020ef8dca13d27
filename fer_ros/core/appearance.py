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

"""How a face looks: whether two crops, some time apart, can be of the same person."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
import math
from typing import Any

import cv2
from fer_ros.core.boxes import shared_area
from fer_ros.core.types import Box, Detection, Frame
import numpy as np
from numpy.typing import NDArray

# Side of the picture in which two successive frames are compared, pixels.
_GLANCE = 12
# Correlation of a face with itself a frame later: at the first, nobody looks closer, as two
# people hardly reach it; below the second it is another face, as nobody turns away so fast.
# In between, the texture must be the more alike the lower it is, by this much.
_SAME_GLANCE, _OTHER_GLANCE, _DOUBT = 0.85, 0.4, 0.15
# Side of the picture whose texture is described, pixels, and cells of a side.
_SIDE, _CELLS = 48, 4
# Least likeness of textures of one person, the best of all views counting, after the first and
# after the second of the times below, seconds: after a short absence people still look as they
# did. Of a hundred returns one to five fall short of it, of a hundred other people 97.
_SAME_TEXTURE, _ABSENCES = (0.71, 0.68), (0.3, 1.5)
# So much less will do for who was last seen to be hidden.
_HIDDEN_LESS = 0.06
# Who was away for longer than the first, seconds, is believed, and further views are learnt, once
# a sight resembles a view by the second.
_UNBROKEN, _BELIEVED = 0.25, 0.75
# Likewise from one frame to the next where the edge of the frame cuts off more or less than
# before, so that the glance is less alike: so much more where it is below its lower end.
_LEAST_AT_EDGE, _DOUBT_AT_EDGE = 0.64, 0.3
# Likewise from one frame to the next where the glance is in doubt, at its upper end.
_LEAST_IN_SEQUENCE = 0.68
# Largest difference between neighbours where there is no texture, of 255.
_FLAT = 2
# Part of a box that another face may cover, and part of its side that may lie beyond the frame.
_COVERED, _BEYOND = 0.1, 0.05
# How far from the edge of the frame a face is cut off by it, as the detector's boxes end there,
# and how far one may move across it before it looks like another face; parts of a side.
_NEAR, _CROSSED = 0.1, 0.1
# A view is new when it resembles none of those known by this much; so many are kept, and a new
# one is looked for this often, seconds.
_NEW_VIEW, _VIEWS, _VIEW_PERIOD = 0.9, 8, 0.15


class Sight:
    """
    One crop of a face, described when somebody asks.

    :param crop: uint8 (S, S), gray, eyes level.
    :param beyond: the part of its width or height, whichever is more, beyond the frame; below 0
        as far as the face is from the edge.
    :param free: nobody stands before the face.
    """

    def __init__(self, crop: NDArray[Any], beyond: float = -_NEAR, free: bool = True):
        self._crop = crop
        self._beyond = beyond
        self.free = free
        self.whole = free and beyond <= _BEYOND

    def comparable(self, other: Sight) -> bool:
        """Tell whether the edge of the frame cuts off as much of two sights in sequence."""
        return abs(self._beyond - other._beyond) <= _CROSSED

    @cached_property
    def glance(self) -> NDArray[Any]:
        """Return uint8 (12, 12): what the face looks like right now."""
        return cv2.resize(self._crop, (_GLANCE, _GLANCE), interpolation=cv2.INTER_AREA)

    @cached_property
    def texture(self) -> NDArray[Any]:
        """
        Return float32 (4096,) of length 1 (0 where there is no texture at all).

        Histograms of local binary patterns in 4 x 4 cells (Ahonen, Hadid, Pietikäinen 2006),
        under a square root, so that the dot product of two is their Bhattacharyya coefficient.
        """
        face = cv2.resize(
            self._crop, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
        middle = face[1:-1, 1:-1]
        codes, contrast = _CELL_OFFSETS.copy(), np.zeros_like(middle)
        for bit, (down, across) in enumerate(_NEIGHBOURS):
            rise = face[1 + down:_SIDE - 1 + down, 1 + across:_SIDE - 1 + across] - middle
            codes += (rise >= 0).astype(np.int32) << bit
            np.maximum(contrast, np.abs(rise), out=contrast)
        # What has no texture, as a wall behind the face, is the same with everybody.
        counts = np.bincount(codes[contrast > _FLAT], minlength=256 * _CELLS * _CELLS)
        root: NDArray[Any] = np.sqrt(counts.astype(np.float32) / max(1, counts.sum()))
        return root


def look_at(
        frame: Frame, detections: Sequence[Detection], crops: NDArray[Any]) -> list[Sight]:
    """
    Return how each face of a frame looks.

    :param crops: uint8 (N, S, S), gray, eyes level, one of each detection.
    """
    boxes = [detection.box for detection in detections]
    return [
        Sight(crop, _beyond(box, frame), not any(
            shared_area(box, other) > _COVERED * box.area
            for other in boxes if other is not box))
        for crop, box in zip(crops, boxes)]


def _beyond(box: Box, frame: Frame) -> float:
    """Return the part of a box beyond the frame, where it is largest; at least -0.1, if inside."""
    across = max(-box.x, box.x + box.width - frame.width) / box.width
    down = max(-box.y, box.y + box.height - frame.height) / box.height
    return max(-_NEAR, across, down)


class Appearance:
    """Remember how the face of a track looked: in the last frame, and from several sides."""

    def __init__(self) -> None:
        self._sight: Sight | None = None
        self._views: list[NDArray[Any]] = []
        self._viewed = -math.inf
        self._believed = True
        self._seen = -math.inf

    def allows(self, sight: Sight, absence: float | None = None, hidden: bool = False) -> bool:
        """
        Tell whether a face may be this person's.

        :param absence: seconds since the person was last seen; None where that was a moment ago,
            in the frame before, so that they can hardly have changed.
        :param hidden: the person was last seen to be hidden by somebody, and who comes out
            from there is more likely the same than anybody else.
        """
        known = self._sight
        if known is None or absence is None and not (sight.free and known.free):
            return True
        if absence is None:
            correlation = cv2.matchTemplate(
                sight.glance, known.glance, cv2.TM_CCOEFF_NORMED).item()
            if correlation >= _SAME_GLANCE:
                return True
            if not sight.comparable(known):
                least = _LEAST_AT_EDGE + _DOUBT_AT_EDGE * max(0.0, _OTHER_GLANCE - correlation)
            elif correlation < _OTHER_GLANCE:
                return False
            else:
                least = _LEAST_IN_SEQUENCE + _DOUBT * (_SAME_GLANCE - correlation)
        else:
            least = float(np.interp(absence, _ABSENCES, _SAME_TEXTURE)) - _HIDDEN_LESS * hidden
        return _nearest([*self._views, known.texture], sight) >= least

    def learn(self, sight: Sight, stamp: float) -> None:
        """
        Take the crop of a frame, at its stamp in seconds, as one of this person.

        Somebody else who was taken for them after all is not learnt: else ever more people
        would resemble what is known.
        """
        self._believed &= stamp - self._seen <= _UNBROKEN
        self._sight, self._seen = sight, stamp
        if sight.whole and stamp - self._viewed >= _VIEW_PERIOD:
            self._viewed = stamp
            nearest = _nearest(self._views, sight)
            self._believed |= nearest >= _BELIEVED or not self._views
            if self._believed and nearest < _NEW_VIEW:
                self._views = [*self._views[1 - _VIEWS:], sight.texture]


def _nearest(views: list[NDArray[Any]], sight: Sight) -> float:
    """Return the likeness of a face to the nearest view, 0 to 1; 0 without views."""
    return max((float(view @ sight.texture) for view in views), default=0.0)


def _cells() -> NDArray[Any]:
    """Return int32 (46, 46): where the histogram of each pixel's cell begins."""
    cell = np.arange(_SIDE - 2) * _CELLS // (_SIDE - 2)
    return (256 * (cell[:, None] * _CELLS + cell)).astype(np.int32)


_CELL_OFFSETS = _cells()
_NEIGHBOURS = ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1))
