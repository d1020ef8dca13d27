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

"""How tables are read, by Arrow alone, and written; in words of a study where they cannot be."""

import subprocess
import sys

import pytest

pytest.importorskip('pyarrow', reason="pip install '.[study]'")
from fer_ros.boundary import InputError, OutputError  # noqa: E402,I100
from fer_ros.study import recording_tables, tables  # noqa: E402
from fer_ros.study.csv_tables import write_csv  # noqa: E402
from fer_ros.study.table_writer import write_table  # noqa: E402
from made_studies import add_recording, alternating, new_study  # noqa: E402

READERS = """
import sys
from pathlib import Path
from fer_ros.study import csv_tables, page, recording_tables, tables

opened = []
sys.addaudithook(lambda event, arguments: opened.append(arguments[0]) if event == 'open' else None)
folder = Path(sys.argv[1])
recording_tables.read_columns(folder, 'faces', 'one', ['seconds', 'label'])
recording_tables.read_rows(folder, 'people', 'one')
tables.read_table(folder, 'frames')
tables.file_metadata(tables.file_of(folder, 'recordings', 'one'))
csv_tables.write_csv(folder, 'faces', 'one')
page.write_page(folder)
print([place for place in opened if str(place).endswith('.parquet')])
print(len(opened))
"""


@pytest.fixture
def study(tmp_path):
    """Return a study of one recording."""
    folder = new_study(tmp_path / 'study')
    add_recording(folder, 'one', alternating(5.0))
    return folder


def test_no_thread_of_arrow_holds_a_file_of_python(study):
    # Held when Python ends, it aborts the process now and then.
    ended = subprocess.run([sys.executable, '-c', READERS, study], capture_output=True, text=True,
                           timeout=100)
    assert ended.returncode == 0, ended.stderr
    files, number = ended.stdout.splitlines()
    assert files == '[]' and int(number) > 0


@pytest.mark.parametrize('name', ['a:b', 'ä b', '100%', 's3x', "it's [1]*", 'x' * 200])
def test_folders_of_any_name_are_read(name, tmp_path):
    folder = new_study(tmp_path / name)
    add_recording(folder, 'one', alternating(2.0))
    assert len(tables.read_table(folder, 'frames')) == 20
    assert len(recording_tables.read_rows(folder, 'people', 'one')) == 1
    assert tables.file_metadata(tables.file_of(folder, 'frames', 'one'))['input'] == 'one'


@pytest.mark.parametrize('content', [None, b'', b'PAR1', b'PAR1' + bytes(100) + b'PAR1'])
def test_a_table_that_is_none_is_told(content, study):
    place = tables.file_of(study, 'faces', 'one')
    place.unlink() if content is None else place.write_bytes(content)
    with pytest.raises(InputError, match='cannot be read: .*; make the study anew with --force'):
        recording_tables.read_columns(study, 'faces', 'one', ['label'])
    assert tables.file_metadata(place) == {}
    if content is not None:
        with pytest.raises(InputError, match='cannot be read: .*; make the study anew with'):
            tables.read_table(study, 'faces')


def test_a_column_that_is_lacking_is_told(study):
    with pytest.raises(InputError, match="one.parquet lacks the column 'yaw'; make the study"):
        recording_tables.read_columns(study, 'faces', 'one', ['yaw'])


def test_what_cannot_be_written_leaves_nothing(study):
    def broken():
        yield ['one', 0, 0, 0.0, 0, False]
        raise ValueError('no more')

    place = tables.file_of(study, 'frames', 'two')
    with pytest.raises(ValueError, match='no more'):
        write_table(place, tables.arrow_schema('frames'), broken())
    with pytest.raises(OutputError, match='csv/faces/two.csv cannot be written: .*two.parquet'):
        write_csv(study, 'faces', 'two')
    with pytest.raises(OutputError, match='cannot be written: Not a directory; name another'):
        tables.write_study(place.parent / 'one.parquet' / 'study', {})
    assert not [file for file in study.rglob('*') if 'two' in file.name or 'partial' in file.name]


def test_lists_are_written_as_json(study):
    name, schema = 'landmarks', tables.arrow_schema('faces', True)
    row = [None if field.name == name or field.nullable else
           {'string': 'x', 'bool': True, 'int64': 1}.get(str(field.type), 0.5) for field in schema]
    row[schema.get_field_index(name)] = [1.0, 2.5]
    write_table(tables.file_of(study, 'faces', 'two'), schema, [row])
    write_csv(study, 'faces', 'two')
    text = tables.file_of(study, 'faces', 'two', '.csv').read_text().splitlines()
    assert text[0].endswith('"landmarks"') and text[1].endswith(',"[1.0, 2.5]"')
