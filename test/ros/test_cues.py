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

"""Attention, speech and action units over real processes: who asks gets them."""

import re

import pytest
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Float32
from support import (
    FerProcess, PageBehaviour, Peer, play, running, shown_until, two_faces, wait_for)

hri = pytest.importorskip('hri_msgs.msg')
TFMessage = pytest.importorskip('tf2_msgs.msg', reason='targets need it').TFMessage
geometry = pytest.importorskip('geometry_msgs.msg')

UNKNOWN, DISENGAGED, ENGAGING, ENGAGED, _ = range(5)
TOLD = {25, 26, 43, 45, *range(51, 59)}


def set_target(peer, name):
    value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=name)
    request = SetParameters.Request(parameters=[
        Parameter(name='attention.target_frame', value=value)])
    assert all(one.successful for one in peer.call(
        SetParameters, '/fer/set_parameters', request).results)


def put(peer, child, x):
    """Tell of a frame x metres to the right of the camera, for good."""
    made = geometry.TransformStamped(child_frame_id=child)
    made.header.frame_id = 'camera'
    made.transform.translation.x = x
    publisher = peer.node.create_publisher(TFMessage, '/tf_static', QoSProfile(
        depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    publisher.publish(TFMessage(transforms=[made]))
    return publisher


def test_off_makes_no_topic():  # before there is another node
    with running(FerProcess(cues='off'), Peer()) as (_, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        first, _ = two_faces(camera, received, 1000.0)
        wait_for(lambda: peer.node.count_publishers(f'/humans/faces/{first}/roi'), 'a face')
        assert not peer.node.count_publishers(f'/humans/faces/{first}/facs')
        assert not peer.node.count_publishers(f'/fer/faces/{first}/attention')
        assert not peer.node.count_publishers(f'/fer/faces/{first}/speech')


@pytest.fixture(scope='module')
def world():
    # The faces of the picture look past the camera by some degrees.
    parameters = {'attention.cone': 40.0, 'attention.engage_time': 0.3}
    with running(FerProcess(**parameters), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received), received


def test_who_looks_at_the_camera_is_engaged_and_says_so(world):
    _, peer, camera, received = world
    first, _ = two_faces(camera, received, 1000.0)
    # Of attention first: from the first subscriber of any cue on it is judged.
    levels = peer.listen_to_publisher(
        hri.EngagementLevel, f'/fer/faces/{first}/attention')
    speech = peer.listen(Float32, f'/fer/faces/{first}/speech')
    units = peer.listen(hri.FacialActionUnits, f'/humans/faces/{first}/facs')
    shown_until(camera, received, lambda: speech and units and any(
        one.level == ENGAGED for one in levels), 'somebody who attends')
    found = [one.level for one in levels]
    assert sorted(set(found), key=found.index) == [ENGAGING, ENGAGED]
    assert levels[-1].header.frame_id == 'camera' and levels[-1].header.stamp.sec >= 1000
    # A picture that stands still does not speak.
    assert all(one.data < 0.5 for one in speech)
    assert all(0.0 <= value <= 1.0 for one in units
               for value in (*one.intensity, *one.confidence))
    known = {index for index, value in enumerate(units[-1].confidence) if value > 0.0}
    assert {25, 51, 52} <= known <= TOLD
    assert all(units[-1].intensity[index] == 0.0 for index in range(99) if index not in TOLD)


def test_the_target_may_be_a_frame_of_the_robot(world):
    _, peer, camera, received = world
    diagnostics = peer.diagnostics()
    set_target(peer, 'screen')
    first, _ = two_faces(camera, received, 2000.0)
    levels = peer.listen(hri.EngagementLevel, f'/fer/faces/{first}/attention')
    shown_until(camera, received, lambda: len(levels) > 5, 'attention to nothing')
    assert {one.level for one in levels} == {UNKNOWN}
    # The node hears /tf only now.
    wait_for(lambda: peer.node.count_subscribers('/tf_static'), 'a subscription to /tf_static')
    shown_until(camera, received, lambda: 'screen' in (
        diagnostics.get('fer: faces').message if diagnostics.get('fer: faces') else ''), 'a hint')
    publisher = put(peer, 'screen', 50.0)
    before = len(levels)
    shown_until(camera, received, lambda: any(
        one.level for one in levels[before:]), 'attention to a screen')
    assert {one.level for one in levels[before:]} <= {UNKNOWN, DISENGAGED}
    set_target(peer, '')
    shown_until(camera, received, lambda: levels[-1].level == ENGAGED, 'the camera again')
    wait_for(lambda: not peer.node.count_subscribers('/tf_static'), 'no subscription any more')
    peer.destroy(publisher)


def test_the_behaviour_greets_who_looks_and_smiles_once(world, tmp_path):
    _, peer, camera, received = world
    with running(PageBehaviour('docs/attention.md', tmp_path)) as behaviour:
        wait_for(lambda: peer.node.count_subscribers('/fer/expression') == 2, 'the behaviour')
        start = [3000.0]

        def smile():
            play(camera, received, range(40, 60), start=start[0])  # one smiling face
            start[0] += 20 / 30

        def greeted():
            smile()
            return re.search(r'(f[a-z]+) looks and smiles: hello', behaviour.said)
        said = wait_for(greeted, 'a greeting')
        assert said[1] in {face.id for message in received for face in message.detections}
        for _ in range(3):
            smile()
        assert behaviour.said.count(said[1]) == 1
        assert 'Traceback' not in behaviour.said
