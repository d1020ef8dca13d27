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

"""The tables of a study once more as CSV, made of the Parquet files."""

from __future__ import annotations

import json
from pathlib import Path

from fer_ros.staged_output import Staged
from fer_ros.study.tables import file_of


def write_csv(folder: Path | str, table: str, recording: str) -> None:
    """
    Write a recording's rows of a table as CSV, too: null is empty, a list is written as in JSON.

    :param folder: of the study, which has these rows as Parquet.
    :raises OutputError: it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as pq
    place = file_of(folder, table, recording, '.csv')
    output = Staged(place)
    try:
        with output.told():
            place.parent.mkdir(parents=True, exist_ok=True)
        with output.told(), pq.ParquetFile(
                file_of(folder, table, recording)) as file, output.open() as opened:
            schema = pa.schema([
                pa.field(field.name, pa.string() if pa.types.is_list(field.type) else field.type)
                for field in file.schema_arrow])
            with csv.CSVWriter(opened, schema) as writer:
                for batch in file.iter_batches(10_000):
                    writer.write_batch(pa.record_batch(
                        [_plain(column) for column in batch.columns], schema=schema))
    except BaseException:
        output.discard()
        raise
    output.commit()


def _plain(column):
    import pyarrow as pa
    if not pa.types.is_list(column.type):
        return column
    return pa.array([None if value is None else json.dumps(value)
                     for value in column.to_pylist()], pa.string())
