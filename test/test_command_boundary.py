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

"""What the commands beside fer_replay do with bad input, and with outputs that are inputs."""

from contextlib import contextmanager, suppress
import os
import signal
import subprocess
import sys
import time

import cv2
from fer_ros import interruptions
from fer_ros.bench.cli import main as benchmark
from fer_ros.boundary import bounded, InputError, MISTAKE, SIGNALLED, USAGE
from fer_ros.demo.cli import main as demo
from fer_ros.evaluate import ferplus
from fer_ros.evaluate.cli import main as evaluate
import numpy as np
import pytest

HEAD = 'image_id,' + ','.join(ferplus.VOTES) + '\n'
ROW = '0,1,9,0,0,0,0,0,0,0,0\n'


def refused(command, folder, capsys, *arguments):
    """Run a command; assert that it ends in a line with status 2 and changes nothing."""
    def content():
        return {path: path.read_bytes() for path in folder.rglob('*') if path.is_file()}

    before = content()
    try:
        status = command([str(argument) for argument in arguments])
    except SystemExit as stop:
        status = stop.code
    err = capsys.readouterr().err
    assert status == USAGE, err
    assert 'Traceback' not in err and content() == before
    line = err.splitlines()[-1]
    assert line.startswith('fer_') and len(line) <= 1100 and line.isprintable()
    return line


@pytest.mark.parametrize('table, words', [
    (b'', 'lacks the column'), (b'\xff\xfe\0', 'not CSV text'), (b'\0' * 100, 'tiny.csv'),
    (HEAD, 'has no rows'), (HEAD + 'a' * 200_000, 'tiny.csv'),
    (HEAD + '0,' + '9' * 5000 + ',0,0,0,0,0,0,0,0,0\n', 'whole numbers from 0'),
    (HEAD + '0,' + '9' * 30 + ',0,0,0,0,0,0,0,0,0\n', 'whole numbers from 0'),
    (HEAD + '0,-5,0,0,0,0,0,0,0,0,0\n', 'whole numbers from 0'),
    (HEAD + '0,nan,0,0,0,0,0,0,0,0,0\n', 'whole numbers from 0'),
    (HEAD + '0,1\n', 'whole numbers from 0'),
    (HEAD + ROW, 'cannot be decoded as a picture'),
])
def test_splits_that_are_none(tmp_path, capsys, table, words):
    (tmp_path / 'tiny.csv').write_bytes(table if isinstance(table, bytes) else table.encode())
    (tmp_path / 'tiny.png').write_bytes(b'no picture')
    assert words in refused(
        evaluate, tmp_path, capsys, '--data', tmp_path, '--split', 'tiny',
        '--json', tmp_path / 'r.json')


@pytest.mark.parametrize('row', [
    'a.png,nan,0,5,5', 'a.png,-inf,0,5,5', 'a.png,0,0,inf,5', 'a.png,0,0,1e300,5', 'a.png,5,0,0,5',
    'a.png,0,0,5', '"', 'a.png,\0', '\0,0,0,5,5', 'x' * 200_000])
def test_boxes_that_are_none(tmp_path, capsys, row):
    (tmp_path / 'boxes.csv').write_text(f'image_filename,xmin,ymin,xmax,ymax\n{row}\n')
    try:
        refused(evaluate, tmp_path, capsys, '--boxes', tmp_path, '--json', tmp_path / 'r.json')
    except AssertionError:
        # A name that cannot be is a picture that is missing, and left out.
        assert row.startswith('\0')


@pytest.mark.parametrize('content', [
    b'', b'5', b'\xff\xfe', b'NaN', b'[' * 100_000, b'{"benchmark": "clips"}',
    b'{"benchmark": "tracking", "scenes": 5, "delays": []}',
    b'{"benchmark": "tracking", "scenes": [5], "delays": []}',
    b'{"benchmark": "tracking", "scenes": [{"scene": []}], "delays": []}',
    b'{"benchmark": "tracking", "scenes": [], "delays": [], "scenes": []}'])
def test_earlier_results_that_are_none(tmp_path, capsys, content):
    (tmp_path / 'a.json').write_bytes(content)
    assert 'is not a result of' in refused(
        benchmark, tmp_path, capsys, 'tracking', '--against', tmp_path / 'a.json',
        '--json', tmp_path / 'r.json')


