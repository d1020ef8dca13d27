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

import array
import os
from pathlib import Path
import resource
import signal
import subprocess
import time

import cv2
import numpy as np
import psutil
import pytest
from sensor_msgs.msg import CompressedImage
from support import (
    CameraProcess, CLIP, FerProcess, image_message, Peer, running, stamp_of, stamped,
    wait_for)
from world import ERROR, OK, WARN

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
    pytest.param('before', marks=[pytest.mark.slow, pytest.mark.fault(
        'the disk of the log is full before the node starts', 'it starts and answers')]),
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
                   'every image is answered, the state can change; host ERROR says so; who '
                   'subscribes meanwhile hears nothing, who subscribes afterwards does')
def test_no_descriptors(own):
    world = own()
    process = psutil.Process(world.process.pid)
    before = process.rlimit(resource.RLIMIT_NOFILE)
    # It limits their numbers: all below are in use, and stay so.
    process.rlimit(resource.RLIMIT_NOFILE, (8, before[1]))
    world.diagnostics.wait('fer: host', ERROR, 'no file descriptor left')
    world.well(30)
    assert world.peer.transition('deactivate') and world.peer.transition('activate')
    world.meet()
    world.well()
    assert world.peer.transition('deactivate') and world.peer.transition('cleanup')
    # The models are files.
    assert not world.peer.transition('configure')
    world.diagnostics.wait('fer: model', ERROR, 'on_configure failed')
    process.rlimit(resource.RLIMIT_NOFILE, before)
    world.diagnostics.wait('fer: host', OK)
    assert world.peer.transition('configure') and world.peer.transition('activate')
    world.meet()
    world.well()
    with running(Peer()) as newcomer:
        received = newcomer.expressions()
        wait_for(lambda: world.well() or received, 'answers to another listener')


def png(pixels, stamp: float) -> CompressedImage:
    """Return a picture as PNG."""
    data = array.array('B', cv2.imencode('.png', pixels)[1].tobytes())
    return stamped(CompressedImage(format='png', data=data), stamp)


@pytest.mark.fault('there is no memory for decoding a picture (RLIMIT_AS)',
                   'the image is left out, camera ERROR says so, smaller ones are answered; where '
                   'the middleware itself gets no memory for a message, the process ends')
def test_no_memory(own):
    world = own(make=png, image_transport='compressed')
    world.well(10)
    process = psutil.Process(world.process.pid)
    before = process.rlimit(resource.RLIMIT_AS)
    process.rlimit(resource.RLIMIT_AS, (process.memory_info().vms + (64 << 20), before[1]))
    # 190 MB, in a message of 200 kB.
    big = png(np.zeros((8000, 7900, 3), np.uint8), 0.0)
    world.tell(lambda: big, ERROR, 'allocate')
    world.well(10)
    process.rlimit(resource.RLIMIT_AS, before)
    world.well()


@pytest.mark.slow
@pytest.mark.fault('the processor is taken away nine tenths of the time',
                   'it answers what it can, always the newest image; inference WARN says the '
                   'machine is too slow; it returns to normal by itself')
def test_no_processor_time(alone):
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
