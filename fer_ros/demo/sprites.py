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

"""Cut-outs of people, painted into pictures at known places."""

from __future__ import annotations

import cv2
from fer_ros.core.types import Box
from fer_ros.demo.stills import Still
import numpy as np
from numpy.typing import NDArray

#: Sprites are kept at these scales, so that a small face is not sampled with gaps.
LEVELS = (1.0, 0.5, 0.25)


def levels(still: Still):
    """Return [(scale, premultiplied bgr, alpha as bgr)] for every scale of `LEVELS`."""
    alpha = cv2.merge([still.mask] * 3)
    colour = cv2.multiply(still.pixels, alpha, scale=1 / 255)
    return [
        (scale, *(cv2.resize(a, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                  for a in (colour, alpha)))
        for scale in LEVELS]


def paint(pixels: np.ndarray, levels, warp: np.ndarray) -> None:
    """Blend a sprite into `pixels` (H, W, 3) in place, touching only the part it covers."""
    size = float(np.hypot(warp[0, 0], warp[0, 1]))
    level, colour, alpha = next(
        (entry for entry in reversed(levels) if entry[0] >= size), levels[0])
    height, width = colour.shape[:2]
    matrix = warp @ np.array(
        [[1 / level, 0, 0.5 / level - 0.5], [0, 1 / level, 0.5 / level - 0.5], [0, 0, 1]])
    corners = cv2.transform(
        np.array([[[0, 0], [width, 0], [0, height], [width, height]]], np.float32), matrix)[0]
    left, top = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    right, bottom = np.minimum(
        np.ceil(corners.max(0)).astype(int) + 1, (pixels.shape[1], pixels.shape[0]))
    if left >= right or top >= bottom:
        return
    matrix[:, 2] -= left, top
    part = pixels[top:bottom, left:right]
    shape = (int(right - left), int(bottom - top))
    colour = cv2.warpAffine(colour, matrix, shape)
    uncovered = cv2.bitwise_not(cv2.warpAffine(alpha, matrix, shape))
    part[:] = cv2.add(cv2.multiply(part, uncovered, scale=1 / 255), colour)


def warped_box(box: Box, warp: np.ndarray) -> Box:
    """Return the upright box of the same centre and scale."""
    scale = float(np.hypot(warp[0, 0], warp[0, 1]))
    x, y = warp @ (*box.center, 1.0)
    width, height = box.width * scale, box.height * scale
    return Box(float(x - width / 2), float(y - height / 2), width, height)


def shown_share(owned: np.ndarray, still: Still, warp: np.ndarray) -> float:
    """Return the share of a still's face that the pixels `owned` (H, W) bool show."""
    face = np.zeros_like(still.mask)
    x, y, w, h = (round(v) for v in still.box)
    face[y:y + h, x:x + w] = still.mask[y:y + h, x:x + w]
    full = np.count_nonzero(face > 127) * abs(np.linalg.det(warp[:, :2]))
    shown = np.count_nonzero(owned & (cv2.warpAffine(face, warp, owned.shape[::-1]) > 127))
    return float(min(shown / full, 1.0))


def pose(keys: np.ndarray, seconds: float) -> np.ndarray:
    """Interpolate keyframes smoothly: at rest neither needed nor seen, no overshoot."""
    at = min(int(np.searchsorted(keys[:, 0], seconds, side='right')), len(keys) - 1)
    before, after = keys[at - 1], keys[at]
    t = (seconds - before[0]) / (after[0] - before[0])
    ease = t * t * (3 - 2 * t)
    # Half eased: nobody stops dead at a keyframe, nobody jumps.
    blend = 0.5 * t + 0.5 * ease
    return before[1:] + blend * (after[1:] - before[1:])


def warp_of(
        still: Still, x: float, y: float, height: float, roll: float) -> np.ndarray:
    """
    Return float64 (2, 3), from the still to a picture.

    :param x: where the centre of the face box comes to lie, pixels; likewise `y`.
    :param height: of the face box, pixels.
    :param roll: degrees, clockwise.
    """
    warp: NDArray[np.float64] = np.asarray(cv2.getRotationMatrix2D(
        still.box.center, -roll, height / still.box.height), float)
    warp[:, 2] += np.subtract((x, y), still.box.center)
    return warp
