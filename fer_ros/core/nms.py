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


"""One box per face: suppression of overlapping candidates, or their weighted mean."""

from __future__ import annotations

from typing import NamedTuple

from fer_ros.core.boxes import corner_overlap

#: Most candidates looked at: a threshold of 0 calls every place of the picture a face.
MOST = 1000

# Part of the smaller of two boxes inside the larger beyond which both are one face: of a face
# that fills the picture, the lower half alone is a face to some detectors. Of 4,072 labelled
# faces in crowds, six lie so far inside another.
_INSIDE = 0.5


class Candidate(NamedTuple):
    """
    Hold one box that a detector's network offers, before overlaps are resolved.

    Plain numbers: a face has few candidates, and right after a network, with nothing of it in
    the nearest caches, one call of NumPy costs more than the arithmetic of all of them.

    :param score: 0 to 1.
    :param points: twelve pixels of the input: corners x0, y0, x1, y1, then the landmarks (x, y)
        in the order of `LANDMARKS`.
    """

    score: float
    points: list[float]


def suppress(
        candidates: list[Candidate], threshold: float, *, blend: bool) -> list[Candidate]:
    """
    Keep the best of overlapping candidates, best first.

    A candidate half inside a better one, or half around it, is a part of that face and goes, too.

    :param candidates: in any order; the best `MOST` are looked at.
    :param threshold: intersection over union above which two are the same face.
    :param blend: return the mean of a face's candidates, weighted by score, with the best score
        (as BlazeFace's authors do, Bazarevsky et al. 2019: steadier from frame to frame) instead
        of the best one. Parts do not enter the mean.
    """
    left = sorted(candidates, key=lambda candidate: -candidate.score)[:MOST]
    found = []
    while left:
        best, *others = left
        same, left = [best], []
        for other in others:
            union, smaller = corner_overlap(best.points, other.points)
            if union > threshold:
                same.append(other)
            elif smaller <= max(threshold, _INSIDE):
                left.append(other)
        found.append(_mean(same) if blend and len(same) > 1 else best)
    return found


def _mean(candidates: list[Candidate]) -> Candidate:
    """Return the mean of the candidates, the best first, weighted by score."""
    total = sum(candidate.score for candidate in candidates)
    points = [0.0] * len(candidates[0].points)
    for candidate in candidates:
        weight = candidate.score / total
        points = [
            point + weight * value for point, value in zip(points, candidate.points)]
    return Candidate(candidates[0].score, points)
