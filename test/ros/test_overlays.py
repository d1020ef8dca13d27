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

"""What other programs draw: markers and annotations over real processes, only while wanted."""

import time

from fer_ros.core.display import LAYERS
from fer_ros.ros.overlays import PATIENCE as INFO_PATIENCE
from fer_ros.stream.face_place import FACE_WIDTH
import numpy as np
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from sensor_msgs.msg import CameraInfo, Image
from support import (
    CLIP, FerProcess, image_message, Peer, play, running, stamp_of, TWO_FACES, wait_for)

ImageAnnotations = pytest.importorskip('foxglove_msgs.msg').ImageAnnotations
markers = pytest.importorskip('visualization_msgs.msg')

INFO = '/camera/camera_info'


def node_and_camera():
    """Yield (process, peer, camera, received): an active node with a camera in a namespace."""
    with running(FerProcess(remap={'image': '/camera/image_raw'}), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received, '/camera/image_raw'), received


world = pytest.fixture(node_and_camera, scope='module')
fresh_world = pytest.fixture(node_and_camera)


def added(array):
    return [one for one in array.markers if one.action == markers.Marker.ADD]


def played_until(camera, received, heard, good, what):
    """Play frames with two faces until a message that was heard is good, and return it."""
    played = [0]

    def found():
        received.clear()
        first = TWO_FACES + played[0] % 60
        play(camera, received, range(first, first + 5))
        played[0] += 5
        return next((one for one in heard if good(one)), None)
    return wait_for(found, what)


def test_markers_follow_the_camera_info_and_go_with_the_faces(world):
    process, peer, camera, received = world
    assert peer.node.count_subscribers(INFO) == 0
    focal = 700.0
    info = CameraInfo(width=640, height=480, k=[
        focal, 0.0, 320.0, 0.0, focal, 240.0, 0.0, 0.0, 1.0])
    publisher = peer.node.create_publisher(CameraInfo, INFO, 1)
    timer = peer.node.create_timer(0.1, lambda: publisher.publish(info))
    heard = peer.listen(markers.MarkerArray, '/fer/markers')
    wait_for(lambda: peer.node.count_subscribers(INFO), 'a subscription to camera_info')

    def good(array):
        frames = [one for one in added(array) if one.ns == 'face']
        if len(frames) != 2:
            return False
        stamp = stamp_of(array.markers[0])
        answer = next((one for one in received if stamp_of(one) == stamp), None)
        if answer is None:
            return False
        depth = sorted(one.points[0].z for one in frames)
        return depth == pytest.approx(sorted(
            focal * FACE_WIDTH / one.bbox.size_x for one in answer.detections), rel=1e-4)
    array = played_until(camera, received, heard, good, 'markers at the distance of camera_info')
    assert {one.header.frame_id for one in array.markers} == {'camera'}
    assert {one.ns for one in array.markers} == {'face', 'label'}
    # Nobody there: each marker is deleted.
    received.clear()
    stamps = play(
        camera, received, range(3), start=time.time() + 10,
        make=lambda pixels, stamp: image_message(np.full_like(pixels, 90), stamp=stamp))
    deleted = wait_for(lambda: [one for array in heard for one in array.markers
                                if stamp_of(one) in stamps], 'deletions')
    assert {one.action for one in deleted} == {markers.Marker.DELETE} and len(deleted) == 4
    # Nobody looks: camera_info is not subscribed to any more, and no word of it in the log.
    timer.cancel()
    for subscription in list(peer.node.subscriptions):
        if subscription.topic_name == '/fer/markers':
            peer.node.destroy_subscription(subscription)
    wait_for(lambda: not peer.node.count_subscribers(INFO), 'the end of the subscription')
    assert 'camera_info' not in process.log


@pytest.mark.parametrize('k, words', [
    (None, 'no camera_info on'),
    ([0.0] * 9, 'not calibrated'),
])
def test_without_a_usable_camera_info_it_says_so_once(fresh_world, k, words):
    process, peer, camera, received = fresh_world
    if k is not None:
        publisher = peer.node.create_publisher(CameraInfo, INFO, 1)
        peer.node.create_timer(0.1, lambda: publisher.publish(CameraInfo(k=k)))
    heard = peer.listen(markers.MarkerArray, '/fer/markers')
    played_until(camera, received, heard, lambda array: len(added(array)) == 4, 'markers')
    played_until(camera, received, heard, lambda _: words in process.log, f'a log of {words}')
    end = time.monotonic() + 1.0 + (INFO_PATIENCE if k is None else 0.0)
    while time.monotonic() < end:
        played_until(camera, received, heard, lambda _: True, 'markers')
    assert process.log.count(INFO) == 1 and '60 degrees' in process.log


def test_annotations_lie_over_the_faces_of_their_image(world):
    _, peer, camera, received = world
    drawn = peer.listen(ImageAnnotations, '/fer/annotations')

    def good(message):
        stamp = message.timestamp.sec, message.timestamp.nanosec
        return len(message.points) == 2 and any(
            (one.header.stamp.sec, one.header.stamp.nanosec) == stamp for one in received)
    message = played_until(camera, received, drawn, good, 'annotations')
    answer = next(one for one in received if one.header.stamp == message.timestamp)
    for box, text, detection in zip(message.points, message.texts, answer.detections):
        center = detection.bbox.center.position
        corner = box.points[0]
        assert corner.x == pytest.approx(center.x - detection.bbox.size_x / 2, abs=0.01)
        assert corner.y == pytest.approx(center.y - detection.bbox.size_y / 2, abs=0.01)
        assert text.text.startswith(detection.results[0].hypothesis.class_id)
        assert text.text.endswith(detection.id)


def test_deactivation_leaves_no_marker_and_no_annotation(world):
    _, peer, camera, received = world
    heard = peer.listen(markers.MarkerArray, '/fer/markers')
    drawn = peer.listen(ImageAnnotations, '/fer/annotations')
    played_until(camera, received, heard, lambda array: len(added(array)) == 4, 'markers')
    wait_for(lambda: drawn and drawn[-1].points, 'annotations')
    assert peer.transition('deactivate')
    wait_for(lambda: [one.action for one in heard[-1].markers] == [markers.Marker.DELETEALL],
             'the deletion of all markers')
    wait_for(lambda: not drawn[-1].points and not drawn[-1].texts, 'empty annotations')


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
