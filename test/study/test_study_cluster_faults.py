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

"""What befalls a cluster in the middle of a study: its scheduler, its workers, its folder."""

import json
import os
import shutil
import signal
import subprocess
from types import SimpleNamespace

import psutil
import pytest
from study_support import command, dask_processes, LONG, sample_bag, table, until
from fer_ros.replay.parameter_files import read_parameters  # noqa: I100
from fer_ros.staged_output import write_whole
from fer_ros.study import fingerprint, inputs, tables
from fer_ros.study.cluster import Cluster
from fer_ros.study.engine import run_all
from fer_ros.study.progress import Progress
from fer_ros.study.work import write_failure
from fer_ros.study.worker import versions


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    """Return a recording that takes some seconds."""
    return sample_bag(tmp_path_factory.mktemp('in') / 'long', times=4)


def dask(module, address):
    """Return the processes of a cluster that run a module of Dask."""
    return [each for each in psutil.Process().children() if module in ' '.join(each.cmdline())
            and address.rpartition(':')[2] in ' '.join(each.cmdline())]


def started(recording, output, address):
    """Return a run that is at work on a recording."""
    process = subprocess.Popen(
        command(recording, '--output', output, '--scheduler', address),
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until(lambda: process.poll() is not None or list(output.glob('faces/.*partial*')),
          'the work on the recording')
    return process


def test_a_scheduler_that_goes_is_told_in_a_line(recording, tmp_path):
    output = tmp_path / 'study'
    with dask_processes(workers=1) as address, started(recording, output, address) as process:
        dask('dask_scheduler', address)[0].kill()
        out, err = process.communicate(timeout=LONG)
        # The worker, too, sees that nobody waits any more.
        until(lambda: not list(output.rglob('.*partial*')), 'the end of the work')
    assert process.returncode == 2 and not out
    assert all(line.startswith('fer_study: ') for line in err.splitlines()), err
    assert err.splitlines()[-1] == (
        'fer_study: the scheduler has gone; what is whole stays, run again for the rest')
    assert not list(output.glob('recordings/*'))


def test_a_folder_that_goes_is_told_in_a_line(recording, scheduler, tmp_path):
    output = tmp_path / 'study'
    with started(recording, output, scheduler) as process:
        shutil.rmtree(output)
        _, err = process.communicate(timeout=LONG)
    assert process.returncode == 5, err
    assert all(line.startswith('fer_study: ') for line in err.splitlines()), err
    assert f'{output}' in err.splitlines()[-1] and 'mistake' not in err
    assert not output.exists()


@pytest.mark.slow
def test_a_worker_that_is_asked_to_end_leaves_its_recording_to_another(recording, tmp_path):
    output = tmp_path / 'study'
    with dask_processes(workers=2) as address, started(recording, output, address) as process:
        # As Slurm and Kubernetes do; the one that has the recording, or the other.
        victims = [each for each in dask('dask_worker', address) if any(
            'partial' in file.path for file in each.open_files())]
        victims[0].send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=2 * LONG)
    assert process.returncode == 0, err
    assert all(line.startswith('fer_study: ') for line in err.splitlines()), err
    assert table(output, 'recordings')[0]['frames'] == 480


def tasks_of(output, recording, **changed):
    """Return the tasks of a run of one recording, as fer_study makes them."""
    values = read_parameters(None, [])
    settings = {**fingerprint.settings(values, None), **changed}
    tables.write_study(output, settings)
    write_whole(output / '.run-1', json.dumps({
        'values': values, 'settings': settings, 'versions': versions(), 'topic': None,
        'csv': False}).encode())
    source, = inputs.find(str(recording), '')
    return [{'name': 'one', 'path': source.path, 'label': source.label, 'kind': source.kind,
             'files': source.files, 'input': fingerprint.of_input(source), 'output': str(output),
             'run': str(output / '.run-1'), 'versions': versions()}]


def failure_of(address, tasks, **how):
    """Return why a recording failed, and what its row says."""
    from distributed import Client
    with Client(address, set_as_default=False) as client:
        outcome = run_all(Cluster(client, lambda: ''), tasks, {'one': 1}, Progress(1, 1, True),
                          write_failure, **how)
    row, = table(tasks[0]['output'], 'recordings')
    assert outcome.done == 0 and outcome.failed == {'one': row['error']}
    return row['error']


def test_a_recording_that_no_worker_could_end_has_a_row(recording, scheduler, tmp_path):
    from distributed import KilledWorker

    def killed(task):
        raise KilledWorker(task['name'], SimpleNamespace(address='tcp://gone:1'), 2)

    # What three deaths lead to, without the deaths; those are tested in full where that is slow.
    assert failure_of(scheduler, tasks_of(tmp_path, recording), work=killed).startswith(
        '3 workers ended while they read it; see whether their machines have memory enough')


def test_a_task_that_a_worker_cannot_run_has_a_row(recording, scheduler, tmp_path):
    def lacking(task):
        raise ImportError('no such package')

    assert failure_of(scheduler, tasks_of(tmp_path, recording), work=lacking) == (
        'the worker could not run it: no such package')


def test_a_worker_that_comes_later_needs_the_same_models(recording, scheduler, tmp_path):
    tasks = tasks_of(tmp_path, recording, models={'expression.onnx': 'another'})
    assert 'has another version or another model; install the same everywhere' in failure_of(
        scheduler, tasks)


def test_a_worker_that_comes_later_needs_the_same_version(recording, tmp_path):
    other = tmp_path / 'other' / 'fer_ros-9.9.9.dist-info'
    other.mkdir(parents=True)
    (other / 'METADATA').write_text('Metadata-Version: 2.1\nName: fer_ros\nVersion: 9.9.9\n')
    path = os.pathsep.join([str(other.parent), *filter(None, [os.environ.get('PYTHONPATH')])])
    with dask_processes(workers=1, environment={'PYTHONPATH': path}) as address:
        assert 'has another version or another model' in failure_of(
            address, tasks_of(tmp_path / 'study', recording))
