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

"""Clusters: on this machine, started by hand; workers that are killed, other ones, none."""

import os
import pty
import signal
import subprocess
import sys
import time

import psutil
import pytest
from study_support import (
    all_tables, command, dask_processes, fer_study, free_port, LONG, sample_bag, until)
from fer_ros.study.cluster import cluster  # noqa: I100
from fer_ros.study.columns import TABLES


@pytest.fixture(scope='module')
def recordings(tmp_path_factory):
    """Return a folder with a long recording and short ones."""
    folder = tmp_path_factory.mktemp('recordings')
    sample_bag(folder / 'long', times=3)
    for name in ('one', 'two', 'three'):
        sample_bag(folder / name, every=20)
    return folder


@pytest.fixture(scope='module')
def expected(recordings, scheduler, tmp_path_factory):
    """Return the tables of these, made on a scheduler with two workers started by hand."""
    output = tmp_path_factory.mktemp('expected') / 'study'
    assert fer_study([str(recordings), '--output', str(output), '--scheduler', scheduler]) == 0
    return all_tables(output)


def workers_at(process, recording):
    """Return the workers of a run that are writing a recording."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if any(f'.{recording}.' in each.path for each in child.open_files()):
                found.append(child)
        except psutil.Error:
            continue
    return found


def whole(output, name='recordings'):
    """Return the files of a table that are whole."""
    return [file for file in output.glob(f'{name}/*.parquet') if file.name[0] != '.']


def assert_tidy(output):
    """Assert that only whole results are there."""
    assert not [file for file in output.rglob('*') if 'partial' in file.name or
                file.name.startswith('.run-')]


def test_a_local_cluster_makes_the_same_tables_while_a_worker_is_killed(
        recordings, expected, tmp_path):
    output = tmp_path / 'study'
    with subprocess.Popen(command(recordings, '--output', output, '--jobs', '2'),
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        victim = until(lambda: workers_at(process, 'long'), 'the work on the recording')[0]
        done = until(lambda: whole(output), 'a whole recording')
        states = {file: file.stat().st_mtime_ns for file in done}
        victim.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=4 * LONG)
    assert process.returncode == 0, err
    assert all_tables(output) == expected
    assert '4 recordings in the tables' in out
    assert all(file.stat().st_mtime_ns == state for file, state in states.items())
    assert all(line.startswith('fer_study: ') for line in err.splitlines()), err
    assert_tidy(output)


@pytest.mark.parametrize('number', [
    signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_who_interrupts_a_study_has_what_is_whole(
        number, recordings, expected, scheduler, tmp_path, capsys):
    output = tmp_path / 'study'
    # As a terminal does, to all processes.
    with subprocess.Popen(command(recordings, '--output', output, '--jobs', '2'),
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        until(lambda: workers_at(process, 'long') and whole(
            output), 'a whole recording')
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 128 + number
    assert err.splitlines()[-1] == 'fer_study: stopped'
    assert 'Traceback' not in err and not out
    until(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE
                          for child in children), 'the end of the workers')
    assert_tidy(output)
    # The long one may have been whole just before.
    assert len(whole(output)) in (1, 2, 3)
    assert fer_study([str(recordings), '--output', str(output), '--scheduler', scheduler]) == 0
    assert ' done already' in capsys.readouterr().err
    assert all_tables(output) == expected


def test_who_interrupts_a_study_while_its_workers_start_gets_one_line(recordings, tmp_path):
    with subprocess.Popen(command(recordings, '--output', tmp_path / 'study', '--jobs', '2'),
                          stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        def processes():
            return psutil.Process(process.pid).children(recursive=True)

        # The first is the tracker of Python.
        until(lambda: len(processes()) > 1, 'the start of a worker')
        children = processes()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=LONG)
    assert process.returncode == 130
    assert err == 'fer_study: stopped\n' and not out
    until(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE
                          for child in children), 'the end of the workers')


#: Semaphores that nobody takes away, as those of a worker that was killed.
LEFT = """
from multiprocessing import get_context
import os
from fer_ros.study.cluster import _shielded
with _shielded():
    left = [get_context('spawn').Semaphore() for _ in range(6)]
