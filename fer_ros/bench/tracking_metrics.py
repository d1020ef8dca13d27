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

"""What published faces are counted by: calm of the label, presence, order, identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
import math

from fer_ros.core.assignment import assign
from fer_ros.core.boxes import iou
from fer_ros.core.types import Box, Face
import numpy as np

#: A run of one label shorter than this, in seconds, between two changes is a flicker.
SHORT_RUN = 0.3

#: A published box is that of a person where it overlaps the true one by this much (IoU).
LEAST_OVERLAP = 0.3


@dataclass
class Calm:
    """
    Count what the published faces of a stream do, frame by frame.

    :param faces: published, in all frames together.
    :param unseen: those of them not observed in their frame.
    :param changes: of the label of one id.
    :param short_runs: of one label, under `SHORT_RUN` seconds, between two changes.
    :param seconds: for which ids were published, of all ids together.
    :param order_flips: frames in which another face comes first than in the frame before,
        although that one is still published.
    """

    faces: int = 0
    unseen: int = 0
    changes: int = 0
    short_runs: int = 0
    seconds: float = 0.0
    order_flips: int = 0
    ids: set[str] = field(default_factory=set)
    _labels: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    _first: str | None = None
    _before: tuple[float, int] | None = None

    def add(self, faces: Sequence[Face], stamp: float) -> None:
        """Take the faces of the next frame, at its stamp in seconds."""
        if self._before is not None:
            self.seconds += (stamp - self._before[0]) * self._before[1]
        self._before = stamp, len(faces)
        self.faces += len(faces)
        self.unseen += sum(not face.observed for face in faces)
        ids = [face.id for face in faces]
        self.ids.update(ids)
        if self._first in ids and ids[0] != self._first:
            self.order_flips += 1
        self._first = ids[0] if ids else None
        for face in faces:
            label, since = self._labels.setdefault(face.id, (face.label, None))
            if label != face.label:
                self.changes += 1
                self.short_runs += since is not None and stamp - since < SHORT_RUN - 1e-6
                self._labels[face.id] = face.label, stamp

    def per_minute(self, count: int) -> float:
        """Return a count by the minutes for which ids were published, with one decimal."""
        return round(60.0 * count / self.seconds, 1) if self.seconds else 0.0

    def report(self) -> dict:
        """Return the counts, for JSON."""
        return {
            'ids': len(self.ids), 'seconds': round(self.seconds, 2),
            'changes': self.changes, 'changes_per_minute': self.per_minute(self.changes),
            'short_runs': self.short_runs,
            'short_runs_per_minute': self.per_minute(self.short_runs),
            'faces': self.faces, 'unseen': self.unseen, 'order_flips': self.order_flips}


class Identity:
    """
    Compare published faces with the people who are there, frame by frame.

    A person takes the published face that overlaps best, at least `LEAST_OVERLAP`; the pairs of
    a frame are those of the greatest overlap in all. IDF1 is that of Ristani et al. 2016: the
    harmonic mean of precision and recall under the one best pairing of people and ids.
    """

    def __init__(self) -> None:
        # How often each person was published under each id; who had an id last, and the like.
        self._together: Counter[tuple[str, str]] = Counter()
        self._people: Counter[str] = Counter()
        self._published: Counter[str] = Counter()
        self._last: dict[str, str] = {}
        self._missing: set[str] = set()
        self._since: dict[str, float] = {}
        self._gone: dict[str, float] = {}
        self._owners: dict[str, str] = {}
        self.switches = 0
        self.taken_over = 0
        self.fragments = 0
        self.found_after: list[float] = []
        self.withdrawn_after: list[float] = []

    def add(
            self, people: Mapping[str, Box], faces: Sequence[Face], stamp: float,
            partly: Collection[str] = ()) -> None:
        """
        Take the next frame.

        :param people: the true boxes of those of whom something can be seen.
        :param faces: published for the frame.
        :param stamp: seconds.
        :param partly: those of `people` of whom so little can be seen that neither a face nor
            none is wrong.
        """
        names, ids = list(people), [face.id for face in faces]
        overlaps = np.array([
            [iou(people[name], face.box) for face in faces] for name in names])
        paired = {}
        if names and ids:
            for row, column in zip(*assign(1.0 - overlaps)):
                if overlaps[row, column] >= LEAST_OVERLAP:
                    paired[names[row]] = ids[column]
        either = {paired.pop(name) for name in partly if name in paired}
        names = [name for name in names if name not in partly]
        ids = [face_id for face_id in ids if face_id not in either]
        self._people.update(names)
        self._published.update(ids)
        self._together.update(paired.items())
        for name in names:
            self._since.setdefault(name, stamp)
        for name, face_id in paired.items():
            if name not in self._last:
                self.found_after.append(stamp - self._since[name])
            elif self._last[name] != face_id:
                self.switches += 1
            elif name in self._missing:
                self.fragments += 1
            self.taken_over += self._owners.setdefault(face_id, name) != name
            self._owners[face_id] = name
            self._last[name] = face_id
            self._missing.discard(name)
        self._missing.update(name for name in self._last if name in names and name not in paired)
        self._withdraw({*names, *partly}, ids, stamp)

    def _withdraw(self, names: set[str], ids: list[str], stamp: float) -> None:
        """Time how long the id of somebody who cannot be seen any more is still published."""
        for name, face_id in self._last.items():
            if name in names:
                self._gone.pop(name, None)
            elif name not in self._gone:
                self._gone[name] = stamp
                if face_id not in ids:
                    self.withdrawn_after.append(0.0)
                    self._gone[name] = math.inf
            elif face_id not in ids and self._gone[name] < math.inf:
                self.withdrawn_after.append(stamp - self._gone[name])
                self._gone[name] = math.inf

    @property
    def idf1(self) -> float:
        """Return the share of faces under the right id, 0 to 1."""
        names, ids = list(self._people), list(self._published)
        if not names or not ids:
            return 0.0
        shared = np.array([[self._together[name, i] for i in ids] for name in names], float)
        rows, columns = assign(shared.max() - shared)
        right = shared[rows, columns].sum()
        return float(2.0 * right / (self._people.total() + self._published.total()))

    def report(self) -> dict:
        """Return the figures, for JSON; times in seconds, None where there is none."""
        def middle(values: list[float]) -> float | None:
            return round(float(np.median(values)), 3) if values else None
        return {
            'people': len(self._people), 'ids': len(self._published),
            'switches': self.switches, 'taken_over': self.taken_over,
            'fragments': self.fragments,
            'idf1': round(self.idf1, 3), 'found_after': middle(self.found_after),
            'withdrawn_after': middle(self.withdrawn_after)}
