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

from fer_ros.core.metadata import Metadata, ModelError
from fer_ros.core.suppression import Candidates, concatenate
import numpy as np

# An anchor's values: centre x, y, width, height, then six key points (x, y): right eye, left
# eye, nose, mouth, and two at the ears, which nobody here needs.
_VALUES = 16
_LANDMARKS = slice(4, 12)


class BlazeFace:
    """
    Decode the heads of a BlazeFace network.

    The network is fully convolutional; for each stride it has `score_<stride>` (1, A, H, W),
    logits, and `box_<stride>` (1, 16 A, H, W), input pixels relative to the centre of the cell.

    :param model: an `OnnxModel` made by training/convert_face_detector.py.
    :raises ModelError: metadata or outputs are missing or contradict each other.
    """

    family = 'blazeface'
    #: Overlapping candidates of one face are averaged.
    blend = True

    def __init__(self, model):
        metadata = Metadata(model.path, model.metadata)
        self.color = metadata.choice('color', ('rgb', 'bgr'))
        self.mean = metadata.number('mean', 0.0, 255.0)
        self.std = metadata.number('std', 1e-3, 1e3)
        self.multiple = metadata.whole('multiple', 1, 256)
        #: Size (height, width) of the input where it cannot vary.
        self.fixed: tuple[int, int] | None = None
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
    def recognises(cls, model) -> bool:
        """Tell whether a model says that it is a BlazeFace."""
        return model.metadata.get('family') == cls.family

    def decode(self, outputs: list[np.ndarray], width: int, threshold: float) -> Candidates:
        """
        Return the candidates whose score is at least `threshold`, pixels of the input.

        :param outputs: of the network, in its order.
        :param width: of the input, unused: the heads have its grid.
        :param threshold: 0 to 1.
        """
        # Comparing logits spares the exponentials of all the background.
        limit = np.float32(_logit(threshold))
        found = []
        for stride in self._strides:
            logits = outputs[self._outputs[f'score_{stride}']][0]
            cells = np.flatnonzero(logits >= limit)
            if cells.size:
                values = outputs[self._outputs[f'box_{stride}']]
                found.append(_decode_head(logits, values, stride, cells))
        return concatenate(found)


def _strides(metadata: Metadata) -> list[int]:
    strides = metadata.structure('strides')
    fits = isinstance(strides, list) and strides and all(
        isinstance(stride, int) and stride > 0 for stride in strides)
    if not fits:
        raise metadata.error('strides', f'is {strides!r}, not a list of whole numbers')
    return strides


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1.0 - 1e-6)
    return float(np.log(clipped / (1.0 - clipped)))


def _decode_head(
        logits: np.ndarray, values: np.ndarray, stride: int, cells: np.ndarray) -> Candidates:
    """Decode the chosen `cells`, indices into the flat logits (A, H, W)."""
    anchors, height, width = logits.shape
    anchor, place = np.divmod(cells, height * width)
    chosen = values.reshape(anchors, _VALUES, height * width)[anchor, :, place]
    # Anchors have no size of their own: they are the centres of the cells.
    row, column = np.divmod(place, width)
    centers = np.empty((len(cells), 1, 2), np.float32)
    centers[:, 0, 0], centers[:, 0, 1] = column, row
    centers += np.float32(0.5)
    centers *= np.float32(stride)
    half = chosen[:, 2:4] * np.float32(0.5)
    middle = chosen[:, :2] + centers[:, 0]
    boxes = np.empty((len(cells), 4), np.float32)
    np.subtract(middle, half, out=boxes[:, :2])
    np.add(middle, half, out=boxes[:, 2:])
    scores = 1.0 / (1.0 + np.exp(-logits.ravel()[cells]))
    return Candidates(boxes, scores, chosen[:, _LANDMARKS].reshape(-1, 4, 2) + centers)
