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

"""Cameras: rays of points, under every turn and scale of the picture."""

import cv2
from fer_ros.core.camera import ASSUMED_VIEW, Camera
import numpy as np
import pytest

RAYS = np.array([[0.0, 0.0], [0.2, -0.1], [-0.3, 0.25], [0.35, 0.3]])
CAMERAS = {
    'pinhole': Camera(500.0, 520.0, 310.0, 250.0),
    'plumb_bob': Camera(500.0, 520.0, 310.0, 250.0, (-0.25, 0.08, 0.004, -0.006, 0.01)),
    'rational': Camera(500.0, 520.0, 310.0, 250.0,
                       (0.3, -0.1, 0.002, 0.003, 0.02, 0.5, -0.05, 0.01)),
    'fisheye': Camera(300.0, 300.0, 310.0, 250.0, (0.02, -0.01, 0.003, -0.001), True)}


def seen(camera, rays):
    """Return the pixels onto which light along rays falls, by OpenCV."""
    points = np.column_stack([rays, np.ones(len(rays))])
    matrix = np.array([[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]])
    bent = np.array(camera.distortion or (0.0,) * 4)
    none = np.zeros(3)
    if camera.fisheye:
        return cv2.fisheye.projectPoints(points[:, None], none, none, matrix, bent)[0][:, 0]
    return cv2.projectPoints(points, none, none, matrix, bent)[0][:, 0]


@pytest.mark.parametrize('name', CAMERAS)
def test_rays_are_those_that_fell_there(name):
    camera = CAMERAS[name]
    assert camera.rays(seen(camera, RAYS)) == pytest.approx(RAYS, abs=2e-3)


@pytest.mark.parametrize('name', CAMERAS)
@pytest.mark.parametrize('degrees', [0, 90, 180, 270])
def test_a_turned_picture_has_turned_rays(name, degrees):
    camera, width, height = CAMERAS[name], 640, 480
    points, rays = seen(camera, RAYS), RAYS
    turned = camera.turned(degrees, width, height)
    for _ in range(degrees // 90):
        points = np.column_stack([height - points[:, 1], points[:, 0]])
        rays = np.column_stack([-rays[:, 1], rays[:, 0]])
        width, height = height, width
    assert turned.rays(points) == pytest.approx(rays, abs=2e-3)


def test_a_smaller_picture_has_the_same_rays():
    camera = CAMERAS['plumb_bob']
    assert camera.scaled(0.25).rays(0.25 * seen(camera, RAYS)) == pytest.approx(RAYS, abs=2e-3)


def test_a_guessed_camera_sees_the_angle():
    camera = Camera.guessed(800, 600)
    assert camera.assumed
    left, right = camera.rays(np.array([[0.0, 300.0], [800.0, 300.0]]))[:, 0]
    assert np.degrees(np.arctan(right) - np.arctan(left)) == pytest.approx(ASSUMED_VIEW)


@pytest.mark.parametrize('distortion, fisheye', [
    ((1e6, -1e9, 50.0, 0.0, 1e9), False), ((-0.9, 0.0, 0.0, 0.0), False),
    ((5.0, -20.0, 0.3, 0.3, 100.0), False), ((-0.3, 0.1, 0.5, -0.5, 0.0), False),
    ((1e30, -1e30, 1e30, 1e30, 1e30), False), ((0.0, 0.0, 0.0, 0.0, 0.0, -4.0, 9.0, 0.0), False),
    ((-3.0, 8.0, -20.0, 40.0), True), ((1e30, 1e30, -1e30, 1e30), True)])
def test_what_distortion_cannot_have_bent_there_is_no_number(distortion, fisheye):
    wild = Camera(500.0, 500.0, 320.0, 240.0, distortion, fisheye)
    grid = np.stack(
        np.meshgrid(np.arange(0.0, 641, 40), np.arange(0.0, 481, 40)), 2).reshape(-1, 2)
    rays = wild.rays(grid)
    assert rays.shape == grid.shape
    told = np.isfinite(rays).all(axis=1)
    # What is told is where light falls onto that pixel.
    if told.any():
        assert seen(wild, rays[told]) == pytest.approx(grid[told], abs=1.5)
