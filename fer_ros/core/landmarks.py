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

"""Faces in, points all over them out: the landmark model, one call for all faces of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
import math
from typing import Any

import cv2
from fer_ros.core.alignment import CropGeometry, Square
from fer_ros.core.blazeface import BlazeFace
from fer_ros.core.landmark_metadata import LandmarkMetadata
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.onnx_model import ModelUser, OnnxModel
from fer_ros.core.types import Detection, Frame
import numpy as np
from numpy.typing import NDArray


#: The pupils among the points of hri_msgs/FacialLandmarks: the right one, the left one.
PUPILS = [68, 69]

# A square about points lies so far from that of the detector, in its sides, or is so many times as
# large or small, that the points are of another face, or of none.
_FAR, _OTHER = 0.3, 1.6


class FaceLandmarker(ModelUser):
    """
    Run a landmark model on the faces of a frame.

    Input, crop, and what the points are is the model's: read from its metadata, not assumed.

    :param model: input `faces` float32 (N, 3, S, S), outputs `landmarks` float32 (N, P, 3), in
        pixels of the input, and `presence` float32 (N, 1), a logit.
    :param family: of the detector whose boxes the faces are cut out by.
    :param default: crop of the expression classifier for such a detector where the model does not
        know it: its own lies about the box as for one that it knows.
    :raises ModelError: the metadata lacks something or contradicts the network, which is run
        once to see what it gives; or the model was not fitted to that detector.
    """

    def __init__(self, model: OnnxModel, family: str, default: CropGeometry | None = None):
        self.metadata = LandmarkMetadata.from_model(model)
        self._model = model
        self._geometry = self._crop(family, default)
        self._outputs = [model.outputs.index(name) for name in ('landmarks', 'presence')]
        size, points = self.metadata.input_size, self.metadata.points
        outputs = model.run({'faces': np.zeros((2, 3, size, size), np.float32)})
        model.require_shapes(outputs, {'landmarks': (2, points, 3), 'presence': (2, 1)})

    def locate(
            self, frame: Frame, detections: Sequence[Detection],
            before: Sequence[NDArray[np.float32] | None] | None = None, rounds: int = 1,
    ) -> tuple[NDArray[np.float32], list[float]]:
        """
        Return the points of faces, and how sure the model is of each face.

        A face is cut out by its points where they are known, which frames it better than the
        detector does, above all a head that leans; else by the detector's box.

        :param frame: in which they were detected.
        :param detections: finite, with boxes that are not empty; may be none.
        :param before: about where the points of each face are, as they are returned; None where
            that is not known.
        :param rounds: how often the model runs, each time on faces cut out by the points of the
            time before.
        :return: float32 (N, P, 3), x, y and depth in pixels of the frame, as `FaceMesh.points`;
            and for each face a number from 0 to 1.
        :raises ModelError: the network failed, or gave NaN or infinity.
        """
        metadata = self.metadata
        if not detections:
            return np.empty((0, metadata.points, 3), np.float32), []
        squares = [self._square(detection, points) for detection, points in zip(
            detections, before or [None] * len(detections))]
        placed, presences = self._place(frame, squares)
        for _ in range(rounds - 1):
            placed, presences = self._place(frame, [
                self._square(*each) for each in zip(detections, placed)])
        return placed, presences

    def _square(self, detection: Detection, points: NDArray[np.float32] | None) -> Square:
        """Return what to cut out: by its points, unless they are not of this face."""
        square = Square.about(detection.box, detection.landmarks, self._geometry)
        if points is None:
            return square
        right, left = points[self.metadata.facial[PUPILS]].mean(axis=1)[:, :2].tolist()
        (x, y), (end_x, end_y) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        better = Square(
            float(x + end_x) / 2.0, float(y + end_y) / 2.0,
            self.metadata.margin * float(max(end_x - x, end_y - y)),
            math.atan2(left[1] - right[1], left[0] - right[0]))
        far = math.hypot(better.x - square.x, better.y - square.y) > _FAR * square.side
        sizes = square.side / _OTHER, square.side * _OTHER
        return better if not far and sizes[0] <= better.side <= sizes[1] else square

    def _place(self, frame: Frame, squares: Sequence[Square],
               ) -> tuple[NDArray[np.float32], list[float]]:
        metadata = self.metadata
        size = metadata.input_size
        batch = cv2.dnn.blobFromImages(
            [square.cut(frame, size, metadata.color) for square in squares],
            1.0 / metadata.std, mean=(metadata.mean,) * 3)
        outputs: list[NDArray[Any]] = self._model.run({'faces': batch})
        landmarks, presence = (outputs[index] for index in self._outputs)
        points = np.empty_like(landmarks)
        for square, found, placed in zip(squares, landmarks, points):
            step = square.side / size
            cos, sin = step * math.cos(square.angle), step * math.sin(square.angle)
            x, y = found[:, 0] - size / 2, found[:, 1] - size / 2
            placed[:, 0] = cos * x - sin * y + square.x
            placed[:, 1] = sin * x + cos * y + square.y
            placed[:, 2] = step * found[:, 2]
        return points, [_probability(logit) for logit in presence.ravel().tolist()]

    def _crop(self, family: str, default: CropGeometry | None) -> CropGeometry:
        own = self.metadata.crop.get(BlazeFace.family)
        if family not in self.metadata.crop and default is not None and own is not None:
            return replace(default, scale=default.scale * own.scale / BlazeFace.default_crop.scale)
        if family not in self.metadata.crop:
            raise ModelError(
                f"landmark model '{self._model.path}' has no crop for boxes of a '{family}' "
                f"detector; use one of: {', '.join(sorted(self.metadata.crop))}")
        return self.metadata.crop[family]


def _probability(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(min(-logit, 700.0)))
