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

"""What a face does, as lengths on it: how far the mouth, the jaw and the eyes are open."""

from __future__ import annotations

from dataclasses import dataclass
import math

from fer_ros.core.head import FaceMesh, HeadPose
from fer_ros.core.ramp import ramp
import numpy as np
from numpy.typing import NDArray

# Of the seventy points of hri_msgs/FacialLandmarks: upper and lower edge of the opening between
# the lips, corners of the right and the left eye, lids of both, foot of the nose, chin.
_UPPER_LIP, _LOWER_LIP = [61, 62, 63], [67, 66, 65]
_RIGHT_EYE, _LEFT_EYE = [36, 39], [42, 45]
_UPPER_LIDS, _LOWER_LIDS = [37, 38, 43, 44], [41, 40, 47, 46]
_NOSE, _CHIN = [33], [8]
_USED = sorted({*_UPPER_LIP, *_LOWER_LIP, *_RIGHT_EYE, *_LEFT_EYE, *_UPPER_LIDS, *_LOWER_LIDS,
                *_NOSE, *_CHIN})

# Turned or lifted further than the first angle, degrees, lengths on a face are less certain; at
# the second, nothing is said.
_OBLIQUE, _SIDEWAYS = 30.0, 50.0
# Pixels between the eyes below which lengths on the face are less certain; at the second,
# nothing is said: a closed mouth then moves by as much as a talking one.
_SMALL, _TINY = 30.0, 10.0


@dataclass(frozen=True)
class FaceMeasures:
    """
    Hold lengths on one face, in units of the distance between the middles of its eyes.

    They are corrected for the turn of the head. That distance is 63 mm in the mean of adults
    (N. A. Dodgson, 2004).

    :param mouth: height of the opening between the lips.
    :param jaw: from the foot of the nose to the chin.
    :param eyes: height of the opening between the lids, mean of both eyes.
    :param certainty: 0 to 1; 1 for a large face seen from the front.
    """

    mouth: float
    jaw: float
    eyes: float
    certainty: float


def measure(mesh: FaceMesh, pose: HeadPose | None) -> FaceMeasures | None:
    """
    Return the lengths on a face, or None where nothing can be said.

    :param mesh: its points.
    :param pose: of the head; without it nothing is said.
    """
    if pose is None or not np.isfinite(mesh.facial[_USED]).all():
        return None
    yaw, pitch = abs(pose.yaw), abs(pose.pitch)
    # How much of a length across the face, and of one down the face, is seen.
    across = math.hypot(*pose.rotation[:2, 1].tolist())
    down = math.hypot(*pose.rotation[:2, 2].tolist())
    points = mesh.facial[:, :2].astype(np.float64)
    apart = _length(points, _RIGHT_EYE, _LEFT_EYE)
    certainty = min(mesh.confidence, pose.confidence, float(mesh.facial[_USED, 2].min()) * 2.0)
    certainty *= ramp(max(yaw, pitch), _SIDEWAYS, _OBLIQUE) * ramp(apart, _TINY, _SMALL)
    if not (certainty > 0.0 and across > 0.0 and down > 0.0):
        return None
    unit = apart / across * down
    return FaceMeasures(
        _length(points, _UPPER_LIP, _LOWER_LIP) / unit, _length(points, _NOSE, _CHIN) / unit,
        _gap(points, _UPPER_LIDS, _LOWER_LIDS) / unit, min(certainty, 1.0))


def _length(points: NDArray[np.float64], start: list[int], end: list[int]) -> float:
    """Return the distance between the middles of two groups of points."""
    return math.dist(points[start].mean(axis=0).tolist(), points[end].mean(axis=0).tolist())


def _gap(points: NDArray[np.float64], upper: list[int], lower: list[int]) -> float:
    """Return the mean distance of pairs of points."""
    return float(np.linalg.norm(points[upper] - points[lower], axis=1).mean())
