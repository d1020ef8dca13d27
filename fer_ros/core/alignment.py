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


"""Cutting faces out of frames with the eyes level, for the classifier."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

import cv2
from fer_ros.core.colors import convert
from fer_ros.core.single_pixel import spread
from fer_ros.core.types import Box, Frame, Pixels
import numpy as np
from numpy.typing import NDArray

# Eyes nearer to each other than this part of the box say nothing about the roll of the head:
# the face is in profile, and the line between them points towards the camera.
_LEAST_EYE_DISTANCE = 0.05
# How far the tip of the nose stands out, in units of a face's box.
_NOSE_LENGTH = 0.32


@dataclass(frozen=True)
class CropGeometry:
    """
    Say how the square crop of a face lies about a detector's box.

    :param scale: side of the crop in units of sqrt(width * height) of the box.
    :param dx: centre of the crop less that of the box, in the same unit, along the eyes,
        positive to the right in the crop.
    :param dy: likewise, positive downwards in the crop.
    """

    scale: float
    dx: float = 0.0
    dy: float = 0.0


class Square(NamedTuple):
    """
    A square in a picture.

    :param x: of its middle, pixels, as a box's; likewise `y`.
    :param side: pixels.
    :param angle: by which it is turned, radians, clockwise in the picture.
    """

    x: float
    y: float
    side: float
    angle: float

    @classmethod
    def about(cls, box: Box, landmarks: NDArray[np.float32], geometry: CropGeometry) -> Square:
        """
        Return the square that frames a face with its eyes level.

        :param box: the detector's box, pixels; may reach beyond the frame.
        :param landmarks: float (4, 2), pixels (x, y), rows as `LANDMARKS`.
        :param geometry: of the crop, for the detector that gave the box.
        :raises ValueError: box or landmarks are not finite, or the box is empty.
        """
        require_cuttable(box, landmarks)
        unit = math.sqrt(box.area)
        angle = roll(box, landmarks)
        cos, sin = math.cos(angle), math.sin(angle)
        return cls(
            box.center[0] + (cos * geometry.dx - sin * geometry.dy) * unit,
            box.center[1] + (sin * geometry.dx + cos * geometry.dy) * unit,
            geometry.scale * unit, angle)

    def cut(self, frame: Frame, size: int, color: str) -> Pixels:
        """
        Return what a frame shows there.

        What lies beyond the frame repeats the frame's edge. A square larger than the result is
        averaged, not sampled.

        :param frame: the whole picture.
        :param size: side of the result in pixels.
        :param color: `gray`, `bgr` or `rgb`.
        :return: uint8 (size, size) for `gray`, else (size, size, 3).
        """
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        reach = 0.5 * self.side * (abs(cos) + abs(sin)) + 2.0 * max(1.0, self.side / size)
        part, left, top = _part(frame, self.x, self.y, reach)
        if color == 'gray':
            # One channel to average and to turn instead of three.
            part = convert(part, frame.color, color)
        part, ratio_x, ratio_y = _shrink(part, self.side / size)
        # From pixel (u, v) of the crop to a pixel of `part`; whole numbers are centres of pixels.
        step, middle = self.side / size, (size - 1) / 2.0
        xx, xy = cos * step * ratio_x, -sin * step * ratio_x
        yx, yy = sin * step * ratio_y, cos * step * ratio_y
        matrix = np.array([
            [xx, xy, (self.x - left) * ratio_x - 0.5 - (xx + xy) * middle],
            [yx, yy, (self.y - top) * ratio_y - 0.5 - (yx + yy) * middle]])
        square = cv2.warpAffine(
            spread(part), matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE)
        return square if color == 'gray' else convert(square, frame.color, color)


def roll(box: Box, landmarks: NDArray[np.float32]) -> float:
    """
    Return how far the line of the eyes is turned, in radians, clockwise in the picture.

    :param box: of the face; its size tells a profile, whose eyes coincide and give 0.
    :param landmarks: float (4, 2), rows as `LANDMARKS`.
    """
    (right_x, right_y), (left_x, left_y) = landmarks[:2].tolist()
    across, down = left_x - right_x, left_y - right_y
    if math.hypot(across, down) < _LEAST_EYE_DISTANCE * math.sqrt(abs(box.area)):
        return 0.0
    return math.atan2(down, across)


def rough_yaw(box: Box, landmarks: NDArray[np.float32]) -> float:
    """
    Return about how far a head is turned, in degrees, by where the nose is between the eyes.

    Positive is to the person's left. `fer_evaluate --head-pose` measures by how much it differs
    from the yaw of `HeadPose`.

    :param box: of the face.
    :param landmarks: float (4, 2), rows as `LANDMARKS`.
    """
    eyes, nose = (landmarks[0] + landmarks[1]) / 2.0, landmarks[2]
    angle = roll(box, landmarks)
    across, down = (nose - eyes).tolist()
    aside = (across * math.cos(angle) + down * math.sin(angle)) / math.sqrt(abs(box.area) or 1.0)
    return math.degrees(math.asin(min(max(aside / _NOSE_LENGTH, -1.0), 1.0)))


def align(
        frame: Frame, box: Box, landmarks: NDArray[np.float32], geometry: CropGeometry, size: int,
        color: str = 'gray') -> Pixels:
    """
    Cut a face out as a square with the eyes level.

    What lies beyond the frame repeats the frame's edge. A face larger than the crop is averaged,
    not sampled.

    :param frame: the whole picture.
    :param box: the detector's box, pixels of the frame; may reach beyond it.
    :param landmarks: float (4, 2), pixels (x, y), rows as `LANDMARKS`.
    :param geometry: of the crop, for the detector that gave the box.
    :param size: side of the result in pixels.
    :param color: `gray`, `bgr` or `rgb`.
    :return: uint8 (size, size) for `gray`, else (size, size, 3).
    :raises ValueError: box or landmarks are not finite, or the box is empty.
    """
    return Square.about(box, landmarks, geometry).cut(frame, size, color)


def require_cuttable(box: Box, landmarks: NDArray[np.float32] | None = None) -> None:
    """
    Refuse what cannot be cut out of a frame.

    :raises ValueError: box or landmarks are not finite, or the box is empty.
    """
    if not all(map(math.isfinite, box)) or box.width <= 0.0 or box.height <= 0.0:
        raise ValueError(
            f'{box} cannot be cut out; its numbers must be finite, its sides positive')
    if landmarks is not None and not all(map(math.isfinite, landmarks.ravel().tolist())):
        raise ValueError(f'landmarks {landmarks.tolist()} are not finite')


def _part(
        frame: Frame, center_x: float, center_y: float, reach: float,
) -> tuple[Pixels, int, int]:
    """Return a view of the frame about a point, at least one pixel, and its left and top."""
    left, right = _span(center_x, reach, frame.width)
    top, bottom = _span(center_y, reach, frame.height)
    return frame.pixels[top:bottom, left:right], left, top


def _span(center: float, reach: float, limit: int) -> tuple[int, int]:
    start = math.floor(min(max(center - reach, 0.0), limit - 1))
    stop = math.ceil(min(max(center + reach, start + 1), limit))
    return start, stop


def _shrink(part: Pixels, factor: float) -> tuple[Pixels, float, float]:
    """
    Average a picture down until one of its pixels is about one of the crop.

    A linear warp looks at two pixels in each direction: beyond a factor of two it would skip some,
    and a patterned shirt or a noisy sensor would flicker.

    :return: the picture, and its new size over its old one, x and y.
    """
    height, width = part.shape[:2]
    if factor <= 1.0:
        return part, 1.0, 1.0
    new_width, new_height = (max(1, round(value / factor)) for value in (width, height))
    small = cv2.resize(spread(part), (new_width, new_height), interpolation=cv2.INTER_AREA)
    return small, new_width / width, new_height / height
