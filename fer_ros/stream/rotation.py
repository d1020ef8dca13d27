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

"""Cameras mounted sideways or upside down: turn a frame, and lay what is found back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
from fer_ros.core.attention import Point
from fer_ros.core.head import FaceMesh, HeadPose
from fer_ros.core.types import Box, Face, Frame
import numpy as np
from numpy.typing import NDArray

#: By how many degrees, clockwise, a frame can be turned: OpenCV's code.
ROTATIONS = {
    0: None, 90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def rotate(frame: Frame, degrees: int) -> Frame:
    """
    Return a frame turned clockwise; the same frame for 0, else a copy.

    A view would not do: within a row, pixels of a frame are contiguous.

    :param degrees: one of `ROTATIONS`.
    :raises ValueError: another angle.
    """
    code = _code(degrees)
    return frame if code is None else Frame(cv2.rotate(frame.pixels, code), frame.color)


def points_before(points: NDArray[Any], degrees: int, width: int, height: int) -> NDArray[Any]:
    """
    Return where points of a turned frame lie in the frame before it was turned.

    :param points: float (N, 2), x and y in pixels of the turned frame; the frame's top left
        corner, not the middle of its first pixel, is (0, 0).
    :param degrees: by which the frame was turned clockwise, one of `ROTATIONS`.
    :param width: of the frame before it was turned, pixels.
    :param height: likewise.
    :raises ValueError: another angle.
    """
    _code(degrees)
    x, y = points[:, 0], points[:, 1]
    if degrees == 90:
        x, y = y, height - x
    elif degrees == 180:
        x, y = width - x, height - y
    elif degrees == 270:
        x, y = width - y, x
    return np.stack([x, y], axis=1).astype(points.dtype)


def box_before(box: Box, degrees: int, width: int, height: int) -> Box:
    """Return where a box lay before the turn; parameters as `points_before`."""
    corners = points_before(
        np.array([[box[0], box[1]], [box[0] + box[2], box[1] + box[3]]], np.float64),
        degrees, width, height)
    left, top = corners.min(axis=0).tolist()
    right, bottom = corners.max(axis=0).tolist()
    return Box(left, top, right - left, bottom - top)


def mesh_before(mesh: FaceMesh, degrees: int, width: int, height: int) -> FaceMesh:
    """Return the points of a face before the turn; parameters as `points_before`."""
    def turned(points: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.column_stack([
            points_before(points[:, :2], degrees, width, height), points[:, 2:]])
    return FaceMesh(
        turned(mesh.points), mesh.confidence, lambda: turned(mesh.facial), mesh.placed)


def pose_before(pose: HeadPose, degrees: int) -> HeadPose:
    """Return a pose in the optical frame of the camera whose picture was turned clockwise."""
    _code(degrees)
    # Against the turn: from the axes of the upright picture to those of the received one.
    turn = np.linalg.matrix_power(
        np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]), degrees // 90)
    return replace(
        pose, rotation=turn @ pose.rotation, translation=turn @ pose.translation)


def point_after(point: Point, degrees: int) -> Point:
    """Return a point of the camera's optical frame in that of its picture turned clockwise."""
    _code(degrees)
    x, y, z = point
    for _ in range(degrees // 90):
        x, y = -y, x
    return x, y, z


def face_before(face: Face, degrees: int, width: int, height: int) -> Face:
    """Return a face as it was before the turn; parameters as `points_before`."""
    if degrees == 0:
        return face
    return replace(
        face, box=box_before(face.box, degrees, width, height),
        landmarks=points_before(face.landmarks, degrees, width, height),
        mesh=face.mesh and mesh_before(face.mesh, degrees, width, height),
        head_pose=face.head_pose and pose_before(face.head_pose, degrees))


def _code(degrees: int) -> int | None:
    if degrees not in ROTATIONS:
        raise ValueError(
            f'rotation is {degrees!r} degrees; use one of: {", ".join(map(str, ROTATIONS))}')
    return ROTATIONS[degrees]
