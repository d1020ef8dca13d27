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

"""Writing the tables of a recording: row by row, in bounded memory, there when whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TYPE_CHECKING

from fer_ros.staged_output import Staged

if TYPE_CHECKING:
    import pyarrow as pa

#: Rows that are kept in memory before they are written as a row group.
ROW_GROUP = 20_000


class TableWriter:
    """
    Write one recording's rows of a table along the way, in bounded memory.

    `commit` puts the file in its place, `discard` removes it.

    :param place: the file.
    :param schema: of `arrow_schema`.
    :raises OutputError: it cannot be written.
    """

    def __init__(self, place: Path, schema: pa.Schema):
        import pyarrow.parquet as pq
        self._staged = Staged(place)
        self._schema = schema
        self._columns: list[list[Any]] = [[] for _ in schema]
        self.rows = 0
        with self._staged.told():
            self._writer = pq.ParquetWriter(self._staged.path, schema, compression='zstd')

    def add(self, *values: Any) -> None:
        """
        Take a row, its values in the order of the columns.

        :raises OutputError: rows cannot be written.
        """
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)
        self.rows += 1
        if len(self._columns[0]) >= ROW_GROUP:
            self._flush()

    def finish(self) -> None:
        """
        Write what is left.

        :raises OutputError: it cannot be written.
        """
        self._flush()
        with self._staged.told():
            self._writer.close()

    def commit(self) -> None:
        """
        Put the file in its place, after `finish`.

        :raises OutputError: it cannot be written; nothing is left of it.
        """
        self._staged.commit()

    def discard(self) -> None:
        """Remove what was written."""
        with suppress(Exception):
            self._writer.close()
        self._staged.discard()

    def _flush(self) -> None:
        import pyarrow as pa
        if not self._columns[0]:
            return
        batch = pa.record_batch(
            [pa.array(values, field.type) for values, field in zip(self._columns, self._schema)],
            schema=self._schema)
        for column in self._columns:
            column.clear()
        with self._staged.told():
            self._writer.write_batch(batch)


def write_table(place: Path, schema: pa.Schema, rows: Iterable[Sequence[Any]]) -> int:
    """
    Write rows as a table, whole; return their number.

    :raises OutputError: it cannot be written.
    """
    writer = TableWriter(place, schema)
    try:
        for row in rows:
            writer.add(*row)
        writer.finish()
    except BaseException:
        writer.discard()
        raise
    writer.commit()
    return writer.rows
