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
"""The tables of one recording of a study, of which only its own files are opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fer_ros.boundary import InputError, reason
from fer_ros.core.text import shown
from fer_ros.study.tables import file_of
import numpy as np


def read_columns(folder: Path, table: str, name: str, columns: Sequence[str],
                 ) -> dict[str, np.ndarray]:
    """
    Return columns of a table of a recording, each an array.

    :param folder: of the study.
    :param table: one of `columns.TABLES`.
    :param name: of the recording.
    :raises InputError: the file cannot be read or lacks a column.
    """
    read = _table(folder, table, name, columns)
    return {column: read.column(column).to_numpy(zero_copy_only=False) for column in columns}


def read_rows(folder: Path, table: str, name: str) -> list[dict[str, Any]]:
    """
    Return the rows of a table of a recording.

    :raises InputError: the file cannot be read.
    """
    return _table(folder, table, name, None).to_pylist()


def _table(folder: Path, table: str, name: str, columns: Sequence[str] | None):
    import pyarrow as pa
    import pyarrow.parquet as pq
    place = file_of(folder, table, name)
    try:
        # By its name: a thread of Arrow's that still holds a file of Python's when Python ends
        # aborts the process.
        with pq.ParquetFile(str(place)) as parquet:
            read = parquet.read(columns=None if columns is None else list(columns))
    except (OSError, pa.ArrowException) as error:
        raise InputError(f'{shown(str(place), 200)} cannot be read: {reason(error)}; make the '
                         'study anew with --force') from error
    for column in columns or ():
        if column not in read.column_names:
            raise InputError(f"{shown(str(place), 200)} lacks the column '{column}'; make the "
                             'study anew with --force')
    return read
