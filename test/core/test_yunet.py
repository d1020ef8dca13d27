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


"""
YuNet is recognised by its outputs and decoded as its authors do.

Its file does not come with the package. A stand-in with the same inputs and outputs takes its
place; name a real file in FER_YUNET to compare with OpenCV's own decoder as well.
"""

from __future__ import annotations

import math
import os

import cv2
from fer_ros.core.detector import DetectorOptions, load_detector
from fer_ros.core.onnx_model import ModelError, OnnxModel
from fer_ros.core.types import Frame
import numpy as np
import pytest

onnx = pytest.importorskip('onnx', reason='the stand-in is written with it')

SIDE = 64
SIZES = {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}
REAL = os.environ.get('FER_YUNET', '')


def heads():
    """Return outputs that hold nothing, {name: float32 (1, cells, values)}."""
    return {
        f'{head}_{stride}': np.zeros((1, (SIDE // stride) ** 2, values), np.float32)
        for head, values in SIZES.items() for stride in (8, 16, 32)}


def write(path, outputs, height=SIDE, width=SIDE, channels=3):
    """Write a stand-in whose outputs are the same for every picture."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node('Identity', [f'{name}_value'], [name]) for name in outputs]
    tensors = [
        onnx.numpy_helper.from_array(array, f'{name}_value') for name, array in outputs.items()]
    graph = helper.make_graph(
        nodes, 'stand-in', [helper.make_tensor_value_info(
            'input', kind, [1, channels, height, width])],
        [helper.make_tensor_value_info(name, kind, array.shape)
         for name, array in outputs.items()], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(path))
    return OnnxModel(path)


def one_face(stride=16, row=1, column=2, score=(0.81, 1.0)):
    """Return outputs with one face."""
    outputs = heads()
    cell = row * (SIDE // stride) + column
    outputs[f'cls_{stride}'][0, cell], outputs[f'obj_{stride}'][0, cell] = score
    outputs[f'bbox_{stride}'][0, cell] = [0.25, -0.5, math.log(2), math.log(3)]
    outputs[f'kps_{stride}'][0, cell] = [-.5, -.4, .5, -.3, .1, .2, -.4, .6, .3, .7]
    return outputs


@pytest.mark.parametrize('height, width', [(SIDE, SIDE), ('height', 'width')])
@pytest.mark.parametrize('stride, row, column', [(8, 0, 0), (8, 7, 6), (16, 1, 2), (32, 1, 0)])
def test_a_face_is_decoded(tmp_path, stride, row, column, height, width):
    model = write(tmp_path / 'yunet.onnx', one_face(stride, row, column), height, width)
    detector = load_detector(model, DetectorOptions(long_side=SIDE, min_size=0))
    assert detector.family == 'yunet'
    # The frame is twice the input, so pixels of the frame are twice those of the input.
    face, = detector.detect(Frame(np.zeros((2 * SIDE, 2 * SIDE, 3), np.uint8)))
    unit = 2 * stride
    assert face.score == pytest.approx(0.9)
    # Its boxes reach over the forehead; ours start at the brows.
    assert face.box.center == pytest.approx(
        ((column + 0.25) * unit, (row - 0.5 + 0.138 * 3) * unit), abs=1e-3)
    assert (face.box.width, face.box.height) == pytest.approx(
        (1.037 * 2 * unit, 0.895 * 3 * unit), rel=1e-5)
    points = np.array([[-.5, -.4], [.5, -.3], [.1, .2], [-.05, .65]])  # the mouth is their mean
    assert face.landmarks == pytest.approx((points + (column, row)) * unit, abs=1e-3)


@pytest.mark.parametrize('score, count', [
    ((0.9, 0.9), 1),       # both sure
    ((1.0, 0.37), 1),      # sqrt gives 0.608
    ((1.0, 0.35), 0),      # 0.592
    ((1.2, 0.9), 1),       # rounding beyond one
    ((-0.1, 0.9), 0),      # or below zero
])
def test_the_score_is_the_geometric_mean(tmp_path, score, count):
    model = write(tmp_path / 'yunet.onnx', one_face(score=score))
    found = load_detector(model, DetectorOptions(min_size=0)).detect(
        Frame(np.zeros((SIDE, SIDE, 3), np.uint8)))
    assert len(found) == count
    assert all(0.0 <= face.score <= 1.0 for face in found)


def test_a_fixed_input_rules_over_the_option(tmp_path):
    detector = load_detector(
        write(tmp_path / 'yunet.onnx', one_face()), DetectorOptions(long_side=512, min_size=0))
    face, = detector.detect(Frame(np.zeros((480, 640, 3), np.uint8)))
    # 640 pixels of the frame become 64 of the input.
    assert face.box.width == pytest.approx(1.037 * 320)


@pytest.mark.parametrize('missing', ['cls_8', 'obj_16', 'bbox_32', 'kps_8'])
def test_half_a_yunet_is_none(tmp_path, missing):
    outputs = heads()
    del outputs[missing]
    with pytest.raises(ModelError, match='other.onnx'):
        load_detector(write(tmp_path / 'other.onnx', outputs))


def test_a_gray_yunet_is_refused(tmp_path):
    with pytest.raises(ModelError, match='other.onnx'):
        load_detector(write(tmp_path / 'other.onnx', heads(), channels=1))


@pytest.mark.skipif(not REAL, reason='FER_YUNET names no file')
def test_a_real_file_agrees_with_opencv():
    from pathlib import Path

    import fer_ros.demo
    assets = Path(fer_ros.demo.__file__).parent / 'assets'
    picture = np.hstack([
        cv2.resize(cv2.imread(str(assets / name)), (320, 640), interpolation=cv2.INTER_AREA)
        for name in ('hopper.jpg', 'collins.jpg')])
    # Both see the very same pixels: the input is as large as the picture.
    detector = load_detector(
        OnnxModel(REAL), DetectorOptions(long_side=640, score_threshold=0.6, min_size=0))
    found = detector.detect(Frame(picture))
    _, rows = cv2.FaceDetectorYN.create(REAL, '', (640, 640), 0.6, 0.3).detect(picture)
    assert len(found) == len(rows) == 2
    for face, row in zip(found, sorted(rows, key=lambda row: -row[14])):
        x, y, width, height = row[:4]
        assert (face.box.width, face.box.height) == pytest.approx(
            (1.037 * width, 0.895 * height), rel=0.02)
        assert face.box.center == pytest.approx(
            (x + width / 2, y + 0.638 * height), abs=0.02 * height)
        assert face.score == pytest.approx(row[14], abs=1e-3)
        points = row[4:14].reshape(5, 2)
        # Those of the best candidate there, the mean of all here.
        assert face.landmarks[:3] == pytest.approx(points[:3], abs=0.02 * height)
        assert face.landmarks[3] == pytest.approx(points[3:].mean(axis=0), abs=0.02 * height)
