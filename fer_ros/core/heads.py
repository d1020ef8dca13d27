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

"""The heads of those who are tracked: points on their faces and the pose, steady in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fer_ros.core.camera import Camera
from fer_ros.core.head import FaceMesh, HeadPose
from fer_ros.core.head_pose import (
    FURTHEST, HeadPoseEstimator, HeadPoseOptions, HeadPoseSmoother, NEAREST)
from fer_ros.core.landmark_metadata import LandmarkMetadata
from fer_ros.core.landmarks import FaceLandmarker
from fer_ros.core.per_track import PerTrack
from fer_ros.core.pipeline_options import PipelineOptions
from fer_ros.core.track import Track
from fer_ros.core.types import Frame
import numpy as np
from numpy.typing import NDArray

# Slack for comparing spans of stamps: seconds since 1970 in a float64 are good to 2.4e-7.
_STAMP_SLACK = 1e-6
# A point is seen where the skin there is turned towards the camera: fully up to the first cosine,
# not at all from the second on. The skin is taken to be turned away from a point inside the head,
# metres in its frame.
_SEEN, _HIDDEN, _INSIDE = 0.0, -0.4, (-0.08, 0.0, -0.03)
# Nothing is told of the pose of a face of which the model is less sure than this.
_LEAST_PRESENCE = 0.5


@dataclass(eq=False)
class _Known:
    """
    Hold what is known of one head.

    :param points: of its face in the frame of `stamp`, where `landmarks` were the detector's.
    :param pose: as estimated there, not smoothed; None where nothing could be said.
    """

    points: NDArray[np.float32]
    landmarks: NDArray[np.float32]
    presence: float
    pose: HeadPose | None
    stamp: float
    smoother: HeadPoseSmoother


class HeadTracker(PerTrack[_Known]):
    """
    Keep points and pose of the heads of tracked people.

    The landmark model runs for all faces of a frame at once; a face whose points are younger than
    an interval keeps them, moved along with the detector's points.

    :param landmarker: places the points.
    """

    def __init__(self, landmarker: FaceLandmarker):
        super().__init__()
        self.landmarker = landmarker
        self._estimator = HeadPoseEstimator(landmarker.metadata)

    def update(
            self, frame: Frame, tracks: Sequence[Track], stamp: float, camera: Camera | None,
            options: PipelineOptions, rounds: int = 1,
    ) -> dict[str, tuple[FaceMesh, HeadPose | None]]:
        """
        Return points and pose of each head of a frame, by the id of its track.

        :param frame: the picture.
        :param tracks: of faces that were seen in it.
        :param stamp: of the frame, seconds, larger than that of the call before.
        :param camera: that took it; None: see `HeadPoseOptions.field_of_view`.
        :param options: of the pipeline.
        :param rounds: how often the points are placed, as `FaceLandmarker.locate` has it.
        :raises ModelError: the network failed.
        """
        if camera is None:
            camera = Camera.guessed(frame.width, frame.height, options.head_pose.field_of_view)
        interval = options.landmark_interval
        old = [track for track in tracks if not self._fresh(track.id, stamp, interval)]
        points, presences = self.landmarker.locate(
            frame, [track.detection for track in old], [self._before(track) for track in old],
            rounds)
        for track, found, presence in zip(old, points, presences):
            before = self._known.get(track.id)
            self._known[track.id] = _Known(
                found, track.landmarks, presence,
                self._pose(frame, found, presence, camera), stamp,
                before.smoother if before else HeadPoseSmoother())
        return {track.id: self._head(frame, track, stamp, camera, options.head_pose)
                for track in tracks}

    def _fresh(self, face_id: str, stamp: float, interval: float) -> bool:
        known = self._known.get(face_id)
        return known is not None and stamp - known.stamp < interval - _STAMP_SLACK

    def _before(self, track: Track) -> NDArray[np.float32] | None:
        """Return about where the points of a face are, by those known of it."""
        known = self._known.get(track.id)
        if known is None or known.presence < _LEAST_PRESENCE:
            return None
        return _moved(known.points, known.landmarks, track.landmarks)[0]

    def _pose(self, frame: Frame, points: NDArray[np.float32], presence: float,
              camera: Camera) -> HeadPose | None:
        if presence < _LEAST_PRESENCE:
            return None
        return self._estimator.estimate(points, presence, camera, frame.width, frame.height)

    def _head(self, frame: Frame, track: Track, stamp: float, camera: Camera,
              options: HeadPoseOptions) -> tuple[FaceMesh, HeadPose | None]:
        known = self._known[track.id]
        points, pose = known.points, known.pose
        if known.stamp != stamp:
            points, growth = _moved(points, known.landmarks, track.landmarks)
            if pose is not None:
                pose = _carried(pose, camera, known.points, points, growth)
        facial = partial(
            facial_points, self.landmarker.metadata, points, known.presence, pose, frame.width,
            frame.height)
        if pose is not None:
            known.smoother.options = options
            pose = known.smoother.update(pose, stamp)
        return FaceMesh(points, known.presence, facial, known.stamp == stamp), pose


def facial_points(
        metadata: LandmarkMetadata, points: NDArray[np.float32], presence: float,
        pose: HeadPose | None, width: int, height: int) -> NDArray[np.float32]:
    """
    Return the seventy points of hri_msgs/FacialLandmarks; see `FaceMesh.facial`.

    :param metadata: of the landmark model.
    :param points: float32 (N, 3) of a face, pixels of the frame.
    :param presence: confidence of the landmark model, 0 to 1.
    :param pose: of the head, by which points on its far side are told; None: all are doubtful.
    :param width: of the frame, pixels; likewise `height`.
    """
    rows = metadata.facial
    facial = np.empty((len(rows), 3), np.float32)
    facial[:, :2] = points[rows, :2].mean(axis=1)
    x, y = facial[:, 0], facial[:, 1]
    inside = (x >= 0) & (y >= 0) & (x <= width) & (y <= height)
    facial[:, 2] = presence * inside * (rows[:, 0] >= 0)
    if pose is None:
        facial[:, 2] *= 0.5
        return facial
    outward = metadata.mean_face[rows].mean(axis=1) - _INSIDE
    outward /= np.linalg.norm(outward, axis=1)[:, None]
    towards = -pose.translation / np.linalg.norm(pose.translation)
    cosines = outward @ (pose.rotation.T @ towards)
    facial[:, 2] *= np.clip((cosines - _HIDDEN) / (_SEEN - _HIDDEN), 0.0, 1.0)
    return facial


def _moved(
        points: NDArray[np.float32], before: NDArray[np.float32], now: NDArray[np.float32],
) -> tuple[NDArray[np.float32], float]:
    """Return points turned, moved and scaled as the detector's points were, and the scale."""
    middle, goal = before.mean(axis=0), now.mean(axis=0)
    source = (before - middle) @ (1, 1j)
    size = float((np.abs(source) ** 2).sum())
    turn = complex((((now - goal) @ (1, 1j)) * source.conj()).sum()) / size if size > 0 else 1.0
    growth = abs(turn)
    cos, sin = turn.real, turn.imag
    moved = np.empty_like(points)
    moved[:, :2] = (points[:, :2] - middle) @ np.array([[cos, sin], [-sin, cos]], np.float32)
    moved[:, :2] += goal
    moved[:, 2] = points[:, 2] * np.float32(growth)
    return moved, growth


def _carried(
        pose: HeadPose, camera: Camera, before: NDArray[np.float32], now: NDArray[np.float32],
        growth: float) -> HeadPose | None:
    """Return a pose moved as the points of its face were."""
    start, end = camera.rays(np.array([before[:, :2].mean(axis=0), now[:, :2].mean(axis=0)]))
    x, y, z = pose.translation
    if not (growth > 0.0 and np.isfinite(end - start).all()
            and NEAREST < z / growth < FURTHEST):
        return None
    depth = z / growth
    place = np.array([(x / z + end[0] - start[0]) * depth, (y / z + end[1] - start[1]) * depth,
                      depth])
    return HeadPose(pose.rotation, place, pose.confidence)
