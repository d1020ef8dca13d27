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


"""Faces in a frame, whichever network finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fer_ros.core import letterbox
from fer_ros.core.blazeface import BlazeFace
from fer_ros.core.nms import Candidate, suppress
from fer_ros.core.onnx_model import ModelError, OnnxModel
from fer_ros.core.options import require_integer, require_number
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.core.yunet import YuNet
import numpy as np

_DECODERS = (BlazeFace, YuNet)

# Inputs kept for the next frame: of the two sizes at which one is looked at.
_MOST_BUFFERS = 2


@dataclass(frozen=True)
class DetectorOptions:
    """
    Hold the options of the detector.

    :param long_side: of the picture the network sees, pixels, 64 to 2048: more finds smaller
        faces and takes longer. Ignored by a network whose input cannot vary.
    :param score_threshold: the least score of a face, 0 to 1.
    :param iou_threshold: intersection over union above which two boxes are one face, 0 to 1.
    :param min_size: the least shorter side of a face's box, pixels of the frame, 0 or more.
    :param max_faces: the most faces to return, 1 to 100: known and large ones first.
    :raises ValueError: a value is outside its range.
    """

    long_side: int = 320
    score_threshold: float = 0.6
    iou_threshold: float = 0.3
    min_size: float = 16
    max_faces: int = 10

    def __post_init__(self):
        require_integer(self, 'long_side', 64, 2048)
        require_number(self, 'score_threshold', 0.0, 1.0)
        require_number(self, 'iou_threshold', 0.0, 1.0)
        require_number(self, 'min_size', 0.0, 1e5)
        require_integer(self, 'max_faces', 1, 100)


class FaceDetector:
    """
    Find faces.

    `detect` belongs to one thread; `options` may be assigned from any, and hold from the next
    frame on.

    :param model: the network.
    :param decoder: that understands its outputs.
    :param options: of the detector.
    """

    def __init__(self, model: OnnxModel, decoder, options: DetectorOptions | None = None):
        self.options = options or DetectorOptions()
        self._model = model
        self._decoder = decoder
        self._input = next(iter(model.inputs))
        self._buffers: dict[tuple[int, ...], np.ndarray] = {}

    @property
    def family(self) -> str:
        """Return the kind of network, `blazeface` or `yunet`; its boxes decide the crop."""
        return self._decoder.family

    def detect(self, frame: Frame, known: Sequence[Box] = ()) -> list[Detection]:
        """
        Return the faces of a frame, the highest score first.

        Of more than `DetectorOptions.max_faces`, those near known ones are kept before others,
        and large ones before small ones.

        :param frame: of any size and colour order.
        :param known: where faces were in the frame before, pixels.
        :raises ModelError: the network failed.
        """
        options, decoder = self.options, self._decoder
        candidates = self._look(frame, options.long_side)
        # A face that fills the picture may be too large for the network to see as a whole.
        if decoder.fixed is None and (not candidates or options.long_side > decoder.whole):
            candidates += self._look(frame, min(options.long_side // 2, decoder.whole))
        faces = []
        least = max(options.min_size, 1e-3)
        for score, points in suppress(candidates, options.iou_threshold, blend=decoder.blend):
            left, top, right, bottom = points[:4]
            if right - left >= least and bottom - top >= least:  # false for NaN, too
                faces.append(Detection(
                    Box(left, top, right - left, bottom - top), score,
                    np.array(points[4:], np.float32).reshape(4, 2)))
        if len(faces) > options.max_faces:
            chosen = sorted(faces, key=lambda face: _importance(face.box, known), reverse=True)
            faces = [face for face in faces if face in chosen[:options.max_faces]]
        return faces

    def _look(self, frame: Frame, long_side: int) -> list[Candidate]:
        """Return the candidates of a frame brought to a size, in pixels of the frame."""
        decoder = self._decoder
        box = letterbox.fit(
            frame.width, frame.height, long_side, decoder.multiple, decoder.fixed)
        shape = (1, 3, box.input_height, box.input_width)
        buffer = self._buffers.get(shape)
        if buffer is None:
            if len(self._buffers) >= _MOST_BUFFERS:
                self._buffers.clear()
            buffer = self._buffers[shape] = np.empty(shape, np.float32)
        letterbox.fill(frame, box, decoder.color, decoder.mean, decoder.std, buffer)
        found = decoder.decode(
            self._model.run({self._input: buffer}), box.input_width,
            self.options.score_threshold)
        scales = (box.scale_x, box.scale_y) * 6
        return [
            Candidate(score, [point * scale for point, scale in zip(points, scales)])
            for score, points in found]


def _importance(box: Box, known: Sequence[Box]) -> tuple[bool, float]:
    """Return what faces are sorted by where there are too many: known, then large ones."""
    near = any(
        abs(box.center[0] - other.center[0]) < 0.5 * other.width
        and abs(box.center[1] - other.center[1]) < 0.5 * other.height for other in known)
    return near, box.area


def load_detector(model: OnnxModel, options: DetectorOptions | None = None) -> FaceDetector:
    """
    Return the detector for a network, recognised by its metadata or its outputs.

    :param model: a BlazeFace converted by training/convert_face_detector.py, or a YuNet as its
        authors publish it.
    :param options: of the detector.
    :raises ModelError: the network is neither, or contradicts itself.
    """
    for decoder in _DECODERS:
        if decoder.recognises(model):
            return FaceDetector(model, decoder(model), options)
    raise ModelError(
        f"model '{model.path}' with outputs {model.outputs} is no face detector known here; "
        'use models/face_detector.onnx or a YuNet (face_detection_yunet_*.onnx)')
