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
"""The figures of an agreement: of each comparison, and of all recordings together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fer_ros.study.agreement_compare import COMPARED, Comparison, no_confusion
from fer_ros.study.agreement_measures import concordance, nominal
import numpy as np

#: Stands for all recordings, and all people.
ALL = 'all'

#: Fewest recordings with an interval, and how often they are drawn for it.
FEWEST, DRAWS = 5, 2000

#: Of a row, in the order of the columns of tables.
KEYS = ('recording', 'person', 'annotator', 'against', 'measure', 'kind')
FIGURES = (
    'annotations', 'compared', 'seconds', 'agreement', 'chance', 'largest_class', 'kappa',
    'kappa_low', 'kappa_high', 'kappa_without_tolerance', 'macro_f1', 'ccc', 'ccc_low',
    'ccc_high', 'correlation', 'mean_difference', 'mean_absolute_error')


@dataclass(frozen=True)
class Row:
    """
    The figures of a comparison.

    :param values: of each of `KEYS`, with `ALL` for recording and person of the sum, and of each
        of `FIGURES`, None where there is none.
    :param counts: frames, or points, by what they count as.
    :param classes: (class, support, predicted, precision, recall, f1) of each.
    :param confusion: int (C + 1, C + 1), the last of `unsure`; (0, 0) for valence.
    """

    values: dict[str, Any]
    counts: dict[str, int]
    classes: list[tuple[str, int, int, float | None, float | None, float | None]] = field(
        default_factory=list)
    confusion: np.ndarray = field(default_factory=no_confusion)


def rows_of(comparisons: Iterable[Comparison], classes: Sequence[str]) -> list[Row]:
    """
    Return a row for each comparison, and after them one for all recordings of each pair.

    Where there are `FEWEST` recordings or more, kappa and CCC of all come with an interval of
    95 %: percentiles over `DRAWS` draws of whole recordings with replacement, as neighbouring
    frames are far from independent (B. Efron, "Bootstrap methods: another look at the jackknife",
    Annals of Statistics 7 (1979), 1-26).
    """
    comparisons = list(comparisons)
    groups: dict[tuple[str, ...], list[Comparison]] = {}
    for one in comparisons:
        groups.setdefault((one.annotator, one.against, one.measure, one.kind), []).append(one)
    return [*(_row([one], (one.recording, one.person), classes) for one in comparisons),
            *(_row(group, (ALL, ALL), classes) for group in groups.values())]


def _row(group: Sequence[Comparison], who: tuple[str, str], classes: Sequence[str]) -> Row:
    first = group[0]
    counts: Counter = Counter()
    for one in group:
        counts.update(one.counts)
    compared = counts[COMPARED]
    values: dict[str, Any] = dict.fromkeys((*KEYS, *FIGURES)) | dict(
        zip(KEYS, (*who, first.annotator, first.against, first.measure, first.kind)))
    values |= {
        'annotations': sum(one.annotations for one in group), 'compared': compared,
        'seconds': round(sum(one.step * one.counts[COMPARED] for one in group), 6)}
    by_recording: dict[str, list[Comparison]] = {}
    for one in group:
        by_recording.setdefault(one.recording, []).append(one)
    units = list(by_recording.values())
    if not first.confusion.size:
        numbers = np.concatenate([one.numbers for one in group], axis=1)
        found = concordance(*numbers)
        low, high = _interval([_sums(unit) for unit in units], _ccc_of_sums)
        values |= {'ccc': found.ccc, 'ccc_low': low, 'ccc_high': high,
                   'correlation': found.correlation, 'mean_difference': found.difference,
                   'mean_absolute_error': found.error}
        return Row(values, dict(counts))
    confusion = np.sum([one.confusion for one in group], axis=0)
    whole = nominal(np.sum([one.without_tolerance for one in group], axis=0), len(classes))
    measures = nominal(confusion, len(classes))
    low, high = _interval(
        [np.sum([one.confusion for one in unit], axis=0) for unit in units],
        lambda table: nominal(table, len(classes)).kappa)
    values |= {
        'agreement': measures.agreement, 'chance': measures.chance,
        'largest_class': measures.largest, 'kappa': measures.kappa, 'kappa_low': low,
        'kappa_high': high, 'kappa_without_tolerance': whole.kappa,
        'macro_f1': measures.macro_f1}
    return Row(values, dict(counts), [
        (name, one.support, one.predicted, one.precision, one.recall, one.f1)
        for name, one in zip(classes, measures.classes)], confusion)


def _sums(unit: Sequence[Comparison]) -> np.ndarray:
    """Return what the CCC of a recording's samples is made of: n, sums, squares, product."""
    first, second = np.concatenate([one.numbers for one in unit], axis=1)
    return np.array([len(first), first.sum(), second.sum(), (first**2).sum(),
                     (second**2).sum(), (first * second).sum()])


def _ccc_of_sums(sums: np.ndarray) -> float | None:
    if not sums[0]:
        return None
    first, second, squares, others, product = sums[1:] / sums[0]
    spread = squares - first**2 + others - second**2 + (first - second)**2
    return float(2 * (product - first * second) / spread) if spread > 1e-12 else None


def _interval(units: Sequence[np.ndarray], measure: Callable[[np.ndarray], float | None],
              ) -> tuple[float | None, float | None]:
    if len(units) < FEWEST:
        return None, None
    stack = np.stack(units)
    # The same draws each time: a table does not change by being made again.
    random = np.random.default_rng(0)
    values = [measure(stack[random.integers(0, len(stack), len(stack))].sum(axis=0))
              for _ in range(DRAWS)]
    known = [value for value in values if value is not None]
    if len(known) < DRAWS // 2:
        return None, None
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)
