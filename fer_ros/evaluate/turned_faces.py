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

"""Photographed faces turned by known angles: what a camera would see of them, to measure by."""

from __future__ import annotations

from dataclasses import dataclass
import math

import cv2
from fer_ros.core.camera import Camera
from fer_ros.core.types import Frame, Pixels
import numpy as np
from numpy.typing import NDArray

# What surrounds the face in its picture, hair and ears and what is behind, lies this far behind
# the sellion, metres; its points stand on rings about the face, by their distance from its middle
# in units of that of its edge.
_BEHIND, _RINGS, _SPOKES = 0.10, (1.25, 1.8, 3.0), 24


@dataclass(frozen=True)
class TurnableFace:
    """
    Hold a photographed face as a surface that can be looked at from elsewhere.

    Its points are those of the landmark model with the depths that the model gives; around them
    the picture is a flat backdrop. This is the face profiling of X. Zhu, Z. Lei, X. Liu, H. Shi
    and S. Z. Li, "Face alignment across large poses: a 3D solution" (CVPR 2016).

    :param frame: the photograph, BGR.
    :param source: float64 (N, 2), its points in the photograph, pixels.
    :param surface: float64 (N, 3), the same in the head's frame of REP-155, metres.
    :param triangles: intp (T, 3), points of each.
    """

    frame: Frame
    source: NDArray[np.float64]
    surface: NDArray[np.float64]
    triangles: NDArray[np.intp]

    @classmethod
    def of(cls, frame: Frame, points: NDArray[np.float32],
           mean_face: NDArray[np.float64]) -> TurnableFace:
        """
        Return the face of a photograph.

        :param frame: in which it looks about ahead.
        :param points: float32 (N, 3) as `FaceMesh.points`.
        :param mean_face: float64 (N, 3), what the points are in the head's frame, metres.
        """
        scale, rotation, shift = similarity(points.astype(np.float64), mean_face)
        surface = scale * points @ rotation.T + shift
        middle = points[:, :2].mean(axis=0)
        hull = cv2.convexHull(points[:, :2].astype(np.float32))[:, 0]
        angles = np.linspace(0.0, 2.0 * math.pi, _SPOKES, endpoint=False)
        ways = np.column_stack([np.cos(angles), np.sin(angles)])
        reach = np.array([np.max((hull - middle) @ way) for way in ways])[:, None]
        rings = np.concatenate([middle + ring * reach * ways for ring in _RINGS])
        # The backdrop is parallel to the picture, so that the photograph itself looks unchanged.
        depth = float(points[:, 2].min()) + _BEHIND / scale
        around = scale * np.column_stack([rings, np.full(len(rings), depth)]) @ rotation.T + shift
        source = np.concatenate([points[:, :2].astype(np.float64), rings])
        return cls(frame, source, np.concatenate([surface, around]), _triangulated(source))

    def seen(self, camera: Camera, size: tuple[int, int], rotation: NDArray[np.float64],
             translation: NDArray[np.float64]) -> Pixels:
        """
        Return what a camera sees of it.

        :param camera: without distortion.
        :param size: (width, height) of the picture, pixels.
        :param rotation: float64 (3, 3), of the head, as `HeadPose.rotation`.
        :param translation: float64 (3,), of the head, as `HeadPose.translation`.
        :return: uint8 (height, width, 3), BGR; grey where nothing of the photograph is.
        """
        width, height = size
        placed = self.surface @ rotation.T + translation
        pixels = placed[:, :2] / placed[:, 2:] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
        owners = np.full((height, width), -1, np.int32)
        # The furthest first: what is nearer is painted over it.
        for index in np.argsort(-placed[self.triangles, 2].mean(axis=1)).tolist():
            corners = pixels[self.triangles[index]]
            if np.abs(corners).max() < 30000:
                cv2.fillConvexPoly(
                    owners, np.round(corners * 16 - 8).astype(np.int32), index, shift=4)
        back = _affine(pixels[self.triangles], self.source[self.triangles])
        rows, columns = np.nonzero(owners >= 0)
        found = back[owners[rows, columns]]
        here = np.column_stack([columns + 0.5, rows + 0.5, np.ones(len(rows))])
        lookup = np.full((height, width, 2), -1e4, np.float32)
        lookup[rows, columns] = np.einsum('nij,nj->ni', found, here) - 0.5
        picture: Pixels = cv2.remap(
            self.frame.pixels, lookup[..., 0], lookup[..., 1], cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE)
        picture[owners < 0] = 128
        return picture


def similarity(
        source: NDArray[np.float64], target: NDArray[np.float64],
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return scale, rotation and shift that bring points onto others best (S. Umeyama, 1991)."""
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    left, sizes, right = np.linalg.svd((target - goal).T @ (source - middle))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = (left * signs) @ right
    scale = float((sizes * signs).sum() / ((source - middle) ** 2).sum())
    return scale, rotation, goal - scale * rotation @ middle


def head_rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Return the rotation that has these angles in degrees, as `HeadPose` has them."""
    y, p, r = map(math.radians, (yaw, pitch, roll))
    forward = np.array([math.sin(y) * math.cos(p), -math.sin(p), -math.cos(y) * math.cos(p)])
    level = np.array([math.cos(y), 0.0, math.sin(y)])
    upright = np.cross(forward, level)
    left = math.cos(r) * level - math.sin(r) * upright
    return np.column_stack([forward, left, np.cross(forward, left)])


def _triangulated(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return Delaunay's triangles."""
    low = points.min(axis=0) - 10.0
    size = np.ceil(np.ptp(points, axis=0) + 20.0).astype(int).tolist()
    subdivision = cv2.Subdiv2D((0, 0, size[0], size[1]))
    shifted = points - low
    subdivision.insert(shifted.astype(np.float32))
    corners = np.array(subdivision.getTriangleList()).reshape(-1, 3, 2)
    distances = ((corners[:, :, None] - shifted[None, None]) ** 2).sum(axis=3)
    near, triangles = distances.min(axis=2), distances.argmin(axis=2)
    return triangles[(near < 1e-2).all(axis=1)]


def _affine(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, 2, 3): what brings the corners (T, 3, 2) of triangles onto those of others."""
    corners = np.concatenate([source, np.ones((*source.shape[:2], 1))], axis=2)
    flat = np.abs(np.linalg.det(corners)) < 1e-9
    corners[flat] = np.eye(3)
    return np.transpose(np.linalg.solve(corners, target), (0, 2, 1))
