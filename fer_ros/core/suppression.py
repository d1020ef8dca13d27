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

from typing import NamedTuple

import numpy as np


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


def overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """
    Return the intersection over union of one box with each of several, 0 for an empty pair.

    :param box: float (4,), corners.
    :param boxes: float (N, 4), corners.
    :return: float (N,).
    """
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    np.maximum(sides, 0.0, out=sides)
    shared = sides[:, 0] * sides[:, 1]
    extents = boxes[:, 2:] - boxes[:, :2]
    union = (box[2] - box[0]) * (box[3] - box[1]) + extents[:, 0] * extents[:, 1] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0.0)


def suppress(candidates: Candidates, threshold: float, *, blend: bool) -> Candidates:
    """
    Keep the best of overlapping candidates, best first.

    :param candidates: in any order.
    :param threshold: intersection over union above which two are the same face.
    :param blend: return the mean of a face's candidates, weighted by score, with the best score
        (as BlazeFace's authors do, Bazarevsky et al. 2019: steadier from frame to frame) instead
        of the best one.
    """
    order = np.argsort(-candidates.scores, kind='stable')
    scores = candidates.scores[order]
    # Corners and landmarks side by side: all of a face's coordinates in one row.
    rows = np.concatenate(
        [candidates.boxes, candidates.landmarks.reshape(-1, 8)], axis=1)[order]
    kept_rows, kept_scores = [], []
    while len(scores):
        same = overlaps(rows[0, :4], rows[:, :4]) > threshold
        same[0] = True
        if blend:
            weights = scores[same]
            kept_rows.append(weights @ rows[same] / weights.sum())
        else:
            kept_rows.append(rows[0])
        kept_scores.append(scores[0])
        rows, scores = rows[~same], scores[~same]
    found = np.array(kept_rows, np.float32).reshape(-1, 12)
    return Candidates(
        found[:, :4], np.array(kept_scores, np.float32), found[:, 4:].reshape(-1, 4, 2))
