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
"""Annotations in tables: the exports of BORIS, tabular and aggregated, and plain CSV and TSV."""

from __future__ import annotations

from collections.abc import Mapping
import csv
import io
import math
from pathlib import Path
import re

from fer_ros.boundary import InputError, reason
from fer_ros.core.text import shown
from fer_ros.study.annotations import AnnotationFile, decoded, stem
from fer_ros.study.boris import add_events, add_placed, media_of, Medium, POINT, START, STATE, STOP

#: Columns of a plain table by what they mean; a table of others says in the map what is what.
COLUMNS = ('recording', 'tier', 'annotator', 'start', 'end', 'code')

#: Rows in which the head of a table is looked for: older exports of BORIS say much before it.
_HEAD_ROWS = 200

#: Names of the columns of BORIS through its versions.
_BORIS = {
    'observation': ('Observation id',), 'source': ('Source', 'Media file', 'Media file path'),
    'lengths': ('Media duration (s)', 'Total length'), 'offset': ('Time offset (s)',),
    'subject': ('Subject',), 'code': ('Behavior',), 'kind': ('Behavior type', 'Status'),
    'time': ('Time',), 'start': ('Start (s)',), 'end': ('Stop (s)',)}

_PLAYER = re.compile(r'(?:^|\|)player #(\d+):')

_SEPARATOR = re.compile(r'"?sep=([,;\t])"?\r?\n')

Row = dict[str, str]


def read(path: Path, content: bytes, columns: Mapping[str, str]) -> AnnotationFile:
    """
    Return the annotations of a table.

    :param columns: name of each column of a plain table by what it means (`COLUMNS`).
    :raises InputError: it is no table, or lacks a column.
    """
    text = decoded(content)
    if '\0' in text:
        raise InputError('it is no table: it has null bytes')
    rows, separator = _rows(text)
    for number, row in enumerate(rows[:_HEAD_ROWS]):
        names = [name.strip() for name in row]
        if {'Subject', 'Behavior'} <= {*names} and {'Time', 'Start (s)'} & {*names}:
            return _boris(path, rows[:number], _table(names, rows[number + 1:]),
                          separator != ',')
    return _plain(path, _table([name.strip() for name in rows[0]], rows[1:]) if rows else [],
                  [name.strip() for name in rows[0]] if rows else [], columns, separator != ',')


def _rows(text: str) -> tuple[list[list[str]], str]:
    """Return the rows that are not empty, and what separates their cells."""
    # Excel may be told the separator in a line of its own.
    told = _SEPARATOR.match(text)
    if told is not None:
        text = text[told.end():]
    # By the first row, where no number has a comma of its own.
    head = next((line for line in text[:100_000].splitlines() if line.strip()), '')
    separator = told[1] if told else max(',;\t', key=head.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=''), delimiter=separator)
                if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InputError(f'it is no table: {reason(error)}') from None
    return rows, separator


def _table(names: list[str], rows: list[list[str]]) -> list[Row]:
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"the column '{shown(twice)}' is there twice; rename one")
    return [dict(zip(names, (*row, *[''] * len(names)))) for row in rows]


def _plain(path: Path, table: list[Row], names: list[str], columns: Mapping[str, str],
           comma: bool) -> AnnotationFile:
    named = {meaning: columns.get(meaning, meaning) for meaning in COLUMNS}
    for meaning in ('start', 'code'):
        if named[meaning] not in names:
            raise InputError(
                f"the column '{shown(named[meaning])}' is missing; say under 'columns:' of the "
                f"map what it is called, such as '{meaning}: onset'; the table has: "
                f"{shown(', '.join(filter(None, names)) or 'none', 300)}")
    lacking = next((one for one in columns.values() if one not in names), None)
    if lacking is not None:
        raise InputError(
            f"the column '{shown(lacking)}', which the map names, is missing; the table has: "
            f"{shown(', '.join(filter(None, names)), 300)}")
    file = AnnotationFile(path)
    for row in table:
        def cell(meaning: str, row: Row = row) -> str:
            return row.get(named[meaning], '').strip()
        start = _seconds(cell('start'), comma)
        end = _seconds(cell('end'), comma) if cell('end') else start
        file.add((cell('recording') or stem(path.name),), cell('tier'), cell('annotator'), start,
                 end, cell('code'))
    return file


def _boris(path: Path, before: list[list[str]], table: list[Row], comma: bool) -> AnnotationFile:
    """Return the annotations of an export of BORIS, each row an event or a state."""
    told = {row[0].strip(): row[1].strip() for row in before if len(row) > 1}
    # What older versions wrote for several media in a row does not tell where each begins.
    unclear = [row[1].strip() for row in before if len(row) > 1 and row[0].strip() == 'Player #1']
    file = AnnotationFile(path)
    sources: dict[str, set[str]] = {}
    events: dict[str, list[tuple[float, str, str, str, str]]] = {}
    places: dict[str, tuple[list[Medium], float]] = {}

    def cell(row: Row, what: str) -> str:
        name = next((name for name in _BORIS[what] if name in row), '')
        return row.get(name, '').strip() or told.get(name or _BORIS[what][0], '')

    def observation(row: Row) -> str:
        return cell(row, 'observation') or stem(path.name)

    for row in table:
        sources.setdefault(observation(row), set(unclear)).add(cell(row, 'source'))
    for row in table:
        name, kind = observation(row), cell(row, 'kind').upper()
        if len(sources[name]) > 1:
            file.left_out[f"an event of '{shown(name)}', whose media follow one another without "
                          'a length: export it with a newer BORIS, or name its project'] += 1
            continue
        if name not in places:
            offset = _number(cell(row, 'offset'), comma)
            places[name] = (_media(cell(row, 'source'), cell(row, 'lengths'), comma),
                            0.0 if math.isnan(offset) else offset)
        modifiers = '|'.join(filter(None, (
            value.strip() for key, value in row.items() if key.startswith('Modifier'))))
        key = (cell(row, 'subject'), cell(row, 'code'), modifiers)
        if 'Start (s)' in row and kind in (POINT, STATE):
            add_placed(file, name, *places[name], (
                _number(cell(row, 'start'), comma), _number(cell(row, 'end'), comma)), key)
        elif 'Time' in row and kind in (START, STOP, POINT):
            events.setdefault(name, []).append((_number(cell(row, 'time'), comma), *key, kind))
        else:
            file.left_out[f"an event of the type '{shown(kind)}'"] += 1
    for name, one in events.items():
        add_events(file, name, *places[name], one)
    return file


def _media(source: str, lengths: str, comma: bool) -> list[Medium]:
    """Return the media of the first player of `player #1:a.mp4;b.mp4|player #2:c.mp4`."""
    if source in ('', 'NA'):
        return []
    first = lengths.partition('|')[0].split(';')
    if _PLAYER.search(source) is None:
        return media_of([source], {})
    part = _PLAYER.split(source)[2]
    files = part.split(';')
    return media_of(files, {
        name: _number(length, comma) for name, length in zip(files, first)})


def _seconds(text: str, comma: bool) -> float:
    """Return a time of a table, seconds or h:mm:ss, or not a number."""
    parts = [_number(part, comma) for part in text.split(':')]
    if not 1 <= len(parts) <= 3 or any(part < 0 for part in parts[1:]):
        return math.nan
    value = 0.0
    for part in parts:
        value = 60.0 * value + part
    return value


def _number(text: str, comma: bool) -> float:
    """Return a number, or not a number; with a comma in it where that separates no cells."""
    try:
        return float(text.strip().replace(',', '.') if comma else text)
    except ValueError:
        return math.nan
