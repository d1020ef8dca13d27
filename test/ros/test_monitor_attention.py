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

"""Attention in the monitor: real messages, heard of each face while somebody wants to see."""

import math

from fer_ros.core.attention import Level
from fer_ros.monitor.attention import beside_camera
from geometry_msgs.msg import Quaternion, Transform, TransformStamped, Vector3
from hri_msgs.msg import EngagementLevel
import pytest
from support import Peer, running, wait_for
from terminal_support import TerminalProcess
from tf2_msgs.msg import TFMessage
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

pytest.importorskip('rich', reason='apt install python3-rich')

TOPIC = '/robot/fer/expression'


def faces(peer, ids):
    """Return a message of happy faces."""
    message = Detection2DArray()
    message.header.frame_id = 'camera'
    message.header.stamp = peer.node.get_clock().now().to_msg()
    for each in ids:
        result = ObjectHypothesisWithPose()
        result.hypothesis.class_id, result.hypothesis.score = 'happy', 0.9
        message.detections.append(Detection2D(id=each, results=[result]))
    return message


def head(place, turn):
    """Return a transform of a head: a place in metres, and a rotation (x, y, z, w)."""
    return Transform(translation=Vector3(**dict(zip('xyz', map(float, place)))),
                     rotation=Quaternion(**dict(zip('xyzw', map(float, turn)))))


# x of a face points out of it: at the camera, which looks along its z, by a quarter about y.
AT_CAMERA = 0.0, math.sqrt(0.5), 0.0, math.sqrt(0.5)
TO_THE_RIGHT = 0.0, 0.0, 0.0, 1.0
DOWN = 0.0, 0.0, math.sqrt(0.5), math.sqrt(0.5)


@pytest.mark.parametrize('place, turn, wanted', [
    ((0, 0, 1), AT_CAMERA, (0.0, 0.0)), ((0, 0, 2), TO_THE_RIGHT, (1.0, 0.0)),
    ((0, 0, 0.5), DOWN, (0.0, 1.0)),
    # From the side, and straight on: past the camera.
    ((3, 0, 4), AT_CAMERA, (0.6, 0.0)), ((0, -3, 4), AT_CAMERA, (0.0, -0.6)),
    ((0, 0, 0), AT_CAMERA, None), ((math.nan, 0, 1), AT_CAMERA, None),
    ((math.inf, 0, 1), AT_CAMERA, None), ((0, 0, 1), (math.nan, 0, 0, 1), None)])
def test_how_far_a_head_points_past_the_camera(place, turn, wanted):
    found = beside_camera(head(place, turn))
    assert found == (wanted if wanted is None else pytest.approx(wanted, abs=1e-9))


def test_attention_is_heard_while_it_is_shown():
    with running(TerminalProcess('fer_ros.monitor.cli', '--topic', TOPIC), Peer()) as (
            terminal, peer):
        seen = peer.node.create_publisher(Detection2DArray, TOPIC, 5)
        frames = peer.node.create_publisher(TFMessage, '/tf', 5)
        told = {each: peer.node.create_publisher(
            EngagementLevel, f'/robot/fer/faces/{each}/attention', 5) for each in ('fa', 'fb')}

        def subscribed():
            return [one.get_subscription_count() for one in (*told.values(), frames)]

        def until(condition, what, levels=(), heads=()):
            def found():
                # One of these is no name of a topic, and keeps nobody from the others.
                seen.publish(faces(peer, ['7 {up}', 'fa', 'fb']))
                for each, level in levels:
                    told[each].publish(EngagementLevel(level=level))
                frames.publish(TFMessage(transforms=[
                    TransformStamped(child_frame_id=name, transform=transform)
                    for name, transform in heads]))
                return condition()
            try:
                wait_for(found, what)
            except AssertionError as error:
                raise AssertionError(f'{error}; last: {terminal.shown}') from None

        def shows(*words):
            return lambda: all(word in terminal.shown for word in words)

        until(shows('fa', 'fb'), 'the faces')
        assert subscribed() == [0, 0, 0] and '90% █' in terminal.shown
        terminal.press('a')
        until(lambda: subscribed() == [1, 1, 1], 'somebody who listens')
        until(shows('fa happy 90% → engaged', 'fb happy 90% ◉ disengaged'), 'levels and arrows',
              [('fa', Level.ENGAGED), ('fb', Level.DISENGAGED)], [
                  ('face_fa', head((0, 0, 1), TO_THE_RIGHT)),
                  ('face_fb', head((0, 0, 1), AT_CAMERA)),
                  # Not faces, not here, or no places.
                  ('base_link', head((0, 0, 1), DOWN)), ('face_gone', head((0, 0, 1), DOWN)),
                  ('face_fa', head((0, 0, 0), DOWN))])
        # A level that there is not is none that is known.
        until(shows('fa happy 90% unknown', '◉ disengaged'), 'a level that is unknown',
              [('fa', 250)])
        terminal.press('a')
        until(lambda: subscribed() == [0, 0, 0] and shows('fa happy 90% █')(),
              'nobody who listens')
        terminal.press('q')
        assert terminal.wait() == 0 and 'Traceback' not in terminal.output
