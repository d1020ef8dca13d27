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
"""A study held against annotators, and these against each other: person by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from fer_ros.study.agreement_coding import Coding, Without
from fer_ros.study.agreement_codings import Place
from fer_ros.study.agreement_map import (
    AgreementMap, DISAGREEMENT, EXPRESSION, LEFT_OUT, MOST_PROBABLE)
from fer_ros.study.agreement_series import Recording, Series, UNSURE_INDEX
import numpy as np

#: Stands in place of a second annotator where the study is compared.
STUDY = 'study'

#: Kinds of annotations: states, events at a time, and numbers that are sampled.
INTERVALS, POINTS, TRACE = 'intervals', 'points', 'trace'

#: What a frame that is compared counts as.
COMPARED = 'compared'

#: Why a frame is left out, beside those of `Without`.
NOT_SEEN, NEAR, UNSURE_OUT, NO_CLASS = (
    'person not seen', 'near a change', 'unsure', 'a word without a class')


def no_confusion() -> np.ndarray:
    """Return what stands in place of a confusion for numbers."""
    return np.zeros((0, 0), int)


@dataclass(frozen=True, eq=False)
class Comparison:
    """
    One coding held against another one.

    :param against: `STUDY`, or a second annotator.
    :param kind: of the annotations: `INTERVALS`, `POINTS` or `TRACE`.
    :param counts: frames, or points, by what they count as: `COMPARED`, or why not.
    :param confusion: int (C + 1, C + 1), row the annotator's class, column that of the other; the
        last stands for `unsure`. (0, 0) for valence.
    :param without_tolerance: likewise with the frames near a change.
    :param numbers: float (2, N), valence by the annotator and by the other; or (2, 0).
    :param step: seconds that a sample stands for; 0 for points.
    """

    recording: str
    person: str
    annotator: str
    against: str
    measure: str
    kind: str
    annotations: int
    counts: Counter = field(default_factory=Counter)
    confusion: np.ndarray = field(default_factory=no_confusion)
    without_tolerance: np.ndarray = field(default_factory=no_confusion)
    numbers: np.ndarray = field(default_factory=lambda: np.zeros((2, 0)))
    step: float = 0.0


def compare(recording: Recording, codings: Mapping[Place, Coding], plan: AgreementMap,
            ) -> list[Comparison]:
    """
    Return the comparisons of a recording: each annotator with the study, then with each other.

    :param codings: of this recording.
    """
    found: list[Comparison] = []
    for place, coding in codings.items():
        series = recording.series(place.ids)
        if place.measure == EXPRESSION:
            if coding.spans or coding.nothing >= 0:
                found.append(_intervals(place, coding, series, plan, recording.step))
            if coding.points:
                found.append(_points(place, coding, series, plan, recording.step))
        else:
            found += _valences(place, coding, series, plan, recording.step)
    for first, second in combinations(codings, 2):
        if (first.ids, first.measure) == (second.ids, second.measure):
            found += _annotators(first, second, codings, recording.series(first.ids), plan,
                                 recording.step)
    return found


def _intervals(place: Place, coding: Coding, series: Series, plan: AgreementMap, step: float,
               ) -> Comparison:
    truth = coding.classes(series.seconds)
    said = said_classes(series, plan)
    near = coding.near_change(series.seconds, plan.tolerance)
    counts = Counter({NOT_SEEN: int((coding.classes(series.elsewhere) >= 0).sum())})
    for why in Without:
        counts[why.words] = int((truth == why).sum())
    size = len(plan.classes) + 1
    usable = truth >= 0
    counts[NEAR] = int((usable & near).sum())
    far = usable & ~near
    counts[UNSURE_OUT] = int((far & (said == _LEFT_UNSURE)).sum())
    counts[NO_CLASS] = int((far & (said == _LEFT_WORD)).sum())
    said_something = said >= 0
    counts[COMPARED] = int((far & said_something).sum())
    return Comparison(
        place.recording, place.person, place.annotator, STUDY, EXPRESSION, INTERVALS,
        len(coding.spans), +counts, _confusion(truth, said, far & said_something, size),
        _confusion(truth, said, usable & said_something, size), step=step)


def _points(place: Place, coding: Coding, series: Series, plan: AgreementMap, step: float,
            ) -> Comparison:
    """Compare events, each with what the study says most often within the tolerance of it."""
    said = said_classes(series, plan)
    size = len(plan.classes) + 1
    counts: Counter = Counter()
    confusion = np.zeros((size, size), int)
    # At least the nearest frame of a study without gaps.
    reach = max(plan.tolerance, 0.55 * step)
    for time, value in coding.points:
        left, right = np.searchsorted(series.seconds, (time - reach, time + reach), 'left')
        near = said[left:right]
        if not len(near):
            counts[NOT_SEEN] += 1
        elif not (near >= 0).any():
            counts[UNSURE_OUT if (near == _LEFT_UNSURE).any() else NO_CLASS] += 1
        else:
            votes = np.bincount(near[near >= 0])
            # Of classes that are said as often, the one that is said nearest to the event.
            order = np.argsort(np.abs(series.seconds[left:right] - time), kind='stable')
            other = next(each for each in near[order] if each >= 0 and votes[each] == votes.max())
            confusion[int(value), other] += 1
            counts[COMPARED] += 1
    return Comparison(
        place.recording, place.person, place.annotator, STUDY, EXPRESSION, POINTS,
        len(coding.points), counts, confusion, confusion)


def _valences(place: Place, coding: Coding, series: Series, plan: AgreementMap, step: float,
              ) -> list[Comparison]:
    found = []
    for kind, number, values in (
            (INTERVALS, len(coding.spans), coding.numbers),
            (TRACE, len(coding.points), coding.trace)):
        if not number:
            continue
        truth = values(series.seconds)
        known = ~np.isnan(truth)
        counts = Counter({NOT_SEEN: int((~np.isnan(values(series.elsewhere))).sum()),
                          Without.NOTHING.words: int((~known).sum())})
        if kind == INTERVALS:
            near = coding.near_change(series.seconds, plan.tolerance)
            counts[NEAR] = int((known & near).sum())
            known &= ~near
        counts[COMPARED] = int(known.sum())
        found.append(Comparison(
            place.recording, place.person, place.annotator, STUDY, place.measure, kind, number,
            +counts, numbers=np.stack([truth[known], series.valence[known]]), step=step))
    return found


def _annotators(first: Place, second: Place, codings: Mapping[Place, Coding], series: Series,
                plan: AgreementMap, step: float) -> list[Comparison]:
    """Compare two annotators over the frames in which the person was seen."""
    one, other = codings[first], codings[second]
    seconds = series.seconds
    near = one.near_change(seconds, plan.tolerance) | other.near_change(seconds, plan.tolerance)
    names = first.recording, first.person, first.annotator, second.annotator, first.measure
    if first.measure == EXPRESSION:
        if not all(each.spans or each.nothing >= 0 for each in (one, other)):
            return []
        left, right = one.classes(seconds), other.classes(seconds)
        usable = (left >= 0) & (right >= 0)
        size = len(plan.classes) + 1
        counts = Counter({COMPARED: int((usable & ~near).sum()), NEAR: int((usable & near).sum())})
        return [Comparison(
            *names, INTERVALS, len(one.spans) + len(other.spans), +counts,
            _confusion(left, right, usable & ~near, size),
            _confusion(left, right, usable, size), step=step)]
    found = []
    for kind in (INTERVALS, TRACE):
        values = [each.numbers(seconds) if kind == INTERVALS else each.trace(seconds)
                  for each in (one, other)]
        known = ~np.isnan(values[0]) & ~np.isnan(values[1])
        if kind == INTERVALS:
            known &= ~near
        if known.any():
            found.append(Comparison(
                *names, kind, len(one.spans) + len(other.spans) if kind == INTERVALS else
                len(one.points) + len(other.points), Counter({COMPARED: int(known.sum())}),
                numbers=np.stack([value[known] for value in values]), step=step))
    return found


#: In place of a class of the study: `unsure`, and a word without a class, neither compared.
_LEFT_UNSURE, _LEFT_WORD = -1, -2


def said_classes(series: Series, plan: AgreementMap) -> np.ndarray:
    """
    Return the class that the study says in each frame, as the map counts `unsure`.

    :return: int (N,), an index of a class, their number for `unsure` as a disagreement, -1 for
        `unsure` that is left out, or -2 for a word without a class.
    """
    place = np.array([value if value >= 0 else _LEFT_WORD for value in plan.class_of])
    labels = np.where(series.labels == UNSURE_INDEX, series.likeliest, series.labels)
    said = place[labels] if len(labels) else np.zeros(0, int)
    unsure = {LEFT_OUT: _LEFT_UNSURE, DISAGREEMENT: len(plan.classes)}
    if plan.unsure != MOST_PROBABLE:
        said = np.where(series.labels == UNSURE_INDEX, unsure[plan.unsure], said)
    return said


def _confusion(truth: np.ndarray, said: np.ndarray, chosen: np.ndarray, size: int) -> np.ndarray:
    flat = np.bincount(truth[chosen] * size + said[chosen], minlength=size * size)
    return flat.reshape(size, size)
