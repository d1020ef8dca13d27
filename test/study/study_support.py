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

"""What the tests of studies share: recordings, runs, clusters started by hand, tables."""

from __future__ import annotations

from contextlib import contextmanager, ExitStack
import json
import os
from pathlib import Path
import socket
import subprocess
import sys

import cv2
import pytest

WHY = "studies need the packages of the extra: pip install '.[study]'"
for _package in ('distributed', 'pyarrow', 'fsspec', 'rosbags', 'mcap'):
    pytest.importorskip(_package, reason=WHY)

from bag_support import COMPRESSED, STORE, write_bag  # noqa: E402, I100
from fer_ros.replay.cli import main as fer_replay  # noqa: E402
from fer_ros.replay.reading import Bag  # noqa: E402
from fer_ros.replay.records import NANOSECONDS, read_records  # noqa: E402
from fer_ros.study.cli import main as fer_study  # noqa: E402, F401
from fer_ros.study.tables import read_table  # noqa: E402
from waiting import PATIENCE, wait_for  # noqa: E402

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / 'test' / 'data' / 'sample'

#: Seconds to wait for what a study of some recordings does on a busy machine.
LONG = 2 * PATIENCE


def until(condition, what):
    """Wait for a condition and return its value."""
    return wait_for(condition, what, LONG)


def sample_messages(times=1, every=1):
    """Return the compressed images of the sample, so many times over, going on in time."""
    with Bag(SAMPLE) as bag:
        messages = [raw for raw in bag.messages() if raw.type == COMPRESSED][::every]
    parsed = [STORE.deserialize_cdr(raw.data, COMPRESSED) for raw in messages]
    span = messages[-1].log_time - messages[0].log_time + NANOSECONDS // 10
    found = []
    for turn in range(times):
        for raw, message in zip(messages, parsed):
            stamp = message.header.stamp.sec * NANOSECONDS + message.header.stamp.nanosec
            stamp += turn * span
            header = STORE.types['std_msgs/msg/Header'](
                stamp=STORE.types['builtin_interfaces/msg/Time'](
                    sec=stamp // NANOSECONDS, nanosec=stamp % NANOSECONDS),
                frame_id=message.header.frame_id)
            found.append((raw.topic, COMPRESSED, raw.log_time + turn * span, STORE.types[
                COMPRESSED](header=header, format=message.format, data=message.data)))
    return found


def sample_bag(path, times=1, every=1, **how):
    """Write a recording of the sample's images."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_bag(path, sample_messages(times, every), **how)


def sample_pictures(every=1):
    """Return the pictures of the sample, uint8 (H, W, 3), bgr."""
    return [cv2.imdecode(message.data, cv2.IMREAD_COLOR)
            for *_, message in sample_messages(every=every)]


def write_video(path, pictures, rate=10.0, codec='mp4v'):
    """Write a video."""
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter_fourcc(*codec), rate, (width, height))
    assert writer.isOpened()
    for pixels in pictures:
        writer.write(pixels)
    writer.release()
    return path


def replayed(recording, folder, *arguments):
    """Return the frame records that fer_replay writes of a recording."""
    lines = folder / 'replayed.jsonl'
    assert fer_replay([str(recording), '--jsonl', str(lines), '--no-latency', '--quiet',
                       *arguments]) == 0
    return list(read_records(lines))


def table(folder, name, **how):
    """Return a table of a study as a list of mappings, without what differs between runs."""
    found = read_table(folder, name, **how)
    if name == 'recordings':
        found = found.drop_columns(['work_seconds'])
    return found.to_pylist()


def all_tables(folder):
    """Return all tables of a study, in the order of the recordings' names."""
    return {name: table(folder, name) for name in ('faces', 'frames', 'people', 'recordings')}


def command(*arguments):
    """Return the command line of fer_study."""
    return [sys.executable, '-m', 'fer_ros.study.cli', *map(str, arguments)]


def run(*arguments, **options):
    """Run fer_study as a process and return how it ended."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=300, **options)


def lines_of(ended):
    """Return the lines of standard error."""
    return [line for line in ended.stderr.splitlines() if line.strip()]


def free_port():
    """Return a port that nobody uses."""
    with socket.socket() as opened:
        opened.bind(('127.0.0.1', 0))
        return opened.getsockname()[1]


@contextmanager
def dask_processes(workers, environment=None, folder=None):
    """Yield the address of a scheduler with workers, each a process of Dask's own commands."""
    address = f'tcp://127.0.0.1:{free_port()}'
    # Dask finds what is to be loaded, and the packages, as the command line does.
    environment = {**os.environ, **(environment or {})}
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    with ExitStack() as stack:
        def start(module, *arguments, **options):
            process = subprocess.Popen(
                [sys.executable, '-m', module, *arguments], cwd=folder, **quiet, **options)
            stack.callback(end, process)

        def end(process):
            # Asked to, it writes what it measured of itself.
            process.terminate()
            try:
                process.wait(20.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

        start('distributed.cli.dask_scheduler', '--host', '127.0.0.1', '--port',
              address.rpartition(':')[2], '--no-dashboard', '--no-jupyter')
        for _ in range(workers):
            start('distributed.cli.dask_worker', address, '--nthreads', '1', '--no-dashboard',
                  '--no-nanny', env=environment)
        from distributed import Client
        with Client(address, timeout=LONG, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=LONG) if workers else None
        yield address


def settings_of(folder):
    """Return what a study says of itself."""
    return json.loads((folder / 'study.json').read_text())
