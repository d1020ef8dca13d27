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
"""fer_benchmark dds: images from process to process, and the table that is made of it."""

import os
from pathlib import Path

from fer_ros.bench import dds
from fer_ros.demo.processes import isolate
from fer_ros.fast_dds import BOTH_SIDES, profile_environment
import pytest

ROOT = Path(__file__).resolve().parents[2]


def made_up():
    """Return a result with every setting."""
    rows = [{'size': [640, 480], 'rate': 15.0, 'camera': 'raw, best_effort', **{
        heading: {'received_hz': number + 0.5} for number, (heading, *_) in enumerate(dds.SIDES)}}]
    return {'receive_buffer': 4 << 20, 'rows': [*rows, {
        'size': [640, 480], 'rate': 15.0, 'camera': 'compressed',
        'neither': {'received_hz': 15.0}}]}


def test_images_are_counted_from_process_to_process():
    pytest.importorskip('rclpy')
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))
    environment = {**os.environ, 'PYTHONPATH': path} | profile_environment(
        ROOT / 'config' / BOTH_SIDES)
    isolate(environment)
    found = dds._once(
        1.0, (320, 240), 10.0, 'raw', 'reliable', environment, environment)
    assert found['received_hz'] > 5.0 and 0 <= found['lost'] < 5 and found['latency_ms'] > 0.0


def test_the_table_has_a_row_for_each_camera():
    lines = dds.text(made_up()).splitlines()
    assert '4096 KiB' in lines[0] and len(lines) == 4
    assert lines[2].split() == ['640x480', '15', 'raw,', 'best_effort', '0.5', '1.5', '2.5', '3.5']
    assert lines[3].split() == ['640x480', '15', 'compressed', '15.0']


def test_the_page_keeps_what_is_around_the_table(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text(f'before\n<!-- {dds.TABLE}: written by {dds.COMMAND} -->\nold\n<!-- end -->\n'
                    'after\n')
    dds._write(page, made_up())
    text = page.read_text()
    assert text.startswith('before\n') and text.endswith('after\n') and 'old' not in text
    assert '| 640x480 | 15 | compressed | 15.0 |  |  |  |' in text
    page.write_text('nothing')
    with pytest.raises(ValueError, match='has no lines'):
        dds._write(page, made_up())


def test_the_page_of_the_repository_has_a_place_for_it():
    assert f'<!-- {dds.TABLE}: written by {dds.COMMAND} -->' in (
        ROOT / 'docs' / 'dds.md').read_text(encoding='utf-8')
