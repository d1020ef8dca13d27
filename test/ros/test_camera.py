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

"""The camera's side over real processes: transports, reliability, death and return, drops."""

import array
import time

import cv2
from diagnostic_msgs.msg import DiagnosticStatus
from fer_ros.ros.camera import reliability_for
import pytest
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from support import (
    CLIP, FerProcess, image_message, Peer, play, running, stamp_of, stamped, TWO_FACES, wait_for)

BEST_EFFORT, RELIABLE = ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE


@pytest.mark.parametrize('offered, current, wanted', [
    ([], 'best_effort', 'best_effort'),  # nobody there: as it was
    ([], 'reliable', 'reliable'),
    ([RELIABLE], 'best_effort', 'reliable'),
    ([BEST_EFFORT], 'reliable', 'best_effort'),
    ([RELIABLE, BEST_EFFORT], 'reliable', 'best_effort'),  # or one would not be heard
    ([RELIABLE, RELIABLE], 'best_effort', 'reliable'),
])
def test_reliability_follows_what_is_offered(offered, current, wanted):
    assert reliability_for(offered, current) == wanted


def jpeg(pixels, stamp, quality=95):
    """Return a compressed image as camera drivers send it."""
    message = CompressedImage(format='bgr8; jpeg compressed bgr8')
    message.data = array.array('B', cv2.imencode(
        '.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes())
    return stamped(message, stamp)


def png(pixels, stamp):
    message = CompressedImage(format='bgr8; png compressed bgr8')
    message.data = array.array('B', cv2.imencode('.png', pixels)[1].tobytes())
    return stamped(message, stamp)


def large(pixels, stamp):
    """Return a JPEG of four times the size, which is decoded at reduced scale."""
    return jpeg(cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC), stamp)


def small(pixels, stamp):
    """Return an image that DDS sends in one piece: best effort loses larger ones now and then."""
    return image_message(cv2.resize(pixels, (160, 120)), stamp=stamp)


def boxes(message):
    """Return centre and width of each face."""
    return [(one.bbox.center.position.x, one.bbox.center.position.y, one.bbox.size_x)
            for one in message.detections]


def test_transports_give_the_same_faces_in_pixels_of_the_full_image():
    """Raw, JPEG, PNG and a large JPEG; the transport is changed on the live node."""
    with running(FerProcess(detection_interval=0.0), Peer()) as (_, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        play(camera, received, range(TWO_FACES, TWO_FACES + 6))
        found = {'raw': boxes(received[-1])}
        request = SetParametersAtomically.Request(parameters=[Parameter(
            'image_transport', value='compressed').to_parameter_msg()])
        assert peer.call(
            SetParametersAtomically, '/fer/set_parameters_atomically', request).result.successful
        received.clear()
        camera = peer.camera(received, '/image/compressed', CompressedImage, make=jpeg)
        for name, make in (('jpeg', jpeg), ('png', png), ('large', large)):
            play(camera, received, range(TWO_FACES, TWO_FACES + 6), make=make)
            found[name] = boxes(received[-1])
            received.clear()
        assert len(found['png']) == 2
        for one, other in zip(found['raw'], found['png']):
            assert one == pytest.approx(other, abs=1)
        for one, other in zip(found['jpeg'], found['png']):
            assert one == pytest.approx(other, abs=4)
        for one, other in zip(found['large'], found['png']):
            assert one == pytest.approx([4 * value for value in other], abs=24)


def test_auto_follows_a_publisher_that_changes_its_reliability():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        for reliable, word in ((False, 'best_effort'), (True, 'reliable'), (False, 'best')):
            camera = peer.camera(received, reliable=reliable)
            stamps = play(camera, received, range(3), start=100.0, make=small)
            assert [stamp_of(one) for one in received] == stamps
            received.clear()
            peer.destroy(camera)
        assert process.log.count('image reliability follows') == 2


def test_incompatible_reliability_is_reported_with_its_cure():
    with running(FerProcess(image_reliability='reliable'), Peer()) as (process, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        peer.node.create_publisher(
            Image, '/image', QoSProfile(depth=1, reliability=BEST_EFFORT))
        status = diagnostics.wait(
            'fer: camera', DiagnosticStatus.ERROR, 'no image on /image', 'publishers: 1',
            'BEST_EFFORT', 'image_reliability to auto')
        assert 'incompatible QoS (RELIABILITY)' in process.log
        assert {one.key: one.value for one in status.values}['subscribed as'] == 'reliable'
        assert not received


def test_camera_that_dies_and_returns():
    with running(FerProcess(diagnostics__no_image_error=1.5), Peer()) as (_, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        for _ in range(2):
            camera = peer.camera(received)
            # The second in which the stamps jump from the greetings' to now is no good one.
            diagnostics.wait('fer: camera', DiagnosticStatus.OK, 'images per second',
                             meanwhile=lambda: time.sleep(0.1) or play(
                                 camera, received, range(1)))
            peer.destroy(camera)
            diagnostics.wait('fer: camera', DiagnosticStatus.ERROR, 'no image on /image for',
                             'publishers: 0', 'hint')
            received.clear()


def test_missing_camera_is_an_error_that_names_where_images_are():
    with running(FerProcess(remap={'image': '/nowhere'}), Peer()) as (_, peer):
        diagnostics = peer.diagnostics()
        publisher = peer.node.create_publisher(Image, '/somewhere/image_raw', 1)
        diagnostics.wait('fer: camera', DiagnosticStatus.ERROR, 'no image on /nowhere',
                         'publishers: 0', '/somewhere/image_raw')
        peer.destroy(publisher)
        # The right topic with the wrong type is another mistake with another cure.
        publisher = peer.node.create_publisher(CompressedImage, '/nowhere', 1)
        diagnostics.wait('fer: camera', DiagnosticStatus.ERROR, 'sensor_msgs/msg/CompressedImage',
                         'image_transport')


def test_burst_costs_frames_and_never_a_queue():
    with running(FerProcess(), Peer()) as (_, peer):
        received = peer.expressions()
        diagnostics = peer.diagnostics()
        camera = peer.camera(received)
        for index in range(60):
            camera.publish(image_message(CLIP.frame(index), stamp=100.0 + index))
        wait_for(lambda: received and stamp_of(received[-1])[0] == 159, 'the last of the burst')
        stamps = [stamp_of(one) for one in received]
        assert stamps == sorted(set(stamps)) and len(stamps) < 60
        status = diagnostics.wait('fer: inference', DiagnosticStatus.OK)
        assert 'dropped (total)' in {one.key for one in status.values}
