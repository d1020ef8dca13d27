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

from dataclasses import dataclass

from fer_ros.core import letterbox
from fer_ros.core.blazeface import BlazeFace
from fer_ros.core.nms import suppress
from fer_ros.core.onnx_model import ModelError, OnnxModel
from fer_ros.core.options import option, Options
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.core.yunet import YuNet
import numpy as np

_DECODERS = (BlazeFace, YuNet)


@dataclass(frozen=True)
class DetectorOptions(Options):
    """
    Say which faces are detected.

    A network whose input cannot vary ignores `long_side`.
    """

    long_side: int = option(
        256, 64, 2048, "Longer side of the detector's input, in pixels: larger finds smaller "
        'faces and costs more.')
    score_threshold: float = option(0.6, 0.0, 1.0, 'Least confidence of a detected face.')
    iou_threshold: float = option(
        0.3, 0.0, 1.0,
        'Overlap (intersection over union) above which two detections are one face.')
    min_size: int = option(
        24, 0, 4096, 'Least length of the shorter side of a face box, in pixels of the received '
        'image.')
    max_faces: int = option(10, 1, 100, 'Most faces that are detected in one frame.')


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
        self._buffer = np.empty((1, 3, 0, 0), np.float32)

    @property
    def family(self) -> str:
        """Return the kind of network, `blazeface` or `yunet`; its boxes decide the crop."""
        return self._decoder.family

    def detect(self, frame: Frame) -> list[Detection]:
        """
        Return the faces of a frame, the highest score first.

        :param frame: of any size and colour order.
        :raises ModelError: the network failed.
        """
        options, decoder = self.options, self._decoder
        box = letterbox.fit(
            frame.width, frame.height, options.long_side, decoder.multiple, decoder.fixed)
        shape = (1, 3, box.input_height, box.input_width)
        if self._buffer.shape != shape:
            self._buffer = np.empty(shape, np.float32)
        letterbox.fill(frame, box, decoder.color, decoder.mean, decoder.std, self._buffer)
        candidates = decoder.decode(
            self._model.run({self._input: self._buffer}), box.input_width,
            options.score_threshold)
        found = suppress(candidates, options.iou_threshold, blend=decoder.blend)
        least = max(options.min_size, 1e-3)
        scales = (box.scale_x, box.scale_y) * 6
        faces = []
        for candidate in found:
            points = [point * scale for point, scale in zip(candidate.points, scales)]
            left, top, right, bottom = points[:4]
            if right - left >= least and bottom - top >= least:  # false for NaN, too
                faces.append(Detection(
                    Box(left, top, right - left, bottom - top), candidate.score,
                    np.array(points[4:], np.float32).reshape(4, 2)))
        return faces[:options.max_faces]


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