assert 'PYTHONWARNINGS' not in os.environ
os._exit(0)
"""


def test_what_a_killed_worker_leaves_behind_is_removed_without_a_word():
    result = subprocess.run([sys.executable, '-c', LEFT], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, '')


def test_a_terminal_has_one_bar(recordings, tmp_path):
    leader, follower = pty.openpty()
    with subprocess.Popen(
            command(recordings, '--output', tmp_path / 'study', '--jobs', '1', '-p',
                    'max_rate:=2'), stderr=follower, stdout=subprocess.DEVNULL) as process:
        os.close(follower)
        shown = b''
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        assert process.wait(LONG) == 0
    os.close(leader)
    text = shown.decode()
    assert '4 of 4 recordings' in text and 'frames/s' in text and '100%' in text


def test_no_scheduler_is_told(recordings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr('fer_ros.study.cluster.ANSWER_SECONDS', 1.0)
    address = f'tcp://127.0.0.1:{free_port()}'
    assert fer_study([
        str(recordings), '--output', str(tmp_path / 'study'), '--scheduler', address]) == 2
    line, = capsys.readouterr().err.splitlines()
    assert f'no scheduler answers at {address}' in line


def test_a_scheduler_without_a_worker_is_told(recordings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr('fer_ros.study.cluster.WORKER_SECONDS', 0.2)
    with dask_processes(workers=0) as address:
        assert fer_study([str(recordings), '--output', str(tmp_path / 'study'), '--scheduler',
                          address]) == 2
        # As it is where the last one goes in the middle.
        with cluster(address, 1) as found:
            assert found.keep() == (
                f'the scheduler at {address} has no worker any more; waiting for one')
    line = capsys.readouterr().err.splitlines()[-1]
    assert 'has no worker; start some with: dask worker' in line


def test_a_worker_of_another_version_is_told(recordings, tmp_path, capsys):
    other = tmp_path / 'other' / 'fer_ros-9.9.9.dist-info'
    other.mkdir(parents=True)
    (other / 'METADATA').write_text('Metadata-Version: 2.1\nName: fer_ros\nVersion: 9.9.9\n')
    path = os.pathsep.join([str(other.parent), *filter(None, [os.environ.get('PYTHONPATH')])])
    with dask_processes(workers=1, environment={'PYTHONPATH': path}) as address:
        assert fer_study([str(recordings), '--output', str(tmp_path / 'study'), '--scheduler',
                          address]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert 'has fer_ros 9.9.9, not' in line and 'install the same versions everywhere' in line


# In test_study_cluster_faults.py is what comes of it.
@pytest.mark.slow
def test_a_recording_that_kills_its_workers_is_given_up(tmp_path):
    for name, every in (('bad', 2), ('good', 20)):
        sample_bag(tmp_path / 'in' / name, every=every)
    output = tmp_path / 'study'
    with subprocess.Popen([
            *command(tmp_path / 'in', '--output', output, '--jobs', '1')],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        killed = 0
        end = time.monotonic() + 4 * LONG
        while process.poll() is None and time.monotonic() < end:
            for worker in workers_at(process, 'bad'):
                worker.kill()
                killed += 1
            # The workers need the cores.
            time.sleep(0.05)
        _, err = process.communicate(timeout=LONG)
    assert process.returncode == 3, err
    line, = (line for line in err.splitlines() if ' failed: ' in line)
    assert 'bad failed: 3 workers ended while they read it' in line
    assert {file.stem for file in whole(output, 'faces')} == {'good'}
    assert {file.stem for file in whole(output)} == {'good', 'bad'}
    assert killed and set(TABLES) <= {folder.name for folder in output.iterdir()}
