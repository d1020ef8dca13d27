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

"""What happens to the processes around the node, and to its own: killed, stopped, doubled."""

import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time

from fer_ros.core.assets import model_path
from fer_ros.fast_dds import profile_environment
import pytest
from support import CameraProcess, FerProcess, Peer, play, ROOT, running, stamp_of, wait_for
from world import ERROR, OK, WARN, World


@pytest.mark.fault(
    'the camera is killed (SIGKILL) and comes back', 'camera ERROR: no image; then everything is '
    'answered again, without anybody doing anything')
def test_camera_killed_and_back(alone):
    with running(FerProcess(), Peer()) as (process, peer):
        received, diagnostics = peer.expressions(), peer.diagnostics()
        for _ in range(2):
            with running(CameraProcess(20.0)):
                wait_for(lambda: len(received) > 20, 'answers')
            # Killed in the midst of an image, not closed.
            diagnostics.wait('fer: camera', ERROR, 'no image on /image')
            received.clear()
        assert process.running and 'Traceback' not in process.log


@pytest.mark.slow
@pytest.mark.fault(
    'the camera is stopped (SIGSTOP) for seconds and goes on', 'camera ERROR: no image; then '
    'everything is answered again')
def test_camera_stopped(alone):
    with running(FerProcess(), Peer(), CameraProcess(20.0)) as (process, peer, camera):
        received, diagnostics = peer.expressions(), peer.diagnostics()
        wait_for(lambda: len(received) > 5, 'answers')
        camera.send(signal.SIGSTOP)
        diagnostics.wait('fer: camera', ERROR, 'no image on /image')
        received.clear()
        camera.send(signal.SIGCONT)
        wait_for(lambda: len(received) > 5, 'answers')
        diagnostics.wait('fer: camera', OK)
        assert process.running


