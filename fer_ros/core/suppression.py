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


"""One box a face: suppression of overlapping candidates, or their weighted mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

#: Most candidates looked at: a threshold of 0 calls every place of the picture a face.
MOST = 1000


class Candidates(NamedTuple):
    """
    Hold what a detector's network says before overlaps are resolved.

    :param boxes: float32 (N, 4), corners x0, y0, x1, y1 in pixels.
    :param scores: float32 (N,), 0 to 1.
    :param landmarks: float32 (N, 4, 2), pixels (x, y), rows as `LANDMARKS`.
    """

    boxes: np.ndarray
    scores: np.ndarray
    landmarks: np.ndarray


def concatenate(parts: list[Candidates]) -> Candidates:
    """Return the candidates of several heads as one; none of no heads."""
    if not parts:
        return Candidates(
            np.empty((0, 4), np.float32), np.empty(0, np.float32),
            np.empty((0, 4, 2), np.float32))
    if len(parts) == 1:
        return parts[0]
    return Candidates(*(np.concatenate(field) for field in zip(*parts)))


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the intersection over union of two boxes (corners), 0 where both are empty."""
    # Plain numbers: faces have few candidates, and a call of NumPy costs more than all this.
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if not (width > 0.0 and height > 0.0):
        return 0.0
    shared = width * height
    union = (
        (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
        - shared)
    return shared / union if union > 0.0 else 0.0


def suppress(candidates: Candidates, threshold: float, *, blend: bool) -> Candidates:
    """
    Keep the best of overlapping candidates, best first.

    :param candidates: in any order; the best `MOST` are looked at.
    :param threshold: intersection over union above which two are the same face.
    :param blend: return the mean of a face's candidates, weighted by score, with the best score
        (as BlazeFace's authors do, Bazarevsky et al. 2019: steadier from frame to frame) instead
        of the best one.
    """
    order = np.argsort(-candidates.scores, kind='stable')[:MOST]
    scores = candidates.scores[order]
    # Corners and landmarks side by side: all of a face's coordinates in one row.
    rows = np.concatenate(
        [candidates.boxes, candidates.landmarks.reshape(-1, 8)], axis=1)[order]
    groups = _groups(rows[:, :4].tolist(), threshold)
    best = [group[0] for group in groups]
    found = rows[best]
    if blend:
        for target, group in zip(found, groups):
            weights = scores[group]
            target[:] = weights @ rows[group] / weights.sum()
    return Candidates(found[:, :4], scores[best], found[:, 4:].reshape(-1, 4, 2))


def _groups(boxes: list[list[float]], threshold: float) -> list[list[int]]:
    """Return the indices of each face's boxes; the first of a group is the best of those left."""
    left, groups = list(range(len(boxes))), []
    while left:
        best = boxes[left[0]]
        group, apart = [left[0]], []
        for index in left[1:]:
            same = overlap(best, boxes[index]) > threshold
            (group if same else apart).append(index)
        groups.append(group)
        left = apart
    return groups
