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
"""How other packages cut a face out of a picture, as read in their own code."""

from dataclasses import dataclass
import math
from typing import Callable, Tuple

import cv2
import numpy as np

# Means that face-api takes from red, green and blue, 0..255.
FACE_API_MEANS = np.array([122.782, 117.001, 104.298], np.float32)
# Weights of blue, green and red in human's grey.
HUMAN_GRAY = np.array([0.1140, 0.5870, 0.2989], np.float32)
# Side of the picture that human cuts out before it takes every third pixel.
HUMAN_SIDE = 192
# Other framings: side and downward shift of a square, in sqrt(width * height) of the box. Ours was
# fitted to our detector's boxes; the best of these is as much for a peer.
OTHER_FRAMINGS = tuple(
    (side, shift) for side in (1.0, 1.1, 1.2, 1.4) for shift in (0.0, -0.1, -0.2))

Region = Tuple[float, float, float, float]


@dataclass(frozen=True)
class Framing:
    """
    Say how a package turns a face of a picture into its network's input.

    `region` maps a detector's box (x, y, width, height) to what is cut out (left, top, right,
    bottom), in pixels, maybe beyond the picture. `cut` maps a BGR picture, uint8 [H, W, 3], and
    a region to the input of one face, float32.
    """

    region: Callable[[Region], Region]
    cut: Callable[[np.ndarray, Region], np.ndarray]


def _square(box: Region) -> Region:
    """Return left, top, right and bottom of the square about a box's centre, its longer side."""
    x, y, width, height = box
    side = max(width, height)
    left, top = x - (side - width) / 2, y - (side - height) / 2
    return left, top, left + side, top + side


def fer_region(box: Region) -> Region:
    """Return the square about a box, ten pixels larger on every side."""
    left, top, right, bottom = map(round, _square(box))
    return left - 10, top - 10, right + 10, bottom + 10


def fer_cut(picture: np.ndarray, region: Region) -> np.ndarray:
    """Return [1, 64, 64, 1], grey, -1..1; beyond the picture is the mean of its lowest rows."""
    gray, border = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 40
    gray = cv2.copyMakeBorder(gray, *[border] * 4, cv2.BORDER_CONSTANT,
                              value=cv2.mean(gray[-2:])[0])
    left, top, right, bottom = (max(0, int(side) + border) for side in region)
    face = cv2.resize(gray[top:bottom, left:right], (64, 64))
    return ((face.astype(np.float32) / 255 - 0.5) * 2)[None, :, :, None]


def face_api_region(box: Region) -> Region:
    """Return the box itself, in whole pixels."""
    x, y, width, height = (math.floor(value) for value in box)
    return x, y, x + width, y + height


def face_api_cut(picture: np.ndarray, region: Region) -> np.ndarray:
    """Return [1, 3, 112, 112], red, green, blue: within the picture, black where no square."""
    left, top, right, bottom = (max(0, int(side)) for side in region)
    face = cv2.cvtColor(picture[top:bottom, left:right], cv2.COLOR_BGR2RGB)
    height, width = face.shape[:2]
    scale = 112 / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    square = np.zeros((112, 112, 3), np.float32)
    x, y = (112 - size[0]) // 2, (112 - size[1]) // 2
    square[y:y + size[1], x:x + size[0]] = cv2.resize(face, size)
    return ((square - FACE_API_MEANS) / 255).transpose(2, 0, 1)[None]


def human_region(box: Region) -> Region:
    """Return the square about a box that is 1.4 times as large, in whole pixels."""
    x, y, width, height = box
    return tuple(map(round, _square((x - 0.2 * width, y - 0.2 * height, 1.4 * width,
                                     1.4 * height))))


def human_cut(picture: np.ndarray, region: Region) -> np.ndarray:
    """Return [1, 1, 64, 64], grey, -1..1, black beyond the picture; sampled, not averaged."""
    left, top, right, bottom = region
    step_x, step_y = ((last - first - 1) / (HUMAN_SIDE - 1)
                      for first, last in ((left, right), (top, bottom)))
    matrix = np.array([[step_x, 0, left], [0, step_y, top]], np.float64)
    face = cv2.warpAffine(picture, matrix, (HUMAN_SIDE, HUMAN_SIDE),
                          flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)[::3, ::3]
    return ((face.astype(np.float32) @ HUMAN_GRAY / 255 - 0.5) * 2)[None, None]


def framed_region(box: Region, side: float, shift: float) -> Region:
    """
    Return a square in whole pixels, centred below the box's centre.

    `side` and `shift` are in units of sqrt(width * height) of the box.
    """
    x, y, width, height = box
    unit = math.sqrt(width * height)
    left = x + (width - side * unit) / 2
    top = y + (height - side * unit) / 2 + shift * unit
    return tuple(map(round, (left, top, left + side * unit, top + side * unit)))


FER = Framing(fer_region, fer_cut)
FACE_API = Framing(face_api_region, face_api_cut)
HUMAN = Framing(human_region, human_cut)
