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


"""Cutting faces out of frames as they are, upright, for people to look at."""

from __future__ import annotations

import cv2
from fer_ros.core.alignment import require_cuttable
from fer_ros.core.colors import convert
from fer_ros.core.single_pixel import spread
from fer_ros.core.types import Box, Frame, Pixels
import numpy as np


def crop(frame: Frame, box: Box, width: int, height: int | None = None) -> Pixels:
    """
    Cut a box out upright: scaled to fit, centred, black where there is no picture.

    :param frame: the whole picture.
    :param box: pixels of the frame; may reach beyond it.
    :param width: of the result in pixels.
    :param height: likewise; None: as the width.
    :return: uint8 (height, width, 3), BGR.
    :raises ValueError: the box is not finite or empty.
    """
    require_cuttable(box)
    height = width if height is None else height
    result = np.zeros((height, width, 3), np.uint8)
    ratio = min(width / box.width, height / box.height)
    left, top = (
        round(min(max(value, 0.0), limit))
        for value, limit in ((box.x, frame.width), (box.y, frame.height)))
    right, bottom = (
        round(min(max(value, 0.0), limit))
        for value, limit in ((box.x + box.width, frame.width), (box.y + box.height, frame.height)))
    if right <= left or bottom <= top:
        return result
    # Where the visible part of the box lies in the result.
    margin_x, margin_y = (
        (size - side * ratio) / 2.0 - start * ratio
        for size, side, start in ((width, box.width, box.x), (height, box.height, box.y)))
    x0, x1 = (_limit(value * ratio + margin_x, width) for value in (left, right))
    y0, y1 = (_limit(value * ratio + margin_y, height) for value in (top, bottom))
    if x1 <= x0 or y1 <= y0:
        return result
    shrinks = x1 - x0 < right - left
    part = cv2.resize(
        spread(frame.pixels[top:bottom, left:right]), (x1 - x0, y1 - y0),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    result[y0:y1, x0:x1] = convert(part, frame.color, 'bgr')
    return result


def pad(square: Pixels, width: int, height: int) -> Pixels:
    """
    Return a picture in the middle of one that is as large or larger, black around it.

    :param square: uint8 (H, W, 3), H at most `height`, W at most `width`.
    :param width: of the result in pixels; likewise `height`.
    :return: uint8 (height, width, 3).
    """
    result = np.zeros((height, width, 3), np.uint8)
    top, left = (height - square.shape[0]) // 2, (width - square.shape[1]) // 2
    result[top:top + square.shape[0], left:left + square.shape[1]] = square
    return result


def _limit(value: float, high: int) -> int:
    return round(min(max(value, 0.0), high))
