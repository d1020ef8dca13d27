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

"""Where a head points, as an arrow in its picture: for all that draw it."""

from __future__ import annotations

from typing import NamedTuple

from fer_ros.core.head import FACE_WIDTH
from fer_ros.core.types import Face
import numpy as np
from numpy.typing import NDArray

#: Lengths in metres: of the arrow out of the face, and of the axes at its foot.
ARROW, AXIS = 0.16, 0.05

# Component of where the face points along the way out of the camera beyond which it looks away:
# the arrow would point into it.
_AWAY = 0.5


class GazeArrow(NamedTuple):
    """
    An arrow in a picture, pixels.

    :param foot: float64 (2,), between the eyes.
    :param tip: float64 (2,).
    :param axes: float64 (3, 2), the ends of the head's axes x, y and z less the foot.
    """

    foot: NDArray[np.float64]
    tip: NDArray[np.float64]
    axes: NDArray[np.float64]


def gaze_arrow(face: Face) -> GazeArrow | None:
    """Return where a head points; None where that is not known, or where it looks away."""
    pose = face.head_pose
    if pose is None or pose.rotation[2, 0] > _AWAY:
        return None
    # Pixels of a metre at the distance of the face, whose box shows so much.
    metre = float(np.sqrt(max(face.box.area, 0.0))) / FACE_WIDTH
    foot = np.asarray(
        face.mesh.facial[27, :2] if face.mesh else face.landmarks[:2].mean(axis=0), np.float64)
    x, y, z = pose.translation.tolist()
    # How the picture of a point moves as the point does, in metres.
    flat = np.array([[1.0, 0.0, -x / z], [0.0, 1.0, -y / z]]) * metre
    ends = (flat @ pose.rotation).T
    if not (np.isfinite(ends).all() and np.isfinite(foot).all()):
        return None
    return GazeArrow(foot, foot + ends[0] * ARROW, ends * AXIS)
