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

"""What the machine lacks: disk, descriptors, memory, processor time."""

import os
from pathlib import Path
import resource
import signal
import subprocess
import time

import psutil
import pytest
from support import (
    CameraProcess, CLIP, FerProcess, image_message, next_start, Peer, running, stamp_of, stamped,
    wait_for)
from world import ERROR, WARN

ROOT_USER = pytest.mark.skipif(os.geteuid() != 0, reason='only root may mount a file system')


@pytest.fixture
def small_disk(tmp_path):
    """Give a folder on a file system of 256 kB."""
    place = tmp_path / 'disk'
    place.mkdir()
    done = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', str(place)],
        capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f'no small file system can be mounted here: {done.stderr.strip()}')
    yield place
    subprocess.run(['umount', '-l', str(place)], check=True)


def filled(place: Path) -> None:
    """Fill a file system to its last byte."""
    with open(place / 'filler', 'wb', buffering=0) as file:
        try:
            while True:
                file.write(b'\0' * 4096)
        except OSError:
            pass


@ROOT_USER
@pytest.mark.parametrize('when', [
    pytest.param('while it runs', marks=pytest.mark.fault(
        'the disk of the log is full while the node runs', 'it goes on; log lines are lost')),
    pytest.param('before', marks=pytest.mark.fault(
        'the disk of the log is full before the node starts', 'it starts and answers')),
])
def test_disk_full(own, small_disk, when):
    if when == 'before':
        filled(small_disk)
    world = own(env={'ROS_LOG_DIR': str(small_disk)})
    filled(small_disk)
    bad = image_message(CLIP.frame(0))
    bad.encoding = 'foo64'
    # More to log than fits, if it were the full second.
    for _ in range(3):
        world.tell(lambda: bad, ERROR, 'foo64')
        world.well()
    assert world.peer.transition('deactivate') and world.peer.transition('activate')
    world.meet()
    world.well()


@pytest.mark.fault('no descriptor is left while the node runs (RLIMIT_NOFILE)',
                   'what runs goes on: every image is answered, the state can change')
def test_no_descriptors(own):
    world = own()
    process = psutil.Process(world.process.pid)
    before = process.rlimit(resource.RLIMIT_NOFILE)
    process.rlimit(resource.RLIMIT_NOFILE, (process.num_fds(), before[1]))
    world.well(30)
    with running(Peer()) as newcomer:
        # A listener that comes now hears of the node, too.
        received = newcomer.expressions()
        wait_for(lambda: world.well() or received, 'answers to another listener')
    for name in ('deactivate', 'cleanup', 'configure'):
        world.peer.transition(name)
    process.rlimit(resource.RLIMIT_NOFILE, before)
    if world.peer.state() == 'unconfigured':
        assert world.peer.transition('configure')
    assert world.peer.transition('activate')
    world.meet()
    world.well()


@pytest.mark.fault('no more memory is given (RLIMIT_AS) and a frame needs some',
                   'the frame fails, inference ERROR or camera ERROR says so, the next ones are '
                   'answered; where native code of the middleware cannot allocate, it may die')
def test_no_memory(own):
    world = own()
    process = psutil.Process(world.process.pid)
    before = process.rlimit(resource.RLIMIT_AS)
    world.well(10)
    process.rlimit(resource.RLIMIT_AS, (process.memory_info().vms + (8 << 20), before[1]))
    seen = world.diagnostics.count
    # Scaled to eight bits, such a picture needs several times its size.
    big = image_message(CLIP.frame(0).repeat(2, 0).repeat(2, 1).astype('u2'), 'bgr16')

    def failed():
        world.camera.publish(stamped(big, next_start(0.001)))
        time.sleep(0.1)
        for message in world.diagnostics.arrays[seen:]:
            for status in message.status:
                if status.level == ERROR and 'emory' in status.message:
                    return status.message
        return None
    print(wait_for(failed, 'a status that names the memory'))
    assert world.process.running
    process.rlimit(resource.RLIMIT_AS, before)
    world.well()


@pytest.mark.fault('the processor is taken away nine tenths of the time',
                   'it answers what it can, always the newest image; inference WARN says the '
                   'machine is too slow; it returns to normal by itself')
def test_no_processor_time():
    # Stopped and let go in turn: a machine full of others does the same to it.
    with running(FerProcess(), Peer(), CameraProcess(30.0)) as (process, peer, _):
        received, diagnostics = peer.expressions(), peer.diagnostics()
        wait_for(lambda: received, 'an answer')

        def starve():
            process.send(signal.SIGSTOP)
            time.sleep(0.09)
            process.send(signal.SIGCONT)
            time.sleep(0.01)
        diagnostics.wait('fer: inference', WARN, 'machine is too slow', meanwhile=starve)
        stamps = [stamp_of(one) for one in received]
        assert stamps == sorted(set(stamps)) and process.running
        received.clear()
        wait_for(lambda: len(received) > 20, 'answers')
