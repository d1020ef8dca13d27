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

"""Points on faces in the pipeline: where they lie, when they are placed, what they cost nobody."""

import cv2
from fer_ros.core.head import FaceMesh
from fer_ros.core.pipeline import build_pipeline, PipelineOptions
from fer_ros.core.smoothing import SmoothingOptions
from fer_ros.core.track import Track
from fer_ros.core.track_expressions import TrackExpressions
from fer_ros.core.track_ids import TrackIds
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.stream.rotation import face_before, rotate
import numpy as np
import pytest

PORTRAITS = ('hopper', 'collins')


@pytest.fixture(scope='module')
def pipeline():
    return build_pipeline(landmarks=True)


def picture(name):
    return cv2.imread(f'fer_ros/demo/assets/{name}.jpg')


@pytest.mark.parametrize('name', PORTRAITS)
def test_points_lie_on_the_face(pipeline, name):
    face, = pipeline.process_still(Frame(picture(name)), landmarks=True).faces
    mesh, (x, y, width, height) = face.mesh, face.box
    assert mesh.points.shape == (468, 3) and mesh.facial.shape == (70, 3)
    assert mesh.points.dtype == mesh.facial.dtype == np.float32 and mesh.confidence > 0.9
    low, high = mesh.points[:, :2].min(axis=0), mesh.points[:, :2].max(axis=0)
    assert (low > (x - 0.2 * width, y - 0.3 * height)).all()
    assert (high < (x + 1.2 * width, y + 1.2 * height)).all()
    # The detector's eyes and nose, which another network found.
    for row, place in ((0, 68), (1, 69), (2, 30)):
        assert np.linalg.norm(face.landmarks[row] - mesh.facial[place, :2]) < 0.1 * width
    assert (mesh.facial[:, 2] > 0.5).mean() > 0.9


def test_nobody_who_does_not_ask_gets_points(pipeline):
    frame = Frame(picture('hopper'))
    face, = pipeline.process_still(frame).faces
    assert face.mesh is None and face.head_pose is None
    plain, = build_pipeline().process_still(frame, landmarks=True).faces
    assert plain.mesh is None and plain.head_pose is None


@pytest.mark.parametrize('name', PORTRAITS)
def test_a_mirrored_face_is_turned_the_other_way(pipeline, name):
    poses = [
        pipeline.process_still(Frame(np.ascontiguousarray(pixels)), landmarks=True).faces[0]
        .head_pose for pixels in (picture(name), picture(name)[:, ::-1])]
    assert poses[0].yaw == pytest.approx(-poses[1].yaw, abs=4.0)
    assert poses[0].roll == pytest.approx(-poses[1].roll, abs=4.0)
    assert poses[0].pitch == pytest.approx(poses[1].pitch, abs=4.0)


@pytest.mark.parametrize('color, code', [
    ('rgb', cv2.COLOR_BGR2RGB), ('gray', cv2.COLOR_BGR2GRAY), ('bgra', cv2.COLOR_BGR2BGRA)])
def test_every_colour_order_has_the_same_points(pipeline, color, code):
    points = [
        pipeline.process_still(frame, landmarks=True).faces[0].mesh.points for frame in (
            Frame(picture('hopper')), Frame(cv2.cvtColor(picture('hopper'), code), color))]
    assert np.abs(points[0] - points[1]).max() < (0.5 if color != 'gray' else 12.0)


@pytest.mark.parametrize('degrees', [90, 180, 270])
def test_what_a_turned_camera_sees_is_laid_back(pipeline, degrees):
    upright = Frame(picture('hopper'))
    received = rotate(upright, (360 - degrees) % 360)
    face, = pipeline.process_still(rotate(received, degrees), landmarks=True).faces
    back = face_before(face, degrees, received.width, received.height)
    assert back.mesh.points[:, 2] == pytest.approx(face.mesh.points[:, 2])
    # The same ray, in the received picture and in space.
    x, y, z = back.head_pose.translation
    focal = upright.width / 2 / np.tan(np.radians(30))
    expected = np.array([x, y]) / z * focal + (received.width / 2, received.height / 2)
    assert back.mesh.facial[27, :2] == pytest.approx(expected, abs=0.08 * face.box.width)
    assert np.linalg.det(back.head_pose.rotation) == pytest.approx(1.0)
    assert back.head_pose.off_camera == pytest.approx(face.head_pose.off_camera, abs=1e-6)


