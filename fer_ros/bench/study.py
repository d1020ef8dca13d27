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

"""How fast a study is: one worker and two, beside fer_replay; its memory; the scheduler's cost."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
import json
import os
from pathlib import Path
import resource
from statistics import median
import tempfile
import time
from typing import Any, Iterator, TYPE_CHECKING

import cv2
from fer_ros.arguments import whole
from fer_ros.bench.tables import table

if TYPE_CHECKING:
    from fer_ros.study.cluster import Cluster

#: Seconds that each of the recordings lasts whose scheduling is simulated.
SIMULATED_SECONDS = 10.0

#: The longer recording is so many times as long.
LONGER = 10

_RATE = 30.0
_TOPIC, _KIND = '/camera/image_raw/compressed', 'sensor_msgs/msg/CompressedImage'


def measure_study(frames: int, repeats: int, tasks: int) -> dict[str, Any]:
    """
    Measure.

    :param frames: of each of four recordings; a fifth, for the memory, has `LONGER` times them.
    :param repeats: of each measurement, of which the median counts.
    :param tasks: recordings whose scheduling is simulated.
    :return: for JSON; frames/s in time that passes, and by the processor time of the workers.
    """
    with tempfile.TemporaryDirectory(prefix='fer_benchmark_') as folder:
        place = Path(folder)
        paths = [_record(place / f'one{number}', frames) for number in range(4)]
        runs: dict[str, list[tuple[float, float]]] = {'replay': [], 'one': [], 'two': []}
        with _cluster(1) as one, _cluster(2) as two:
            for each in (one, two):
                _study(each, place, paths)  # imports, models
            # In turns, as what else runs on the machine comes and goes.
            for _ in range(repeats):
                runs['replay'].append(_replay(paths))
                runs['one'].append(_study(one, place, paths))
                runs['two'].append(_study(two, place, paths))
            scheduling = _schedule(two, place, tasks)
        longer = _record(place / 'longer', LONGER * frames)
        memory = [_memory(place, path) for path in (paths[0], longer)]
    count = len(paths) * frames
    # Ratios of neighbours: both saw the same machine.
    by_two = median(one[0] / two[0] for one, two in zip(runs['one'], runs['two']))
    by_replay = median(own[0] / one[0] for own, one in zip(runs['replay'], runs['one']))
    rates = {name: round(count / median(wall for wall, _ in found), 2)
             for name, found in runs.items()}
    processor = {name: round(count / median(cpu for _, cpu in found), 2)
                 for name, found in runs.items()}
    work = tasks * SIMULATED_SECONDS * _RATE / rates['two']
    return {
        'frames': count, 'repeats': repeats, 'frames_per_second': rates,
        'frames_per_processor_second': processor,
        'two_by_one': round(by_two, 3), 'one_by_replay': round(by_replay, 3),
        'processor_two_by_one': round(2 * processor['two'] / processor['one'], 3),
        'processor_one_by_replay': round(processor['one'] / processor['replay'], 3),
        'memory_mb': {'short': round(memory[0], 1), 'longer': round(memory[1], 1)},
        'memory_ratio': round(memory[1] / memory[0], 3),
        'scheduler': {'tasks': tasks, 'seconds': round(scheduling, 2),
                      'work_seconds': round(work, 1), 'share': round(scheduling / work, 5)}}


def _record(path: Path, frames: int) -> Path:
    """Write a recording of the embedded clip, over and over."""
    from fer_ros.demo.clip import EmbeddedClip
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import get_typestore, Stores
    store = get_typestore(Stores.ROS2_JAZZY)
    clip = EmbeddedClip(rate=_RATE)
    pictures = [cv2.imencode('.jpg', clip.frame(index))[1]
                for index in range(min(frames, len(clip)))]
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection(_TOPIC, _KIND, typestore=store)
        for index in range(frames):
            stamp = 10**9 + round(index * 1e9 / _RATE)
            header = store.types['std_msgs/msg/Header'](
                stamp=store.types['builtin_interfaces/msg/Time'](
                    sec=stamp // 10**9, nanosec=stamp % 10**9), frame_id='camera')
            message = store.types[_KIND](
                header=header, format='jpeg', data=pictures[index % len(pictures)].reshape(-1))
            writer.write(connection, stamp, store.serialize_cdr(message, _KIND))
    return path


@contextmanager
def _cluster(jobs: int) -> Iterator[Cluster]:
    from fer_ros.study.cluster import cluster
    with cluster(None, jobs) as found:
        found.client.wait_for_workers(jobs)
        yield found


def _study(found: Cluster, place: Path, paths: Sequence[Path]) -> tuple[float, float]:
    """Return the seconds that pass and those of the workers' processors."""
    from fer_ros.study.worker import process_on_worker
    before = sum(found.client.run(time.process_time).values())
    started = time.perf_counter()
    _run(found, place, [str(path) for path in paths], process_on_worker)
    taken = time.perf_counter() - started
    return taken, sum(found.client.run(time.process_time).values()) - before


