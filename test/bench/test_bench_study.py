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

"""The benchmark of studies, with few frames and real workers."""

import json

from fer_ros.bench.cli import main
import pytest

for _package in ('distributed', 'pyarrow', 'rosbags'):
    pytest.importorskip(_package)


@pytest.mark.timeout(400)
def test_studies_are_measured_beside_a_replay(tmp_path, capsys):
    place = tmp_path / 'study.json'
    assert main(['study', '--frames', '30', '--repeats', '1', '--tasks', '100',
                 '--json', str(place)]) == 0
    result = json.loads(place.read_text())
    assert result['frames'] == 120 and result['scheduler']['tasks'] == 100
    rates = result['frames_per_second']
    assert set(rates) == {'replay', 'one', 'two'} and min(rates.values()) > 0.0
    assert result['two_by_one'] == pytest.approx(rates['two'] / rates['one'], rel=0.01)
    assert result['one_by_replay'] == pytest.approx(rates['one'] / rates['replay'], rel=0.01)
    assert result['memory_ratio'] == pytest.approx(
        result['memory_mb']['longer'] / result['memory_mb']['short'], rel=0.01)
    assert result['scheduler']['share'] > 0.0
    assert 'fer_replay' in capsys.readouterr().out
