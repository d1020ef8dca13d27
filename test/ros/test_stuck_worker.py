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

"""A worker in a frame that takes long: what is said, what is refused, and what never comes."""

import signal

from busy_model import BRIGHT, busy_detector, DARK, slow_to_load
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.srv import ChangeState
import pytest
from support import (
    FerProcess, image_message, PATIENCE, Peer, running, stamp_of, TRANSITIONS, wait_for)

STUCK = 'worker stuck in a frame for'


def stuck_node(path, seconds: float, **parameters) -> FerProcess:
    """Return a node that needs so long for a bright image."""
    return FerProcess(
        detector_model=busy_detector(path / 'busy.onnx', seconds), detection_interval=0.0,
        load_shedding=False, **parameters)


def show(camera, pixels, stamp: float) -> tuple[int, int]:
    """Publish an image and return its stamp."""
    message = image_message(pixels, stamp=stamp)
    camera.publish(message)
    return stamp_of(message)


def make_busy(camera, statuses) -> tuple[int, int]:
    """Publish a bright image, and dark ones until the worker is in the bright one's frame."""
    bright = show(camera, BRIGHT, 100.0)
    statuses.wait('fer: inference', DiagnosticStatus.ERROR, STUCK, 'restart the process')
    return bright


@pytest.mark.fault(
    'a frame takes long in native code, and the node is deactivated meanwhile', 'inference ERROR: '
    'worker stuck in a frame; transitions return at once, activate and configure are refused '
    'until it has ended, and nothing of it is ever published or counted')
@pytest.mark.timeout(600)
def test_stuck_worker_is_told_and_nothing_of_it_comes_after_a_deactivation(tmp_path):
    with running(stuck_node(tmp_path, 12.0), Peer()) as (process, peer):
        received, statuses = peer.expressions(), peer.diagnostics()
        camera = peer.camera(received)
        bright = make_busy(camera, statuses)
        # The executor goes on.
        assert peer.state() == 'active'
        show(camera, DARK, 101.0)
        assert peer.transition('deactivate') and peer.state() == 'inactive'
        assert not peer.transition('activate') and peer.state() == 'inactive'
        since = statuses.count
        statuses.wait('fer: model', DiagnosticStatus.ERROR, 'on_activate failed', STUCK,
                      since=since)
        statuses.wait('fer: inference', DiagnosticStatus.ERROR, STUCK, since=since)
        assert peer.transition('cleanup') and not peer.transition('configure')
        wait_for(lambda: peer.node.count_publishers('/fer/expression') == 0,
                 'the end of the publishers')
        # The frame takes its time, and on a busy machine several times that.
        statuses.wait('fer: inference', DiagnosticStatus.OK, 'inactive', seconds=5 * PATIENCE)
        assert not received
        assert peer.transition('configure') and peer.transition('activate')
        camera = peer.camera(received)
        since = statuses.count
        stamps = []
        for number in range(5):
            stamps.append(show(camera, DARK, 200.0 + number))
            wait_for(lambda: stamps[-1] in map(stamp_of, received), 'an answer')
        assert bright not in map(stamp_of, received)
        statuses.wait('fer: inference', DiagnosticStatus.OK, since=since)
        assert 'Traceback' not in process.log and 'callback failed' not in process.log


@pytest.mark.fault(
    'a frame takes long in native code', 'inference ERROR: worker stuck in a frame, with the '
    'remedy; services go on; it is answered in the end, and so are those after it')
@pytest.mark.timeout(600)
def test_frame_that_takes_long_is_answered_where_nobody_deactivates(tmp_path):
    with running(stuck_node(tmp_path, 4.0), Peer()) as (process, peer):
        received, statuses = peer.expressions(), peer.diagnostics()
        camera = peer.camera(received)
        bright = make_busy(camera, statuses)
        wait_for(lambda: received, 'the answer')
        assert stamp_of(received[0]) == bright
        dark = show(camera, DARK, 101.0)
        # Where nobody is seen, the same frame is then looked at turned, each way as long.
        wait_for(lambda: stamp_of(received[-1]) == dark, 'an answer as before', 3 * PATIENCE)


@pytest.mark.fault(
    'SIGINT or SIGTERM while a frame takes minutes', 'it says goodbye, leaves the graph and ends '
    'with status 0')
@pytest.mark.parametrize('number, before', [
    (signal.SIGINT, ()), (signal.SIGTERM, ('deactivate', 'cleanup'))])
def test_stuck_worker_keeps_nobody_from_ending(tmp_path, number, before):
    with running(stuck_node(tmp_path, 120.0), Peer()) as (process, peer):
        received, statuses = peer.expressions(), peer.diagnostics()
        make_busy(peer.camera(received), statuses)
        for name in before:
            assert peer.transition(name)
        process.send(number)
        assert process.wait() == 0
        assert 'Traceback' not in process.log and 'a frame' in process.log
        # It has left the graph: nobody had to wait for its lease to run out.
        wait_for(lambda: 'fer' not in peer.node.get_node_names(), 'the end of the node', 10.0)


@pytest.mark.fault(
    'SIGINT or SIGTERM while a model takes long to load', 'it says goodbye, leaves the graph and '
    'ends with status 0')
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_model_that_takes_long_to_load_keeps_nobody_from_ending(tmp_path, number):
    path = slow_to_load(tmp_path / 'slow.onnx')
    with running(Peer(), FerProcess(detector_model=path, autostart=False)) as (peer, process):
        statuses = peer.diagnostics()
        request = ChangeState.Request()
        request.transition.id = TRANSITIONS['configure']
        client = peer.node.create_client(ChangeState, '/fer/change_state')
        assert client.wait_for_service(PATIENCE)
        client.call_async(request)
        # A status goes out once a second while it loads.
        seen = statuses.count
        wait_for(lambda: statuses.count > seen + 3, 'statuses')
        process.send(number)
        assert process.wait() == 0
        assert 'Traceback' not in process.log and 'loading models' in process.log
        wait_for(lambda: 'fer' not in peer.node.get_node_names(), 'the end of the node', 10.0)