def test_between_two_runs_points_move_with_the_face(pipeline):
    pipeline.reset()
    pipeline.options = PipelineOptions(detection_interval=0.0, landmark_interval=10.0)
    wide = cv2.copyMakeBorder(picture('hopper'), 0, 0, 0, 60, cv2.BORDER_REPLICATE)
    found = []
    for index in range(6):
        shift = 8 * index
        pixels = np.roll(wide, shift, axis=1)
        result = pipeline.process(Frame(pixels), index / 30, landmarks=True)
        found += [(shift, face.mesh, face.head_pose) for face in result.faces]
    pipeline.options = PipelineOptions()
    assert len(found) == 5
    (start, first, pose), (end, last, later) = found[0], found[-1]
    moved = (last.points - first.points)[:, :2]
    assert moved.mean(axis=0) == pytest.approx((end - start, 0.0), abs=4.0)
    assert np.ptp(moved, axis=0).max() < 8.0
    assert later.translation[0] > pose.translation[0]


@pytest.mark.parametrize('part', [
    (slice(None), slice(0, 260)), (slice(0, 235), slice(None)), (slice(200, None), slice(None)),
    (slice(150, 330), slice(200, 340))])
def test_faces_cut_by_the_edge_give_numbers_or_nothing(pipeline, part):
    frame = Frame(np.ascontiguousarray(picture('hopper')[part]))
    for face in pipeline.process_still(frame, landmarks=True).faces:
        assert np.isfinite(face.mesh.points).all() and np.isfinite(face.mesh.facial).all()
        x, y, confidence = face.mesh.facial.T
        outside = (x < 0) | (y < 0) | (x > frame.width) | (y > frame.height)
        assert (confidence[outside] == 0.0).all()
        pose = face.head_pose
        if pose is not None:
            assert np.isfinite([pose.yaw, pose.pitch, pose.roll, *pose.translation]).all()
            assert 0.0 <= pose.confidence <= 1.0 and abs(pose.yaw) < 60 and abs(pose.pitch) < 60


def test_of_who_has_gone_nothing_is_kept_though_nobody_asks_any_more():
    one, frame = build_pipeline(landmarks=True), Frame(picture('hopper'))
    for stamp in (0.0, 0.1, 0.2):
        one.process(frame, stamp, landmarks=True)
    assert one._heads._known and one._cues._known
    for stamp in np.arange(0.3, 4.0, 0.3).tolist():
        one.process(Frame(np.zeros_like(frame.pixels)), stamp)
    assert not one._heads._known and not one._cues._known


def test_points_of_a_smaller_picture_grow_with_it():
    mesh = FaceMesh(np.ones((4, 3), np.float32), 0.5, lambda: np.ones((70, 3), np.float32))
    large = mesh.scaled(4)
    assert (large.points == 4.0).all() and (large.facial[:, :2] == 4.0).all()
    assert (large.facial[:, 2] == 1.0).all() and large.points.dtype == np.float32


@pytest.mark.parametrize('aside, max_yaw, sure', [
    (0.0, 30.0, True), (0.25, 30.0, False), (-0.25, 30.0, False), (0.25, 90.0, True),
    (0.05, 5.0, False)])
def test_the_label_of_a_profile_is_unsure(aside, max_yaw, sure):
    box = Box(0.0, 0.0, 100.0, 100.0)
    landmarks = np.array([[30, 40], [70, 40], [50 + 100 * aside, 60], [50, 80]], np.float32)
    track = Track.of(Detection(box, 0.9, landmarks), TrackIds(seed=0))
    expressions = TrackExpressions()
    expressions.update([track], np.eye(8, dtype=np.float32)[1:2], SmoothingOptions())
    face, = expressions.faces([track], PipelineOptions(max_yaw=max_yaw), {})
    assert face.label == ('happy' if sure else 'unsure')


def test_a_head_at_the_limit_does_not_flicker():
    expressions, labels = TrackExpressions(), []
    for aside in (0.15, 0.165, 0.155, 0.165, 0.12):
        landmarks = np.array([[30, 40], [70, 40], [50 + 100 * aside, 60], [50, 80]], np.float32)
        track = Track('fabc', Detection(Box(0.0, 0.0, 100.0, 100.0), 0.9, landmarks), 0.0, 0.0)
        expressions.update([track], np.eye(8, dtype=np.float32)[1:2], SmoothingOptions())
        labels += [face.label for face in expressions.faces([track], PipelineOptions(), {})]
    assert labels == ['happy', 'unsure', 'unsure', 'unsure', 'happy']
