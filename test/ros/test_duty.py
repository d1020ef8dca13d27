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

"""Switched off and on by ~/enable, and lazy: images are processed only where somebody cares."""

import random

from fer_ros.ros.doing import DISABLED, IDLE, RESTS, WORKING
from hri_msgs.msg import IdsList
import pytest
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from sensor_msgs.msg import Image
from support import (
    CameraProcess, FerProcess, Peer, running, shown_until, stamp_of, two_faces, wait_for)
from vision_msgs.msg import Detection2DArray

OK = b'\x00'


def set_parameter(peer, name, value):
    """Set a boolean parameter."""
    one, = peer.call(SetParameters, '/fer/set_parameters', SetParameters.Request(parameters=[
        Parameter(name=name, value=ParameterValue(
            type=ParameterType.PARAMETER_BOOL, bool_value=value))])).results
    assert one.successful, one.reason


def test_disabled_and_enabled_again():
    with running(FerProcess(), Peer()) as (process, peer):
        received, tracked = peer.expressions(), peer.listen(IdsList, '/humans/faces/tracked')
        diagnostics = peer.diagnostics()
        camera = peer.camera(received)
        before = two_faces(camera, received, start=10.0)
        shown_until(camera, received, lambda: tracked and len(tracked[-1].ids) == 2,
                    'a list of two')
        answer = peer.enable(False)
        assert answer.success and answer.message == 'disabled'
        # Whoever follows the list hears that nobody is there; the camera has a subscriber less.
        wait_for(lambda: not tracked[-1].ids, 'an empty list')
        wait_for(lambda: not peer.node.count_subscribers('/image'), 'the end of a subscription')
        assert peer.state() == 'active'
        for name in ('camera', 'inference', 'faces'):
            diagnostics.wait(f'fer: {name}', OK, RESTS[DISABLED])
        assert diagnostics.value('fer: inference', 'doing') == DISABLED
        # Twice is once.
        assert peer.enable(False).success and peer.enable(True).message == 'enabled'
        wait_for(lambda: peer.node.count_subscribers('/image'), 'a subscription')
        received.clear()
        camera = peer.camera(received)
        after = two_faces(camera, received, start=20.0)
        assert not set(before) & set(after)
        wait_for(lambda: diagnostics.value('fer: inference', 'doing') == WORKING, 'its work')
        assert process.log.count('disabled: ') == 1 and 'enabled: processing' in process.log


def test_disabled_from_the_start_in_every_state_and_by_the_parameter():
    with running(FerProcess(autostart=False, enabled=False), Peer()) as (process, peer):
        assert peer.transition('configure') and peer.transition('activate')
        assert 'active: disabled until ~/enable is called with true' in process.log
        assert not peer.node.count_subscribers('/image')
        assert peer.transition('deactivate')
        answer = peer.enable(True)
        assert answer.success
        assert answer.message == 'enabled, for when the node is active: it is inactive'
        assert not peer.node.count_subscribers('/image')
        assert peer.transition('activate')
        wait_for(lambda: peer.node.count_subscribers('/image'), 'a subscription')
        # The service and the parameter are two ways to one thing.
        set_parameter(peer, 'enabled', False)
        wait_for(lambda: not peer.node.count_subscribers('/image'), 'the end of a subscription')
        assert peer.transition('deactivate') and peer.transition('cleanup')
        assert peer.enable(True).message.endswith('it is unconfigured')
        assert peer.transition('configure') and peer.transition('activate')
        assert peer.transition('shutdown') and not peer.enable(False).success
        assert 'start its process again' in peer.enable(True).message
        assert 'failed' not in process.log


#: What leads from which state of the lifecycle to which.
STEPS = {('configure', 'unconfigured'): 'inactive', ('activate', 'inactive'): 'active',
         ('deactivate', 'active'): 'inactive', ('cleanup', 'inactive'): 'unconfigured'}


