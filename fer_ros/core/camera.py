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

"""A camera: which way light came that fell onto a pixel."""

from __future__ import annotations

from dataclasses import dataclass, replace
import math

import cv2
import numpy as np
from numpy.typing import NDArray

#: Angle in degrees, from the left to the right edge of the picture, that a camera is taken to
#: see which does not say: between that of a notebook's and that of a depth camera.
ASSUMED_VIEW = 60.0

# How far from the optical axis a ray may lie, as the tangent of its angle: 80 degrees. Distortion
# polynomials mean nothing beyond what they were fitted to.
_WIDEST = math.tan(math.radians(80.0))
# Distortion is undone step by step: most steps, and the step that is small enough. What then does
# not fall back to within so many pixels of where it was is no answer.
_UNDOING, _MISS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-7), 1.0


@dataclass(frozen=True)
class Camera:
    """
    Hold the intrinsics of a camera, for one size of its picture.

    :param fx: focal length in pixels; likewise `fy`.
    :param cx: pixel of the optical axis; likewise `cy`.
    :param distortion: k1, k2, p1, p2, k3 and perhaps k4, k5, k6 of OpenCV's model; of a fisheye
        k1 to k4; none for a camera without.
    :param fisheye: which of the two models that is.
    :param assumed: nothing is known of the camera: the numbers are a guess.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()
    fisheye: bool = False
    assumed: bool = False

    @classmethod
    def guessed(cls, width: int, height: int, view: float = ASSUMED_VIEW) -> Camera:
        """
        Return a camera of which only the picture is known.

        :param width: of the picture, pixels; likewise `height`.
        :param view: degrees that it is taken to see from left to right.
        """
        focal = width / 2 / math.tan(math.radians(view) / 2)
        return cls(focal, focal, width / 2, height / 2, assumed=True)

    def scaled(self, factor: float) -> Camera:
        """Return the camera for its picture resized by a factor."""
        return replace(self, fx=self.fx * factor, fy=self.fy * factor, cx=self.cx * factor,
                       cy=self.cy * factor)

    def turned(self, degrees: int, width: int, height: int) -> Camera:
        """
        Return the camera for its picture turned clockwise.

        :param degrees: 0, 90, 180 or 270.
        :param width: of the picture before the turn, pixels; likewise `height`.
        """
        camera = self
        for _ in range(degrees // 90):
            # A quarter turn takes a ray (x, y) to (-y, x), and so does it to the tangential
            # part of the distortion, whose vector is (p2, p1).
            bent = camera.distortion
            if not camera.fisheye and len(bent) >= 4:
                bent = (*bent[:2], bent[3], -bent[2], *bent[4:])
            camera = replace(
                camera, fx=camera.fy, fy=camera.fx, cx=height - camera.cy, cy=camera.cx,
                distortion=bent)
            width, height = height, width
        return camera

    def rays(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """
        Return the directions of points of the picture, distortion undone.

        :param points: float (N, 2), pixels.
        :return: float64 (N, 2), x / z and y / z in the camera's optical frame; not finite where
            the distortion cannot be undone.
        """
        flat = (np.asarray(points, np.float64) - (self.cx, self.cy)) / (self.fx, self.fy)
        if not any(self.distortion) or not len(flat):
            return flat
        bent, unit, none = np.array(self.distortion), np.eye(3), np.zeros(3)
        if self.fisheye:
            rays = cv2.fisheye.undistortPoints(flat[:, None], unit, bent)[:, 0]
        else:
            rays = cv2.undistortPointsIter(
                flat[:, None], unit, bent, unit, unit, _UNDOING)[:, 0]
        project = cv2.fisheye.projectPoints if self.fisheye else cv2.projectPoints
        spread = np.column_stack([rays, np.ones(len(rays))])[:, None]
        back = project(spread, none, none, unit, bent)[0][:, 0]
        with np.errstate(invalid='ignore', over='ignore'):
            off = np.abs((back - flat) * (self.fx, self.fy)).max(axis=1)
            lost = ~(off < _MISS) | ~(np.abs(rays).max(axis=1) < _WIDEST)
        return np.where(lost[:, None], np.nan, rays).astype(np.float64)
