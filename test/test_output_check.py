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

"""Outputs that would destroy an input or each other are refused, whatever they are called."""

import os

from fer_ros.boundary import InputError
from fer_ros.output_check import check_outputs
import pytest


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Go to a folder with a recording of two files, an expectation file and links to them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'bag').mkdir()
    for name in ('bag/bag.mcap', 'bag/metadata.yaml', 'e.yaml', 'elsewhere.mcap'):
        (tmp_path / name).write_text(name)
    (tmp_path / 'soft').symlink_to('bag/bag.mcap')
    (tmp_path / 'soft.yaml').symlink_to('soft2.yaml')
    (tmp_path / 'soft2.yaml').symlink_to(tmp_path / 'e.yaml')
    (tmp_path / 'folder').symlink_to('bag')
    (tmp_path / 'dangling').symlink_to('bag/new')
    (tmp_path / 'bag' / 'bag_1.mcap').symlink_to(tmp_path / 'elsewhere.mcap')
    os.link('bag/bag.mcap', 'hard')
    os.link('e.yaml', 'hard.yaml')
    os.mkfifo('pipe')
    return tmp_path


@pytest.mark.parametrize('output', [
    # the file itself, by other ways to it
    'bag/bag.mcap', './bag/../bag/bag.mcap', 'folder/bag.mcap', '{tmp}/bag/bag.mcap',
    # its links
    'soft', 'hard', 'hard.yaml', 'soft.yaml', 'e.yaml',
    # what a file of the recording is a link to
    'elsewhere.mcap',
    # inside the folder that is read, also through links
    'bag/new.jsonl', 'bag/deeper/new.jsonl', 'folder/new.jsonl', 'dangling', 'bag/metadata.yaml',
    # the folder itself, and what it is in
    'bag', 'folder', 'bag/', '.', '..',
])
def test_inputs_are_not_written_over(place, output):
    with pytest.raises(InputError, match='--jsonl .* would be written over .*; name another'):
        check_outputs([('--jsonl', output.format(tmp=place))],
                      [('the recording', 'bag'), ('--expect', 'e.yaml'), ('--compare', None)])


@pytest.mark.parametrize('first, second', [
    ('new', 'new'), ('new', './new'), ('new', 'NEW'), ('new', '{tmp}/new'), ('a', 'a/b.jsonl'),
    ('a/b.jsonl', 'a'), ('dangling', 'folder/new'),
])
def test_two_outputs_are_not_one(place, first, second):
    with pytest.raises(InputError, match='--video .* is also what --jsonl'):
        check_outputs([('--jsonl', first.format(tmp=place)),
                       ('--video', second.format(tmp=place))], [])


@pytest.mark.parametrize('outputs', [
    ['new.jsonl', 'new.mp4'], ['bag2/new', 'baggage'], ['bag.mcap'], ['-', '-'], [None],
    # streams and devices are nobody's
    ['/dev/null', '/dev/null'], ['/dev/stdout', '/dev/fd/1'], ['pipe', 'pipe'],
])
def test_anything_else_is_fine(place, outputs):
    check_outputs([('--jsonl', output) for output in outputs],
                  [('the recording', 'bag'), ('--expect', 'e.yaml'), ('--model', 'absent')])


@pytest.mark.parametrize('file', ['bag/bag.mcap', 'hard', 'soft', 'elsewhere.mcap', 'e.yaml'])
@pytest.mark.parametrize('mode', ['r+b', 'ab'])
def test_a_stream_that_is_an_input_is_refused(place, file, mode):
    with open(file, mode) as stream:
        for output in (f'/dev/fd/{stream.fileno()}', f'/proc/self/fd/{stream.fileno()}'):
            with pytest.raises(InputError, match='--jsonl .* would be written over .*; redirect'):
                check_outputs([('--jsonl', output)],
                              [('the recording', 'bag'), ('--expect', 'e.yaml')])


def test_the_case_of_an_input_does_not_matter_where_the_disk_ignores_it(place):
    if not (place / 'E.YAML').exists():
        check_outputs([('--jsonl', 'E.YAML')], [('--expect', 'e.yaml')])
        return
    with pytest.raises(InputError):
        check_outputs([('--jsonl', 'E.YAML')], [('--expect', 'e.yaml')])
