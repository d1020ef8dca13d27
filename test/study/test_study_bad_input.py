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

"""What cannot be used is told in a line that names it; the rest is done."""

import json
import os
import resource

from bag_support import write_bag
import pytest
from study_support import (
    all_tables, fer_study, lines_of, ROOT, run, sample_bag, sample_pictures, table, write_video)
from fer_ros.boundary import LONGEST  # noqa: I100


@pytest.fixture(scope='module')
def bad(tmp_path_factory):
    """Return a folder with a good recording and many that are none or are broken."""
    folder = tmp_path_factory.mktemp('bad')
    sample_bag(folder / 'good', every=30)
    video = write_video(folder / 'whole.mp4', sample_pictures(every=10))
    content = video.read_bytes()
    (folder / 'cut.mp4').write_bytes(content[:len(content) // 2])
    (folder / 'empty.mp4').write_bytes(b'')
    (folder / 'text.mp4').write_bytes(b'no video\n' * 100)
    (folder / 'picture.avi').write_bytes((ROOT / 'docs/images').joinpath(next(
        file.name for file in (ROOT / 'docs/images').glob('*.png'))).read_bytes())
    (folder / 'empty.mcap').write_bytes(b'')
    (folder / 'zeros.db3').write_bytes(bytes(5000))
    (folder / 'folder.mp4').mkdir()
    (folder / 'dangling.mkv').symlink_to(folder / 'nowhere')
    write_bag(folder / 'deaf', [('/chatter', 'std_msgs/msg/String', 1, b'\0\1\0\0\2\0\0\0a\0')])
    cut = sample_bag(folder / 'short', every=10)
    storage = cut / 'short.mcap'
    storage.write_bytes(storage.read_bytes()[:-storage.stat().st_size // 3])
    avi = write_video(folder / 'part.avi', sample_pictures(every=5), codec='MJPG').read_bytes()
    (folder / 'part.avi').write_bytes(avi[:len(avi) // 2])
    return folder


FAILED = {'cut', 'text', 'picture', 'zeros', 'dangling', 'deaf', 'empty.mp4', 'empty.mcap'}


def test_each_bad_recording_has_its_line_and_the_others_their_rows(
        bad, scheduler, tmp_path, capsys):
    output = tmp_path / 'study'
    assert fer_study([str(bad), '--output', str(output), '--scheduler', scheduler]) == 3
    lines = capsys.readouterr().err.splitlines()
    failed = [line for line in lines if ' failed: ' in line]
    damaged = [line for line in lines if ' is damaged' in line]
    told = {line.split(' failed: ')[0].rpartition('/')[2] for line in failed}
    assert told == {'cut.mp4', 'text.mp4', 'picture.avi', 'zeros.db3', 'dangling.mkv', 'deaf',
                    'empty.mp4', 'empty.mcap'}
    assert {line.split(' is damaged')[0].rpartition('/')[2] for line in damaged} == {
        'short', 'part.avi'}
    assert not any('mistake of fer_ros' in line or len(line) > 2 * LONGEST for line in lines)
    rows = {row['recording']: row for row in table(output, 'recordings')}
    assert len(rows) == 12
    assert {name for name, row in rows.items() if row['error'] is None} == {
        'good', 'whole', 'short', 'part'}
    assert rows['short']['problems'] and rows['part']['problems']
    assert rows['part']['frames'] < 24 and rows['whole']['problems'] is None
    kept = {row['recording'] for row in table(output, 'frames')}
    assert kept == {'good', 'whole', 'short', 'part'}


def test_a_missing_input_does_not_keep_the_others(bad, scheduler, tmp_path, capsys):
    output = tmp_path / 'study'
    assert fer_study([str(bad / 'good'), str(bad / 'nothing'), '--output', str(output),
                      '--scheduler', scheduler]) == 3
    assert 'nothing does not exist' in capsys.readouterr().err
    assert [row['recording'] for row in table(output, 'recordings')] == ['good']


def test_damage_can_be_allowed_and_a_failed_one_is_tried_again(bad, scheduler, tmp_path):
    inputs = [str(bad / 'short'), '--output', str(tmp_path / 'study'), '--scheduler', scheduler]
    assert fer_study(inputs) == 3
    assert fer_study([*inputs, '--allow-damage', '--force']) == 0
    later = tmp_path / 'later.mp4'
    later.write_bytes(b'')
    assert fer_study([str(later), *inputs[1:], '--allow-damage']) == 3
    write_video(later, sample_pictures(every=20))
    assert fer_study([str(later), *inputs[1:], '--allow-damage']) == 0
    row, = table(tmp_path / 'study', 'recordings', recording='later')
    assert row['error'] is None and row['frames'] == 6


def test_names_and_kinds_of_files_that_nobody_expects(scheduler, tmp_path, capsys):
    folder = tmp_path / 'in'
    video = write_video(folder / 'a.mp4', sample_pictures(every=20)).read_bytes()
    names = [b'caf\xe9.mp4', 'ünï 日本.mp4'.encode(), b'new\nline\x1b[2J.mp4', b'-rf.mp4',
             b'%s*.mp4', b'..mp4', b'_.mp4', b'x' * 250 + b'.mp4']
    for name in names:
        with open(bytes(folder) + b'/' + name, 'wb') as file:
            file.write(video)
    os.mkfifo(folder / 'pipe.mp4')
    os.mkfifo(folder / 'pipe.mcap')
    inputs = [str(folder), str(folder / '..mp4'), '--output', str(tmp_path / 'study'),
              '--scheduler', scheduler]
    assert fer_study(inputs) == 3
    lines = capsys.readouterr().err.splitlines()
    failed = [line for line in lines if ' failed: ' in line]
    # OpenCV takes no name that is no UTF-8.
    assert {line.split(' failed: ')[0].rpartition('/')[2] for line in failed} == {
        r'caf\udce9.mp4', 'pipe.mp4', 'pipe.mcap'}
    rows = table(tmp_path / 'study', 'recordings')
    assert len(rows) == 11 and sum(row['error'] is None for row in rows) == 8
    assert {row['frames'] for row in rows if row['error'] is None} == {6}
    assert fer_study(inputs) == 3
    assert '8 recordings done already' in capsys.readouterr().err


def status_of(*arguments):
    """Return the exit status of the command, also where its arguments do not fit together."""
    try:
        return fer_study(list(arguments))
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize('content', [
    {}, {'notes.txt': 'mine'}, {'study.json': '{}'}, {'study.json': '{"schema_version": 99}'},
    {'study.json': '[' * 100_000}, {'study.json': '3'}])
def test_a_folder_of_something_else_is_left_alone(content, bad, tmp_path, capsys):
    output = tmp_path / 'study'
    output.mkdir()
    for name, text in content.items():
        (output / name).write_text(text)
    if not content:
        output = output / 'file'
        output.write_text('a file')
    assert status_of(str(bad / 'good'), '--output', str(output)) == 2
    err = capsys.readouterr().err
    assert str(output) in err.splitlines()[-1] and 'Traceback' not in err
    assert not content or {file.name for file in output.iterdir()} == set(content)


def test_a_folder_whose_name_arrow_cannot_write_is_told(bad, tmp_path, capsys):
    output = f'{tmp_path}/caf\udce9'
    assert fer_study([str(bad / 'good'), '--output', output]) == 2
    line, = capsys.readouterr().err.splitlines()
    assert r'caf\udce9 has a name that is no UTF-8' in line and not list(tmp_path.iterdir())


@pytest.mark.parametrize('options, told', [
    (['--scheduler', 'nowhere'], 'is no address of a scheduler'),
    (['--output', 's3://lab/study'], 'is a URL'),
    (['--jobs', '0'], 'out of range'), (['--jobs', '2', '--scheduler', 'tcp://a:1'], 'give one'),
    (['-p', 'toy:=1'], "'toy'"), (['-p', 'expression_model:=/nowhere.onnx'], '/nowhere.onnx'),
    (['--params-file', '/nowhere.yaml'], 'does not exist')])
def test_wrong_arguments_are_told(options, told, bad, tmp_path, capsys):
    assert status_of(str(bad / 'good'), '--output', str(tmp_path / 'study'), *options) == 2
    err = capsys.readouterr().err
    assert told in err.splitlines()[-1] and 'Traceback' not in err


def limit_files():
    """Let no file grow beyond a few bytes, as a full disk does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


def test_a_full_disk_is_told_and_leaves_nothing_half(bad, tmp_path):
    output = tmp_path / 'study'
    recording = sample_bag(tmp_path / 'long', times=3)
    ended = run(bad / 'good', recording, '--output', output, '--jobs', '1', '-p',
                'landmarks:=on', preexec_fn=limit_files)
    assert ended.returncode == 5, ended.stderr
    line, = (line for line in lines_of(ended) if ' failed: ' in line)
    assert 'cannot be written' in line and str(recording) in line
    assert [row['recording'] for row in table(output, 'recordings')] == ['good']
    assert not list(output.rglob('*partial*'))


def test_a_study_says_how_it_was_made(bad, scheduler, tmp_path):
    from fer_ros.study.tables import file_metadata, file_of
    output = tmp_path / 'study'
    assert fer_study([str(bad / 'good'), '--output', str(output), '--scheduler', scheduler]) == 0
    assert all_tables(output)['recordings'][0]['topic']
    for name in ('faces', 'frames', 'people', 'recordings'):
        about = file_metadata(file_of(output, name, 'good'))
        assert about['schema_version'] == '1'
        settings = json.loads(about['settings'])
        assert len(settings['models']) == 2 and settings['parameters']['threads'] == 1
        assert json.loads(about['versions'])['onnxruntime']
