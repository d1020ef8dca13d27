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

"""Messages read into what the monitor works with: bounded, checked, fit to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import math
from typing import Any

from fer_ros.core.affect import valence_arousal
from fer_ros.core.text import shown
from fer_ros.core.types import LABELS
import numpy as np

#: Levels of a diagnostic status, by number.
LEVELS = ('OK', 'WARN', 'ERROR', 'STALE')

#: The most faces of a message, characters of a name, and values of a status that are kept.
MOST_FACES, NAME_LENGTH, MOST_VALUES = 32, 40, 100


@dataclass(frozen=True)
class FaceReport:
    """
    A face of one message.

    :param label: as shown, `unsure` included.
    :param confidence: 0 to 1; None where the message has no number.
    :param probabilities: label to probability, in the order of `LABELS`, as far as told.
    """

    id: str  # noqa: A003
    label: str
    confidence: float | None
    probabilities: Mapping[str, float] = field(default_factory=dict)

    @property
    def valence(self) -> float | None:
        """Return the valence that the probabilities give, -1 to 1; None unless all are told."""
        if any(label not in self.probabilities for label in LABELS):
            return None
        values = np.array([self.probabilities[label] for label in LABELS])
        return float(np.clip(valence_arousal(values)[0], -1.0, 1.0))


@dataclass(frozen=True)
class Answer:
    """
    A message of faces.

    :param latency: seconds from its stamp until it was received; None for a stamp of zero.
    """

    faces: tuple[FaceReport, ...] = ()
    latency: float | None = None
    frame_id: str = ''


@dataclass(frozen=True)
class Status:
    """
    What a node says of one of its parts.

    :param node: full name.
    :param name: of the part: `camera`, `inference`.
    :param level: one of `LEVELS`.
    :param values: by key.
    """

    node: str
    name: str
    level: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """Return the message without what to do about it."""
        return self._parts[0]

    @property
    def remedy(self) -> str:
        """Return what to do about it; '' where all is well or nothing is said."""
        return '' if self.level == 'OK' else self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        for mark in ('; hint: ', '; '):
            problem, found, remedy = self.message.partition(mark)
            if found:
                return problem, remedy
        return self.message, ''


def answer(message: Any, received: float) -> Answer:
    """
    Read a vision_msgs/Detection2DArray, or what has its fields.

    :param received: when, in seconds of the clock that the stamps are of.
    """
    stamp = message.header.stamp
    seconds = stamp.sec + 1e-9 * stamp.nanosec
    return Answer(
        tuple(_face(each) for each in message.detections[:MOST_FACES] if each.results),
        received - seconds if seconds else None, shown(message.header.frame_id, NAME_LENGTH))


def statuses(message: Any, names: Sequence[str]) -> list[Status]:
    """
    Read those statuses of a diagnostic_msgs/DiagnosticArray that a fer node may have sent.

    :param names: of the parts that a fer node reports on.
    """
    found = []
    for each in message.status:
        node, mark, name = each.name.rpartition(': ')
        if not mark or name not in names:
            continue
        level = each.level[0] if isinstance(each.level, bytes) else int(each.level)
        found.append(Status(
            '/' + shown(node.lstrip('/'), 80), name, LEVELS[min(level, len(LEVELS) - 1)],
            shown(each.message, 1000),
            {shown(one.key): shown(one.value, 200) for one in each.values[:MOST_VALUES]}))
    return found


def _face(detection: Any) -> FaceReport:
    first = detection.results[0].hypothesis
    told = {each.hypothesis.class_id: _share(each.hypothesis.score)
            for each in detection.results[:2 * len(LABELS)]}
    scores = {label: told.get(label) for label in LABELS}
    return FaceReport(
        shown(detection.id, NAME_LENGTH), shown(first.class_id, NAME_LENGTH),
        _share(first.score), {
            label: score for label, score in scores.items() if score is not None})


def _share(score: float) -> float | None:
    return min(max(score, 0.0), 1.0) if math.isfinite(score) else None


def rounded(value: float | None, digits: int) -> float | None:
    """Return a number with so many decimals; None, which is unknown, stays."""
    return None if value is None else round(value, digits)
