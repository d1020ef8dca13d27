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


"""BlazeFace (Bazarevsky et al. 2019): its raw heads on a grid of any size, decoded."""

from __future__ import annotations

import math
from typing import Any

from fer_ros.core.alignment import CropGeometry
from fer_ros.core.face_network import FaceNetwork
from fer_ros.core.metadata_values import Metadata, ModelError
from fer_ros.core.nms import Candidate, MOST
from fer_ros.core.onnx_model import OnnxModel
import numpy as np
from numpy.typing import NDArray

# An anchor's values: centre x, y, width, height, then six key points (x, y): right eye, left
# eye, nose, mouth, and two at the ears, which nobody here needs.
_VALUES = 16


class BlazeFace(FaceNetwork):
    """
    Decode the heads of a BlazeFace network.

    The network is fully convolutional; for each stride it has `score_<stride>` (1, A, H, W),
    logits, and `box_<stride>` (1, 16 A, H, W), input pixels relative to the centre of the cell.

    :param model: an `OnnxModel` made by training/convert_face_detector.py.
    :raises ModelError: metadata or outputs are missing or contradict each other.
    """

    family = 'blazeface'
    #: Its boxes reach higher than those of `DEFAULT_CROP`.
    default_crop = CropGeometry(scale=1.166, dx=0.0, dy=-0.09)
    #: Overlapping candidates of one face are averaged.
    blend = True
    #: Longest side of an input at which even a face that fills it is seen as a whole.
    whole = 256

    def __init__(self, model: OnnxModel):
        metadata = Metadata(model.path, model.metadata)
        self.color = metadata.choice('color', ('rgb', 'bgr'))
        self.mean = metadata.number('mean', 0.0, 255.0)
        self.std = metadata.number('std', 1e-3, 1e3)
        self.multiple = metadata.whole('multiple', 1, 256)
        #: Size (height, width) of the input where it cannot vary.
        self.fixed = None
        self._strides = _strides(metadata)
        missing = [
            name for stride in self._strides for name in (f'score_{stride}', f'box_{stride}')
            if name not in model.outputs]
        if missing:
            raise ModelError(
                f"face detector '{model.path}' has outputs {model.outputs} and lacks {missing}; "
                'convert it again with training/convert_face_detector.py')
        self._outputs = {name: index for index, name in enumerate(model.outputs)}

    @classmethod
    def recognises(cls, model: OnnxModel) -> bool:
        """Tell whether a model says that it is a BlazeFace."""
        return model.metadata.get('family') == cls.family

    def shapes(self, outputs: list[NDArray[Any]], height: int,
               width: int) -> dict[str, tuple[int, ...]]:
        """Return the shape that each output must have for an input of a size in pixels."""
        shapes: dict[str, tuple[int, ...]] = {}
        for stride in self._strides:
            scores = outputs[self._outputs[f'score_{stride}']]
            # How many anchors a cell has is the network's own choice.
            anchors = scores.shape[1] if scores.ndim == 4 else 1
            grid = (height // stride, width // stride)
            shapes[f'score_{stride}'] = (1, anchors, *grid)
            shapes[f'box_{stride}'] = (1, _VALUES * anchors, *grid)
        return shapes

    def decode(
            self, outputs: list[NDArray[Any]], width: int, threshold: float) -> list[Candidate]:
        """
        Return the candidates whose score is at least `threshold`.

        :param outputs: of the network, in its order.
        :param width: of the input, unused: the heads have its grid.
        :param threshold: 0 to 1.
        """
        # Comparing logits spares the exponentials of all the background.
        limit = _logit(threshold)
        found: list[Candidate] = []
        for stride in self._strides:
            logits = outputs[self._outputs[f'score_{stride}']]
            values = outputs[self._outputs[f'box_{stride}']]
            found += _decode_head(logits, values, stride, limit)
        return found


def _strides(metadata: Metadata) -> list[int]:
    strides: list[int] = metadata.structure('strides')
    fits = isinstance(strides, list) and strides and all(
        isinstance(stride, int) and stride > 0 for stride in strides)
    if not fits:
        raise metadata.error('strides', f'is {strides!r}, not a list of whole numbers')
    return strides


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(clipped / (1.0 - clipped))


def _decode_head(
        logits: NDArray[Any], values: NDArray[Any], stride: int, limit: float) -> list[Candidate]:
    """Return the best cells of a head whose logit is at least `limit`."""
    _, anchors, height, width = logits.shape
    logits = logits.ravel()
    cells, = (logits >= limit).nonzero()
    if len(cells) > MOST:
        cells = cells[np.argpartition(logits[cells], -MOST)[-MOST:]]
    values = values.reshape(anchors, _VALUES, height * width)
    found = []
    for cell in cells.tolist():
        anchor, place = divmod(cell, height * width)
        row, column = divmod(place, width)
        # Anchors have no size of their own: they are the centres of the cells.
        x, y = (column + 0.5) * stride, (row + 0.5) * stride
        across, down, wide, high, *marks = values[anchor, :12, place].tolist()
        middle_x, middle_y = x + across, y + down
        points = [
            middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2,
            x + marks[0], y + marks[1], x + marks[2], y + marks[3],
            x + marks[4], y + marks[5], x + marks[6], y + marks[7]]
        found.append(Candidate(1.0 / (1.0 + math.exp(-logits.item(cell))), points))
    return found
