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
"""The results of an agreement as files in the folder of a study: Parquet, CSV and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from fer_ros.boundary import OutputError, reason
from fer_ros.core.text import shown
from fer_ros.core.types import UNSURE
from fer_ros.staged_output import write_whole
from fer_ros.study.agreement_results import FIGURES, KEYS, Row
from fer_ros.study.tables import file_metadata, file_of
import numpy as np

#: The folder within that of the study, and the file that has everything.
FOLDER, SUMMARY = 'agreement', 'agreement.json'

#: Of the form of `SUMMARY` and of the tables.
AGREEMENT_VERSION = 1

_WHOLE = ('annotations', 'compared', 'support', 'predicted', 'samples')


def write_results(folder: Path, rows: Sequence[Row], about: Mapping[str, Any],
                  classes: Sequence[str]) -> None:
    """
    Write the results.

    :param folder: of the study.
    :param about: what else `SUMMARY` says, for JSON.
    :raises OutputError: they cannot be written.
    """
    place = folder / FOLDER
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f'{shown(str(place), 200)} cannot be made: {reason(error)}; '
                          'remove what is there') from error
    _write(place, 'measures', (*KEYS, *FIGURES), [
        [row.values[name] for name in (*KEYS, *FIGURES)] for row in rows])
    _write(place, 'classes', (*KEYS, 'class', 'support', 'predicted', 'precision', 'recall', 'f1'),
           [[*_keys(row), *one] for row in rows for one in row.classes])
    names = (*classes, UNSURE)
    _write(place, 'confusion', (*KEYS, 'class', 'other_class', 'samples'), [
        [*_keys(row), names[first], names[second], int(row.confusion[first, second])]
        for row in rows if row.confusion.size
        for first, second in zip(*np.nonzero(row.confusion))])
    content = {
        'agreement_version': AGREEMENT_VERSION, **about, 'classes': list(classes),
        'comparisons': [{
            **row.values, 'counts': row.counts,
            'classes': [dict(zip(('class', 'support', 'predicted', 'precision', 'recall', 'f1'),
                                 one)) for one in row.classes],
            'confusion': row.confusion.tolist()}
            for row in rows]}
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    # The last: who finds it finds the others.
    write_whole(place / SUMMARY, f'{text}\n'.encode('utf-8', 'backslashreplace'))


def study_digest(folder: Path, recordings: Sequence[str]) -> str:
    """Return what changes when the tables of a study do: SHA-256 of how each was made."""
    told = [[name, *(file_metadata(file_of(folder, 'recordings', name)).get(key, '')
                     for key in ('input', 'settings'))] for name in sorted(recordings)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _keys(row: Row) -> list[str]:
    return [row.values[name] for name in KEYS]


def _write(place: Path, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    def kind(column: str):
        if column in KEYS or column.endswith('class'):
            return pa.string()
        return pa.int64() if column in _WHOLE else pa.float64()

    def clean(value: Any) -> Any:
        # A path may have bytes that are no text, which Arrow refuses.
        return value.encode('utf-8', 'backslashreplace').decode() if isinstance(
            value, str) else value
    kinds = {column: pa.float64() if column == 'largest_class' else kind(column)
             for column in columns}
    table = pa.table({
        column: pa.array([clean(row[number]) for row in rows], kinds[column])
        for number, column in enumerate(columns)})
    for ending, write in (('.parquet', pq.write_table), ('.csv', csv.write_csv)):
        buffer = io.BytesIO()
        write(table, buffer)
        write_whole(place / f'{name}{ending}', buffer.getvalue())
