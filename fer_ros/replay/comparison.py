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

"""What changed between two replays of the same recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Iterable, Sequence

from fer_ros.core.boxes import iou
from fer_ros.core.types import LABELS
from fer_ros.replay.records import FaceRecord, FrameRecord
import numpy as np

#: Two boxes overlapping less than this (intersection over union) are different faces.
SAME_FACE_IOU = 0.3


@dataclass
class Comparison:
    """
    Differences of run B against run A.

    :param frames_both: frames with a stamp that both runs have.
    :param frames_only_a: frames only A has; `frames_only_b` likewise.
    :param faces_matched: pairs of faces whose boxes overlap in a common frame.
    :param faces_only_a: faces of common frames without a partner; `faces_only_b` likewise.
    :param agreeing: pairs with the same displayed label.
    :param moved: (label in A, label in B) to number of pairs, where they differ.
    :param distances: total variation distance of the distributions of each pair, 0 to 1.
    :param ious: overlap of the boxes of each pair.
    :param id_changes: pairs where a face of A meets another id of B than in its frame before.
    :param first_differences: (time, what) of the first frames that differ.
    :param latency_a: median of `total` in milliseconds, None where not measured; `latency_b`
        likewise.
    """

    frames_both: int = 0
    frames_only_a: int = 0
    frames_only_b: int = 0
    faces_matched: int = 0
    faces_only_a: int = 0
    faces_only_b: int = 0
    agreeing: int = 0
    moved: Counter = field(default_factory=Counter)
    distances: list[float] = field(default_factory=list)
    ious: list[float] = field(default_factory=list)
    id_changes: int = 0
    first_differences: list[tuple[float, str]] = field(default_factory=list)
    latency_a: float | None = None
    latency_b: float | None = None

    @property
    def agreement(self) -> float:
        """Return the share of all faces of common frames found by both with the same label."""
        faces = self.faces_matched + self.faces_only_a + self.faces_only_b
        return self.agreeing / faces if faces else 1.0

    def lines(self) -> list[str]:
        """Return the report, a line each."""
        lines = [
            f'frames: {self.frames_both} in both, {self.frames_only_a} only in A, '
            f'{self.frames_only_b} only in B',
            f'faces of common frames: {self.faces_matched} matched, {self.faces_only_a} only in '
            f'A, {self.faces_only_b} only in B, {self.id_changes} id changes',
            f'same face and label: {100 * self.agreement:.2f} %; same label of matched faces: '
            f'{self.agreeing} / {self.faces_matched}']
        if self.faces_matched:
            lines.append(
                f'distributions: mean distance {np.mean(self.distances):.4f}, '
                f'largest {np.max(self.distances):.4f}; boxes: mean overlap '
                f'{np.mean(self.ious):.3f}')
        for (before, after), count in self.moved.most_common():
            lines.append(f'moved: {before} -> {after} {count} times')
        if self.latency_a is not None and self.latency_b is not None:
            lines.append(f'latency, median: A {self.latency_a:.2f} ms, B {self.latency_b:.2f} ms')
        lines.extend(f'at {time:.3f} s: {what}' for time, what in self.first_differences)
        return lines


def compare(run_a: Iterable[FrameRecord], run_b: Iterable[FrameRecord],
            differences_shown: int = 5) -> Comparison:
    """
    Compare two runs, frame by frame of the same stamp, face by face of the best overlap.

    :param differences_shown: how many frames that differ are listed.
    """
    frames_a, frames_b = _by_stamp(run_a), _by_stamp(run_b)
    common = [key for key in frames_a if key in frames_b]
    result = Comparison(
        frames_both=len(common), frames_only_a=len(frames_a) - len(common),
        frames_only_b=len(frames_b) - len(common),
        latency_a=_median_latency(frames_a.values()),
        latency_b=_median_latency(frames_b.values()))
    partners: dict[str, str] = {}
    for key in common:
        differences = _compare_frame(frames_a[key].faces, frames_b[key].faces, partners, result)
        if differences and len(result.first_differences) < differences_shown:
            result.first_differences.append((frames_a[key].time, '; '.join(differences)))
    return result


def match_faces(faces_a: Sequence[FaceRecord],
                faces_b: Sequence[FaceRecord]) -> list[tuple[int, int, float]]:
    """
    Pair faces by overlap, the best pair first.

    :return: (index in a, index in b, intersection over union) of each pair.
    """
    candidates = sorted(
        ((iou(a.box, b.box), i, j) for i, a in enumerate(faces_a) for j, b in enumerate(faces_b)),
        key=lambda item: (-item[0], item[1], item[2]))
    pairs, used_a, used_b = [], set(), set()
    for overlap, i, j in candidates:
        if overlap >= SAME_FACE_IOU and i not in used_a and j not in used_b:
            pairs.append((i, j, overlap))
            used_a.add(i)
            used_b.add(j)
    return pairs


def _compare_frame(faces_a, faces_b, partners: dict, result: Comparison) -> list[str]:
    differences = []
    pairs = match_faces(faces_a, faces_b)
    for i, j, overlap in pairs:
        a, b = faces_a[i], faces_b[j]
        result.faces_matched += 1
        result.ious.append(overlap)
        result.distances.append(0.5 * sum(
            abs(a.expression.get(label, 0.0) - b.expression.get(label, 0.0)) for label in LABELS))
        if a.label == b.label:
            result.agreeing += 1
        else:
            result.moved[a.label, b.label] += 1
            differences.append(f'{a.id} {a.label} -> {b.id} {b.label}')
        result.id_changes += partners.get(a.id, b.id) != b.id
        partners[a.id] = b.id
    lost, gained = len(faces_a) - len(pairs), len(faces_b) - len(pairs)
    result.faces_only_a += lost
    result.faces_only_b += gained
    if lost or gained:
        differences.append(f'{lost} faces lost, {gained} gained')
    return differences


def _by_stamp(run: Iterable[FrameRecord]) -> dict[tuple[int, int], FrameRecord]:
    """Key frames by stamp and by how often the stamp was seen, for loops."""
    seen: Counter[int] = Counter()
    frames = {}
    for record in run:
        frames[record.stamp, seen[record.stamp]] = record
        seen[record.stamp] += 1
    return frames


def _median_latency(records: Iterable[FrameRecord]) -> float | None:
    totals = [record.latency_ms['total'] for record in records if 'total' in record.latency_ms]
    return float(np.median(totals)) if totals else None
