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

"""Tables of what tracking does on clips and scenes, beside an earlier measurement."""

from __future__ import annotations

import argparse
from pathlib import Path

from fer_ros.arguments import input_file
from fer_ros.bench.tables import table
from fer_ros.boundary import InputError
from fer_ros.bounded_text import parse_json, read_text
from fer_ros.core.text import shown
from fer_ros.evaluate.card_tables import replace_tables
from fer_ros.evaluate.csv_table import DataError
from fer_ros.schema import check

#: Columns of a clip: key of its row, heading.
CLIP_COLUMNS = (
    ('ids', 'ids'), ('changes_per_minute', 'changes/min'),
    ('short_runs_per_minute', 'short runs/min'), ('faces', 'faces'), ('unseen', 'unseen'),
    ('order_flips', 'order flips'))

#: Columns of what cuts and gaps do.
CUT_COLUMNS = (('cases', 'cases'), ('kept', 'id kept'), ('share', 'share'))

#: Lists of a result by its kind, each with what names its entries.
_PARTS = {'clips': {'clips': 'clip', 'cuts': 'case'},
          'tracking': {'scenes': 'scene', 'delays': 'rate'}}

#: Most bytes of an earlier result.
MOST_IN_RESULT = 10_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that all these tables share."""
    parser.add_argument(
        '--against', type=input_file, metavar='FILE',
        help='earlier result, written with --json, to compare with')
    parser.add_argument(
        '--page', type=input_file, metavar='FILE', help='write the tables into this Markdown page')


def earlier(path: Path | None, kind: str) -> dict | None:
    """
    Return an earlier result that `--json` wrote, or None without a path.

    :param kind: of the benchmark.
    :raises InputError: the file holds something else.
    """
    if path is None:
        return None
    try:
        result = parse_json(read_text(path, MOST_IN_RESULT))
        check(result, {
            'type': 'object', 'required': ['benchmark', *_PARTS[kind]], 'description': 'a mapping',
            'properties': {'benchmark': {'enum': [kind], 'description': kind}, **{
                part: {'type': 'array', 'description': 'a list', 'items': {
                    'type': 'object', 'required': [key], 'description': 'a mapping',
                    'properties': {
                        key: {'type': ['string', 'number'], 'description': 'its name'}}}}
                for part, key in _PARTS[kind].items()}}})
    except InputError as error:
        raise InputError(
            f"'{shown(str(path), 200)}' is not a result of `fer_benchmark {kind} --json`: "
            f'{error}') from None
    return result


def rows_of(result: dict, before: dict | None, part: str, key: str, columns) -> list[list[str]]:
    """
    Return a row of text for each entry, `before → after` where an earlier result has it.

    :param part: name of the list of entries.
    :param key: that names an entry.
    :param columns: (key, heading) of the figures.
    """
    old = {entry[key]: entry for entry in before[part]} if before else {}
    return [
        [entry[key], *(
            _cell(old.get(entry[key], {}).get(name), entry[name], bool(before))
            for name, _ in columns)]
        for entry in result[part]]


def text(result: dict, before: dict | None, part: str, key: str, columns) -> str:
    """Return a table for people; arguments as of `rows_of`."""
    return table([key, *(heading for _, heading in columns)],
                 rows_of(result, before, part, key, columns))


def markdown(result: dict, before: dict | None, part: str, key: str, columns) -> list[str]:
    """Return the lines of a table for a page; arguments as of `rows_of`."""
    lines = [[key, *(heading for _, heading in columns)], ['---'] * (len(columns) + 1)]
    lines += rows_of(result, before, part, key, columns)
    return ['| ' + ' | '.join(line) + ' |' for line in lines]


def write(
        page: Path | None, command: str, result: dict, before: dict | None, part: str, key: str,
        columns) -> None:
    """
    Write a table into a page, if there is one; it is named there as its part of the result.

    :param command: `fer_benchmark` and what it measures.
    :raises ValueError: the page cannot be read or has no place for the table.
    """
    if page is None:
        return
    try:
        replace_tables(page, {part: markdown(result, before, part, key, columns)}, command)
    except DataError as error:
        raise ValueError(str(error)) from error


def _cell(before, after, compare: bool) -> str:
    after, before = ('–' if value is None else str(value) for value in (after, before))
    return f'{before} → {after}' if compare else after
