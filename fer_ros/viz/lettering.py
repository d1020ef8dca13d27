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

"""Words on pictures: antialiased at every size, rendered once and kept."""

from __future__ import annotations

from functools import lru_cache
import math
from typing import TypeAlias

import cv2
from fer_ros.core.types import Pixels
import numpy as np

#: Blue, green and red, 0 to 255.
Colour: TypeAlias = tuple[int, int, int]

#: Smallest height of a capital letter, in pixels, that can still be read.
LEAST_CAP = 7

_FONT = cv2.FONT_HERSHEY_SIMPLEX
# Letters are drawn this many times larger and averaged: OpenCV's own antialiasing knows no
# strokes thinner or placed finer than a pixel.
_FINER = 4
# Widths of a stroke, and depths below the base line, in heights of a capital letter.
_STROKE, _DEPTH = 0.14, 0.36


def text_size(text: str, cap: int) -> tuple[int, int]:
    """
    Return (width, height) of a text in pixels.

    :param cap: height of a capital letter in pixels; all texts of one `cap` have one height.
    """
    height, width = _mask(text, cap).shape
    return width, height


def write(canvas: Pixels, text: str, cap: int, place: tuple[int, int], ink: Colour,
          paper: Colour | None = None) -> None:
    """
    Write a text into uint8 (H, W, 3) pixels, in place.

    :param cap: height of a capital letter in pixels.
    :param place: (x, y) of the top left corner; all of the text must lie in the picture.
    :param ink: colour of the letters, bgr, 0 to 255.
    :param paper: colour of the ground, which is painted over; None leaves it as it is, and needs
        it darker than the ink.
    """
    letters = _printed(text, cap, ink, paper or (0, 0, 0))
    x, y = place
    height, width = letters.shape[:2]
    part = canvas[y:y + height, x:x + width]
    if paper is None:
        cv2.max(part, letters, part)
    else:
        part[:] = letters


# Labels, percentages and names of a few sizes; rendering one takes a hundred times longer than
# looking it up. Ids come and go, so the number is bounded.
@lru_cache(maxsize=1024)
def _mask(text: str, cap: int) -> Pixels:
    """Return how much of each pixel a text covers, uint8 (H, W), 255 for all."""
    fine = cap * _FINER
    scale = fine / cv2.getTextSize('H', _FONT, 1.0, 1)[0][1]
    stroke = max(1, round(_STROKE * fine))
    (width, _), _ = cv2.getTextSize(text, _FONT, scale, stroke)
    columns = max(1, math.ceil((width + stroke) / _FINER))
    rows = cap + math.ceil(_DEPTH * cap) + 1
    large = np.zeros((rows * _FINER, columns * _FINER), np.uint8)
    cv2.putText(large, text, (stroke // 2, fine + stroke // 2), _FONT, scale, 255, stroke,
                cv2.LINE_AA)
    return cv2.resize(large, (columns, rows), interpolation=cv2.INTER_AREA)


@lru_cache(maxsize=1024)
def _printed(text: str, cap: int, ink: Colour, paper: Colour) -> Pixels:
    """Return a text on paper, uint8 (H, W, 3)."""
    covered = _mask(text, cap)[..., None] / 255.0
    mixed = covered * np.array(ink) + (1.0 - covered) * np.array(paper)
    return np.asarray(mixed + 0.5).astype(np.uint8)
