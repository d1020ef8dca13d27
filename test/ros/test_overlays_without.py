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

"""What is drawn where something is missing or off: camera_info, packages of messages, layers."""

import time

from fer_ros.core.display import LAYERS
from fer_ros.ros.needed_subscription import PATIENCE as INFO_PATIENCE
import numpy as np
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, Image
from support import (
    CLIP, FerProcess, Peer, play, played_until, running, stamp_of, TWO_FACES, wait_for)

MarkerArray = pytest.importorskip('visualization_msgs.msg').MarkerArray

INFO = '/camera/camera_info'


@pytest.mark.parametrize('k, words', [
    (None, 'no camera_info on'),
    ([0.0] * 9, 'not calibrated'),
])
def test_without_a_usable_camera_info_it_says_so_once(k, words):
    with running(FerProcess(remap={'image': '/camera/image_raw'}), Peer()) as (process, peer):
        received = peer.expressions()
        camera = peer.camera(received, '/camera/image_raw')
        if k is not None:
            publisher = peer.node.create_publisher(CameraInfo, INFO, 1)
            peer.node.create_timer(0.1, lambda: publisher.publish(CameraInfo(k=k)))
        heard = peer.listen(MarkerArray, '/fer/markers')
        played_until(camera, received, heard, lambda array: len(array.markers) == 6, 'markers')
        played_until(camera, received, heard, lambda _: words in process.log, f'a log of {words}')
        end = time.monotonic() + 1.0 + (INFO_PATIENCE if k is None else 0.0)
        while time.monotonic() < end:
            played_until(camera, received, heard, lambda _: True, 'markers')
        assert process.log.count(INFO) == 1 and '60 degrees' in process.log


def test_layers_of_the_picture_are_parameters_that_are_live():
    off = {f'annotated__{layer}': False for layer in LAYERS}
    with running(FerProcess(**off), Peer()) as (_, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        heard = peer.listen(Image, '/fer/image_annotated')

        def difference():
            """Return where the annotated picture of a frame is not as it was sent."""
            index = TWO_FACES + len(heard) % 30
            stamp, = play(camera, received, range(index, index + 1))
            message = wait_for(lambda: next(
                (one for one in heard if stamp_of(one) == stamp), None), 'its picture')
            pixels = np.frombuffer(message.data, np.uint8).reshape(480, 640, 3)
            return (pixels != CLIP.frame(index)).any(axis=2)
        wait_for(lambda: camera_heard(peer, camera, received, heard), 'a picture')
        for _ in range(5):
            assert not difference().any()
        for layer, area in (('labels', 500), ('bars', 2000)):
            assert set_parameter(peer, f'annotated.{layer}', True)
            assert difference().sum() > area
            assert set_parameter(peer, f'annotated.{layer}', False)
            assert not difference().any()


def camera_heard(peer, camera, received, heard):
    """Play a frame and return whether its picture came."""
    play(camera, received, range(TWO_FACES, TWO_FACES + 1))
    return heard


def set_parameter(peer, name, value):
    """Set a parameter of the node and return whether it took it."""
    request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
    return peer.call(SetParameters, '/fer/set_parameters', request).results[0].successful


def test_packages_of_messages_that_are_missing_are_told_in_a_sentence(tmp_path):
    for package in ('foxglove_msgs', 'visualization_msgs'):
        (tmp_path / package).mkdir()
        (tmp_path / package / '__init__.py').write_text("raise ImportError('not here')\n")
    with running(FerProcess(first_path=str(tmp_path)), Peer()) as (process, peer):
        received = peer.expressions()
        play(peer.camera(received), received, range(TWO_FACES, TWO_FACES + 3))
        topics = {name for name, _ in peer.node.get_publisher_names_and_types_by_node('fer', '/')}
        assert not topics & {'/fer/markers', '/fer/annotations'}
        for topic, package in (('~/markers', 'visualization-msgs'),
                               ('~/annotations', 'foxglove-msgs')):
            line, = (line for line in process.log.splitlines() if topic in line)
            assert line.endswith(f'install ros-$ROS_DISTRO-{package}') and 'INFO' in line
        assert 'Traceback' not in process.log
