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

"""The picture of a face, and where in another frame it is found again."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import Any

import cv2
from fer_ros.core.colors import convert
from fer_ros.core.types import Box, Frame
from numpy.typing import NDArray

# Side of the template a face is recognised by, pixels: enough to tell eyes and mouth, little
# enough to be cheap.
_SIDE = 24
# How far a face may move between two frames, in its own sizes.
_REACH = 0.35
# Least normalised correlation with the template at which a face is believed to be the same.
_LEAST_MATCH = 0.85
# Longest side of the middle of the face that it is located by, pixels, nearly all of a large face:
# the finer they are, the less an error of a tenth of a pixel shakes a large face.
_FINE_SIDE = 64
# How far the place that the coarse template gives may be wrong, in its pixels.
_COARSE_ERROR = 0.75


@dataclass(frozen=True, eq=False)
class FaceTemplate:
    """
    Hold the picture of a face in two resolutions.

    :param origin: left, top, width and height of the face in whole pixels.
    :param coarse: uint8 (24, 24), gray, of the whole face: to recognise it by.
    :param fine: uint8, gray, of its middle, one pixel for `step` of the frame's: to locate it by.
    :param step: see there.
    :param margin: left and top of the middle within the face, pixels of the frame.
    """

    origin: tuple[int, int, int, int]
    coarse: NDArray[Any]
    fine: NDArray[Any]
    step: int
    margin: tuple[int, int]

    @classmethod
    def cut(cls, frame: Frame, box: Box) -> FaceTemplate | None:
        """Return the picture in a box; None where it reaches beyond the frame."""
        x, y, width, height = (round(value) for value in box)
        inside = 0 <= x and 0 <= y and x + width <= frame.width and y + height <= frame.height
        if not inside or min(width, height) < 1:
            return None
        coarse = _gray(frame, x, y, x + width, y + height, (_SIDE, _SIDE))
        step = max(1, round(max(width, height) / _FINE_SIDE))
        columns, rows = (min(_FINE_SIDE, max(1, side // step)) for side in (width, height))
        across, down = (width - columns * step) // 2, (height - rows * step) // 2
        left, top = x + across, y + down
        fine = _gray(frame, left, top, left + columns * step, top + rows * step, (columns, rows))
        return cls((x, y, width, height), coarse, fine, step, (across, down))

    def find(self, frame: Frame, place: tuple[float, float]) -> tuple[float, float] | None:
        """
        Return left and top of the face in another frame, pixels, or None when it is not there.

        :param place: left and top where it was last.
        """
        # Most faces hardly move from one frame to the next: no need to look far around.
        near, match = self._locate(frame, *place)
        if match >= _LEAST_MATCH:
            return near
        about = self._recognise(frame, *place)
        return None if about is None else self._locate(frame, *about)[0]

    def _recognise(self, frame: Frame, x: float, y: float) -> tuple[float, float] | None:
        """Return about where a face is that was at (x, y), its left and top in pixels."""
        _, _, width, height = self.origin
        x, y = round(x), round(y)
        left, top = max(0, x - round(_REACH * width)), max(0, y - round(_REACH * height))
        right = min(frame.width, x + width + round(_REACH * width))
        bottom = min(frame.height, y + height + round(_REACH * height))
        size = (round((right - left) * _SIDE / width), round((bottom - top) * _SIDE / height))
        if min(size) < _SIDE:
            return None
        window = _gray(frame, left, top, right, bottom, size)
        match, across, down = _best(window, self.coarse)
        if match < _LEAST_MATCH:
            return None
        return left + across * (right - left) / size[0], top + down * (bottom - top) / size[1]

    def _locate(
            self, frame: Frame, x: float, y: float) -> tuple[tuple[float, float], float]:
        """
        Return where exactly a face is that is about at (x, y), its left and top in pixels.

        :return: the place, and the correlation there; 0 where it is not to be found.
        """
        step, (rows, columns) = self.step, self.fine.shape
        _, _, width, height = self.origin
        left, right = _span(round(x) + self.margin[0], columns, step, width, frame.width)
        top, bottom = _span(round(y) + self.margin[1], rows, step, height, frame.height)
        size = (right - left) // step, (bottom - top) // step
        if size[0] < columns or size[1] < rows:
            return (x, y), 0.0
        window = _gray(frame, left, top, right, bottom, size)
        match, across, down = _best(window, self.fine)
        if match <= 0.0:
            return (x, y), 0.0
        place = left + step * across - self.margin[0], top + step * down - self.margin[1]
        # At the edge of the window the best place may lie beyond it.
        inside = 0 < across < size[0] - columns and 0 < down < size[1] - rows
        return place, match if inside else 0.0


def _best(window: NDArray[Any], template: NDArray[Any]) -> tuple[float, float, float]:
    """
    Return how well a template matches a window at best, and where: (correlation, x, y).

    The correlation is -1 to 1, and 0 where a picture without any contrast gives no number.
    """
    scores = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
    _, match, _, (column, row) = cv2.minMaxLoc(scores)
    if not -1.01 <= match <= 1.01:
        match = 0.0
    return match, column + _peak(scores[row], column), row + _peak(scores[:, column], row)


def _span(start: int, count: int, step: int, side: int, limit: int) -> tuple[int, int]:
    """
    Return where to look for so many pixels of a template, first and last plus one, in a frame.

    Whole steps, so that a pixel of the window is as large as one of the template.
    """
    # As far as the coarse template may be wrong, and one further for the parabola.
    reach = math.ceil(_COARSE_ERROR * side / _SIDE / step) + 1
    before = min(reach, start // step)
    after = min(reach, (limit - start) // step - count)
    return start - step * before, start + step * (count + after)


def _gray(
        frame: Frame, left: int, top: int, right: int, bottom: int,
        size: tuple[int, int]) -> NDArray[Any]:
    part = convert(frame.pixels[top:bottom, left:right], frame.color, 'gray')
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA)


def _peak(values: NDArray[Any], index: int) -> float:
    """Return how far the top of the parabola through a maximum lies from it, -0.5 to 0.5."""
    if not 0 < index < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[index - 1:index + 2])
    curve = before - 2.0 * here + after
    return 0.0 if curve >= 0.0 else min(max(0.5 * (before - after) / curve, -0.5), 0.5)
