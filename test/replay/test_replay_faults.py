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

"""Outputs of a replay are whole or not there: full disks, kills, exceptions, links, streams."""

from contextlib import contextmanager
import json
import os
import resource
import signal
import subprocess
import sys

from bag_support import images, write_bag
from fer_ros.boundary import FAILED, OK, UNWRITTEN, USAGE
from fer_ros.replay import cli as replay
from fer_ros.replay.reading import Bag
from fer_ros.replay.records import read_records
import pytest

#: Every output by its option, with the name it is given.
OUTPUTS = {'--jsonl': 'r.jsonl', '--output-bag': 'out', '--video': 'v.mp4', '--plot': 'p.png',
           '--junit': 'j.xml'}


@contextmanager
def full_after(size):
    """Let no file grow beyond a size in bytes, as on a disk that is full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    """Return a recording of 40 small noisy pictures."""
    return write_bag(tmp_path_factory.mktemp('recorded') / 'bag', images(40))


@pytest.fixture(scope='module')
def endless(tmp_path_factory):
    """Return a recording that takes some time."""
    return write_bag(tmp_path_factory.mktemp('recorded') / 'bag', images(600))


def run(*arguments):
    return replay.main([str(argument) for argument in arguments])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def command(*arguments):
    return [sys.executable, '-m', 'fer_ros.replay.cli', *map(str, arguments)]


@pytest.mark.parametrize('limit', [0, 300])
@pytest.mark.fault(
    'the disk is full while `fer_replay` writes',
    'a line says which output cannot be written, a status of its own; nothing is left under its '
    'name')
def test_a_full_disk_leaves_nothing(bag, tmp_path, capsys, limit):
    (tmp_path / 'j.xml').write_text('an earlier one')
    for option in OUTPUTS:
        with full_after(limit):
            status = run(bag, option, tmp_path / OUTPUTS[option], '--quiet')
        err = capsys.readouterr().err
        assert status == UNWRITTEN, (option, err)
        line, = err.splitlines()
        assert line.startswith('fer_replay: ') and OUTPUTS[option] in line
        assert names(tmp_path) == ['j.xml']
    assert (tmp_path / 'j.xml').read_text() == 'an earlier one'


@pytest.mark.parametrize('name', ['v.mp4', 'v.avi'])
@pytest.mark.fault(
    'the video writer cannot finish its file',
    'a line says so, a status of its own; nothing is left under its name')
def test_a_video_without_its_end_is_none(bag, tmp_path, capsys, name):
    # Without the rate, which differs from run to run, and the file's size with it.
    arguments = bag, '--video', tmp_path / name, '--quiet', '-p', 'annotated.rate:=false'
    assert run(*arguments) == OK
    size = (tmp_path / name).stat().st_size
    (tmp_path / name).unlink()
    for limit in (size // 2, size - 200):
        with full_after(limit):
            status = run(*arguments)
        assert status == UNWRITTEN and names(tmp_path) == []
        assert f'{name} cannot be written' in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.fault(
    'standard output cannot be written',
    'one line and a status of its own')
def test_a_full_standard_output_is_told(bag):
    with open('/dev/full', 'w') as full:
        done = subprocess.run(
            command(bag), stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == UNWRITTEN
    line, = done.stderr.splitlines()
    assert line == 'fer_replay: standard output cannot be written: No space left on device'


@pytest.mark.parametrize('option', OUTPUTS)
def test_a_device_that_takes_nothing_is_told(bag, tmp_path, capsys, option):
    place = tmp_path / OUTPUTS[option]
    place.symlink_to('/dev/full')
    try:
        status = run(bag, option, place, '--quiet')
    except SystemExit as stop:
        status = stop.code
    # A recording is a folder, and a video has to be moved about in.
    assert status == (USAGE if option in ('--output-bag', '--video') else UNWRITTEN)
    assert OUTPUTS[option] in capsys.readouterr().err.splitlines()[-1]
    assert names(tmp_path) == [OUTPUTS[option]] and place.is_symlink()


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.fault(
    'SIGKILL or SIGTERM while `fer_replay` writes',
    'nothing that looks finished is left')
def test_a_kill_leaves_nothing_under_its_name(endless, tmp_path, number):
    process = subprocess.Popen(
        command(endless, '--jsonl', tmp_path / 'r.jsonl', '--output-bag', tmp_path / 'out',
                '--video', tmp_path / 'v.mp4', '--plot', tmp_path / 'p.png',
                '--junit', tmp_path / 'j.xml'), stderr=subprocess.PIPE, text=True)

    def begun():
        return any(path.stat().st_size for path in tmp_path.glob('.r.*.partial.jsonl'))

    while process.poll() is None and not begun():
        pass
    process.send_signal(number)
    err = process.communicate(timeout=60)[1]
    left = names(tmp_path)
    assert not set(left) & set(OUTPUTS.values())
    assert all('partial' in name for name in left)
    if number == signal.SIGTERM:
        assert process.returncode == 128 + signal.SIGTERM and 'interrupted' in err
        assert left == ['out.partial', 'r.partial.jsonl', 'v.partial.mp4']
        assert 0 < len(list(read_records(tmp_path / 'r.partial.jsonl'))) < 600


@pytest.mark.fault(
    'an exception in the midst of a replay',
    'nothing that looks finished is left')
def test_an_exception_leaves_nothing(bag, tmp_path, monkeypatch, capsys):
    from fer_ros.replay.summary import Summary
    seen = []

    def fail(_, record):
        seen.append(record)
        if len(seen) == 20:
            raise RuntimeError('in the middle')

    monkeypatch.setattr(Summary, 'add', fail)
    arguments = [each for option in OUTPUTS for each in (option, tmp_path / OUTPUTS[option])]
    assert run(bag, *arguments) == 70
    assert names(tmp_path) == []
    assert 'RuntimeError: in the middle' in capsys.readouterr().err


def test_whole_outputs_are_kept_where_another_cannot_be(bag, tmp_path, capsys):
    (tmp_path / 'p.png').symlink_to('/dev/full')
    assert run(bag, '--jsonl', tmp_path / 'r.jsonl', '--plot', tmp_path / 'p.png') == UNWRITTEN
    assert len(list(read_records(tmp_path / 'r.jsonl'))) == 40
    assert 'p.png cannot be written' in capsys.readouterr().err


def test_what_is_there_is_replaced_by_a_whole_one_and_links_are_followed(bag, tmp_path):
    (tmp_path / 'real').mkdir()
    (tmp_path / 'real' / 'r.jsonl').write_text('an earlier one')
    (tmp_path / 'real' / 'r.jsonl').chmod(0o640)
    (tmp_path / 'r.jsonl').symlink_to('real/r.jsonl')
    (tmp_path / 'new.jsonl').symlink_to('real/new.jsonl')
    for name in ('r.jsonl', 'new.jsonl'):
        assert run(bag, '--jsonl', tmp_path / name, '--quiet') == OK
        assert (tmp_path / name).is_symlink()
        assert len(list(read_records(tmp_path / 'real' / name))) == 40
    assert (tmp_path / 'real' / 'r.jsonl').stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ['new.jsonl', 'r.jsonl', 'real']
    assert names(tmp_path / 'real') == ['new.jsonl', 'r.jsonl']


def test_new_files_have_the_usual_permissions(bag, tmp_path):
    before = os.umask(0o027)
    try:
        arguments = [each for option in OUTPUTS for each in (option, tmp_path / OUTPUTS[option])]
        assert run(bag, *arguments, '--quiet') == OK
    finally:
        os.umask(before)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in names(tmp_path)}
    assert modes.pop('out') == 0o750 and set(modes.values()) == {0o640}
    with Bag(tmp_path / 'out') as written:
        assert not written.problems and not written.notes


@pytest.mark.parametrize('place', ['/dev/stdout', '/proc/self/fd/1'])
def test_streams_are_written_as_they_are(bag, tmp_path, place):
    # A file that is appended to, as `>> file` does.
    with open(tmp_path / 'all', 'a') as file:
        file.write('before\n')
        file.flush()
        subprocess.run(command(bag, '--jsonl', place, '--quiet'), stdout=file, check=True,
                       timeout=120)
    lines = (tmp_path / 'all').read_text().splitlines()
    assert lines[0] == 'before' and len(lines) == 41
    assert json.loads(lines[40])['frame'] == 39 and names(tmp_path) == ['all']


def test_nothing_is_kept_on_dev_null(bag):
    assert run(bag, '--jsonl', '/dev/null', '--junit', '/dev/null') == OK
    assert os.path.exists('/dev/null') and not os.path.isfile('/dev/null')


@pytest.mark.parametrize('outputs', [True, False])
@pytest.mark.fault(
    'the reader of a pipe leaves',
    '`fer_replay` ends in order')
def test_a_reader_that_leaves_ends_it(bag, tmp_path, outputs):
    near, far = os.pipe()
    os.close(near)
    more = ('--output-bag', tmp_path / 'out') if outputs else ()
    done = subprocess.run(command(bag, *more), stdout=far, stderr=subprocess.PIPE, text=True,
                          timeout=120)
    os.close(far)
    assert names(tmp_path) == []
    assert done.returncode == (UNWRITTEN if outputs else OK)
    assert len(done.stderr.splitlines()) == (1 if outputs else 0)


@pytest.mark.parametrize('option', OUTPUTS)
@pytest.mark.parametrize('what', [
    'recording', 'expectations', 'parameters', 'model', 'link', 'hard link', 'inside'])
@pytest.mark.fault(
    'an output names an input, also through links',
    'refused before anything is opened; no input changes')
def test_inputs_are_never_outputs(bag, tmp_path, capsys, option, what):
    expect, params, model = (tmp_path / name for name in ('e.yaml', 'p.yaml', 'm.onnx'))
    expect.write_text('expectations: [{max_faces: 99}]\n')
    params.write_text(f'fer: {{ros__parameters: {{expression_model: {model}}}}}\n')
    model.write_bytes(b'a model')
    recording = tmp_path / 'bag'
    os.mkdir(recording)
    for file in bag.iterdir():
        (recording / file.name).write_bytes(file.read_bytes())
    storage = recording / 'bag.mcap'
    name = OUTPUTS[option]
    place = {'recording': storage, 'expectations': expect, 'parameters': params, 'model': model,
             'link': tmp_path / name, 'hard link': tmp_path / name,
             'inside': recording / name}[what]
    if what == 'link':
        place.symlink_to(storage)
    elif what == 'hard link':
        os.link(storage, place)
    if option in ('--video', '--plot') and what in (
            'recording', 'expectations', 'parameters', 'model'):
        # Its ending is another already; by a link it has the right one.
        link = tmp_path / name
        link.symlink_to(place)
        place = link
    before = {path: path.read_bytes() for path in tmp_path.rglob('*') if path.is_file()}
    try:
        status = run(recording, '--expect', expect, '--params-file', params, option, place)
    except SystemExit as stop:
        status = stop.code
    assert status == USAGE
    assert place.name in capsys.readouterr().err.splitlines()[-1]
    assert before == {path: path.read_bytes() for path in tmp_path.rglob('*') if path.is_file()}


@pytest.mark.parametrize('stream', ['stdout', 'stderr'])
@pytest.mark.parametrize('what', ['recording', 'lines', 'compared', 'expectations'])
@pytest.mark.fault(
    'the shell has redirected standard output or standard error to an input (`1<>FILE`)',
    'refused before anything is written there')
def test_streams_are_never_inputs(bag, tmp_path, stream, what):
    lines, expect = tmp_path / 'r.jsonl', tmp_path / 'e.yaml'
    assert run(bag, '--jsonl', lines) == OK
    expect.write_text('expectations: [{max_faces: 99}]\n')
    place, arguments = {
        'recording': (bag / 'bag.mcap', [bag]), 'lines': (lines, [lines]),
        'compared': (lines, ['--compare', lines, lines]),
        'expectations': (expect, [bag, '--expect', expect])}[what]
    before = place.read_bytes()
    other = 'stderr' if stream == 'stdout' else 'stdout'
    with open(place, 'r+b') as file:
        done = subprocess.run(
            command(*arguments), text=True, timeout=120,
            **{stream: file, other: subprocess.PIPE})
    assert place.read_bytes() == before
    assert done.returncode == USAGE
    if stream == 'stdout':
        assert place.name in done.stderr or bag.name in done.stderr
        assert len(done.stderr.splitlines()) == 1
    else:
        assert not done.stdout


def test_exit_status_1_is_left_to_expectations(bag, tmp_path):
    (tmp_path / 'e.yaml').write_text('expectations: [{min_faces: 9}]\n')
    assert run(bag, '--expect', tmp_path / 'e.yaml') == FAILED


@pytest.mark.parametrize('name', ['v.mp4', 'v.avi'])
def test_a_video_in_a_folder_that_is_not_utf8_is_refused(bag, tmp_path, name):
    # In another process: OpenCV ends the one that gives it such a name.
    folder = os.fsencode(tmp_path) + b'/\xff'
    os.mkdir(folder)
    done = subprocess.run(
        command(bag, '--video', os.fsdecode(folder) + '/' + name, '--quiet'),
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, timeout=120)
    assert done.returncode == UNWRITTEN and os.listdir(folder) == []
    line, = done.stderr.splitlines()
    assert name in line and 'not UTF-8' in line