@pytest.mark.parametrize('seed', range(3))
def test_calls_in_any_order_while_images_come(seed):
    """In each state, several times over, in the middle of a frame: all do what they say."""
    draw = random.Random(seed)
    with running(CameraProcess(30.0), FerProcess(autostart=False), Peer()) as (_, process, peer):
        state, enabled = 'unconfigured', True
        for _ in range(40):
            what = draw.choice(('configure', 'activate', 'activate', 'deactivate', 'cleanup',
                                'on', 'off', 'on', 'off', 'lazy'))
            if what in ('on', 'off'):
                enabled = what == 'on'
                answer = peer.enable(enabled)
                assert answer.success
                assert answer.message.startswith('enabled' if enabled else 'disabled')
                assert (f'it is {state}' in answer.message) == (state != 'active')
            elif what == 'lazy':
                set_parameter(peer, 'lazy', draw.random() < 0.5)
            else:
                assert peer.transition(what) == ((what, state) in STEPS)
                state = STEPS.get((what, state), state)
            assert peer.state() == state
            subscribed = state == 'active' and enabled
            wait_for(lambda: bool(peer.node.count_subscribers('/image')) == subscribed,
                     'the subscription' if subscribed else 'the end of the subscription')
        set_parameter(peer, 'lazy', True)
        for step in ('configure', 'activate'):
            peer.transition(step)
        assert peer.state() == 'active' and peer.enable(True).success
        received = peer.expressions()
        wait_for(lambda: len(received) > 5, 'answers')
        for words in ('failed', 'Traceback', 'is stuck'):
            assert words not in process.log


def processed(diagnostics):
    """Return how many images were processed since activation."""
    return int(diagnostics.value('fer: inference', 'processed (total)') or 0)


def assert_rest(diagnostics):
    """Wait until the node is idle and stays so for some reports; return what was processed."""
    seen = [-1]

    def rests():
        # A moment of work is possible before the graph is known: first the subscriber, then who
        # it is.
        diagnostics.wait('fer: inference', OK, RESTS[IDLE])
        now = processed(diagnostics)
        seen[:] = [*seen, now] if now == seen[-1] else [now]
        return len(seen) == 4
    wait_for(rests, 'a node that rests')
    return seen[0]


@pytest.mark.parametrize('topic, kind', [
    ('/fer/expression', Detection2DArray), ('/fer/image_annotated', Image),
    ('/humans/faces/tracked', IdsList)])
def test_lazy_wakes_for_a_subscriber_of_any_output_and_rests_without(topic, kind):
    with running(CameraProcess(15.0), FerProcess(lazy=True), Peer()) as (_, process, peer):
        diagnostics = peer.diagnostics()
        diagnostics.wait('fer: inference', OK, RESTS[IDLE])
        # The camera is watched all the same.
        wait_for(lambda: diagnostics.value('fer: camera', 'received (total)') not in (None, '0'),
                 'images')
        diagnostics.wait('fer: faces', OK, RESTS[IDLE])
        assert processed(diagnostics) == 0
        wait_for(lambda: diagnostics.value('fer: inference', 'idle (total)') != '0', 'a count')
        heard = []
        subscription = peer.node.create_subscription(kind, topic, heard.append, 10)
        wait_for(lambda: len(heard) >= 5, 'answers')
        assert stamp_of(heard[0]) < stamp_of(heard[-1])
        wait_for(lambda: diagnostics.value('fer: inference', 'doing') == WORKING, 'its work')
        peer.destroy(subscription)
        assert assert_rest(diagnostics) > 0
        assert 'failed' not in process.log


def test_who_publishes_the_same_list_of_faces_is_no_audience():
    """Other nodes of this kind may follow the list, which must not keep all of them awake."""
    topic = '/humans/faces/tracked'
    with running(CameraProcess(15.0), FerProcess(lazy=True), Peer()) as (_, _, peer):
        diagnostics = peer.diagnostics()
        peer.node.create_publisher(IdsList, topic, 10)
        peer.node.create_subscription(IdsList, topic, lambda _: None, 10)
        wait_for(lambda: diagnostics.value('fer: camera', 'received (total)') not in (None, '0'),
                 'images')
        assert_rest(diagnostics)
