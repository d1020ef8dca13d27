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

from fer_ros.stream.face_place import FACE_WIDTH
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo
from support import (
    FerProcess, image_message, Peer, play, played_until, running, stamp_of, wait_for)

ImageAnnotations = pytest.importorskip('foxglove_msgs.msg').ImageAnnotations
markers = pytest.importorskip('visualization_msgs.msg')

INFO = '/camera/camera_info'


@pytest.fixture(scope='module')
def world():
    """Yield (process, peer, camera, received): an active node with a camera in a namespace."""
    with running(FerProcess(remap={'image': '/camera/image_raw'}), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received, '/camera/image_raw'), received


def added(array):
    return [one for one in array.markers if one.action == markers.Marker.ADD]


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
            focal * FACE_WIDTH / one.bbox.size_x for one in answer.detections), rel=0.35) and (
                sum(one.ns == 'gaze' for one in added(array)) == 2)
    array = played_until(camera, received, heard, good, 'markers at the distance of camera_info')
    assert {one.header.frame_id for one in array.markers} == {'camera'}
    # An arrow begins where the head is, at the distance of its frame.
    assert {one.ns for one in added(array)} == {'face', 'label', 'gaze'}
    found = {(one.ns, one.id): one for one in added(array)}
    assert all(found['gaze', number].points[0].z == pytest.approx(
        found['face', number].points[0].z) for number in (0, 1))
    # Nobody there: each marker is deleted.
    received.clear()
    stamps = play(
        camera, received, range(3), start=time.time() + 10,
        make=lambda pixels, stamp: image_message(np.full_like(pixels, 90), stamp=stamp))
    deleted = wait_for(lambda: [one for array in heard for one in array.markers
                                if stamp_of(one) in stamps], 'deletions')
    assert {one.action for one in deleted} == {markers.Marker.DELETE} and len(deleted) == 6
    # Nobody looks: camera_info is not subscribed to any more, and no word of it in the log.
    timer.cancel()
    for subscription in list(peer.node.subscriptions):
        if subscription.topic_name == '/fer/markers':
            peer.destroy(subscription)
    wait_for(lambda: not peer.node.count_subscribers(INFO), 'the end of the subscription')
    assert 'camera_info' not in process.log


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
    played_until(camera, received, heard, lambda array: len(added(array)) == 6, 'markers')
    wait_for(lambda: drawn and drawn[-1].points, 'annotations')
    assert peer.transition('deactivate')
    wait_for(lambda: [one.action for one in heard[-1].markers] == [markers.Marker.DELETEALL],
             'the deletion of all markers')
    wait_for(lambda: not drawn[-1].points and not drawn[-1].texts, 'empty annotations')
