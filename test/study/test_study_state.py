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

"""What is done is not done again, unless something has changed or somebody asks for it."""

from dataclasses import replace
import errno
import fcntl
import os

import pytest
from study_support import all_tables, fer_study, sample_bag, table
from fer_ros.boundary import InputError, OutputError  # noqa: I100
from fer_ros.stream.parameters import SPECS
from fer_ros.study.inputs import find
from fer_ros.study.names import name_sources
from fer_ros.study.state import check_folder, known_paths, known_recordings, locked
from fer_ros.study.tables import file_of


@pytest.fixture(scope='module')
def recordings(tmp_path_factory):
    """Return two recordings."""
    folder = tmp_path_factory.mktemp('recordings')
    return [sample_bag(folder / name, every=30) for name in ('one', 'two')]


@pytest.fixture
def study(recordings, scheduler, tmp_path):
    """Return a function that runs a study of these and returns its status and what was new."""
    output = tmp_path / 'study'

    def made(*options, inputs=recordings):
        before = states(output)
        status = fer_study([*map(str, inputs), '--output', str(output), '--scheduler', scheduler,
                            *options])
        after = states(output)
        return status, sorted(name for name in after if after[name] != before.get(name))

    made.output = output
    assert made() == (0, ['one', 'two'])
    return made


def states(output):
    """Return which version of each recording's table there is."""
    return {file.stem: (file.stat().st_ino, file.stat().st_mtime_ns)
            for file in output.glob('recordings/*.parquet')}


def test_what_is_done_is_not_done_again(study, capsys):
    tables = all_tables(study.output)
    assert study() == (0, [])
    assert '2 recordings done already' in capsys.readouterr().err
    assert study('--force') == (0, ['one', 'two'])
    assert all_tables(study.output) == tables


def test_a_recording_that_has_changed_is_done_again(study, recordings, capsys):
    file = recordings[1] / 'two.mcap'
    state = file.stat()
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 10**9))
    try:
        assert study() == (0, ['two'])
    finally:
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert '1 recording is made again: its files have changed' in capsys.readouterr().err


def test_a_changed_option_says_what_is_done_again(study, capsys):
    assert study('-p', 'smoothing.time_constant:=2.0') == (0, ['one', 'two'])
    line, = (line for line in capsys.readouterr().err.splitlines() if 'made again' in line)
    before = SPECS['smoothing.time_constant'].default
    assert line == ('fer_study: 2 recordings are made again: smoothing.time_constant was '
                    f'{before} and is 2.0')


def test_a_study_is_no_mixture_of_options(study, recordings, capsys):
    tables = all_tables(study.output)
    assert study('-p', 'landmarks:=on', inputs=recordings[:1]) == (2, [])
    line = capsys.readouterr().err.splitlines()[-1]
    assert 'holds two, which was made with other settings (landmarks was auto and is on)' in line
    assert all_tables(study.output) == tables


@pytest.mark.parametrize('gone', [True, False])
def test_a_failure_of_other_options_keeps_nobody_from_changing_them(
        study, recordings, tmp_path, capsys, gone):
    broken = tmp_path / 'broken.mp4'
    broken.touch()
    assert study(inputs=[*recordings, broken]) == (3, ['broken'])
    if gone:
        broken.unlink()
    capsys.readouterr()
    # It is not named any more.
    assert study('-p', 'max_rate:=0.2') == (0, ['one', 'two'])
    assert 'broken failed with other settings and is not named now; its row is removed' in (
        capsys.readouterr().err)
    assert [row['recording'] for row in table(study.output, 'recordings')] == ['one', 'two']
    if not gone:
        assert study('-p', 'max_rate:=0.2', inputs=[*recordings, broken]) == (3, ['broken'])


def test_a_part_of_a_recording_of_other_options_is_no_failure(study, recordings, capsys):
    file_of(study.output, 'faces', 'one').unlink()
    assert study('-p', 'max_rate:=0.2', inputs=recordings[1:]) == (2, [])
    assert 'holds one, which was made with other settings' in capsys.readouterr().err


def test_a_recording_of_which_a_table_is_lacking_is_done_again(study):
    file_of(study.output, 'faces', 'one').unlink()
    assert study() == (0, ['one'])


def test_a_new_recording_is_added_and_a_moved_one_is_known(study, recordings, tmp_path):
    third = sample_bag(tmp_path / 'three', every=30)
    assert study(inputs=[third]) == (0, ['three'])
    moved = third.rename(tmp_path / 'elsewhere').rename(tmp_path / 'three')
    assert study(inputs=[*recordings, moved]) == (0, [])
    (tmp_path / 'archive').mkdir()
    moved = moved.rename(tmp_path / 'archive' / 'three')
    assert study(inputs=[*recordings, moved]) == (0, [])
    assert len(table(study.output, 'recordings')) == 3


def test_csv_is_added_to_what_is_done(study):
    import pandas
    assert study('--csv') == (0, [])
    faces = table(study.output, 'faces')

    def read():
        return pandas.concat(map(pandas.read_csv, sorted(study.output.glob('csv/faces/*.csv'))))

    assert len(read()) == len(faces) > 0
    assert list(read()['happy']) == [row['happy'] for row in faces]
    # As the page of studies says; a data set with other files in its folder cannot be read.
    assert len(pandas.read_parquet(study.output / 'faces')) == len(faces)
    # No CSV of an earlier run stands beside other rows.
    assert study('-p', 'max_rate:=0.2') == (0, ['one', 'two'])
    assert not list(study.output.rglob('*.csv'))
    assert study('-p', 'max_rate:=0.2', '--csv') == (0, [])
    assert len(read()) == len(table(study.output, 'faces')) < len(faces)


def test_of_two_copies_of_a_recording_that_was_moved_one_keeps_its_name(study, recordings):
    known = known_recordings(study.output)
    one, = find(str(recordings[0]), '')
    gone = {name: replace(each, path=f'/nowhere/{name}') for name, each in known.items()}
    copies = [replace(one, path=f'/{folder}/one') for folder in ('b', 'c')]
    named = name_sources(copies, known_paths(gone, copies))
    assert [source.path for source in named.values()] == ['/b/one', '/c/one']
    assert list(named)[0] == 'one'


def test_two_runs_do_not_write_into_one_folder(study, recordings, capsys):
    capsys.readouterr()
    with locked(study.output):
        assert study() == (2, [])
    line, = capsys.readouterr().err.splitlines()
    assert 'another fer_study writes into' in line


def test_what_a_killed_run_left_is_removed(study):
    left = [study.output / '.run-0123', study.output / 'faces' / '.one.abcd.partial.parquet',
            # Killed in the middle of putting the files of a recording in their places.
            study.output / 'faces' / 'part.parquet', study.output / 'csv' / 'faces' / 'part.csv']
    left[-1].parent.mkdir(parents=True)
    for file in left:
        file.write_bytes(b'x')
    assert study() == (0, [])
    assert not any(file.exists() for file in left)


def test_a_folder_that_cannot_be_is_told(tmp_path, monkeypatch):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match='file/study: Not a directory; name another --output'):
        check_folder(tmp_path / 'file' / 'study')
    with pytest.raises(OutputError, match='file/study cannot be written: Not a directory'):
        with locked(tmp_path / 'file' / 'study'):
            pass

    def unsupported(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    # As some file systems of clusters have it.
    monkeypatch.setattr(fcntl, 'flock', unsupported)
    with pytest.raises(OutputError, match='cannot be locked: .*; name an --output on a file sys'):
        with locked(tmp_path / 'study'):
            pass
