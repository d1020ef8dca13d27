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

"""Which way a head is turned: the points of a mean face, fitted to those of a picture."""

from __future__ import annotations

from dataclasses import dataclass
import math

import cv2
from fer_ros.core.camera import ASSUMED_VIEW, Camera
from fer_ros.core.head import HeadPose
from fer_ros.core.landmark_metadata import LandmarkMetadata
from fer_ros.core.options import option, Options
from fer_ros.core.ramp import ramp
import numpy as np
from numpy.typing import NDArray

#: Metres from the camera within which a head may be.
NEAREST, FURTHEST = 0.05, 50.0
# Root mean square of the distances between points and the fitted face, in units of the face, at
# which nothing is believed any more; the shapes of people's faces alone give about a fifth.
_WORST_FIT = 0.15
# Angle between the face and the camera beyond which the points are guesses, degrees: from the
# first on the confidence falls, to nothing at the second. Of heads turned by 60 to 75 degrees, the
# points of the far side stay in sight, so that the angle told is 50 to 60
# (training/measure_rendered_heads.py).
_OBLIQUE, _BEHIND = 40.0, 75.0
# How far a face may reach beyond the left, upper, right and lower edge of the picture until its
# pose is doubted, and until nothing of it is believed, in units of its longer side: what is seen
# of a cut face is then taken for a smaller, turned one. Without a forehead the error is largest.
# Rendered heads that were cut were off by 10 degrees half way between the two, by 20 at the end.
_CUT = ((0.05, 0.25), (0.05, 0.2), (0.05, 0.25), (0.2, 0.5))
# Most steps of the fit; three or four settle it.
_STEPS = 6
# Least confidence of a pose that is worth saying.
_LEAST = 0.05


@dataclass(frozen=True)
class HeadPoseOptions(Options):
    """Say how the pose of a head is told; times are those of the image stamps."""

    time_constant: float = option(
        0.1, 0.0, 10.0,
        'Time constant of the smoothing of the head pose, in seconds; 0: off.')
    field_of_view: float = option(
        ASSUMED_VIEW, 5.0, 170.0,
        'Angle that a camera without usable camera_info is taken to see from the left to the '
        'right edge of its picture, in degrees.')


