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

"""Rows of a study's tables, made of what a replay says of each frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fer_ros.core.action_units import UNITS
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.frame_steps import Steps
from fer_ros.replay.records import FaceRecord, FrameRecord

#: The label that is a smile.
SMILE = 'happy'

_SHARES = (*LABELS, UNSURE)
_ANGLES = ('yaw', 'pitch', 'roll', 'off_camera')


def face_row(recording: str, record: FrameRecord, place: int, heads: bool) -> list[Any]:
    """
    Return a row of the table faces.

    :param place: of the face in the frame, 0 in front.
    :param heads: whether the row has what points on faces tell.
    """
    face = record.faces[place]
    row = [recording, record.index, record.stamp, record.time, face.id, place == 0, *face.box,
           face.score, face.observed, face.label, face.confidence,
           *(face.expression.get(label) for label in LABELS), face.valence, face.arousal]
    return row + _head_row(face) if heads else row


def frame_row(recording: str, record: FrameRecord) -> list[Any]:
    """Return a row of the table frames."""
    return [recording, record.index, record.stamp, record.time, len(record.faces), record.reset]


def _head_row(face: FaceRecord) -> list[Any]:
    head, units = face.head or {}, face.action_units or {}
    row: list[Any] = [head.get(name) for name in _ANGLES]
    row += head.get('position') or [None] * 3
    row += [head.get('confidence'), face.attention, face.speech]
    for unit in UNITS:
        row += units.get(str(unit)) or [None, None]
    points = face.landmarks
    return [*row, None if points is None else [float(each) for point in points for each in point]]


@dataclass
class _Person:
    first: float
    last: float = 0.0
    frames: int = 0
    seconds: float = 0.0
    valence: float = 0.0
    arousal: float = 0.0
    changes: int = 0
    label: str = ''
    smile: float | None = None
    labels: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_SHARES, 0))


class Totals:
    """
    Gather what the tables people and recordings say.

    :param recording: name of the recording.
    """

    def __init__(self, recording: str):
        self._recording = recording
        self._people: dict[str, _Person] = {}
        self._steps = Steps()
        self._seen: frozenset[str] = frozenset()
        self._rated_frames, self._rated_seconds = 0, 0.0
        self.frames = self.faces = self.gaps = 0
        self.seconds = self.longest_gap = 0.0

    @property
    def rate(self) -> float | None:
        """Return the frames by the second where there is no gap, in Hz."""
        return self._rated_frames / self._rated_seconds if self._rated_seconds else None

    @property
    def people(self) -> int:
        """Return how many people there were."""
        return len(self._people)

    def add(self, record: FrameRecord) -> None:
        """Take a frame."""
        step = self._steps.take(record)
        self.frames += 1
        self.faces += len(record.faces)
        self.seconds += step.seconds
        if step.gap:
            self.gaps += 1
            self.longest_gap = max(self.longest_gap, step.seconds)
        elif step.seconds:
            self._rated_frames += 1
            self._rated_seconds += step.seconds
        going_on = self._seen if not step.gap and not step.restart else frozenset()
        for face in record.faces:
            person = self._people.get(face.id)
            if person is None:
                person = self._people[face.id] = _Person(record.time, label=face.label)
            if face.id in going_on:
                person.seconds += step.seconds
            person.last = record.time
            person.frames += 1
            person.valence += face.valence
            person.arousal += face.arousal
            person.labels[face.label] += 1
            person.changes += face.label != person.label
            person.label = face.label
            if face.label == SMILE and person.smile is None:
                person.smile = record.time
        self._seen = frozenset(face.id for face in record.faces)

    def people_rows(self) -> Iterator[list[Any]]:
        """Yield the rows of the table people."""
        for name, person in self._people.items():
            yield [self._recording, name, person.first, person.last, person.frames,
                   person.seconds, *(person.labels[label] / person.frames for label in _SHARES),
                   person.valence / person.frames, person.arousal / person.frames,
                   60.0 * person.changes / person.seconds if person.seconds else None,
                   person.smile]
