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

import argparse
import os
from pathlib import Path

from fer_ros.bench import dds
from fer_ros.demo.processes import ChildError
import pytest

ROOT = Path(__file__).resolve().parents[2]


def made_up():
    """Return a result with every setting."""
    rows = [{'size': [640, 480], 'rate': 15.0, 'camera': 'raw, best_effort', **{
        heading: {'received_hz': number + 0.5} for number, (heading, *_) in enumerate(dds.SIDES)}}]
    return {'receive_buffer': 4 << 20, 'rows': [*rows, {
        'size': [640, 480], 'rate': 15.0, 'camera': 'compressed',
        'neither': {'received_hz': 15.0}}]}


@pytest.fixture
def small(monkeypatch):
    """Measure little, in an environment that is put back."""
    monkeypatch.setattr(os, 'environ', {**os.environ, 'PYTHONPATH': os.pathsep.join(filter(
        None, (str(ROOT), os.environ.get('PYTHONPATH'))))})
    monkeypatch.setattr(dds, 'SIZES', ((320, 240),))
    monkeypatch.setattr(dds, 'RATES', (10.0,))
    monkeypatch.setattr(dds, 'RELIABILITIES', ('reliable',))
    monkeypatch.setattr(dds, 'SIDES', dds.SIDES[-1:])


def test_images_are_counted_from_process_to_process(small, tmp_path):
    pytest.importorskip('rclpy')
    page = tmp_path / 'page.md'
    page.write_text(f'<!-- {dds.TABLE}: written by {dds.COMMAND} -->\n<!-- end -->\n')
    parser = argparse.ArgumentParser()
    dds.add_arguments(parser)
    result, text = dds.run(parser.parse_args(['--seconds', '1', '--page', str(page)]))
    assert result['benchmark'] == 'dds' and result['receive_buffer'] > 0
    raw, compressed = result['rows']
    assert raw['camera'] == 'raw, reliable' and compressed['camera'] == 'compressed'
    for found in (raw['both'], compressed['neither']):
        assert found['received_hz'] > 5.0 and 0 <= found['lost'] < 5 and found['latency_ms'] > 0.0
    for told in (text, page.read_text()):
        assert f"{raw['both']['received_hz']:.1f}" in told and 'compressed' in told


def test_what_cannot_be_measured_is_told_with_the_last_words(small):
    pytest.importorskip('rclpy')
    environment = {**os.environ, 'RMW_IMPLEMENTATION': 'rmw_of_nobody'}
    with pytest.raises(ChildError, match='(?s)nothing was measured:.*rmw_of_nobody'):
        dds._once(1.0, (320, 240), 10.0, 'raw', 'reliable', environment, environment)


def test_without_the_profile_nothing_is_measured(small, monkeypatch):
    monkeypatch.setattr(dds, 'fast_dds_profile', lambda: None)
    with pytest.raises(ValueError, match='config/fastdds.xml is not there; run it in a checkout'):
        dds.run(argparse.Namespace(seconds=1.0, page=None))


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
