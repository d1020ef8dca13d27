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

"""Frames turned for cameras mounted sideways, and what is found in them laid back."""

import cv2
from fer_ros.core.head import HeadPose
from fer_ros.core.types import Box, Expression, Face, Frame
from fer_ros.stream import rotation
import numpy as np
import pytest

WIDTH, HEIGHT = 31, 20


def scene(color='bgr'):
    """Return a noisy frame and its only red pixel's place, x and y."""
    pixels = np.random.default_rng(3).integers(0, 200, (HEIGHT, WIDTH, 3), np.uint8)
    pixels[4, 25] = 0, 0, 255
    return Frame(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if color == 'gray' else pixels, color)


@pytest.mark.parametrize('degrees', rotation.ROTATIONS)
def test_a_point_that_is_seen_in_the_turned_frame_comes_back_to_its_pixel(degrees):
    turned = rotation.rotate(scene(), degrees)
    y, x = np.argwhere((turned.pixels == (0, 0, 255)).all(axis=2))[0]
    middle = np.array([[x + 0.5, y + 0.5]], np.float32)
    back = rotation.points_before(middle, degrees, WIDTH, HEIGHT)
    assert back.tolist() == [[25.5, 4.5]] and back.dtype == np.float32


@pytest.mark.parametrize('color', ['bgr', 'gray'])
@pytest.mark.parametrize('degrees, up', [
    # what was the top row is then: the top, the right column, the bottom, the left column
    (0, lambda p: p[0]), (90, lambda p: p[:, -1]), (180, lambda p: p[-1, ::-1]),
    (270, lambda p: p[::-1, 0])])
def test_turning_is_clockwise_and_undone_by_the_rest_of_the_circle(degrees, up, color):
    frame = scene(color)
    turned = rotation.rotate(frame, degrees)
    assert np.array_equal(up(turned.pixels), frame.pixels[0])
    back = rotation.rotate(turned, -degrees % 360)
    assert np.array_equal(back.pixels, frame.pixels) and back.color == color


def test_no_turn_copies_nothing():
    frame = scene()
    assert rotation.rotate(frame, 0) is frame


@pytest.mark.parametrize('degrees', rotation.ROTATIONS)
def test_box_and_landmarks_go_back_together(degrees):
    frame = scene()
    turned = rotation.rotate(frame, degrees)
    box = Box(3.0, 5.0, 6.0, 4.0)
    landmarks = np.array([[3, 5], [9, 9], [6, 7], [4, 8]], np.float32)
    face = Face(id='f1', box=box, score=0.9, landmarks=landmarks,
                expression=Expression(np.full(8, 0.125)), label='unsure', confidence=0.0,
                valence=0.0, arousal=0.0)
    back = rotation.face_before(face, degrees, WIDTH, HEIGHT)
    x, y, width, height = (round(value) for value in back.box)
    cut = Frame(np.ascontiguousarray(frame.pixels[y:y + height, x:x + width]))
    assert np.array_equal(rotation.rotate(cut, degrees).pixels, turned.pixels[5:9, 3:9])
    # The first two landmarks are opposite corners of the box, before the turn as after it.
    corners = back.landmarks[:2]
    assert corners.min(axis=0).tolist() == list(back.box[:2])
    assert (corners.max(axis=0) - corners.min(axis=0)).tolist() == list(back.box[2:])
    assert back.id == 'f1' and back.landmarks.dtype == np.float32


@pytest.mark.parametrize('degrees', rotation.ROTATIONS)
def test_a_point_in_space_goes_with_the_picture_and_comes_back_with_the_pose(degrees):
    point = (0.1, -0.2, 0.5)
    x, y, z = rotation.point_after(point, degrees)
    # To the right of the camera is below the middle of a picture turned by a quarter.
    assert rotation.point_after((1.0, 0.0, 0.0), 90) == (0.0, 1.0, 0.0)
    back = rotation.pose_before(HeadPose(np.eye(3), np.array([x, y, z]), 1.0), degrees)
    assert back.translation.tolist() == pytest.approx(point)


def test_another_angle_is_refused():
    with pytest.raises(ValueError, match='45'):
        rotation.rotate(scene(), 45)
