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

"""The columns of a study are said once: in the files, with units and ranges, and in the page."""

import pytest
from study_support import ROOT, WHY
from fer_ros.core.types import LABELS  # noqa: I100
from fer_ros.study.columns import columns_of, HEADS, page_table, TABLES
from fer_ros.study.tables import arrow_schema

pa = pytest.importorskip('pyarrow', reason=WHY)


@pytest.mark.parametrize('heads', [False, True])
@pytest.mark.parametrize('table', TABLES)
def test_each_column_says_its_unit_range_and_meaning(table, heads):
    schema = arrow_schema(table, heads)
    columns = columns_of(table, heads)
    assert schema.names == [column.name for column in columns]
    assert len(set(schema.names)) == len(schema.names)
    for column, field in zip(columns, schema):
        assert column.range and column.meaning.endswith('.')
        assert field.metadata == {
            b'unit': column.unit.encode(), b'range': column.range.encode(),
            b'description': column.meaning.encode()}
        assert field.nullable == column.nullable
    assert schema.metadata[b'fer_study.schema_version'] == b'1'


def test_heads_are_columns_of_their_own():
    plain, more = (columns_of('faces', heads) for heads in (False, True))
    assert more[:len(plain)] == plain
    assert all(column.group == HEADS for column in more[len(plain):])
    assert set(LABELS) <= {column.name for column in plain}


@pytest.mark.parametrize('table', TABLES)
def test_the_page_has_every_column(table):
    assert page_table(TABLES[table]) in (ROOT / 'docs' / 'studies.md').read_text(encoding='utf-8')
