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
from typing import Any

from fer_ros.core import letterbox
from fer_ros.core.alignment import CropGeometry
from fer_ros.core.blazeface import BlazeFace
from fer_ros.core.face_network import FaceNetwork
from fer_ros.core.nms import Candidate, suppress
from fer_ros.core.onnx_model import ModelError, ModelUser, OnnxModel
from fer_ros.core.options import option, Options
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.core.yunet import YuNet
import numpy as np
from numpy.typing import NDArray

#: The kinds of face detectors, in the order in which they are asked.
FACE_NETWORKS: tuple[type[FaceNetwork], ...] = (BlazeFace, YuNet)

_LARGEST_INPUT = 2048

# Inputs kept for the next frame: of the two sizes at which one is looked at.
_MOST_BUFFERS = 2


@dataclass(frozen=True)
class DetectorOptions(Options):
    """
    Say which faces are detected.

    A network whose input cannot vary ignores `long_side`.
    """

    long_side: int = option(
        320, 64, _LARGEST_INPUT, "Longer side of the detector's input, in pixels: larger finds "
        'smaller faces and costs more.')
    score_threshold: float = option(0.6, 0.0, 1.0, 'Least confidence of a detected face.')
    iou_threshold: float = option(
        0.3, 0.0, 1.0,
        'Overlap (intersection over union) above which two detections are one face.')
    min_size: int = option(
        16, 0, 4096, 'Least length of the shorter side of a face box, in pixels of the received '
        'image.')
    max_faces: int = option(
        10, 1, 100,
        'Most faces that are detected in one frame: known faces come first, then large ones.')


class FaceDetector(ModelUser):
    """
    Find faces.

    `detect` belongs to one thread; `options` may be assigned from any, and hold from the next
    frame on.

    :param model: the network.
    :param decoder: that understands its outputs.
    :param options: of the detector.
    """

    def __init__(
            self, model: OnnxModel, decoder: FaceNetwork,
            options: DetectorOptions | None = None):
        self.options = options or DetectorOptions()
        self._model = model
        self._decoder = decoder
        self._input = next(iter(model.inputs))
        self._buffers: dict[tuple[int, ...], NDArray[Any]] = {}

    @property
    def family(self) -> str:
        """Return the kind of network, such as `yunet`; its boxes decide the crop."""
        return self._decoder.family

    @property
    def default_crop(self) -> CropGeometry:
        """Return the crop where the expression model does not know the kind of network."""
        return self._decoder.default_crop

    def detect(self, frame: Frame, known: Sequence[Box] = ()) -> list[Detection]:
        """
        Return the faces of a frame, the highest score first.

        Of more than `DetectorOptions.max_faces`, those near known ones are kept before others,
        and large ones before small ones.

        :param frame: of any size and colour order.
        :param known: where faces were in the frame before, pixels.
        :raises ModelError: the network failed, or gave NaN or infinity.
        """
        decoder, long_side = self._decoder, self.options.long_side
        candidates = self._look(frame, long_side)
        # A face that fills the picture may be too large for the network to see as a whole.
        if decoder.fixed is None and (not candidates or long_side > decoder.whole):
            candidates += self._look(frame, min(long_side // 2, decoder.whole))
        return self._faces(candidates, known)

    def detect_still(self, frame: Frame) -> list[Detection]:
        """
        Return the faces of a picture by itself, which has more time than a frame of a stream.

        As `detect`; where that finds nothing, the picture is looked at once more at twice the
        size, which takes four times as long.

        :raises ModelError: the network failed.
        """
        found = self.detect(frame)
        if found or self._decoder.fixed is not None:
            return found
        return self._faces(
            self._look(frame, min(2 * self.options.long_side, _LARGEST_INPUT)), known=())

    def _faces(self, candidates: list[Candidate], known: Sequence[Box]) -> list[Detection]:
        """Return the faces that candidates stand for, the highest score first; see `detect`."""
        options, faces = self.options, []
        least = max(options.min_size, 1e-3)
        blend = self._decoder.blend
        for score, points in suppress(candidates, options.iou_threshold, blend=blend):
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
    :raises ModelError: the network is neither, or contradicts itself; it is run once to see
        what it gives.
    """
    for kind in FACE_NETWORKS:
        if kind.recognises(model):
            return FaceDetector(model, _tried(model, kind(model)), options)
    raise ModelError(
        f"model '{model.path}' with outputs {model.outputs} is not a known face detector; use "
        'models/face_detector.onnx or a YuNet model (face_detection_yunet_*.onnx)')


def _tried(model: OnnxModel, decoder: FaceNetwork) -> FaceNetwork:
    """Return the decoder, after a run that shows that it understands what the network gives."""
    height, width = decoder.fixed or (2 * decoder.multiple, 2 * decoder.multiple)
    outputs = model.run({next(iter(model.inputs)): np.zeros((1, 3, height, width), np.float32)})
    model.require_shapes(outputs, decoder.shapes(outputs, height, width))
    return decoder
