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

"""What is known of a head beyond its box: points on the face, and which way it is turned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
import math

import numpy as np
from numpy.typing import NDArray


#: Width in metres that a face's box is taken to show: the breadth of a head, of which men and
#: women of the survey average 0.153 and 0.147 (Z. Zhuang and B. Bradtmiller, "Head-and-face
#: anthropometric survey of U.S. respirator users", Journal of Occupational and Environmental
#: Hygiene 2 (2005), 567-576, doi:10.1080/15459620500324727). A child's head and a face in profile
#: are narrower, and seem further away than they are.
FACE_WIDTH = 0.15


@dataclass(frozen=True, eq=False)
class FaceMesh:
    """
    Hold the points of one face, as a landmark model places them.

    :param points: float32 (N, 3), in pixels of the frame: x, y, and the depth relative to the
        middle of the head, which grows away from the camera; right and left are the person's
        own, the first points lie left in the picture. N is 468 for MediaPipe's face mesh.
    :param confidence: of the model that there is a face that it sees well, 0 to 1.
    :param make_facial: returns `facial`, called when that is first read.
    :param placed: the model ran on this very frame; False where the points were moved along with
        the face since.
    """

    points: NDArray[np.float32]
    confidence: float
    make_facial: Callable[[], NDArray[np.float32]] = field(repr=False)
    placed: bool = True

    @cached_property
    def facial(self) -> NDArray[np.float32]:
        """
        Return the seventy points of hri_msgs/FacialLandmarks in the order of that message.

        :return: float32 (70, 3): x and y in pixels of the frame, and the confidence in each, 0
            to 1. It is 0 for points outside the picture and for those that the model lacks.
        """
        return self.make_facial()

    def scaled(self, factor: float) -> FaceMesh:
        """Return the points in the pixels of a picture resized by a factor."""
        size = np.float32(factor)
        return FaceMesh(
            self.points * size, self.confidence,
            lambda: self.facial * np.array([size, size, 1], np.float32), self.placed)


@dataclass(frozen=True, eq=False)
class HeadPose:
    """
    Say where a head is and which way it is turned, in the camera's optical frame.

    That frame has x to the right of the picture, y down and z ahead, as ROS has it (REP-103);
    the head's is that of REP-155, at the sellion, between the eyes, with x out of the face, y to
    the person's left and z up.

    :param rotation: float64 (3, 3), a rotation; its columns are the head's axes in the camera's.
    :param translation: float64 (3,), the sellion in metres.
    :param confidence: 0 to 1; see `HeadPoseEstimator`.
    """

    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]
    confidence: float

    @property
    def yaw(self) -> float:
        """
        Return how far the head is turned, in degrees, -180 to 180.

        0 faces the plane of the picture; positive is turned to the person's left, so that the
        nose points to the right of the picture.
        """
        x, _, z = self.rotation[:, 0].tolist()
        return math.degrees(math.atan2(x, -z))

    @property
    def pitch(self) -> float:
        """Return how far the face is lifted, in degrees, -90 to 90; positive looks up."""
        x, y, z = self.rotation[:, 0].tolist()
        return math.degrees(math.atan2(-y, math.hypot(x, z)))

    @property
    def roll(self) -> float:
        """
        Return how far the head leans, in degrees, -180 to 180.

        Positive is clockwise in the picture: the head leans to the person's left shoulder. It is
        the last of the three turns about the head's own axes: yaw, then pitch, then roll.
        """
        # Upwards is what a head with the same yaw and pitch and no roll has as its z axis.
        x, y, z = self.rotation[:, 0].tolist()
        across = math.hypot(x, z)
        if across < 1e-9:
            return 0.0
        level = np.array([-z / across, 0.0, x / across])
        left, up = self.rotation[:, 1], self.rotation[:, 2]
        return math.degrees(math.atan2(float(up @ level), float(left @ level)))

    @property
    def quaternion(self) -> tuple[float, float, float, float]:
        """Return the rotation as a unit quaternion: x, y, z, w."""
        return quaternion_of(self.rotation)

    @property
    def gaze(self) -> tuple[float, float, float, float]:
        """
        Return the rotation of the gaze frame of REP-155 as a unit quaternion: x, y, z, w.

        It has the convention of optical frames: z out of the face, x to the person's right, y
        down.
        """
        forward, left, up = self.rotation.T
        return quaternion_of(np.column_stack([-left, -up, forward]))

    @property
    def off_camera(self) -> float:
        """Return the angle between where the face points and the camera, in degrees, 0 to 180."""
        angle = self.angle_to((0.0, 0.0, 0.0))
        return math.nan if angle is None else angle

    def angle_to(self, target: tuple[float, float, float]) -> float | None:
        """
        Return the angle between where the head points and a target, degrees, 0 to 180.

        :param target: in the same frame.
        :return: None where one of them is not finite.
        """
        forward = self.rotation[:, 0].tolist()
        way = [there - here for there, here in zip(target, self.translation.tolist())]
        length = math.hypot(*way) * math.hypot(*forward)
        if not math.isfinite(length):
            return None
        if length == 0.0:  # the target is between the eyes
            return 0.0
        cosine = sum(a * b for a, b in zip(forward, way)) / length
        return math.degrees(math.acos(min(max(cosine, -1.0), 1.0)))


def quaternion_of(rotation: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return a rotation matrix as a unit quaternion: x, y, z and w, which is not negative."""
    m = rotation.tolist()
    # The largest of the four is the one to divide by (S. W. Shepperd, 1978).
    squares = (
        1.0 + m[0][0] - m[1][1] - m[2][2], 1.0 - m[0][0] + m[1][1] - m[2][2],
        1.0 - m[0][0] - m[1][1] + m[2][2], 1.0 + m[0][0] + m[1][1] + m[2][2])
    best = squares.index(max(squares))
    rows = (
        (squares[0], m[1][0] + m[0][1], m[0][2] + m[2][0], m[2][1] - m[1][2]),
        (m[1][0] + m[0][1], squares[1], m[2][1] + m[1][2], m[0][2] - m[2][0]),
        (m[0][2] + m[2][0], m[2][1] + m[1][2], squares[2], m[1][0] - m[0][1]),
        (m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1], squares[3]))
    length = math.sqrt(sum(value * value for value in rows[best]))
    sign = -1.0 if rows[best][3] < 0.0 else 1.0
    x, y, z, w = (sign * value / length for value in rows[best])
    return x, y, z, w
