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

"""What a report says of a recording, gathered frame by frame: of bounded size however long."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
import heapq
import math

from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.frame_steps import Steps
from fer_ros.replay.records import FaceRecord, FrameRecord

#: In the picture a gap longer than the first is drawn as short as the second, in seconds.
LONG_GAP, DRAWN_GAP = 600.0, 10.0

#: The most people with a timeline, changes of one, points of a curve, gaps and restarts kept.
MOST_PEOPLE, MOST_BANDS, MOST_POINTS, MOST_GAPS = 200, 3000, 1000, 200


#: Stands for a label that is none of ours, in a file that somebody else wrote.
OTHER = 'other'

_KNOWN = frozenset((*LABELS, UNSURE))


@dataclass
class Band:
    """
    A stretch of time in which a face showed one label.

    :param start: seconds of the drawn time; likewise `end`.
    :param time: seconds since the first frame, as the JSON lines have it.
    """

    start: float
    end: float
    label: str
    time: float


class Curve:
    """Means of numbers over steps of time, which double when there are too many of them."""

    def __init__(self, step: float = 0.1):
        self.step = step
        self._points: dict[int, list[float]] = {}

    def add(self, at: float, *values: float) -> None:
        """Take values at a time in seconds."""
        point = self._points.setdefault(int(at / self.step), [0.0] * (1 + len(values)))
        point[0] += 1
        for number, value in enumerate(values, 1):
            point[number] += value
        if len(self._points) > MOST_POINTS:
            self._coarsen()

    def points(self) -> list[tuple[float, ...]]:
        """Return (time, number of values, mean of each) in the order of time."""
        return [((step + 0.5) * self.step, point[0], *(value / point[0] for value in point[1:]))
                for step, point in sorted(self._points.items())]

    def _coarsen(self) -> None:
        fine, self._points, self.step = self._points, {}, 2 * self.step
        for step, point in fine.items():
            into = self._points.setdefault(step // 2, [0.0] * len(point))
            for number, value in enumerate(point):
                into[number] += value


@dataclass
class Person:
    """
    What was seen of a face.

    :param seconds: it was seen for.
    :param labels: frames by label.
    :param changes: of the label.
    """

    id: str  # noqa: A003
    first: float
    last: float
    first_time: float
    frames: int = 0
    seconds: float = 0.0
    labels: Counter = field(default_factory=Counter)
    changes: int = 0
    bands: list[Band] = field(default_factory=list)
    curve: Curve = field(default_factory=Curve)
    shortest: float = 0.0

    def add(self, at: float, step: float, face: FaceRecord, time: float, goes_on: bool) -> bool:
        """
        Take what a frame says of it and return whether the label changed.

        :param at: drawn time in seconds, `step` after the frame before.
        :param goes_on: it was seen in that frame, too, and there was no gap.
        """
        label = _known(face.label)
        changed = bool(self.bands) and self.bands[-1].label != label
        if goes_on:
            self.seconds += step
            self.bands[-1].end = at
        if changed or not goes_on:
            self.bands.append(Band(at, at, label, time))
        self.changes += changed
        self.frames += 1
        self.labels[label] += 1
        self.last = at
        if not math.isnan(face.valence + face.arousal):
            self.curve.add(at, face.valence, face.arousal)
        if len(self.bands) > MOST_BANDS:
            self._simplify()
        return changed or self.frames == 1

    def _simplify(self) -> None:
        """Let bands too short to be seen in so long a recording be a part of the one before."""
        self.shortest = max(2 * self.shortest, 0.1)
        kept = self.bands[:1]
        for band in self.bands[1:-1]:
            if band.end - band.start < self.shortest and band.start - kept[-1].end < 1e-9:
                kept[-1].end = band.end
            else:
                kept.append(band)
        self.bands = [*kept, self.bands[-1]][-MOST_BANDS:]


@dataclass(frozen=True, order=True)
class Gap:
    """A stretch without a frame: its length in seconds, where it is drawn, and its time."""

    length: float
    start: float
    end: float
    time: float


def _known(label: str) -> str:
    return label if label in _KNOWN else OTHER


class ReportData:
    """Gather the frames of a recording."""

    def __init__(self) -> None:
        self.frames = self.with_face = self.most_faces = 0
        #: Seconds of the drawn time, and of the recording.
        self.drawn = self.recorded = 0.0
        self.first_stamp: int | None = None
        self.people: dict[str, Person] = {}
        self.others = 0
        self.labels: Counter = Counter()
        self.rate = Curve(1.0)
        self.gap_count, self.gap_seconds = 0, 0.0
        self.restarts: list[float] = []
        self.latencies: dict[str, array] = {}
        self._gaps: list[Gap] = []
        self._steps = Steps()
        self._last: FrameRecord | None = None

    def add(self, record: FrameRecord) -> list[FaceRecord]:
        """Take a frame; return the faces that are new or have changed their label with it."""
        step, gap = self._advance(record)
        at = self.drawn
        seen = {face.id for face in self._last.faces} if self._last else set()
        changed = []
        for face in record.faces:
            person = self.people.get(face.id)
            if person is None:
                person = self.people[face.id] = Person(face.id, at, at, record.time)
            if person.add(at, step, face, record.time, face.id in seen and not gap):
                changed.append(face)
        self.frames += 1
        self.with_face += bool(record.faces)
        self.most_faces = max(self.most_faces, len(record.faces))
        self.labels.update(_known(face.label) for face in record.faces)
        self.rate.add(at, 0.0)
        for stage, milliseconds in record.latency_ms.items():
            self.latencies.setdefault(stage, array('f')).append(milliseconds)
        if len(self.people) > 2 * MOST_PEOPLE:
            self._forget({face.id for face in record.faces})
        self._last = record
        return changed

    @property
    def gaps(self) -> list[Gap]:
        """Return the longest gaps, in the order of time."""
        return sorted(self._gaps, key=lambda gap: gap.start)

    def longest_seen(self) -> list[Person]:
        """Return those people that were seen longest, in the order in which they came."""
        longest = sorted(self.people.values(), key=lambda person: -person.frames)[:MOST_PEOPLE]
        return sorted(longest, key=lambda person: person.first)

    def _advance(self, record: FrameRecord) -> tuple[float, bool]:
        """Move the drawn time on; return by how much, and whether there was a gap."""
        step = self._steps.take(record)
        if self._last is None:
            self.first_stamp = record.stamp
            return 0.0, False
        if step.restart:
            # Time started over: what follows is drawn after what was.
            if len(self.restarts) < MOST_GAPS:
                self.restarts.append(self.drawn)
            self.drawn += step.usual
            return step.usual, True
        self.recorded += step.seconds
        drawn = DRAWN_GAP if step.seconds > LONG_GAP else step.seconds
        if step.gap:
            self.gap_count += 1
            self.gap_seconds += step.seconds
            one = Gap(step.seconds, self.drawn, self.drawn + drawn, self._last.time)
            keep = heapq.heappush if len(self._gaps) < MOST_GAPS else heapq.heappushpop
            keep(self._gaps, one)
        self.drawn += drawn
        return drawn, step.gap

    def _forget(self, present: set[str]) -> None:
        """Keep only a count of those who were seen least."""
        ranked = sorted(self.people.values(), key=lambda person: (
            person.id in present, person.frames))
        for person in ranked[:len(ranked) - MOST_PEOPLE]:
            if person.id not in present:
                del self.people[person.id]
                self.others += 1
