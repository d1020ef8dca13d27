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

"""Where a face is: distance by its size, direction by its place, whatever the camera."""

from types import SimpleNamespace

from fer_ros.core.camera import ASSUMED_VIEW, Camera
from fer_ros.core.types import Box
from fer_ros.stream.face_place import (
    camera_info_topic, camera_of, CameraInfoError, FACE_WIDTH, is_rectified, place_of)
import numpy as np
import pytest


def info(width=640, height=480, fx=500.0, fy=500.0, cx=320.0, cy=240.0, roi=(0, 0, 0, 0)):
    """Return what has the fields of a sensor_msgs/CameraInfo."""
    x, y, w, h = roi
    return SimpleNamespace(
        width=width, height=height, k=np.array([fx, 0, cx, 0, fy, cy, 0, 0, 1], float),
        roi=SimpleNamespace(x_offset=x, y_offset=y, width=w, height=h))


def binned(message, across, down):
    message.binning_x, message.binning_y = across, down
    return message


CAMERA = Camera(500.0, 500.0, 320.0, 240.0)


@pytest.mark.parametrize('metres', [0.4, 1.0, 3.7])
@pytest.mark.parametrize('x, y', [(0.0, 0.0), (0.5, -0.25)])
def test_a_face_is_found_where_it_was_projected_from(metres, x, y):
    wide, high = 500 * FACE_WIDTH / metres, 500 * 0.2 / metres
    u, v = 320 + 500 * x / metres, 240 + 500 * y / metres
    place = place_of(Box(u - wide / 2, v - high / 2, wide, high), CAMERA)
    assert place == pytest.approx((x, y, metres, FACE_WIDTH, 0.2))


@pytest.mark.parametrize('rotate', [90, 270])
def test_of_a_face_on_its_side_the_height_is_the_width(rotate):
    place = place_of(Box(300, 200, 100, 75), CAMERA, rotate)
    assert place.z == pytest.approx(1.0) and place.height == pytest.approx(FACE_WIDTH)


@pytest.mark.parametrize('box', [
    (10, 10, 0, 20), (10, 10, -5, 20), (float('nan'), 0, 10, 10), (0, 0, float('inf'), 10)])
def test_a_box_without_a_width_is_nowhere(box):
    assert place_of(Box(*box), CAMERA) is None


@pytest.mark.parametrize('message, size, expected', [
    (info(), (640, 480), (500, 500, 320, 240)),
    # Binned, or resized by the driver.
    (info(), (320, 240), (250, 250, 160, 120)),
    # A part of the sensor, as it is and binned.
    (info(1280, 960, 1000, 1000, 640, 480, (320, 240, 640, 480)), (640, 480),
     (1000, 1000, 320, 240)),
    (info(1280, 960, 1000, 1000, 640, 480, (320, 240, 640, 480)), (320, 240),
     (500, 500, 160, 120)),
    # Binned in one direction only, as interlaced pictures are.
    (binned(info(640, 960, 500, 1000, 320, 480), 1, 2), (640, 480), (500, 500, 320, 240)),
    # A driver that leaves the size out.
    (info(0, 0), (640, 480), (500, 500, 320, 240)),
])
def test_camera_info_is_that_of_the_picture(message, size, expected):
    camera = camera_of(message, *size)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx(expected)


@pytest.mark.parametrize('message, words', [
    (info(fx=0.0, fy=0.0), 'not calibrated'),
    (info(fx=-500.0), 'not calibrated'),
    (info(fx=float('nan')), 'finite'),
    (SimpleNamespace(k=[], width=1, height=1), 'nine'),
])
def test_a_camera_info_that_says_nothing_is_refused(message, words):
    with pytest.raises(CameraInfoError, match=words):
        camera_of(message, 640, 480)


@pytest.mark.parametrize('change, words', [
    ({'fx': 1e9, 'fy': 1e9}, 'make no sense'), ({'fx': 1e-3, 'fy': 1e-3}, 'make no sense'),
    ({'cx': 1e6}, 'makes no sense'), ({'cy': -5000.0}, 'makes no sense'),
    # Just beyond the picture and what may be; one focal length of another kind than the other.
    ({'cx': 900.0}, 'makes no sense'), ({'cy': -200.0}, 'makes no sense'),
    ({'fy': 5.0}, 'make no sense'), ({'fx': 1500.0}, 'make no sense'),
    # Of another picture: a sensor of 4:3 of which the driver delivers 16:9, or upright.
    ({'height': 360}, 'another shape'), ({'width': 480, 'height': 640}, 'another shape'),
    ({'width': 4_000_000_000}, 'another shape')])
def test_a_camera_that_cannot_be_is_refused(change, words):
    with pytest.raises(CameraInfoError, match=words):
        camera_of(info(**change), 640, 480)


@pytest.mark.parametrize('size', [(640, 480), (320, 240), (0, 0)])
@pytest.mark.parametrize('roi', [(1, 0, 640, 480), (0, 1, 640, 480), (400, 0, 320, 240),
                                 (640, 0, 0, 0), (2**32 - 1, 2**32 - 1, 640, 480)])
def test_a_part_beyond_the_sensor_is_refused(size, roi):
    message = info(*size, roi=roi)
    if size == (0, 0):  # of a sensor of unknown size nobody can tell
        assert camera_of(message, 640, 480)
        return
    with pytest.raises(CameraInfoError, match='beyond the|another shape'):
        camera_of(message, 640, 480)


@pytest.mark.parametrize('model, numbers, words', [
    ('plumb_bob', [0.1, float('nan'), 0, 0, 0], 'finite'), ('plumb_bob', [0.1], '1 numbers'),
    ('unheard_of', [0.1] * 5, 'unheard_of')])
def test_a_distortion_that_cannot_be_is_refused(model, numbers, words):
    message = info()
    message.distortion_model, message.d = model, np.array(numbers)
    with pytest.raises(CameraInfoError, match=words):
        camera_of(message, 640, 480)


def test_distortion_counts_but_where_the_picture_is_free_of_it():
    message = info()
    message.distortion_model, message.d = 'plumb_bob', np.array([-0.3, 0.1, 0.0, 0.0, 0.0])
    message.p = np.array([400, 0, 310, 0, 0, 410, 230, 0, 0, 0, 1, 0], float)
    bent, straight = camera_of(message, 640, 480), camera_of(message, 640, 480, rectified=True)
    assert bent.distortion == (-0.3, 0.1, 0.0, 0.0, 0.0) and not bent.fisheye
    assert straight == Camera(400.0, 410.0, 310.0, 230.0)


@pytest.mark.parametrize('topic, rectified', [
    ('/camera/image_raw', False), ('/camera/image_rect', True), ('/c/image_rect_color', True)])
def test_a_rectified_picture_is_told_by_its_topic(topic, rectified):
    assert is_rectified(topic) is rectified


def test_the_assumed_camera_sees_the_assumed_angle():
    camera = Camera.guessed(640, 480)
    assert 2 * np.degrees(np.arctan(320 / camera.fx)) == pytest.approx(ASSUMED_VIEW)
    assert (camera.cx, camera.cy, camera.fy) == (320, 240, camera.fx)


@pytest.mark.parametrize('image, topic', [
    ('/camera/image_raw', '/camera/camera_info'), ('/image', '/camera_info'),
    ('/robot1/front/color/image_rect', '/robot1/front/color/camera_info')])
def test_camera_info_is_beside_the_image(image, topic):
    assert camera_info_topic(image) == topic
