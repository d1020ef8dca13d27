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

from functools import lru_cache
import math

from fer_ros.core.metadata import Metadata, ModelError
from fer_ros.core.suppression import Candidates, concatenate
import numpy as np

# An anchor's values: centre x, y, width, height, then six key points (x, y): right eye, left
# eye, nose, mouth, and two at the ears, which nobody here needs.
_VALUES = 16


def _to_points() -> np.ndarray:
    """Return the matrix that makes of them top left, bottom right, eyes, nose and mouth."""
    matrix = np.zeros((_VALUES, 12), np.float32)
    for axis in range(2):
        matrix[axis, [axis, 2 + axis]] = 1.0
        matrix[2 + axis, [axis, 2 + axis]] = -0.5, 0.5
    matrix[range(4, 12), range(4, 12)] = 1.0
    return matrix


_TO_POINTS = _to_points()


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
        limit = _logit(threshold)
        parts = []
        for stride in self._strides:
            logits = outputs[self._outputs[f'score_{stride}']]
            cells, = (logits >= limit).ravel().nonzero()
            if cells.size:
                values = outputs[self._outputs[f'box_{stride}']]
                parts.append(_choose(logits, values, stride, cells))
        if not parts:
            return concatenate([])
        logits, values, centers = (
            parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts)))
        # Corners and landmarks are all points relative to the centre.
        points = (values @ _TO_POINTS).reshape(-1, 6, 2)
        points += centers
        scores = 1.0 / (1.0 + np.exp(-logits))
        return Candidates(points[:, :2].reshape(-1, 4), scores, points[:, 2:])


def _strides(metadata: Metadata) -> list[int]:
    strides = metadata.structure('strides')
    fits = isinstance(strides, list) and strides and all(
        isinstance(stride, int) and stride > 0 for stride in strides)
    if not fits:
        raise metadata.error('strides', f'is {strides!r}, not a list of whole numbers')
    return strides


def _logit(probability: float) -> float:
    clipped = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(clipped / (1.0 - clipped))


def _choose(
        logits: np.ndarray, values: np.ndarray, stride: int,
        cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Return logits (K,), values (K, 16) and centres (K, 1, 2) of the chosen `cells`.

    :param logits: of a head, (1, A, H, W); `cells` are indices into all of them.
    :param values: of the same head, (1, 16 A, H, W).
    """
    _, anchors, height, width = logits.shape
    anchor, place = np.divmod(cells, height * width)
    chosen = values.reshape(anchors, _VALUES, height * width)[anchor, :, place]
    return logits.ravel()[cells], chosen, _centers(height, width, stride)[place]


@lru_cache(maxsize=16)
def _centers(height: int, width: int, stride: int) -> np.ndarray:
    """Return the centre of each cell of a grid, pixels of the input, float32 (H W, 1, 2)."""
    # Anchors have no size of their own: they are the centres of the cells.
    rows, columns = np.divmod(np.arange(height * width), width)
    return (np.stack([columns, rows], axis=-1)[:, None] + 0.5).astype(np.float32) * stride