class HeadPoseEstimator:
    """
    Fit the mean face of a landmark model to the points of faces: perspective-n-point.

    The fit starts from the turn that lays the points with their depths onto the mean face, and
    is refined on the points alone, under the camera's perspective. Only points that expressions
    move little count.

    :param metadata: of the landmark model.
    """

    def __init__(self, metadata: LandmarkMetadata):
        self._rigid = metadata.rigid
        self._face = metadata.mean_face[metadata.rigid]
        self._middle = self._face.mean(axis=0)
        self._centred = self._face - self._middle
        self._spread = math.sqrt(float((self._centred ** 2).sum(axis=1).mean()))

    def estimate(
            self, points: NDArray[np.float32], presence: float, camera: Camera, width: int,
            height: int) -> HeadPose | None:
        """
        Return the pose of a head, or None where nothing can be said.

        The confidence is that of the landmark model, less for a face that the edge of the picture
        cuts, for a poor fit, and for a face that looks away from the camera by more than 40
        degrees.

        :param points: float32 (N, 3) of the face, as `FaceMesh.points`.
        :param presence: confidence of the landmark model, 0 to 1.
        :param camera: of the picture.
        :param width: of the picture, pixels; likewise `height`.
        """
        seen = points[self._rigid]
        rays = camera.rays(seen[:, :2])
        if not (np.isfinite(rays).all() and np.isfinite(points).all()):
            return None
        guess = self._guess(seen, rays, camera)
        if guess is None:
            return None
        rotation, translation = self._refined(rays, *guess)
        distance = float(translation[2])
        if not np.isfinite(rotation).all() or not NEAREST < distance < FURTHEST:
            return None
        inside = float(np.mean(
            (seen[:, 0] >= 0) & (seen[:, 1] >= 0) & (seen[:, 0] <= width)
            & (seen[:, 1] <= height)))
        placed = self._face @ rotation.T + translation
        miss = rays - placed[:, :2] / placed[:, 2:]
        fit = math.sqrt(float((miss ** 2).sum(axis=1).mean())) * distance / self._spread
        confidence = presence * min(inside, _whole(points, width, height)) * max(
            0.0, 1.0 - (fit / _WORST_FIT) ** 2)
        pose = HeadPose(rotation, translation, confidence)
        confidence *= ramp(pose.off_camera, _BEHIND, _OBLIQUE)
        return HeadPose(rotation, translation, confidence) if confidence >= _LEAST else None

    def _guess(
            self, seen: NDArray[np.float32], rays: NDArray[np.float64], camera: Camera,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Return rotation and translation by the points with their depths (S. Umeyama, 1991)."""
        depths = seen[:, 2] / camera.fx
        flat = np.column_stack([rays, depths - depths.mean()])
        middle = flat.mean(axis=0)
        left, sizes, right = np.linalg.svd((flat - middle).T @ self._centred)
        signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
        scale = float((sizes * signs).sum()) / float((self._centred ** 2).sum())
        if not scale > 0.0:
            return None
        rotation = _towards(middle) @ (left * signs) @ right
        distance = 1.0 / scale
        center = np.array([middle[0], middle[1], 1.0]) * distance
        return rotation, center - rotation @ self._middle

    def _refined(
            self, rays: NDArray[np.float64], rotation: NDArray[np.float64],
            translation: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """
        Return the pose whose picture lies nearest to the rays, by Gauss and Newton's method.

        This is what OpenCV's solvePnPRefineLM finds, in a fraction of its time.
        """
        best, best_cost = (rotation, translation), math.inf
        for _ in range(_STEPS):
            turned = self._face @ rotation.T
            placed = turned + translation
            depth = placed[:, 2]
            if not (depth > 0.0).all():
                break
            flat = placed[:, :2] / depth[:, None]
            miss = (rays - flat).ravel()
            cost = float(miss @ miss)
            if not cost < best_cost:
                break
            best, best_cost = (rotation, translation), cost
            jacobian = _jacobian(turned, flat, depth)
            try:
                step = np.linalg.solve(jacobian.T @ jacobian, jacobian.T @ miss)
            except np.linalg.LinAlgError:
                break
            rotation = np.asarray(cv2.Rodrigues(step[:3])[0], np.float64) @ rotation
            translation = translation + step[3:]
        return best


class HeadPoseSmoother:
    """
    Smooth the pose of one head in time, by a first-order low pass that knows no frame rate.

    A rotation goes a part of the way on the shortest arc. `options` may be replaced at any time.
    """

    def __init__(self, options: HeadPoseOptions | None = None):
        self.options = options or HeadPoseOptions()
        self._pose: HeadPose | None = None
        self._stamp = 0.0

    def update(self, pose: HeadPose, stamp: float) -> HeadPose:
        """
        Take the pose seen at `stamp` and return the smoothed one.

        :param pose: as estimated; what is less sure moves the smoothed one less.
        :param stamp: seconds, not smaller than that of the call before.
        """
        before, constant = self._pose, self.options.time_constant
        if before is not None and constant > 0.0:
            gain = -math.expm1(-(stamp - self._stamp) / constant)
            # As sure as the one before: as it is. Much less sure: hardly.
            gain *= min(1.0, pose.confidence / max(before.confidence, 1e-6))
            arc = cv2.Rodrigues(before.rotation.T @ pose.rotation)[0]
            rotation = before.rotation @ cv2.Rodrigues(gain * arc)[0]
            pose = HeadPose(
                rotation, before.translation + gain * (pose.translation - before.translation),
                pose.confidence)
        self._pose, self._stamp = pose, stamp
        return pose


def _whole(points: NDArray[np.float32], width: int, height: int) -> float:
    """Return how little a face is cut by the edges of the picture, 0 to 1; see `_CUT`."""
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    size = max(float(right - left), float(bottom - top), 1e-6)
    beyond = (-float(left), -float(top), float(right) - width, float(bottom) - height)
    return min(ramp(over / size, *cut[::-1]) for over, cut in zip(beyond, _CUT))


def _towards(ray: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the turn of the optical axis onto a ray, x / z and y / z, by the shortest arc."""
    x, y = float(ray[0]), float(ray[1])
    sine = math.hypot(x, y)
    if sine < 1e-12:
        return np.eye(3)
    axis = np.array([-y, x, 0.0]) / sine * math.atan(sine)
    return np.asarray(cv2.Rodrigues(axis)[0], np.float64)


def _jacobian(turned: NDArray[np.float64], flat: NDArray[np.float64],
              depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return how the picture of points changes with the pose, float64 (2 N, 6).

    :param turned: (N, 3), the points turned but not moved; a small turn adds its cross product.
    :param flat: (N, 2), their picture, x / z and y / z.
    :param depth: (N,), their z.
    """
    x, y, z = turned.T
    u, v = flat.T
    result = np.zeros((len(turned), 2, 6))
    result[:, 0, 0], result[:, 0, 1], result[:, 0, 2] = -u * y, z + u * x, -y
    result[:, 1, 0], result[:, 1, 1], result[:, 1, 2] = -z - v * y, v * x, x
    result[:, 0, 3], result[:, 0, 5] = 1.0, -u
    result[:, 1, 4], result[:, 1, 5] = 1.0, -v
    return (result / depth[:, None, None]).reshape(-1, 6)