class Audience:
    """A process that subscribes reliably to all that the node says, and tells how much came."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name('audience.py'))],
            stdout=subprocess.PIPE, text=True, env={**os.environ, 'PYTHONPATH': os.pathsep.join(
                filter(None, (str(ROOT), os.environ.get('PYTHONPATH'))))})
        #: How many messages of each topic have come, as it said last.
        self.counts: dict[str, int] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.counts = json.loads(line)

    def hears_all(self, since: dict[str, int]) -> bool:
        """Return whether every topic has had more messages than it had."""
        return bool(self.counts) and all(
            number > since.get(topic, 0) for topic, number in self.counts.items())

    def send(self, number):
        self._process.send_signal(number)

    def close(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()


@pytest.mark.fault(
    'a reliable subscriber of all topics, pictures included, is stopped (SIGSTOP)',
    'nobody waits for it: the others get every answer; once it goes on it gets the newest ones')
def test_stopped_subscriber(world):
    with running(Audience()) as audience:
        def until_it_hears_all(since):
            wait_for(lambda: world.well() or audience.hears_all(since), 'what the audience hears')
        until_it_hears_all({})
        audience.send(signal.SIGSTOP)
        # 90 MB of pictures: more than any queue or segment of shared memory holds.
        play(world.camera, world.received, range(100, 200))
        audience.send(signal.SIGCONT)
        until_it_hears_all(audience.counts)
    world.well()


@pytest.mark.slow
@pytest.mark.fault('a subscriber is killed (SIGKILL) while pictures are sent to it',
                   'the others get every answer')
def test_killed_subscribers(world):
    for _ in range(3):
        with running(Audience()) as audience:
            wait_for(lambda: world.well() or audience.hears_all({}), 'an audience')
            world.well(10)
        world.well(10)


@pytest.mark.fault('two nodes of one name', 'both live and answer; inference WARN says so')
def test_two_nodes_of_one_name(world):
    with running(FerProcess()) as other:
        world.diagnostics.wait('fer: inference', WARN, 'other nodes are called /fer')
        play(world.camera, world.received, range(5))
        assert world.process.running and other.running
    # Once the other one has left, all is as before.
    world.diagnostics.wait('fer: inference', OK)
    world.well()


#: Fast DDS without shared memory. There, who opens the port of a stopped process takes it for
#: dead and makes another.
UDP_ONLY = """<?xml version="1.0" encoding="UTF-8"?>
<dds xmlns="http://www.eprosima.com"><profiles>
<transport_descriptors><transport_descriptor>
<transport_id>udp</transport_id><type>UDPv4</type>
<sendBufferSize>8388608</sendBufferSize><receiveBufferSize>8388608</receiveBufferSize>
</transport_descriptor></transport_descriptors>
<participant profile_name="udp" is_default_profile="true"><rtps>
<userTransports><transport_id>udp</transport_id></userTransports>
<useBuiltinTransports>false</useBuiltinTransports>
</rtps></participant>
</profiles></dds>
"""


@pytest.mark.slow
@pytest.mark.fault('the node itself is stopped (SIGSTOP) for seconds, without shared memory',
                   'it goes on with the newest image and answers again; with shared memory see '
                   'below')
def test_node_stopped(alone, tmp_path):
    profile = tmp_path / 'udp.xml'
    profile.write_text(UDP_ONLY)
    env = profile_environment(profile)
    with running(FerProcess(env=env), Peer(), CameraProcess(20.0, env)) as (process, peer, _):
        received = peer.expressions()
        wait_for(lambda: len(received) > 10, 'answers')
        for _ in range(3):
            process.send(signal.SIGSTOP)
            time.sleep(4.0)
            process.send(signal.SIGCONT)
            received.clear()
            wait_for(lambda: len(received) > 10, 'answers')
        stamps = [stamp_of(one) for one in received]
        assert stamps == sorted(set(stamps)) and process.running


def replaced(path: Path, what: str) -> None:
    """Replace a model file while it may be in use, as a deployment does."""
    if what == 'removed':
        path.unlink()
        return
    fresh = path.with_suffix('.new')
    data = Path(model_path('expression_fast.onnx')).read_bytes()
    fresh.write_bytes({'another': data, 'garbage': b'this is no network' * 1000,
                       'cut short': data[:-1000], 'empty': b''}[what])
    fresh.rename(path)


@pytest.mark.parametrize('what', [
    pytest.param('another', marks=pytest.mark.fault(
        'the model file is replaced by another good one between two cycles',
        'the one loaded goes on; the next configure takes the new one')),
    *(pytest.param(what, marks=pytest.mark.fault(
        f'the model file is {said} between two cycles', 'the one loaded goes on; the next '
        'configure fails and model ERROR names the file; once it is there again it succeeds'))
        for what, said in (('garbage', 'overwritten with garbage'), ('cut short', 'cut short'),
                           ('empty', 'emptied'), ('removed', 'removed'))),
])
def test_model_replaced(models, what):
    world, path = models
    path.write_bytes(Path(model_path('expression.onnx')).read_bytes())
    for name in ('deactivate', 'cleanup', 'configure', 'activate'):
        assert world.peer.transition(name) or name in ('deactivate', 'cleanup')
    loaded = wait_for(lambda: world.diagnostics.value('fer: model', 'sha256'), 'a model')
    replaced(path, what)
    world.meet()
    world.well()
    assert world.peer.transition('deactivate') and world.peer.transition('activate')
    world.meet()
    assert world.peer.transition('deactivate') and world.peer.transition('cleanup')
    if what == 'another':
        assert world.peer.transition('configure')
        wait_for(lambda: world.diagnostics.value('fer: model', 'sha256') not in (None, loaded),
                 'another model')
    else:
        assert not world.peer.transition('configure')
        world.diagnostics.wait('fer: model', ERROR, 'on_configure failed', str(path))


@pytest.fixture(scope='module')
def models(shared, tmp_path_factory):
    """Give a world whose node loads its model from a file that may be changed."""
    shared.close()
    path = tmp_path_factory.mktemp('model') / 'expression.onnx'
    path.write_bytes(Path(model_path('expression.onnx')).read_bytes())
    with running(World(expression_model=path)) as world:
        yield world, path
