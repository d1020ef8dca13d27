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

"""The node ends, and in order, whenever the signal comes and whatever it is doing then."""

import multiprocessing
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from busy_model import BRIGHT, busy_detector, DARK
from lifecycle_msgs.srv import ChangeState
import pytest
from support import CLIP, image_message, PATIENCE, Peer, running, TRANSITIONS, TWO_FACES, wait_for

pytestmark = pytest.mark.usefixtures('uncovered')

#: As the command `fer_node` is made at installation.
COMMAND = [sys.executable, '-c', (
    'import sys; from fer_ros.commands import fer_node; sys.exit(fer_node())')]

SIGNALS = (signal.SIGINT, signal.SIGTERM)

#: What the process is doing when the signal comes; a start is cut off at any moment of it.
MOMENTS = ('starting', 'active', 'deactivating', 'cleaning up', 'configuring')


class Command:
    """A start of the command, imports and all."""

    def __init__(self, arguments, log: str):
        with open(log, 'w') as out:
            self._process = subprocess.Popen(
                [*COMMAND, *arguments], stdout=out, stderr=subprocess.STDOUT)
        self.pid = self._process.pid

    def wait(self) -> int:
        return self._process.wait(PATIENCE)

    def kill(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def run_node(arguments, log: str) -> None:
    """Run the node in this process, as the command does once all is imported."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    from fer_ros.ros.node import main
    sys.exit(main(['fer_node', *arguments]))


class Fork:
    """A start in a process that has imported everything: most of what a start costs."""

    _context = multiprocessing.get_context('forkserver')
    _context.set_forkserver_preload(['fer_ros.ros.node'])

    def __init__(self, arguments, log: str):
        self._process = self._context.Process(target=run_node, args=(arguments, log))
        self._process.start()
        self.pid = self._process.pid

    def wait(self) -> int:
        self._process.join(PATIENCE)
        return self._process.exitcode

    def kill(self):
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class Stream:
    """A camera whose images take the node's worker from no time to most of a second."""

    def __init__(self, peer):
        self._publisher = peer.node.create_publisher(
            type(image_message(DARK)), '/image', 1)
        self._going = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        number = 0
        while not self._going.wait(0.03):
            number += 1
            # Faces are published under topics of their own; bright images keep the worker busy.
            pixels = BRIGHT if number % 8 == 0 else CLIP.frame(TWO_FACES + number % 8)
            self._publisher.publish(image_message(pixels, stamp=time.time()))

    def close(self):
        self._going.set()
        self._thread.join()


def handles_signals(pid: int) -> bool:
    """Return whether the command has come so far that SIGTERM is no longer the kernel's matter."""
    status = Path(f'/proc/{pid}/status').read_text()
    caught = int(next(line for line in status.splitlines() if line.startswith('SigCgt')).split()[
        1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def ask(peer, name: str) -> None:
    """Ask for a transition and do not wait for the answer."""
    client = peer.node.create_client(ChangeState, '/fer/change_state')
    if client.wait_for_service(PATIENCE):
        request = ChangeState.Request()
        request.transition.id = TRANSITIONS[name]
        client.call_async(request)
    # A client that is destroyed while its request is on the way takes it along.
    peer.kept.append(client)


def end_once(
        peer, make, arguments, moment: str, number: int, chance: random.Random) -> float:
    """Start the node, end it in some moment, and return how long the end took, in seconds."""
    with tempfile.NamedTemporaryFile('w') as log:
        process = make(['--ros-args', *arguments], log.name)
        try:
            wait_for(lambda: handles_signals(process.pid), 'the first line of the command')
            started = time.monotonic()
            said = Path(log.name).read_text
            if moment == 'starting':
                time.sleep(chance.uniform(0.0, 1.2 * peer.start_takes[make]))
            else:
                wait_for(lambda: 'active: ' in said(), 'the active node', 4 * PATIENCE)
                peer.start_takes[make] = time.monotonic() - started
                time.sleep(chance.uniform(0.0, 1.0))
            steps = ('deactivating', 'cleaning up', 'configuring')
            if moment in steps:
                for name in ('deactivate', 'cleanup', 'configure')[:steps.index(moment) + 1]:
                    ask(peer, name)
                time.sleep(chance.uniform(0.0, 0.7))
            sent = time.monotonic()
            for _ in range(chance.choice((1, 1, 3))):
                os.kill(process.pid, number)
                time.sleep(chance.uniform(0.0, 0.01))
            status = process.wait()
            seconds = time.monotonic() - sent
            text = said()
            assert status == 0, f'{moment}, {number!r}: status {status}\n{text}'
            for word in ('Traceback', 'terminate', 'Abort', 'Segmentation', 'Fatal', '[ERROR]'):
                assert word not in text, f'{moment}, {number!r}:\n{text}'
            return seconds
        finally:
            process.kill()
            for client in peer.kept:
                peer.destroy(client)
            peer.kept.clear()


def end_often(tmp_path, times: int, seed: int) -> None:
    """End a node so often, and say how long that took."""
    chance = random.Random(seed)
    detector = busy_detector(tmp_path / 'busy.onnx', 0.8)
    arguments = ['-p', f'detector_model:={detector}', '-p', 'detection_interval:=0.0',
                 '-p', 'load_shedding:=false']
    with running(Peer()) as peer:
        peer.kept, peer.start_takes = [], {Command: 3.0, Fork: 1.0}
        taken = []
        with running(Stream(peer)):
            for index in range(times):
                moment = MOMENTS[index % len(MOMENTS)]
                make = Command if index % 4 == 0 else Fork
                seconds = end_once(
                    peer, make, arguments, moment, SIGNALS[index // 5 % 2], chance)
                taken.append((seconds, moment))
    longest = max(taken)
    print(f'{times} exits on {os.cpu_count()} processors: the longest took {longest[0]:.2f} s '
          f'({longest[1]}), the median {sorted(taken)[times // 2][0]:.2f} s')


@pytest.mark.fault(
    'SIGINT or SIGTERM, once or thrice, at any moment: importing, loading, active with a busy '
    'worker, publishing, deactivating, configuring', 'it ends within two seconds with status 0')
@pytest.mark.timeout(3600)
@pytest.mark.parametrize('times, seed', [
    (10, 1), pytest.param(200, 2, marks=pytest.mark.slow)])
def test_every_exit_is_in_order(tmp_path, times, seed):
    end_often(tmp_path, times, seed)
