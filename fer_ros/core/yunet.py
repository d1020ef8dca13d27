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


"""YuNet (Wu et al. 2023), as its authors publish it: recognised by its outputs, decoded."""

from __future__ import annotations

from fer_ros.core.metadata_values import ModelError
from fer_ros.core.nms import Candidate
import numpy as np

_STRIDES = (8, 16, 32)
_HEADS = ('cls', 'obj', 'bbox', 'kps')


class YuNet:
    """
    Decode the heads of a YuNet network.

    For each stride s it has `cls_s`, `obj_s` (1, N, 1), `bbox_s` (1, N, 4) and `kps_s`
    (1, N, 10), a row for each cell of the input's grid, row by row. The input is BGR, 0 to 255.

    :param model: an `OnnxModel`; sizes of its input may be free, or fixed as in the file of
        March 2023.
    :raises ModelError: the input is not one picture of three channels.
    """

    family = 'yunet'
    #: The best candidate of a face stands alone, as in its authors' code.
    blend = False
    color = 'bgr'
    mean = 0.0
    std = 1.0
    multiple = 32

    def __init__(self, model):
        name, shape = next(iter(model.inputs.items()))
        if len(model.inputs) != 1 or len(shape) != 4 or shape[1] != 3:
            raise ModelError(
                f"face detector '{model.path}' has inputs {model.inputs}; a YuNet has one, "
                '(1, 3, height, width)')
        height, width = shape[2:]
        #: Size (height, width) of the input where it cannot vary.
        self.fixed: tuple[int, int] | None = (
            (height, width) if isinstance(height, int) and isinstance(width, int) else None)
        self._outputs = {name: index for index, name in enumerate(model.outputs)}

    @classmethod
    def recognises(cls, model) -> bool:
        """Tell whether a model has the outputs of a YuNet."""
        return {f'{head}_{stride}' for head in _HEADS for stride in _STRIDES} <= set(
            model.outputs)

    def shapes(self, outputs: list[np.ndarray], height: int, width: int) -> dict[str, tuple]:
        """Return the shape that each output must have for an input of a size in pixels."""
        values = {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}
        return {f'{head}_{stride}': (1, (height // stride) * (width // stride), values[head])
                for stride in _STRIDES for head in _HEADS}

    def decode(
            self, outputs: list[np.ndarray], width: int, threshold: float) -> list[Candidate]:
        """
        Return the candidates whose score is at least `threshold`.

        :param outputs: of the network, in its order.
        :param width: of the input in pixels.
        :param threshold: 0 to 1.
        """
        found: list[Candidate] = []
        for stride in _STRIDES:
            heads = (outputs[self._outputs[f'{head}_{stride}']][0] for head in _HEADS)
            found += _decode_head(*heads, stride, width // stride, threshold)
        return found


def _decode_head(
        classes: np.ndarray, objects: np.ndarray, boxes: np.ndarray, points: np.ndarray,
        stride: int, columns: int, threshold: float) -> list[Candidate]:
    scores = np.sqrt(np.clip(classes[:, 0], 0.0, 1.0) * np.clip(objects[:, 0], 0.0, 1.0))
    kept = np.flatnonzero(scores >= threshold)
    cells = np.stack([kept % columns, kept // columns], axis=1).astype(np.float32)
    middle = (boxes[kept, :2] + cells) * stride
    half = np.exp(boxes[kept, 2:]) * (stride / 2.0)
    points = (points[kept].reshape(-1, 5, 2) + cells[:, None]) * stride
    # Its five points end with the corners of the mouth.
    mouth = points[:, 3:].mean(axis=1)
    rows = np.concatenate(
        [middle - half, middle + half, points[:, :3].reshape(-1, 6), mouth], axis=1)
    return [Candidate(*pair) for pair in zip(scores[kept].tolist(), rows.tolist())]
