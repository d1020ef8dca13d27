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

"""The Dask cluster of a study: processes on this machine, or a scheduler that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
import logging
from multiprocessing import active_children, resource_tracker
import os
import signal
import tempfile
import time
from typing import Any, NamedTuple, TYPE_CHECKING

from fer_ros.boundary import DEBUG, InputError, reason
from fer_ros.core.text import shown
from fer_ros.study.worker import describe, set_log_level, versions

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

#: Seconds in which a scheduler must answer, and have a worker.
ANSWER_SECONDS, WORKER_SECONDS = 10.0, 60.0

#: Seconds after which a worker that is gone is taken to be lost.
LOST_SECONDS = 3.0

#: A recording whose worker died so often is given up.
MOST_DEATHS = 3

# Seconds for a cluster to end in order, before its processes are killed.
_END_SECONDS = 1.0


class Cluster(NamedTuple):
    """
    A cluster while it is used.

    :param client: of its scheduler.
    :param keep: to be called now and then: starts workers anew that are gone for good, and
        returns what there is to tell, or ''.
    """

    client: Client
    keep: Callable[[], str]


@contextmanager
def cluster(scheduler: str | None, jobs: int) -> Iterator[Cluster]:
    """
    Yield a cluster.

    :param scheduler: address of one that is there; None starts processes on this machine.
    :param jobs: how many processes.
    :raises InputError: the scheduler does not answer.
    """
    import dask
    # Its defaults must be there before they are changed, or they go with the changes.
    import distributed  # noqa: F401
    set_log_level(_level())
    with dask.config.set({
            'distributed.scheduler.allowed-failures': MOST_DEATHS - 1,
            'distributed.comm.timeouts.connect': ANSWER_SECONDS,
            'distributed.admin.large-graph-warning-threshold': '1GB',
            'distributed.deploy.lost-worker-timeout': LOST_SECONDS,
            **{f'distributed.{each}.http.routes': [] for each in ('scheduler', 'worker', 'nanny')},
            'distributed.worker.daemon': True}):
        with _local(jobs) if scheduler is None else _remote(scheduler) as found:
            yield found


def _level() -> int:
    """Return which log lines of Dask are shown: all where mistakes are looked for."""
    return logging.INFO if os.environ.get(DEBUG) else logging.CRITICAL


@contextmanager
def _remote(scheduler: str) -> Iterator[Cluster]:
    from distributed import Client
    name = shown(scheduler, 200)
    try:
        client = Client(scheduler, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f'no scheduler answers at {name} ({shown(reason(error), 200)}); start one with: '
            'dask scheduler') from error

    def keep() -> str:
        return '' if client.scheduler_info(n_workers=-1)['workers'] else (
            f'the scheduler at {name} has no worker any more; waiting for one')

    try:
        yield Cluster(client, keep)
    finally:
        with suppress(Exception):
            client.close(timeout=_END_SECONDS)


@contextmanager
def _local(jobs: int) -> Iterator[Cluster]:
    from distributed import Client, LocalCluster
    with tempfile.TemporaryDirectory(
            prefix='fer_study_', ignore_cleanup_errors=True) as folder:
        before = active_children()
        with _shielded():
            # Only processes of this user, who have its keys, may send it work. Without workers
            # at first: an interruption would leave a cluster that nobody can end.
            local = LocalCluster(
                n_workers=0, threads_per_worker=1, processes=True,
                dashboard_address='127.0.0.1:0',
                security=True, silence_logs=_level(), local_directory=folder,
                preload=['fer_ros.study.worker'])
        try:
            _start(local, jobs)
            client = Client(local, timeout=ANSWER_SECONDS, set_as_default=False)

            def keep() -> str:
                # A process that dies while it starts is not started anew by Dask itself.
                if len(local.scheduler.workers) < jobs:
                    local.scale(jobs)
                return ''

            try:
                yield Cluster(client, keep)
            finally:
                with suppress(Exception):
                    client.close(timeout=_END_SECONDS)
        finally:
            _end(local, before)


@contextmanager
def _shielded() -> Iterator[None]:
    """
    Keep interruptions from the threads that are started within, and from their processes.

    A terminal interrupts all processes, also those that have only begun to load Python. This one
    takes it for all, in its main thread.
    """
    _start_tracker()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_tracker() -> None:
    """Start Python's tracker of resources, which removes what killed processes leave behind."""
    # Started later, it would take the shield from the thread that starts it. It warns of what it
    # removes, such as the semaphores of a worker that was killed: there is nothing to be done.
    before = os.environ.get('PYTHONWARNINGS')
    os.environ['PYTHONWARNINGS'] = ','.join(
        filter(None, (before, 'ignore:resource_tracker:UserWarning')))
    try:
        resource_tracker.ensure_running()
    finally:
        del os.environ['PYTHONWARNINGS']
        if before is not None:
            os.environ['PYTHONWARNINGS'] = before


def _start(local: LocalCluster, jobs: int) -> None:
    """Start the processes, and wait until all are there or no more come."""
    local.scale(jobs)
    there, end = 0, time.monotonic() + WORKER_SECONDS
    while there < jobs and time.monotonic() < end:
        time.sleep(0.05)
        if len(local.scheduler.workers) > there:
            there, end = len(local.scheduler.workers), time.monotonic() + WORKER_SECONDS


def _end(local: LocalCluster, others: Sequence[Any]) -> None:
    """
    End the processes, by force where they do not do so by themselves.

    :param others: processes that are not of the cluster.
    """
    # Dask would close it once more when Python ends, and say what it thinks of that.
    local.shutdown_on_close = False
    with suppress(Exception):
        local.close(timeout=_END_SECONDS)
    for process in active_children():
        with suppress(OSError, ValueError):
            if process not in others:
                process.kill()


def check_workers(client: Client, values: Mapping[str, Any], models: Mapping[str, str],
                  run: str) -> int:
    """
    Wait for a worker and require all to be like this process; return their number.

    :param values: the parameters by name.
    :param models: SHA-256 of the models of this process, by file name.
    :param run: the file of the run.
    :raises InputError: there is none in time, or one differs; names it and what.
    """
    end = time.monotonic() + WORKER_SECONDS
    while not client.scheduler_info(n_workers=-1)['workers']:
        if time.monotonic() > end:
            raise InputError(
                f'the scheduler at {client.scheduler.address} has no worker; start some with: '
                f'dask worker {client.scheduler.address} --nthreads 1')
        time.sleep(0.1)
    answers = client.run(describe, dict(values), run, on_error='return')
    for address, answer in answers.items():
        fault = _difference(answer, models, run)
        if fault:
            raise InputError(f'the worker {address} {fault}')
    return len(answers)


def _difference(answer: Any, models: Mapping[str, str], run: str) -> str:
    """Return what a worker lacks; '' for nothing."""
    if not isinstance(answer, Mapping):
        return ('cannot run fer_ros: ' + shown(reason(answer), 300)
                + "; install the same fer_ros there, with its extra: pip install '.[study]'")
    for name, version in versions().items():
        if answer['versions'].get(name) != version:
            return (f'has {name} {shown(str(answer["versions"].get(name)))}, not {version} as '
                    'here; install the same versions everywhere')
    for name in models:
        if answer['models'].get(name) != models[name]:
            return f'has another model {shown(name)}; install the same models everywhere'
    if not answer['sees']:
        return (f'does not see {shown(os.path.dirname(run), 200)}; name a folder that all '
                'machines share as --output')
    return ''
