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

"""The folder of a study: its tables as Parquet data sets, written whole and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import json
import os
from pathlib import Path
from typing import Any, TYPE_CHECKING

from fer_ros.boundary import InputError, OutputError, reason
from fer_ros.core.text import shown
from fer_ros.staged_output import write_whole
from fer_ros.study.columns import columns_of, SCHEMA_VERSION, TABLES

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import Dataset

#: What a study folder is recognised by, and what it says of the run that made it.
STUDY = 'study.json'

#: Folder within a study that holds the tables as CSV.
CSV = 'csv'

#: Prefix of our keys in the metadata of a Parquet file.
KEY = 'fer_study.'

_MOST_BYTES = 50_000_000


def arrow_schema(table: str, heads: bool = False, metadata: Mapping[str, str] | None = None):
    """
    Return the Arrow schema of a table: names, types, and units, ranges and meanings as metadata.

    :param table: one of `TABLES`.
    :param heads: whether points on faces were asked for.
    :param metadata: of the whole file, in addition to the version of the schema.
    """
    import pyarrow as pa
    kinds = {'list<float64>': pa.list_(pa.float64()), 'bool': pa.bool_()}
    return pa.schema(
        [pa.field(column.name, kinds.get(column.type) or pa.type_for_alias(column.type),
                  column.nullable, {'unit': column.unit, 'range': column.range,
                                    'description': column.meaning})
         for column in columns_of(table, heads)],
        {f'{KEY}schema_version': str(SCHEMA_VERSION), f'{KEY}table': table,
         **{f'{KEY}{key}': value for key, value in (metadata or {}).items()}})


def file_of(folder: Path | str, table: str, recording: str, suffix: str = '.parquet') -> Path:
    """
    Return where a recording's rows of a table are.

    :param suffix: `.parquet`, or `.csv` for the same once more.
    """
    # A folder that is read as one data set must hold nothing else.
    place = Path(folder) / CSV if suffix == '.csv' else Path(folder)
    return place / table / f'{recording}{suffix}'


def write_study(folder: Path | str, about: Mapping[str, Any]) -> None:
    """
    Make the folders of a study and say in `STUDY` what it is.

    :param about: what is said, for JSON; the version of the schema is added.
    :raises OutputError: they cannot be written.
    """
    folder = Path(folder)
    try:
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f'{shown(str(folder), 200)} cannot be written: {reason(error)}; name another '
            '--output') from error
    text = json.dumps({'schema_version': SCHEMA_VERSION, **about}, indent=2, ensure_ascii=False)
    write_whole(folder / STUDY, f'{text}\n'.encode())


def read_study(folder: Path | str) -> dict[str, Any]:
    """
    Return what a study folder says of itself in `STUDY`.

    :raises InputError: it is no study, or one of another version of the tables.
    """
    name = shown(str(folder), 200)
    try:
        with open(Path(folder) / STUDY, 'rb') as file:
            about = json.loads(file.read(_MOST_BYTES))
        version = about['schema_version']
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f'{name} is no study: {STUDY} in it cannot be read ({reason(error)}); name a folder '
            'that fer_study has written') from error
    if version != SCHEMA_VERSION:
        raise InputError(
            f'{name} has tables of schema_version {shown(repr(version))}, and this fer_study '
            f'reads {SCHEMA_VERSION}; make the study anew, or use the fer_ros that made it')
    return about


def open_table(folder: Path | str, table: str) -> Dataset:
    """
    Return a table of a study over all its recordings, read as it is asked for.

    :param table: one of `TABLES`.
    :raises InputError: the folder is no study, or the table cannot be read.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    about = read_study(folder)
    place = Path(folder) / table
    # A list and not the folder: half-written files begin with a dot, and others may lie there.
    files = sorted(str(file) for file in place.glob('*.parquet') if file.name[0] != '.')
    try:
        if not files:
            return ds.dataset(pa.table(
                {field.name: pa.array([], field.type) for field in arrow_schema(
                    table, bool(about.get('heads')))}))
        return ds.dataset(files, format='parquet')
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f'{shown(str(place), 200)} cannot be read: {reason(error)}; make the study '
            'anew with --force') from error


def read_table(
        folder: Path | str, table: str, columns: Sequence[str] | None = None,
        recording: str | None = None) -> pa.Table:
    """
    Return a table of a study in memory.

    :param table: one of `TABLES`.
    :param columns: which; None for all.
    :param recording: of this one alone; None for all.
    :raises InputError: the folder is no study, or the table cannot be read.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    chosen = None if recording is None else ds.field('recording') == recording
    try:
        return open_table(folder, table).to_table(
            columns=None if columns is None else list(columns), filter=chosen)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f'{shown(str(Path(folder) / table), 200)} cannot be read: {reason(error)}; make the '
            'study anew with --force') from error


def file_metadata(path: Path | str) -> dict[str, str]:
    """
    Return our metadata of a Parquet file by key, without `KEY`; empty where it cannot be read.

    :param path: of a table of a recording.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq
    try:
        found = pq.read_schema(os.fspath(path)).metadata or {}
    except (OSError, pa.ArrowException):
        return {}
    return {key.decode()[len(KEY):]: value.decode('utf-8', 'replace')
            for key, value in found.items() if key.startswith(KEY.encode())}
