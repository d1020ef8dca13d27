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

"""How much two boxes have in common."""

from __future__ import annotations

from collections.abc import Sequence


def iou(one: Sequence[float], other: Sequence[float]) -> float:
    """
    Return the intersection over union of two boxes, 0 to 1; 0 if both are empty.

    :param one: a `Box`, or x, y, width, height in any unit.
    :param other: likewise.
    """
    return corner_iou(
        (one[0], one[1], one[0] + one[2], one[1] + one[3]),
        (other[0], other[1], other[0] + other[2], other[1] + other[3]))


def corner_iou(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the same of two boxes given by corners: x0, y0, x1, y1 first, whatever follows."""
    return corner_overlap(one, other)[0]


def corner_overlap(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """
    Return how much two boxes given by corners have in common.

    Plain numbers: for two boxes, one call of NumPy costs more than all of this.

    :return: the intersection over the union, and over the smaller of the two; 0 for empty ones.
    """
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if not (width > 0.0 and height > 0.0):
        return 0.0, 0.0
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    smaller, union = min(areas), sum(areas) - shared
    return shared / union if union > 0.0 else 0.0, shared / smaller if smaller > 0.0 else 0.0


def shared_area(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the area that two boxes, each x, y, width and height, have in common."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)
