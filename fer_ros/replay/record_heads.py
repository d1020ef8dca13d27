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

"""What a replay's JSON line says of a head: its pose and the points on its face."""

from __future__ import annotations

from typing import Any

from fer_ros.core.landmark_metadata import FACIAL
from fer_ros.core.types import Face

# Degrees.
_ANGLES = ('yaw', 'pitch', 'roll', 'off_camera')


def head_of(face: Face) -> dict[str, Any] | None:
    """
    Return the pose of a head, rounded; None where it is not known.

    :return: `yaw`, `pitch`, `roll` and `off_camera` in degrees, `position` of the sellion in
        metres (x right, y down, z ahead), and `confidence`; see `HeadPose`.
    """
    pose = face.head_pose
    if pose is None:
        return None
    return {
        **{name: round(getattr(pose, name), 2) for name in _ANGLES},
        'position': [round(value, 4) for value in pose.translation.tolist()],
        'confidence': round(pose.confidence, 4)}


def points_of(face: Face) -> list[list[float]] | None:
    """
    Return the seventy points of hri_msgs/FacialLandmarks, rounded; None where there are none.

    :return: of each x and y in pixels, and the confidence.
    """
    if face.mesh is None:
        return None
    return [[round(x, 1), round(y, 1), round(confidence, 3)]
            for x, y, confidence in face.mesh.facial.tolist()]


def _is_number(value: Any, least: float, most: float) -> bool:
    return type(value) in (float, int) and least <= value <= most


def _is_head(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {*_ANGLES, 'position', 'confidence'}:
        return False
    place = value['position']
    return (
        _is_number(value['confidence'], 0, 1) and isinstance(place, list) and len(place) == 3
        and all(_is_number(each, -1e4, 1e4) for each in place)
        and all(_is_number(value[name], -180, 180) for name in _ANGLES))


def _are_points(value: Any) -> bool:
    return isinstance(value, list) and len(value) == FACIAL and all(
        isinstance(point, list) and len(point) == 3 and _is_number(point[2], 0, 1)
        and all(_is_number(each, -1e7, 1e7) for each in point[:2]) for point in value)


#: The test of each, and how what passes it is said.
HEAD = (_is_head, f"{', '.join(_ANGLES)}, position and confidence")
POINTS = (_are_points, f'{FACIAL} points: x, y and confidence')
