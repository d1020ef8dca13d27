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

"""Face crops in, calibrated expression probabilities out, as the model's metadata say."""

from __future__ import annotations

import math

import cv2
from fer_ros.core.alignment import CropGeometry
from fer_ros.core.model_metadata import ExpressionMetadata, ModelError
from fer_ros.core.onnx_model import ModelUser, OnnxModel
from fer_ros.core.types import LABELS, Pixels
import numpy as np
from numpy.typing import NDArray


class ExpressionClassifier(ModelUser):
    """
    Run an expression model on batches of aligned face crops.

    Labels, input size, normalisation, crop geometry, bias and temperature of the calibration are
    the model's: read from its metadata, not assumed.

    :param model: input `faces` float32 (N, 1, S, S), output `logits` (N, 8).
    :raises ModelError: the metadata lacks something or contradicts the network, which is run
        once to see what it gives.
    """

    def __init__(self, model: OnnxModel):
        self.metadata = ExpressionMetadata.from_model(model)
        self._model = model
        self._output = model.outputs.index('logits')
        order = [self.metadata.labels.index(label) for label in LABELS]
        self._order = None if order == sorted(order) else np.array(order)
        self._bias = [self.metadata.bias[index] for index in order]
        self._buffer = np.zeros((2, 1, self.input_size, self.input_size), np.float32)
        model.require_shapes(
            model.run({'faces': self._buffer}), {'logits': (2, len(LABELS))})

    @property
    def input_size(self) -> int:
        """Return the side of the crops in pixels."""
        return self.metadata.input_size

    def knows(self, family: str) -> bool:
        """Tell whether the model was fitted to the boxes of a detector family."""
        return family in self.metadata.crop

    def crop_geometry(self, family: str, default: CropGeometry | None = None) -> CropGeometry:
        """
        Return how to cut a face out around the box of a detector family.

        :param default: where the model was not fitted to that family; None: there is none.
        :raises ModelError: it was not, and there is none.
        """
        geometry = self.metadata.crop.get(family, default)
        if geometry is None:
            raise ModelError(
                f"expression model '{self._model.path}' has no crop for boxes of a '{family}' "
                f"detector; use one of: {', '.join(sorted(self.metadata.crop))}")
        return geometry

    def logits(self, crops: Pixels) -> NDArray[np.float32]:
        """
        Return the raw scores of a batch, before bias, temperature and softmax.

        :param crops: uint8 (N, S, S), gray, S being `input_size`; N may be 0.
        :return: float32 (N, 8), columns in the order of `LABELS`.
        :raises ValueError: the crops have another type or shape.
        :raises ModelError: the network failed, or gave NaN or infinity.
        """
        size = self.input_size
        if crops.dtype != np.uint8 or crops.ndim != 3 or crops.shape[1:] != (size, size):
            raise ValueError(
                f'face crops are {crops.dtype} {crops.shape}; '
                f'this model needs uint8 (N, {size}, {size})')
        count = len(crops)
        if count == 0:
            return np.empty((0, len(LABELS)), np.float32)
        if count > len(self._buffer):
            self._buffer = np.empty((count, 1, size, size), np.float32)
        batch = self._buffer[:count]
        for crop, target in zip(crops, batch[:, 0]):
            cv2.addWeighted(
                crop, 1.0 / self.metadata.std, crop, 0.0, -self.metadata.mean / self.metadata.std,
                dst=target, dtype=cv2.CV_32F)
        logits = self._model.run({'faces': batch})[self._output]
        return logits if self._order is None else logits[:, self._order]

    def classify(self, crops: Pixels) -> NDArray[np.float32]:
        """
        Return the calibrated distribution of each crop of a batch.

        :param crops: uint8 (N, S, S), gray, S being `input_size`; N may be 0.
        :return: float32 (N, 8), columns in the order of `LABELS`, rows summing to 1.
        :raises ValueError: the crops have another type or shape.
        """
        # Plain numbers: right after a network, calls of NumPy cost more than all this.
        distributions = []
        for raw in self.logits(crops).tolist():
            row = [value + bias for value, bias in zip(raw, self._bias)]
            most = max(row)
            weights = [math.exp((value - most) / self.metadata.temperature) for value in row]
            total = sum(weights)
            distributions.append([weight / total for weight in weights])
        return np.array(distributions, np.float32).reshape(-1, len(LABELS))
