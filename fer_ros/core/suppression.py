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
    """Return the candidates of several heads as one."""
    return Candidates(*(np.concatenate(field) for field in zip(*parts)))


def overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """
    Return the intersection over union of one box with each of several, 0 for an empty pair.

    :param box: float (4,), corners.
    :param boxes: float (N, 4), corners.
    :return: float (N,).
    """
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.prod(np.maximum(sides, 0.0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    union = np.prod(box[2:] - box[:2]) + areas - shared
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
    boxes, scores, landmarks = (field[order] for field in candidates)
    kept_boxes, kept_scores, kept_landmarks = [], [], []
    while len(scores):
        same = overlaps(boxes[0], boxes) > threshold
        same[0] = True
        if blend:
            weights = scores[same] / scores[same].sum()
            kept_boxes.append(weights @ boxes[same])
            kept_landmarks.append(np.tensordot(weights, landmarks[same], axes=1))
        else:
            kept_boxes.append(boxes[0])
            kept_landmarks.append(landmarks[0])
        kept_scores.append(scores[0])
        boxes, scores, landmarks = boxes[~same], scores[~same], landmarks[~same]
    return Candidates(
        np.array(kept_boxes, np.float32).reshape(-1, 4), np.array(kept_scores, np.float32),
        np.array(kept_landmarks, np.float32).reshape(-1, 4, 2))
