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

"""All recordings of a study through a Dask cluster, the longest first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
import os
import queue
import time
from typing import Any, TYPE_CHECKING

from fer_ros.boundary import InputError, OutputError, reason
from fer_ros.core.text import shown
from fer_ros.study.inputs import public
from fer_ros.study.progress import Progress
from fer_ros.study.worker import process_on_worker, TOPIC

if TYPE_CHECKING:
    from distributed import Client
    from fer_ros.study.cluster import Cluster

#: Seconds after which the progress is shown anew.
SHOW_SECONDS = 0.5

#: Seconds between two looks at the workers.
KEEP_SECONDS = 5.0


@dataclass
class Outcome:
    """
    How a study went.

    :param failed: name to error of recordings that could not be used.
    :param damaged: name to problems of those of which the good part was used.
    :param unwritten: whether an output could not be written.
    """

    frames: int = 0
    done: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    unwritten: bool = False


class _Frames:
    """How many frames are done, and how many there are, by the recordings' own words."""

    def __init__(self, estimates: Mapping[str, int]):
        self._total = dict(estimates)
        self._done: dict[str, int] = {}

    def take(self, name: str, done: int, total: int) -> None:
        if name in self._total:
            self._done[name] = done
            self._total[name] = total or max(done, self._total[name])

    def sums(self) -> tuple[int, int]:
        return sum(self._done.values()), sum(self._total.values())


def run_all(
        cluster: Cluster, tasks: Sequence[Mapping[str, Any]], estimates: Mapping[str, int],
        progress: Progress, failure: Callable[[Mapping[str, Any], str], None],
        work: Callable[[Mapping[str, Any]], dict[str, Any]] = process_on_worker) -> Outcome:
    """
    Have all recordings processed.

    :param tasks: as of `work.process`, with `versions`; all of one run.
    :param estimates: about how many frames each has, by name; those with most come first.
    :param failure: is called with a task and the error of one that no worker could end.
    :param work: what workers do with each task.
    :raises InputError: the scheduler has gone.
    :raises OutputError: the folder of the study has gone, or cannot be written.
    """
    tasks = sorted(tasks, key=lambda task: -estimates[task['name']])
    by_name = {task['name']: task for task in tasks}
    frames, outcome = _Frames(estimates), Outcome()
    for kind, content in _events(cluster, tasks, work, progress):
        if kind == 'progress':
            frames.take(content['name'], content['done'], content['total'])
        elif kind == 'ended':
            status = content
            task = by_name[status['name']]
            untold = status['killed'] or status['ended'] or status['unfit']
            if untold or status['unwritten']:
                _require_folder(task)
            if untold:
                failure(task, status['error'])
            frames.take(status['name'], status['images'], status['images'])
            progress.end_recording()
            _count(outcome, status, task, progress)
        progress.set_frames(*frames.sums())
    return outcome


def _require_folder(task: Mapping[str, Any]) -> None:
    if not os.path.exists(task['run']):
        raise OutputError(f"{shown(task['output'], 200)} has been removed while the study was "
                          'made; run it again')


def _count(outcome: Outcome, status: Mapping[str, Any], task: Mapping[str, Any],
           progress: Progress) -> None:
    name, path = status['name'], shown(public(task['path']), 300)
    outcome.frames += status['frames']
    if status['error']:
        outcome.failed[name] = status['error']
        outcome.unwritten |= status['unwritten']
        progress.tell(f"{path} failed: {status['error']}")
        return
    outcome.done += 1
    if status['problems']:
        outcome.damaged[name] = status['problems']
        progress.tell(f"{path} is damaged, its good part was used: {status['problems']}")


def _events(
        cluster: Cluster, tasks: Sequence[Mapping[str, Any]],
        work: Callable[[Mapping[str, Any]], dict[str, Any]],
        progress: Progress) -> Iterator[tuple[str, Any]]:
    """Yield what happens: (`progress`, message), (`ended`, status), (`nothing`, None)."""
    client, told, looked = cluster.client, '', time.monotonic()
    happened: queue.SimpleQueue[Any] = queue.SimpleQueue()
    topic = TOPIC + os.path.basename(tasks[0]['run'])
    client.subscribe_topic(topic, lambda event: happened.put(event[1]))
    waiting, working = deque(enumerate(tasks)), dict[Any, tuple[Any, str]]()
    threads = _threads(client)
    try:
        while waiting or working:
            # No more than are worked on: of those that only wait at a worker, each would be
            # blamed for its death, too.
            while waiting and len(working) < threads:
                number, task = waiting.popleft()
                future = client.submit(work, task, key=f'{topic}-{number}', pure=False)
                working[future.key] = future, task['name']
                future.add_done_callback(lambda ended: happened.put(ended.key))
            if time.monotonic() - looked > KEEP_SECONDS:
                looked, before, told = time.monotonic(), told, cluster.keep()
                threads = _threads(client)
                if told and told != before:
                    progress.tell(told)
            try:
                event = happened.get(timeout=SHOW_SECONDS)
            except queue.Empty:
                if client.status not in ('running', 'newly-created', 'connecting'):
                    raise InputError(_GONE) from None
                yield 'nothing', None
                continue
            if isinstance(event, Mapping):
                yield 'progress', event
            elif event in working:
                yield 'ended', _status(*working.pop(event))
    finally:
        client.unsubscribe_topic(topic)


def _threads(client: Client) -> int:
    """Return how many recordings the workers can work on at a time, 1 at least."""
    try:
        return max(1, sum(client.nthreads().values()))
    except (OSError, TimeoutError) as error:
        raise InputError(_GONE) from error


_GONE = 'the scheduler has gone; what is whole stays, run again for the rest'


def _status(future: Any, name: str) -> dict[str, Any]:
    """Return how a task ended, also where it took its workers with it."""
    from distributed import KilledWorker
    status = {'name': name, 'images': 0, 'frames': 0, 'error': '', 'problems': '',
              'unwritten': False, 'ended': False, 'killed': False, 'unfit': False}
    if future.status == 'finished':
        status.update(future.result())
        if status['ended']:
            status['error'] = (f"the worker {status.get('worker')} does not see the folder of the "
                               'study; name one that all machines share as --output')
        return status
    if future.status == 'error':
        error = future.exception()
        status['killed'] = True
        status['error'] = (
            f'{_deaths(error)} workers ended while they read it; see whether their machines have '
            'memory enough, and their logs' if isinstance(error, KilledWorker)
            else f'the worker could not run it: {shown(reason(error), 300)}')
        return status
    raise InputError(_GONE)


def _deaths(error: Any) -> int:
    return int(getattr(error, 'allowed_failures', 0)) + 1
