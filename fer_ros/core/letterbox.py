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


"""Fitting a frame into a network's input and bringing coordinates back."""

from __future__ import annotations

from functools import lru_cache
import math
from typing import NamedTuple

import cv2
from fer_ros.core.colors import convert
from fer_ros.core.single_pixel import spread
from fer_ros.core.types import Frame, Pixels
import numpy as np
from numpy.typing import NDArray


class Letterbox(NamedTuple):
    """
    Say how a frame lies in the input: its top left corners agree, the rest is margin.

    :param width: of the resized frame in the input, pixels.
    :param height: likewise.
    :param input_width: of the input, pixels, at least `width`.
    :param input_height: likewise.
    :param scale_x: pixels of the frame per pixel of the input.
    :param scale_y: likewise.
    """

    width: int
    height: int
    input_width: int
    input_height: int
    scale_x: float
    scale_y: float


@lru_cache(maxsize=16)
def fit(
        width: int, height: int, long_side: int, multiple: int,
        fixed: tuple[int, int] | None = None) -> Letterbox:
    """
    Return how a frame fits into the input, its proportions kept to half a pixel.

    :param width: of the frame.
    :param height: of the frame.
    :param long_side: that the resized frame shall have; ignored for a fixed input.
    :param multiple: of which both sides of the input must be.
    :param fixed: (height, width) of an input that cannot vary, None for one that can.
    """
    if fixed is None:
        ratio = long_side / max(width, height)
    else:
        ratio = min(fixed[0] / height, fixed[1] / width)
    new_width, new_height = (max(1, round(side * ratio)) for side in (width, height))
    if fixed is None:
        input_width, input_height = (
            math.ceil(side / multiple) * multiple for side in (new_width, new_height))
    else:
        input_height, input_width = fixed
    return Letterbox(
        new_width, new_height, input_width, input_height,
        width / new_width, height / new_height)


def fill(
        frame: Frame, box: Letterbox, color: str, mean: float, std: float,
        out: NDArray[np.float32]) -> None:
    """
    Write a frame into the input of a network; the margin becomes 0, the colour of `mean`.

    The frame is resized as it came, and the planes of the small picture are put in order while
    they are converted, so that the large picture is read once.

    :param frame: the whole picture.
    :param box: from `fit`.
    :param color: channels the network wants, `rgb` or `bgr`.
    :param mean: subtracted from the pixels, 0 to 255.
    :param std: the difference is divided by it.
    :param out: float32 (1, 3, input_height, input_width), overwritten.
    """
    small = _resize(frame.pixels, box.width, box.height)
    planes = [small] if small.ndim == 2 else cv2.split(small)
    for target, channel in zip(out[0], color):
        plane = planes[0 if frame.color == 'gray' else frame.color.index(channel)]
        # A weighted sum with nothing: OpenCV's one pass that converts, scales and shifts.
        cv2.addWeighted(
            plane, 1.0 / std, plane, 0.0, -mean / std,
            dst=target[:box.height, :box.width], dtype=cv2.CV_32F)
    if (box.height, box.width) != out.shape[2:]:
        out[:, :, box.height:] = 0.0
        out[:, :, :box.height, box.width:] = 0.0


def _resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """
    Return a picture resized, its detail averaged out where that matters.

    Sampling alone turns the noise of a large frame into noise of the small one, and every
    fourth face is lost. Halving, two by two pixels into one, until less than a half is left to
    go looks at every pixel and costs less than any other size of step: it needs no weights.
    """
    while pixels.shape[1] >= 2 * width and pixels.shape[0] >= 2 * height:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        # An odd last row or column would cost more than it shows.
        even = pixels[:2 * half[1], :2 * half[0]]
        pixels = cv2.resize(spread(even), half, interpolation=cv2.INTER_AREA)
    if pixels.shape[1::-1] == (width, height):
        return pixels
    # On ARM, OpenCV resizes one and four channels by another rule than three, up to three levels
    # away: the same face would lie elsewhere for a gray camera.
    if pixels.ndim == 2:
        pixels = convert(pixels, 'gray', 'bgr')
    elif pixels.shape[2] == 4:
        pixels = convert(pixels, 'bgra', 'bgr')  # or rgba to rgb: the order stays
    return cv2.resize(spread(pixels), (width, height), interpolation=cv2.INTER_LINEAR)
