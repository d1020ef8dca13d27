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

import math
from typing import Any

from fer_ros.core.face_network import FaceNetwork
from fer_ros.core.metadata_values import ModelError
from fer_ros.core.nms import Candidate, MOST
from fer_ros.core.onnx_model import OnnxModel
import numpy as np
from numpy.typing import NDArray

_STRIDES = (8, 16, 32)
_HEADS = ('cls', 'obj', 'bbox', 'kps')
# The boxes YuNet learnt reach over the forehead; those of people who label faces, and of the
# other detectors, start at the brows. Medians over faces of 24 pixels and more in one half of
# 853 labelled pictures (models/face_detector.md): the centre's way down in heights of the box,
# and what the sides are multiplied by. What was found to the right, 0.02, is the labels' doing.
_DOWN, _WIDER, _HIGHER = 0.138, 1.037, 0.895
# Logarithm of a side: a damaged network must not overflow.
_LARGEST = 20.0


class YuNet(FaceNetwork):
    """
    Decode the heads of a YuNet network.

    For each stride s it has `cls_s`, `obj_s` (1, N, 1), `bbox_s` (1, N, 4) and `kps_s`
    (1, N, 10), a row for each cell of the input's grid, row by row. The input is BGR, 0 to 255.

    :param model: an `OnnxModel`; sizes of its input may be free, or fixed as in the file of
        March 2023.
    :raises ModelError: the input is not one picture of three channels.
    """

    family = 'yunet'
    #: Overlapping candidates of one face are averaged: steadier than the best one, which stands
    #: alone in its authors' code, and half a point more of the labelled faces are met.
    blend = True
    color = 'bgr'
    mean = 0.0
    std = 1.0
    multiple = 32
    #: Longest side of an input at which even a face that fills it is seen as a whole.
    whole = 384

    def __init__(self, model: OnnxModel):
        name, shape = next(iter(model.inputs.items()))
        if len(model.inputs) != 1 or len(shape) != 4 or shape[1] != 3:
            raise ModelError(
                f"face detector '{model.path}' has inputs {model.inputs}; a YuNet model has one, "
                '(1, 3, height, width)')
        height, width = shape[2:]
        #: Size (height, width) of the input where it cannot vary.
        self.fixed = (
            (height, width) if isinstance(height, int) and isinstance(width, int) else None)
        self._outputs = {name: index for index, name in enumerate(model.outputs)}

    @classmethod
    def recognises(cls, model: OnnxModel) -> bool:
        """Tell whether a model has the outputs of a YuNet."""
        return {f'{head}_{stride}' for head in _HEADS for stride in _STRIDES} <= set(
            model.outputs)

    def shapes(self, outputs: list[NDArray[Any]], height: int,
               width: int) -> dict[str, tuple[int, ...]]:
        """Return the shape that each output must have for an input of a size in pixels."""
        values = {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}
        return {f'{head}_{stride}': (1, (height // stride) * (width // stride), values[head])
                for stride in _STRIDES for head in _HEADS}

    def decode(
            self, outputs: list[NDArray[Any]], width: int, threshold: float) -> list[Candidate]:
        """
        Return the candidates whose score is at least `threshold`.

        :param outputs: of the network, in its order.
        :param width: of the input in pixels.
        :param threshold: 0 to 1.
        """
        found: list[Candidate] = []
        for stride in _STRIDES:
            classes, objects, boxes, points = (
                outputs[self._outputs[f'{head}_{stride}']] for head in _HEADS)
            found += _decode_head(
                classes, objects, boxes, points, stride, width // stride, threshold)
        return found


def _decode_head(
        classes: NDArray[Any], objects: NDArray[Any], boxes: NDArray[Any], points: NDArray[Any],
        stride: int, columns: int, threshold: float) -> list[Candidate]:
    """Return the best cells of a head whose score is at least the threshold."""
    products = (classes * objects).ravel()
    cells, = (products >= threshold * threshold).nonzero()
    if len(cells) > MOST:
        cells = cells[np.argpartition(products[cells], -MOST)[-MOST:]]
    found = []
    for cell in cells.tolist():
        # Rounding may lead a little beyond 0 and 1.
        chances = classes.item(cell), objects.item(cell)
        score = math.sqrt(math.prod(min(max(chance, 0.0), 1.0) for chance in chances))
        if score < threshold:
            continue
        row, column = divmod(cell, columns)
        right, down, wide, high = boxes[0, cell].tolist()
        wide, high = (math.exp(min(side, _LARGEST)) * stride for side in (wide, high))
        middle_x, middle_y = (column + right) * stride, (row + down) * stride + _DOWN * high
        wide, high = 0.5 * _WIDER * wide, 0.5 * _HIGHER * high
        marks = points[0, cell].tolist()
        # Its five points end with the corners of the mouth.
        marks[6:] = (marks[6] + marks[8]) / 2.0, (marks[7] + marks[9]) / 2.0
        found.append(Candidate(score, [
            middle_x - wide, middle_y - high, middle_x + wide, middle_y + high,
            *((place + mark) * stride for place, mark in zip((column, row) * 4, marks))]))
    return found
