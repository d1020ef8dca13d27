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
"""The agreement of a study with annotators, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import json
from pathlib import Path
from typing import Any

from fer_ros.core.regular_files import read_regular
from fer_ros.core.text import shown
from fer_ros.core.types import UNSURE
from fer_ros.study.agreement_compare import POINTS
from fer_ros.study.agreement_files import AGREEMENT_VERSION, FOLDER, study_digest, SUMMARY
from fer_ros.study.agreement_map import EXPRESSION, VALENCE
from fer_ros.study.agreement_results import ALL, Row
from fer_ros.study.agreement_text import cells, HEADS, shares, title, UNUSED
import numpy as np

#: Most rows of single recordings, and entries of each list of what was not used.
MOST_ROWS, MOST_UNUSED = 400, 50

_MOST_BYTES = 200 << 20


def agreement(folder: Path, recordings: Sequence[str]) -> dict[str, Any] | None:
    """
    Return what the page says of an agreement, as text and numbers; None without one.

    :param folder: of the study.
    :param recordings: names of all of its recordings.
    :return: `fault` alone where the results cannot be read.
    """
    place = folder / FOLDER / SUMMARY
    if not place.is_file():
        return None
    try:
        content = json.loads(read_regular(place, _MOST_BYTES))
        if content['agreement_version'] != AGREEMENT_VERSION:
            raise ValueError(f"it has agreement_version {content['agreement_version']}")
        return _shown(content, content['study'] != study_digest(folder, recordings))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return {'fault': f'{FOLDER}/{SUMMARY} cannot be read; run fer_study agree again.'}


def _shown(content: Mapping[str, Any], stale: bool) -> dict[str, Any]:
    rows = [Row({key: value for key, value in one.items()
                 if key not in ('counts', 'classes', 'confusion')}, dict(one['counts']), [],
                np.array(one['confusion'], int).reshape((len(one['confusion']),) * 2))
            for one in content['comparisons']]
    names = [str(name) for name in (*content['classes'], UNSURE)]
    tables = []
    for measure in (EXPRESSION, VALENCE):
        chosen = [row for row in rows if row.values['measure'] == measure]
        single = [row for row in chosen if row.values['recording'] != ALL]
        whole = [row for row in chosen if row.values['recording'] == ALL]
        heads = HEADS[measure == EXPRESSION]
        if chosen:
            tables.append({
                'title': 'Expressions' if measure == EXPRESSION else 'Valence',
                'all': _filled(heads[2:], [cells(row)[2:] for row in whole]),
                'single': _filled(heads, [cells(row) for row in single[:MOST_ROWS]]),
                'left_out': max(0, len(single) - MOST_ROWS)})
    settings = [('left out about each change', f"{float(content['tolerance']):g} s"),
                ('reaction time taken off', f"{float(content['reaction_time']):g} s"),
                ('unsure counts as', shown(str(content['unsure'])))]
    unused = [(words, [(shown(str(what), 300), int(count)) for what, count in sorted(
        content['unused'][name].items(), key=lambda item: -item[1])[:MOST_UNUSED]],
        max(0, len(content['unused'][name]) - MOST_UNUSED))
        for name, words in UNUSED.items() if content['unused'][name]]
    return {
        'fault': '', 'stale': stale, 'tables': tables, 'settings': settings, 'unused': unused,
        'map': '\n'.join(shown(line, 300) for line in str(content['map']).splitlines()[:2000]),
        'files': [shown(str(name), 300) for name in content['files']],
        'sums': [_sum(row, names) for row in rows if row.values['recording'] == ALL]}


def _filled(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Return a table, its heads first, without the columns in which nothing stands."""
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    return [[row[place] for place in kept] for row in (heads, *rows)]


def _sum(row: Row, names: Sequence[str]) -> dict[str, Any]:
    """Return the confusion of all recordings, and what the frames count as."""
    used = [place for place in range(len(row.confusion))
            if row.confusion[place].any() or row.confusion[:, place].any()]
    table = row.confusion[np.ix_(used, used)] if used else row.confusion
    totals = table.sum(axis=1) if used else []
    return {
        'title': title(row), 'noun': 'events' if row.values['kind'] == POINTS else 'frames',
        'names': [shown(names[place], 40) for place in used],
        'rows': [(shown(names[place], 40), [
            (int(count), float(count / total) if total else 0.0, number == other)
            for other, count in enumerate(line)])
            for number, (place, line, total) in enumerate(zip(used, table, totals))],
        'counts': [(what, count, f'{100 * share:.0f} %') for what, count, share in shares(row)]}
