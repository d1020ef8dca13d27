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

"""Which recordings inputs mean, and how these are named."""

from pathlib import Path
import subprocess
import sys

from hypothesis import given, strategies
import pytest
from study_support import sample_bag
from fer_ros.boundary import InputError  # noqa: I100
from fer_ros.study.inputs import find, kind_of, Source
from fer_ros.study.names import name_sources, safe_name
from fer_ros.study.run_cli import without_parts


def found(text, root, output='/nowhere'):
    """Return the recordings that an input means: path within the root, and kind."""
    return [(str(Path(source.path).relative_to(root)), source.kind)
            for source in find(str(text), output)]


@pytest.fixture
def tree(tmp_path):
    """Return a folder with recordings and other things."""
    sample_bag(tmp_path / 'bags' / 'walk', every=40)
    split = tmp_path / 'bags' / 'run'
    split.mkdir()
    for name in ('run_0.mcap', 'run_1.mcap'):
        (split / name).write_bytes(b'\x89MCAP0\r\n')
    loose = tmp_path / 'loose'
    loose.mkdir()
    for name in ('a.mcap', 'b.db3', 'c 2.mp4', 'c 10.MP4', 'notes.txt', '.hidden.mp4', 'd.webm'):
        (loose / name).write_bytes(b'x')
    return tmp_path


def test_a_folder_means_all_below_it(tree):
    assert found(tree, tree) == [
        ('bags/run', 'bag'), ('bags/walk', 'bag'), ('loose/a.mcap', 'bag'),
        ('loose/b.db3', 'bag'), ('loose/c 2.mp4', 'video'), ('loose/c 10.MP4', 'video'),
        ('loose/d.webm', 'video')]


@pytest.mark.parametrize('text, expected', [
    ('bags/walk', ['bags/walk']), ('bags/walk/metadata.yaml', ['bags/walk']),
    ('bags/walk/walk.mcap', ['bags/walk/walk.mcap']), ('loose/*.mp4', ['loose/c 2.mp4']),
    ('**/*.db3', ['loose/b.db3']), ('loose/[ab].*', ['loose/a.mcap', 'loose/b.db3']),
    ('loose/*', ['loose/a.mcap', 'loose/b.db3', 'loose/c 2.mp4', 'loose/c 10.MP4',
                 'loose/d.webm']),
    ('loose/notes.txt', ['loose/notes.txt']),
])
def test_files_and_patterns_mean_what_they_name(text, expected, tree):
    assert [path for path, _ in found(tree / text, tree)] == expected


@pytest.mark.parametrize('text, told', [
    ('nothing', 'does not exist'), ('loose/*.mkv', 'matches nothing'),
    ('loose/*.txt', 'holds no recording'), ('empty', 'holds no recording'),
    ('nul\0', 'does not exist')])
def test_an_input_without_a_recording_is_named(text, told, tree):
    (tree / 'empty').mkdir()
    with pytest.raises(InputError, match=told) as error:
        found(tree / text, tree)
    assert '\0' not in str(error.value) and '\n' not in str(error.value)


def test_a_file_of_a_recording_is_not_another_one(tree):
    sources = {source.path: source for text in ('bags/walk/walk.mcap', 'bags/run', 'bags')
               for source in find(str(tree / text), '')}
    assert len(sources) == 3
    assert [Path(source.path).name for source in without_parts(sources)] == ['run', 'walk']


def test_the_study_itself_is_no_input(tree):
    assert ('loose/a.mcap', 'bag') not in found(tree, tree, str(tree / 'loose'))


def test_links_in_a_folder_are_followed_and_circles_left(tree):
    (tree / 'day').mkdir()
    (tree / 'day' / 'nas').symlink_to(tree / 'loose')
    (tree / 'day' / 'circle').symlink_to(tree / 'day')
    assert found(tree / 'day', tree)[0] == ('day/nas/a.mcap', 'bag')
    assert len(found(tree / 'day', tree)) == 5


def test_a_folder_that_cannot_be_read_is_named_and_the_others_are_taken(tree):
    # Root reads everything.
    (tree / 'bad').mkdir()
    (tree / 'bad' / 'shut').mkdir(mode=0)
    script = ('import os, sys; from fer_ros.study.inputs import find\n'
              'if not os.geteuid(): os.setuid(65534)\n'
              'try:\n'
              '    for source in find(sys.argv[1], ""): print(source.path)\n'
              'except ValueError as error: print(error)')
    for folder in (tree, *list(tree.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    lines = subprocess.run([sys.executable, '-c', script, str(tree)], capture_output=True,
                           text=True).stdout.splitlines()
    assert len(lines) == 8 and lines[0].endswith('bags/run')
    assert 'bad/shut cannot be read: Permission denied; what is in it is left out' in lines[-1]


def test_a_file_without_a_telling_name_is_known_by_its_first_bytes():
    assert kind_of('session', b'\x89MCAP0\r\n') == 'bag'
    assert kind_of('session', b'SQLite format 3\0') == 'bag'
    assert kind_of('session', b'RIFF') == ''


def names(*paths, known=None):
    """Return the names that files get."""
    return list(name_sources([Source(path, 'video') for path in paths], known or {}))


def test_recordings_are_named_after_their_files():
    assert names('/d/one.mp4', '/d/two.mcap', '/d/three') == ['one', 'two', 'three']


@pytest.mark.parametrize('paths, expected', [
    (('/d/1/a.mp4', '/d/2/a.mp4', '/d/b.mp4'), ['1-a', '2-a', 'b']),
    (('/d/a.mp4', '/d/A.mp4'), ['d-a-2', 'd-A']),
    (('/x/d/a.mp4', '/y/d/a.mp4'), ['x-d-a', 'y-d-a']),
    (('/d/a.mp4', '/d/a.mkv'), ['d-a.mp4', 'd-a.mkv']),
])
def test_two_of_one_name_are_told_apart(paths, expected):
    given_names = names(*paths)
    if paths[1] == '/d/A.mp4':
        assert len({name.casefold() for name in given_names}) == 2
    else:
        assert given_names == expected


def test_names_stay_what_they_were_when_others_come():
    known = {'/d/1/a.mp4': 'a'}
    assert names('/d/2/a.mp4', '/d/1/a.mp4', known=known) == ['2-a', 'a']


@given(strategies.text(max_size=300))
def test_names_are_safe_as_files(text):
    name = safe_name(text)
    assert name and len(name) <= 100 and len(name.encode()) <= 200
    assert name[0] not in '._-' or name[0] == '-'
    assert '/' not in name and '\0' not in name and name.isprintable()


@given(strategies.lists(strategies.lists(
    strategies.sampled_from(['a', 'A', 'b', 'ä', 'a b', 'a_b', '..x', 'a-b', 'a.mp4']),
    min_size=1, max_size=4), unique_by=tuple, max_size=12), strategies.integers(0, 12))
def test_every_recording_has_a_name_of_its_own_which_it_keeps(parts, first):
    paths = ['/' + '/'.join(each) for each in parts]
    before = name_sources([Source(path, 'bag') for path in paths[:first]], {})
    known = {source.path: name for name, source in before.items()}
    after = name_sources([Source(path, 'bag') for path in paths], known)
    assert len(after) == len(paths)
    assert len({name.casefold() for name in after}) == len(paths)
    assert all(after[name].path == path for path, name in known.items())