@pytest.mark.parametrize('command, arguments', [
    (evaluate, ['--data', '.', '--split', 'tiny', '--json', 'tiny.csv']),
    (evaluate, ['--data', '.', '--split', 'tiny', '--plot', 'tiny.png']),
    (evaluate, ['--data', '.', '--split', 'tiny', '--model', 'm.onnx', '--json', 'link.json']),
    (evaluate, ['--data', '.', '--split', 'tiny', '--plot', 'plots']),
    (evaluate, ['--images', 'pictures', '--labels', 'l.csv', '--json', 'l.csv']),
    (evaluate, ['--images', 'pictures', '--labels', 'l.csv', '--json', 'hard.json']),
    (evaluate, ['--boxes', 'pictures', '--json', 'pictures/boxes.csv']),
    (evaluate, ['--boxes', 'pictures', '--card', 'c.md', '--json', 'c.md']),
    (benchmark, ['classifier', '--model', 'm.onnx', '--json', 'link.json']),
    (benchmark, ['classifier', '--against', 'm.onnx', '--json', 'm.onnx']),
    (benchmark, ['detector', '--boxes', 'pictures', '--json', 'hard.json']),
    (benchmark, ['tracking', '--against', 'r.json', '--json', 'r.json']),
    (benchmark, ['pipeline', '--json', 'x.png', '--plot', './x.png']),
    (demo, ['--video', 'faces.mp4', '--output', '.']),
    (demo, ['--video', 'film', '--output', 'shown']),
    (demo, ['--images', 'pictures', '--output', 'pictures']),
    (demo, ['--images', 'pictures', '--output', 'there']),
])
def test_outputs_are_never_inputs(tmp_path, capsys, monkeypatch, command, arguments):
    monkeypatch.chdir(tmp_path)
    for folder in ('pictures', 'plots', 'shown'):
        os.mkdir(folder)
    for name in ('tiny.csv', 'tiny.png', 'm.onnx', 'l.csv', 'c.md', 'r.json', 'faces.mp4', 'film',
                 'pictures/boxes.csv'):
        (tmp_path / name).write_text('image_filename,emotion\n')
    cv2.imwrite('pictures/a.png', np.zeros((60, 80, 3), np.uint8))
    os.symlink('m.onnx', 'link.json')
    os.symlink('pictures', 'there')
    os.link('pictures/a.png', 'hard.json')
    os.link('tiny.csv', 'plots/reliability.png')
    # The demo removes what an earlier run left, and such a name may be all there is of a film.
    os.link('film', 'shown/frame_01.00s.jpg')
    refused(command, tmp_path, capsys, *arguments)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize('signalled, error, status', [
    # As pybind11 does where a signal comes while it builds an argument for Python.
    (True, RuntimeError('Unable to convert call argument'), None),
    # As NumPy does while it is imported.
    (True, ImportError('Error importing numpy'), None),
    # What is told without any signal.
    (False, RuntimeError('Unable to convert call argument'), MISTAKE),
    (False, InputError('nothing there'), USAGE),
])
def test_other_code_hides_no_signal(capsys, number, signalled, error, status):
    @bounded('fer_test')
    def command():
        if signalled:
            with suppress(KeyboardInterrupt):
                signal.raise_signal(number)
        raise error
    assert command() == (SIGNALLED + number if status is None else status)
    assert ('fer_test: stopped' in capsys.readouterr().err) == (status is None)

    @bounded('fer_test')
    def next_command():
        raise RuntimeError('another one')
    # The signal was that of the command before.
    assert next_command() == MISTAKE


@pytest.mark.fault('further signals while a command clears away after the first one',
                   'it clears away to the end; one that comes a second later ends that, too')
@pytest.mark.parametrize('number', interruptions.ENDING)
def test_signals_that_follow_cut_nothing_short(capsys, number):
    cleared = []

    @bounded('fer_test')
    def command():
        try:
            signal.raise_signal(number)
        finally:
            for _ in range(100):
                signal.raise_signal(number)
            cleared.append(True)
    assert command() == SIGNALLED + number
    assert cleared and capsys.readouterr().err == 'fer_test: stopped\n'


def test_a_later_signal_ends_what_does_not_clear_away(monkeypatch):
    monkeypatch.setattr(interruptions, 'ONCE', 0.0)
    with interruptions.ending_signals(), pytest.raises(interruptions.Stopped):
        with interruptions.interruptions() as seen:
            signal.raise_signal(signal.SIGINT)
            assert seen == [signal.SIGINT]
            signal.raise_signal(signal.SIGINT)


@pytest.mark.fault('a signal comes where nothing can be raised, in native code or `__del__`',
                   'it comes once more; the command ends with its status, as ever')
@pytest.mark.parametrize('number', interruptions.ENDING)
def test_a_signal_where_nothing_can_be_raised_is_not_lost(capsys, number):
    class Late:
        def __del__(self):
            signal.raise_signal(number)

    @bounded('fer_test')
    def command():
        late = Late()
        del late
        time.sleep(60.0)
    assert command() == SIGNALLED + number
    assert capsys.readouterr().err == 'fer_test: stopped\n'


def test_other_faults_where_nothing_can_be_raised_are_told_as_ever(capsys):
    class Late:
        def __del__(self):
            raise ValueError('late')

    # pytest has a hook of its own, which would fail the test.
    with unraised_as_python_does(), interruptions.ending_signals():
        late = Late()
        del late
    assert 'ValueError: late' in capsys.readouterr().err


@contextmanager
def unraised_as_python_does():
    before, sys.unraisablehook = sys.unraisablehook, sys.__unraisablehook__
    try:
        yield
    finally:
        sys.unraisablehook = before


@pytest.mark.parametrize('name, quiet', [('bin/fer_replay', True), ('pytest', False)])
def test_imports_of_a_command_end_without_a_traceback(name, quiet):
    done = subprocess.run(
        [sys.executable, '-c', f'import sys; sys.argv[0] = {name!r}; import signal; '
         'import fer_ros.abrupt_ending; signal.raise_signal(signal.SIGINT)'],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGINT
    assert (done.stderr == '') == quiet


@pytest.mark.parametrize('command', ['fer_layout', 'fer_replay'])
def test_the_commands_begin_with_that(command):
    code = (f'import sys; sys.argv = [{command!r}, "--help"]; import fer_ros.commands, signal; '
            'assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL; '
            f'fer_ros.commands.{command}()')
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b'')
