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


"""Cutting faces out of frames: with the eyes level for the classifier, upright for people."""

from __future__ import annotations

from dataclasses import dataclass
import math

import cv2
from fer_ros.core.colors import convert
from fer_ros.core.single_pixel import spread
from fer_ros.core.types import Box, Frame, Pixels
import numpy as np
from numpy.typing import NDArray

# Eyes nearer to each other than this part of the box say nothing about the roll of the head:
# the face is in profile, and the line between them points towards the camera.
_LEAST_EYE_DISTANCE = 0.05


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
    _check(box, landmarks)
    unit = math.sqrt(box.area)
    angle = roll(box, landmarks)
    cos, sin = math.cos(angle), math.sin(angle)
    center_x = box.center[0] + (cos * geometry.dx - sin * geometry.dy) * unit
    center_y = box.center[1] + (sin * geometry.dx + cos * geometry.dy) * unit
    side = geometry.scale * unit

    reach = 0.5 * side * (abs(cos) + abs(sin)) + 2.0 * max(1.0, side / size)
    part, left, top = _part(frame, center_x, center_y, reach)
    if color == 'gray':
        # One channel to average and to turn instead of three.
        part = convert(part, frame.color, color)
    part, ratio_x, ratio_y = _shrink(part, side / size)
    # From pixel (u, v) of the crop to a pixel of `part`; whole numbers are centres of pixels.
    step, middle = side / size, (size - 1) / 2.0
    xx, xy = cos * step * ratio_x, -sin * step * ratio_x
    yx, yy = sin * step * ratio_y, cos * step * ratio_y
    matrix = np.array([
        [xx, xy, (center_x - left) * ratio_x - 0.5 - (xx + xy) * middle],
        [yx, yy, (center_y - top) * ratio_y - 0.5 - (yx + yy) * middle]])
    square = cv2.warpAffine(
        spread(part), matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE)
    return square if color == 'gray' else convert(square, frame.color, color)


def crop(frame: Frame, box: Box, size: int) -> Pixels:
    """
    Cut a box out upright: scaled to fit a square, centred, black where there is no picture.

    :param frame: the whole picture.
    :param box: pixels of the frame; may reach beyond it.
    :param size: side of the result in pixels.
    :return: uint8 (size, size, 3), BGR.
    :raises ValueError: the box is not finite or empty.
    """
    _check(box)
    result = np.zeros((size, size, 3), np.uint8)
    ratio = size / max(box.width, box.height)
    left, top = (
        round(min(max(value, 0.0), limit))
        for value, limit in ((box.x, frame.width), (box.y, frame.height)))
    right, bottom = (
        round(min(max(value, 0.0), limit))
        for value, limit in ((box.x + box.width, frame.width), (box.y + box.height, frame.height)))
    if right <= left or bottom <= top:
        return result
    # Where the visible part of the box lies in the square.
    margin_x, margin_y = (
        (size - side * ratio) / 2.0 - start * ratio
        for side, start in ((box.width, box.x), (box.height, box.y)))
    x0, x1 = (_limit(value * ratio + margin_x, size) for value in (left, right))
    y0, y1 = (_limit(value * ratio + margin_y, size) for value in (top, bottom))
    if x1 <= x0 or y1 <= y0:
        return result
    shrinks = x1 - x0 < right - left
    part = cv2.resize(
        spread(frame.pixels[top:bottom, left:right]), (x1 - x0, y1 - y0),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    result[y0:y1, x0:x1] = convert(part, frame.color, 'bgr')
    return result


def _check(box: Box, landmarks: NDArray[np.float32] | None = None) -> None:
    if not all(map(math.isfinite, box)) or box.width <= 0.0 or box.height <= 0.0:
        raise ValueError(
            f'{box} cannot be cut out; its numbers must be finite, its sides positive')
    if landmarks is not None and not all(map(math.isfinite, landmarks.ravel().tolist())):
        raise ValueError(f'landmarks {landmarks.tolist()} are not finite')


def _limit(value: float, high: int) -> int:
    return round(min(max(value, 0.0), high))


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
