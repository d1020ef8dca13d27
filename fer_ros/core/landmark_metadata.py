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

"""What a landmark model says about itself: its input, its points, and a mean face of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TYPE_CHECKING

from fer_ros.core.alignment import CropGeometry
from fer_ros.core.metadata_values import Metadata
from fer_ros.core.model_metadata import crops_of, require_network
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # importing this module must not load ONNX Runtime
    from fer_ros.core.onnx_model import OnnxModel

#: Points of hri_msgs/FacialLandmarks, in the order of its constants.
FACIAL = 70

# More points than any model of a face has.
_MOST_POINTS = 4096


@dataclass(frozen=True, eq=False)
class LandmarkMetadata:
    """
    Hold what a landmark model says about itself.

    :param input_size: side of the square crops in pixels.
    :param color: of their channels, `rgb` or `bgr`.
    :param mean: subtracted from the pixels, 0 to 255; likewise `std`, by which they are divided.
    :param crop: per detector family, how to cut a face out around the detector's box.
    :param margin: side of a crop about a face whose points are known already, in units of the
        longer side of the box about them, with the eyes level.
    :param points: how many the model gives.
    :param facial: intp (70, K), the points whose mean is each of those of
        hri_msgs/FacialLandmarks, some perhaps more than once; -1 where the model has none.
    :param mean_face: float64 (points, 3), metres in the head's frame of REP-155.
    :param rigid: intp, the points that expressions move least; they tell the pose.
    """

    input_size: int
    color: str
    mean: float
    std: float
    crop: Mapping[str, CropGeometry]
    margin: float
    points: int
    facial: NDArray[np.intp]
    mean_face: NDArray[np.float64]
    rigid: NDArray[np.intp]

    @classmethod
    def from_model(cls, model: OnnxModel) -> LandmarkMetadata:
        """
        Read and check the metadata of a landmark model.

        :param model: an `OnnxModel`.
        :raises ModelError: a key is missing or bad, or the network has other inputs or outputs.
        """
        metadata = Metadata(model.path, model.metadata)
        metadata.choice('fer_ros.kind', ('face_landmarks',))
        size = metadata.whole('input_size', 8, 1024)
        points = metadata.whole('points', 4, _MOST_POINTS)
        require_network(
            model, size, 3, ('landmarks', 'presence'),
            "a landmark model has input 'faces' and outputs 'landmarks' and 'presence'")
        return cls(
            input_size=size, color=metadata.choice('color', ('rgb', 'bgr')),
            mean=metadata.number('mean', 0.0, 255.0), std=metadata.number('std', 1e-3, 1e3),
            crop=crops_of(metadata), margin=metadata.number('margin', 0.5, 5.0),
            points=points, facial=_facial(metadata, points),
            mean_face=_mean_face(metadata, points), rigid=_rigid(metadata, points))


def _facial(metadata: Metadata, points: int) -> NDArray[np.intp]:
    said = metadata.structure('facial_landmarks')
    if not isinstance(said, list) or len(said) != FACIAL:
        raise metadata.error('facial_landmarks', f'is no list of {FACIAL} points')
    rows = [_indices(metadata, 'facial_landmarks', one if isinstance(one, list) else [one],
                     -1, points) for one in said]
    most = max(map(len, rows))
    # A mean of as many points each: rows whose length does not divide the longest one are refused.
    if any(most % len(row) for row in rows):
        raise metadata.error('facial_landmarks', f'has means that are not of 1 or {most} points')
    return np.array([row * (most // len(row)) for row in rows], np.intp)


def _mean_face(metadata: Metadata, points: int) -> NDArray[np.float64]:
    said = metadata.structure('mean_face')
    if not isinstance(said, list) or len(said) != points:
        raise metadata.error('mean_face', f'is no list of {points} points')
    rows = []
    for one in said:
        if not isinstance(one, list) or len(one) != 3:
            raise metadata.error('mean_face', 'has points that are not three numbers each')
        rows.append([metadata.check('mean_face', value, -1000.0, 1000.0) for value in one])
    return np.array(rows) * 1e-3


def _rigid(metadata: Metadata, points: int) -> NDArray[np.intp]:
    said = metadata.structure('rigid')
    if not isinstance(said, list) or len(said) < 6:
        raise metadata.error('rigid', 'is no list of six or more points')
    return np.array(_indices(metadata, 'rigid', said, 0, points), np.intp)


def _indices(
        metadata: Metadata, key: str, said: list[Any], least: int, points: int) -> list[int]:
    if not said or not all(
            type(one) is int and least <= one < points for one in said):
        raise metadata.error(key, f'names points that are not whole numbers below {points}')
    return said
