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

"""Poses of heads: exact on exact points, none where nothing can be said, steady in time."""

from dataclasses import replace

from fer_ros.core.assets import LANDMARK_MODEL, model_path
from fer_ros.core.camera import Camera
from fer_ros.core.head import HeadPose
from fer_ros.core.head_pose import HeadPoseEstimator, HeadPoseOptions, HeadPoseSmoother
from fer_ros.core.landmark_metadata import LandmarkMetadata
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.evaluate.turned_faces import head_rotation
import numpy as np
import pytest

SIZE = 640, 480
CAMERA = Camera.guessed(*SIZE)


@pytest.fixture(scope='module')
def metadata():
    return LandmarkMetadata.from_model(OnnxModel(model_path(LANDMARK_MODEL)))


def points_of(metadata, rotation, place, camera=CAMERA):
    """Return the points of the mean face as a camera sees them, float32 (N, 3)."""
    placed = metadata.mean_face @ rotation.T + place
    flat = placed[:, :2] / placed[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
    depth = (placed[:, 2] - place[2]) * camera.fx / place[2]
    return np.column_stack([flat, depth]).astype(np.float32)


@pytest.mark.parametrize('yaw, pitch, roll', [
    (0, 0, 0), (30, 0, 0), (-30, 0, 0), (0, 25, 0), (0, -25, 0), (0, 0, 20), (40, -20, 15),
    (-45, 30, -30)])
@pytest.mark.parametrize('place', [(0.0, 0.0, 0.6), (0.25, -0.15, 1.0)])
def test_the_pose_of_a_mean_face_is_found(metadata, yaw, pitch, roll, place):
    points = points_of(metadata, head_rotation(yaw, pitch, roll), np.array(place))
    pose = HeadPoseEstimator(metadata).estimate(points, 1.0, CAMERA, *SIZE)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((yaw, pitch, roll), abs=0.1)
    assert pose.translation == pytest.approx(place, abs=2e-3)
    assert np.linalg.det(pose.rotation) == pytest.approx(1.0)


def test_signs_are_as_written():
    ahead = HeadPose(head_rotation(0, 0, 0), np.array([0.0, 0.0, 1.0]), 1.0)
    # x towards the camera, y to the right of the picture, z up.
    assert ahead.rotation == pytest.approx(
        np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]], float), abs=1e-12)
    assert ahead.off_camera == pytest.approx(0.0, abs=1e-4)
    left = replace(ahead, rotation=head_rotation(40, 0, 0))
    assert left.rotation[0, 0] > 0 and left.off_camera == pytest.approx(40)
    assert replace(ahead, rotation=head_rotation(0, 20, 0)).rotation[1, 0] < 0
    assert replace(ahead, rotation=head_rotation(0, 0, 30)).rotation[0, 2] > 0


@pytest.mark.parametrize('angles', [(0, 0, 0), (70, 10, 170), (-100, -60, 90), (180, 0, 0)])
def test_quaternions_are_the_rotation(angles):
    pose = HeadPose(head_rotation(*angles), np.array([0.0, 0.0, 1.0]), 1.0)
    for x, y, z, w in (pose.quaternion, pose.gaze):
        assert x * x + y * y + z * z + w * w == pytest.approx(1.0) and w >= 0.0
    x, y, z, w = pose.quaternion
    forward = (1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w))
    assert forward == pytest.approx(pose.rotation[:, 0], abs=1e-9)
    x, y, z, w = pose.gaze
    ahead = (2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y))
    assert ahead == pytest.approx(pose.rotation[:, 0], abs=1e-9)


@pytest.mark.parametrize('spoil', [
    lambda points: np.full_like(points, np.nan), lambda points: np.zeros_like(points),
    lambda points: points * np.float32(np.inf), lambda points: points[::-1].copy(),
    lambda points: np.random.default_rng(0).normal(size=points.shape).astype(np.float32) * 100])
def test_of_points_that_are_no_face_no_pose_is_told(metadata, spoil):
    points = spoil(points_of(metadata, head_rotation(0, 0, 0), np.array([0.0, 0.0, 0.6])))
    with np.errstate(invalid='ignore'):
        assert HeadPoseEstimator(metadata).estimate(points, 1.0, CAMERA, *SIZE) is None


def test_a_face_cut_by_the_edge_is_less_sure(metadata):
    estimator, turn = HeadPoseEstimator(metadata), head_rotation(0, 0, 0)
    whole, cut, outside = (
        estimator.estimate(points_of(metadata, turn, np.array([x, 0.0, 0.6])), 1.0, CAMERA, *SIZE)
        for x in (0.0, 0.34, 0.6))
    assert whole.confidence > 0.95 and 0.1 < cut.confidence < 0.7 and outside is None


def test_a_face_that_looks_away_is_less_sure(metadata):
    confidences = []
    for yaw in (0, 35, 60, 100):
        pose = HeadPoseEstimator(metadata).estimate(
            points_of(metadata, head_rotation(yaw, 0, 0), np.array([0.0, 0.0, 0.6])), 1.0,
            CAMERA, *SIZE)
        confidences.append(pose.confidence if pose else 0.0)
    assert confidences[0] == pytest.approx(confidences[1], abs=0.01)
    assert confidences[1] > confidences[2] > confidences[3] == 0.0


def turned(yaw, confidence=1.0):
    return HeadPose(head_rotation(yaw, 0, 0), np.array([0.0, 0.0, 1.0]), confidence)


@pytest.mark.parametrize('rate', [10, 30, 90])
def test_smoothing_knows_no_frame_rate(rate):
    smoother = HeadPoseSmoother(HeadPoseOptions(time_constant=0.1))
    smoother.update(turned(0), 0.0)
    for index in range(1, rate // 5 + 1):
        pose = smoother.update(turned(40), index / rate)
    assert pose.yaw == pytest.approx(40 * (1 - np.exp(-2.0)), abs=0.1)


def test_without_smoothing_poses_are_as_they_are():
    smoother = HeadPoseSmoother(HeadPoseOptions(time_constant=0.0))
    smoother.update(turned(0), 0.0)
    assert smoother.update(turned(40), 0.01).yaw == pytest.approx(40)


def test_a_doubtful_pose_moves_a_sure_one_little():
    moved = []
    for confidence in (1.0, 0.1):
        smoother = HeadPoseSmoother()
        smoother.update(turned(0), 0.0)
        moved.append(smoother.update(turned(40, confidence), 0.1).yaw)
    assert moved[1] < 0.2 * moved[0]
