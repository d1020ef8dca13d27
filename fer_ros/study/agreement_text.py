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
"""The results of an agreement as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fer_ros.core.text import counted, shown
from fer_ros.core.types import UNSURE
from fer_ros.study.agreement_codings import Unused
from fer_ros.study.agreement_compare import COMPARED, POINTS
from fer_ros.study.agreement_map import EXPRESSION
from fer_ros.study.agreement_results import ALL, Row
import numpy as np

#: Most entries of each list of what could not be used.
MOST_UNUSED = 20

#: Heads of the columns of `cells`, of expressions and of valence.
HEADS = {
    True: ('recording', 'person', 'annotator', 'against', 'of', 'compared', 'agree', 'chance',
           'kappa', '95 %', 'no tol.', 'F1'),
    False: ('recording', 'person', 'annotator', 'against', 'of', 'compared', 'CCC', '95 %',
            'r', 'mean diff.', 'abs. error')}

#: What could not be used, in words, by the name of the field of `Unused`.
UNUSED = {
    'recordings': 'recordings that the study lacks', 'tiers': 'tiers that the map lacks',
    'people': 'people who are not in the recording', 'codes': 'codes that the map lacks',
    'others': 'annotations that cannot be used'}


def number(value: float | None, digits: int = 2) -> str:
    """Return a figure for people; a dash for none."""
    return '–' if value is None else f'{value:.{digits}f}'


def interval(low: float | None, high: float | None) -> str:
    """Return an interval for people; '' for none."""
    return '' if low is None else f'{number(low)} to {number(high)}'


def cells(row: Row) -> list[str]:
    """Return a row for people: as in the heads of its table."""
    value = row.values
    first = [shown(value[name], 40) for name in ('recording', 'person', 'annotator', 'against')]
    amount = (f"{value['compared']} events" if value['kind'] == POINTS else
              f"{value['seconds']:.1f} s")
    if value['measure'] == EXPRESSION:
        return [*first, value['kind'], amount, number(value['agreement']),
                number(value['chance']), number(value['kappa']),
                interval(value['kappa_low'], value['kappa_high']),
                number(value['kappa_without_tolerance']), number(value['macro_f1'])]
    return [*first, value['kind'], amount, number(value['ccc']),
            interval(value['ccc_low'], value['ccc_high']), number(value['correlation']),
            number(value['mean_difference']), number(value['mean_absolute_error'])]


def lines(rows: Sequence[Row], classes: Sequence[str], unused: Unused) -> Iterator[str]:
    """Yield the lines of all tables."""
    for expression in (True, False):
        chosen = [row for row in rows if (row.values['measure'] == EXPRESSION) == expression]
        if chosen:
            yield 'Expressions' if expression else 'Valence'
            yield from _table([HEADS[expression], *map(cells, chosen)],
                              left=5)
            yield ''
    for row in rows:
        if row.values['recording'] == ALL:
            yield from _of_all(row, classes)
    yield from unused_lines(unused)


def unused_lines(unused: Unused) -> Iterator[str]:
    """Yield what could not be used, the most frequent first."""
    for name, words in UNUSED.items():
        found = getattr(unused, name)
        if not found:
            continue
        yield f'Not used, {words}:'
        for what, count in found.most_common(MOST_UNUSED):
            yield f"  {what} ({counted(count, 'annotation')})"
        if len(found) > MOST_UNUSED:
            yield f'  and {len(found) - MOST_UNUSED} more'


def title(row: Row) -> str:
    """Return what a row is about, in words."""
    value = row.values
    other = ('the study' if value['against'] == 'study' else shown(value['against'], 40))
    return f"{shown(value['annotator'], 40)} and {other}, {value['measure']}, {value['kind']}"


def shares(row: Row) -> list[tuple[str, int, float]]:
    """Return (what, samples, share of all) of what a row's samples count as."""
    total = sum(row.counts.values()) or 1
    return [(what, count, count / total) for what, count in sorted(
        row.counts.items(), key=lambda item: (item[0] != COMPARED, -item[1])) if count]


def _of_all(row: Row, classes: Sequence[str]) -> Iterator[str]:
    """Yield what became of all frames, and the confusion."""
    noun = 'events' if row.values['kind'] == POINTS else 'frames'
    yield (f'{title(row)}: ' + '; '.join(
        f'{count} {noun} {what} ({100 * share:.0f} %)' for what, count, share in shares(row)))
    if not row.confusion.size or not row.values['compared']:
        yield ''
        return
    used = [place for place in range(len(row.confusion))
            if row.confusion[place].any() or row.confusion[:, place].any()]
    names = [shown((*classes, UNSURE)[place], 40) for place in used]
    table = row.confusion[np.ix_(used, used)]
    yield from _table([
        ('annotated \\ other', *names),
        *([name, *map(str, counts)] for name, counts in zip(names, table.tolist()))], left=1)
    yield ''


def _table(rows: Sequence[Sequence[str]], left: int) -> Iterator[str]:
    """
    Yield rows as columns of text.

    :param left: how many columns are flush left.
    """
    kept = [place for place in range(len(rows[0])) if any(row[place] for row in rows[1:])]
    widths = {place: max(len(row[place]) for row in rows) for place in kept}
    for row in rows:
        yield '  '.join(
            row[place].ljust(widths[place]) if place < left else row[place].rjust(widths[place])
            for place in kept).rstrip()