def _run(found: Cluster, place: Path, paths: Sequence[str], work: Any) -> None:
    """Have recordings processed as fer_study does, or something else done with each."""
    from fer_ros.replay.parameter_files import read_parameters
    from fer_ros.study import fingerprint, tables
    from fer_ros.study.engine import run_all
    from fer_ros.study.progress import Progress
    from fer_ros.study.worker import versions
    values = read_parameters()
    output = place / 'study'
    settings = fingerprint.settings(values, None)
    tables.write_study(output, settings)
    job = output / f'.run-{time.monotonic_ns()}'
    job.write_text(json.dumps({'values': values, 'settings': settings, 'topic': None,
                               'versions': versions(), 'csv': False}))
    tasks: list[Mapping[str, Any]] = [{
        'name': f'{number}', 'path': path, 'label': path, 'kind': 'bag', 'files': (), 'input': '',
        'output': str(output), 'run': str(job), 'versions': versions()}
        for number, path in enumerate(paths)]

    def failed(task: Mapping[str, Any], error: str) -> None:
        raise ValueError(f"{task['path']}: {error}")

    outcome = run_all(found, tasks, {task['name']: 1 for task in tasks},
                      Progress(len(tasks), 0, quiet=True), failed, work)
    if outcome.failed:
        raise ValueError('; '.join(outcome.failed.values()))


def _replay(paths: Sequence[Path]) -> tuple[float, float]:
    """Return the seconds, and those of the processor, that fer_replay takes in this process."""
    from fer_ros.replay.cli import main
    before, started = time.process_time(), time.perf_counter()
    for path in paths:
        if main([str(path), '--jsonl', os.devnull, '--quiet']):
            raise ValueError(f'{path} cannot be replayed')
    return time.perf_counter() - started, time.process_time() - before


def _schedule(found: Cluster, place: Path, tasks: int) -> float:
    """Return the seconds for so many recordings with which nothing is done."""
    from fer_ros.study.worker import do_nothing
    started = time.perf_counter()
    _run(found, place, [f'recording{number}' for number in range(tasks)], do_nothing)
    return time.perf_counter() - started


def _memory(place: Path, path: Path) -> float:
    """Return the most megabytes that a worker has that does nothing but one recording."""
    with _cluster(1) as found:
        _study(found, place, [path])
        return max(found.client.run(_peak).values())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def study_text(result: Mapping[str, Any]) -> str:
    """Return a measurement as text for people."""
    names = {'replay': 'fer_replay', 'one': 'one worker', 'two': 'two workers'}
    rows: list[list] = [[label, result['frames_per_second'][name],
                         result['frames_per_processor_second'][name]]
                        for name, label in names.items()]
    memory, scheduler = result['memory_mb'], result['scheduler']
    return '\n'.join([
        f"{result['frames']} frames of 640x480, the median of {result['repeats']}",
        table(['', 'frames/s', 'frames/s of processor time'], rows),
        f"two workers by one: {result['two_by_one']:.2f} (of processor time "
        f"{result['processor_two_by_one']:.2f}); one by fer_replay: "
        f"{result['one_by_replay']:.2f} ({result['processor_one_by_replay']:.2f})",
        f"memory of a worker: {memory['short']:.0f} MB, and {memory['longer']:.0f} MB with a "
        f"recording {LONGER} times as long ({result['memory_ratio']:.2f})",
        f"scheduling of {scheduler['tasks']} recordings: {scheduler['seconds']:.1f} s, "
        f"{100 * scheduler['share']:.2f} % of the {scheduler['work_seconds']:.0f} s that two "
        f'workers take for them, {SIMULATED_SECONDS:g} s each'])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fer_benchmark study` to its parser."""
    parser.add_argument('--frames', type=whole(30, 100_000), default=300,
                        help='frames of each of four recordings (default: 300)')
    parser.add_argument('--repeats', type=whole(1, 100), default=5,
                        help='of each measurement, of which the median counts (default: 5)')
    parser.add_argument('--tasks', type=whole(100, 1_000_000), default=10_000,
                        help='recordings whose scheduling is simulated (default: 10000)')


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """Measure with the options given."""
    result = measure_study(options.frames, options.repeats, options.tasks)
    return {'benchmark': 'study', **result}, study_text(result)
