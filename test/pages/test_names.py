#!/usr/bin/env python3
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

"""Names in backticks are in the code: of comments, docstrings and pages."""

import re

from pages.catalogue import Catalogue
from pages.markdown import parse_page, read_page, ROOT, Span
from pages.names import NamesChecker, Source
import pytest

CATALOGUE = Catalogue(ROOT)
NAMES = NamesChecker(CATALOGUE)
TRACKER = 'fer_ros/core/tracker.py'


def told(text, path=TRACKER):
    names = NAMES._names
    near = names.everywhere if path.endswith('.md') else names.near(path)
    return [str(one) for one in NAMES.of_span(Span(path, 7, text), near)]


def test_every_name_in_backticks_is_there():
    assert not [str(one) for one in NAMES.problems()]


def test_the_house_of_the_design_is_the_checkout_s():
    house = next(block.text for block in read_page('docs/design.md').blocks)
    folder, named = '', set()
    for line in house.splitlines():
        names = re.match(r' *(\S+(?: \S+)*)', line)[1].split()
        inside = folder if line.startswith(' ') else ''
        named.update(inside + name for name in names)
        folder = inside or names[0]
    there = {path.relative_to(ROOT).as_posix() + '/' * path.is_dir() for path in (
        *ROOT.iterdir(), *(ROOT / 'fer_ros').iterdir())}
    tracked = CATALOGUE.files
    assert not [name for name in named if name not in there and '*' not in name]
    assert {name for name in there if name.rstrip('/') in tracked and name.endswith('/')
            and not name.startswith('.')} - {'resource/', 'requirements/'} <= named


@pytest.mark.parametrize('text, name, nearest', [
    # What another folder calls something is no name of this one.
    ('fragments', 'fragments', ''),
    ('observd', 'observd', 'observed'),
    ('_confirmd', '_confirmd', 'confirm'),
    ('FaceTrackers', 'FaceTrackers', 'FaceTracker'),
    ('IOU_WIGHT', 'IOU_WIGHT', 'IOU_WEIGHT'),
    ('IOU_WEIGHT * (1 - overlab)', 'overlab', ''),
    ('FaceTracker.updat', 'FaceTracker.updat', ''),
    ('OnnxModel.skiped', 'OnnxModel.skiped', ''),
    ('fer_ros.core.trackers', 'fer_ros.core.trackers', ''),
    ('np.prodd', 'np.prodd', ''),
    ('tracker.memori', 'tracker.memori', 'tracker.memory'),
    ('yunets.py', 'yunets.py', 'yunet.py'),
    ('associate_all()', 'associate_all', 'associate'),
])
def test_a_name_that_is_not_there_is_told_with_line_and_the_nearest(text, name, nearest):
    problem, = told(text)
    assert problem.startswith(f"{TRACKER}:7: no '{name}' in the code")
    assert nearest in problem


@pytest.mark.parametrize('text', [
    'FaceTracker', 'IOU_WEIGHT', 'tracker.memory', 'np.prod', 'csv.DictReader', 'None', 'unsure',
    'OnnxModel.skipped', 'fer_ros/core/tracker.py', 'yunet.py', 'n', 'FILE', '…', 'make test',
    'ros2 param describe', 'associate()', 'fer_ros.core.tracker', 'demo_output/',
])
def test_a_name_that_is_there_passes(text):
    assert not told(text)


def test_comments_and_docstrings_are_read_but_not_the_code():
    source = Source('x.py', '"""About `one`."""\n\n# And `two`, over\nthree = "`four`"\n\n\n'
                    'def five():\n    """\n    Give.\n\n    :return: `six`\n    """\n')
    assert [(one.line, one.text) for one in source.spans] == [(1, 'one'), (11, 'six'), (3, 'two')]
    assert source.names == {'three', 'def', 'five'} and source.words == {'four'}


def test_pages_may_name_what_their_own_blocks_show():
    page = parse_page('page.md', '```text\nmine.yaml\n```\nSee `mine.yaml`, `never_mentioned`.\n')
    assert [one.text for one in page.spans] == ['mine.yaml', 'never_mentioned']
    assert told('never_mentioned', 'README.md')
