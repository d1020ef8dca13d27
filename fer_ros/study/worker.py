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

"""What runs in the processes of a Dask cluster: how they start, what they are, what they do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
import json
import logging
import os
import platform
import signal
from typing import Any

_LOGS = 'distributed', 'asyncio', 'tornado'

#: Begins the name of the topic of events in which workers tell how far they are.
TOPIC = 'fer_study-'


def dask_setup(worker: Any) -> None:
    """Prepare a process of a local cluster; Dask calls it as a preload of the worker."""
    from fer_ros.core.free_memory import keep_heap_together
    # The command ends its workers itself, and says so once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_log_level(logging.CRITICAL)
    keep_heap_together()


def set_log_level(level: int) -> None:
    """Set which log lines of Dask are shown, and of the loops that it runs in."""
    # Dask gives some of its loggers levels of their own.
    for name in [*logging.root.manager.loggerDict]:
        if name.partition('.')[0] in _LOGS:
            logging.getLogger(name).setLevel(level)


@lru_cache(1)
def versions() -> dict[str, str]:
    """Return the versions of all that a row depends on, by name."""
    import cv2
    import distributed
    import fer_ros
    import numpy
    import onnxruntime
    import pyarrow
    return {
        'fer_ros': fer_ros.__version__, 'numpy': numpy.__version__, 'opencv': cv2.__version__,
        'onnxruntime': onnxruntime.__version__, 'pyarrow': pyarrow.__version__,
        'distributed': distributed.__version__,
        'python': '.'.join(platform.python_version_tuple()[:2])}


def describe(values: Mapping[str, Any], run: str) -> dict[str, Any]:
    """
    Return what a worker is: its versions, its models, and whether it sees the study's folder.

    :param values: the parameters by name.
    :param run: the file of the run.
    :raises ModelError: it lacks a model.
    """
    from fer_ros.study.fingerprint import models_of
    return {'versions': versions(), 'models': models_of(values), 'sees': os.path.exists(run)}


def process_on_worker(task: Mapping[str, Any]) -> dict[str, Any]:
    """Make the tables of a recording; return how that went, see `work.process`."""
    from distributed import get_worker
    from fer_ros.study.work import process
    worker = get_worker()
    topic = TOPIC + os.path.basename(task['run'])

    def report(done: int, total: int) -> None:
        worker.log_event(topic, {'name': task['name'], 'done': done, 'total': total})

    # Those that were there at the start have been asked; others join later.
    if not _fits(task['run'], json.dumps(task['versions'])):
        return {'name': task['name'], 'images': 0, 'frames': 0, 'problems': '', 'ended': False,
                'unwritten': False, 'unfit': True, 'error': f'the worker {worker.address}, which '
                'came later, has another version or another model; install the same everywhere '
                'and run again'}
    status = process({**task, 'scratch': worker.local_directory}, report)
    return {**status, 'worker': worker.address}


@lru_cache(2)
def _fits(run: str, wanted: str) -> bool:
    """
    Tell whether this process makes the rows that a run wants.

    :param run: the file of the run; where that is gone, `work.process` tells.
    :param wanted: versions, as JSON.
    """
    from fer_ros.core.metadata_values import ModelError
    from fer_ros.study.fingerprint import models_of
    if json.loads(wanted) != versions():
        return False
    try:
        with open(run, encoding='utf-8') as file:
            job = json.load(file)
    except OSError:
        return True
    try:
        return models_of(job['values']) == job['settings']['models']
    except (ModelError, OSError, ValueError):
        return False


def do_nothing(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return at once what `process_on_worker` returns: measures what the scheduler costs."""
    return {'name': task['name'], 'images': 0, 'frames': 0, 'error': '', 'problems': '',
            'unwritten': False, 'ended': False}
