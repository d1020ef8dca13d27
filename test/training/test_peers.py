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
"""Other packages' networks: their weights and layers read as published, faces cut as they do."""

import base64
import json

import numpy as np
import pytest

onnx = pytest.importorskip('onnx')
from fer_ros.core.onnx_model import OnnxModel  # noqa: E402,I100 after the skip
import peer_framing  # noqa: E402
from peer_networks import Graph, human, read_weights  # noqa: E402


def test_weights_in_bytes_are_scaled_and_others_follow_them(tmp_path):
    packed, plain = np.array([0, 1, 255], np.uint8), np.array([0.5, -2], np.float32)
    (tmp_path / 'w.bin').write_bytes(packed.tobytes() + plain.tobytes())
    weights = read_weights([{'paths': ['w.bin'], 'weights': [
        {'name': 'a', 'shape': [3, 1], 'dtype': 'float32',
         'quantization': {'dtype': 'uint8', 'scale': 0.1, 'min': -3.0}},
        {'name': 'b', 'shape': [2], 'dtype': 'float32'}]}], tmp_path)
    np.testing.assert_allclose(weights['a'], [[-3.0], [-2.9], [22.5]], rtol=1e-6)
    assert weights['a'].dtype == np.float32
    np.testing.assert_array_equal(weights['b'], plain)


def test_a_stride_of_two_pads_below_and_right_as_tensorflow_does(tmp_path):
    graph = Graph(1, 4)
    kernel = np.zeros((3, 3, 1, 7), np.float32)
    kernel[0, 0, 0] = np.arange(7)  # takes the pixel at the upper left of its window
    x = graph.conv('faces', kernel, stride=2)
    path = graph.save(tmp_path / 'net.onnx', graph.add('Flatten', graph.add('ReduceMax', x)))
    faces = np.zeros((1, 1, 4, 4), np.float32)
    faces[0, 0, 2, 2] = 1
    faces[0, 0, 1, 1] = 9  # a window that began at -1 would take this one
    assert OnnxModel(path, verify_checksum=False).run({'faces': faces})[0].max() == 6


def _graph_model(folder, kind):
    def text(value):
        return base64.b64encode(value.encode()).decode()

    kernel = np.random.default_rng(0).normal(size=(1, 1, 1, 7)).astype(np.float32)
    (folder / 'w.bin').write_bytes(kernel.tobytes() + np.ones(7, np.float32).tobytes())
    nodes = [
        {'name': 'in', 'op': 'Placeholder'}, {'name': 'k', 'op': 'Const'},
        {'name': 'b', 'op': 'Const'},
        {'name': 'c', 'op': '_FusedConv2D', 'input': ['in', 'k', 'b'], 'attr': {
            'strides': {'list': {'i': ['1', '1', '1', '1']}}, 'padding': {'s': text('SAME')},
            'fused_ops': {'list': {'s': [text('BiasAdd'), text('Relu')]}}}},
        {'name': 'm', 'op': kind, 'input': ['c', 'axes']},
        {'name': 's', 'op': 'Softmax', 'input': ['m']}]
    (folder / 'net.json').write_text(json.dumps({
        'modelTopology': {'node': nodes},
        'weightsManifest': [{'paths': ['w.bin'], 'weights': [
            {'name': 'k', 'shape': [1, 1, 1, 7], 'dtype': 'float32'},
            {'name': 'b', 'shape': [7], 'dtype': 'float32'}]}]}))
    return kernel[0, 0, 0]


def test_a_graph_model_gives_what_its_layers_say(tmp_path):
    kernel = _graph_model(tmp_path, 'Mean')
    path = human(tmp_path / 'net.json', tmp_path / 'net.onnx')
    face = np.random.default_rng(1).normal(size=(2, 1, 64, 64)).astype(np.float32)
    mean = np.maximum(face[..., None] * kernel + 1, 0).mean((1, 2, 3))
    expected = np.exp(mean) / np.exp(mean).sum(1, keepdims=True)
    answers = OnnxModel(path, verify_checksum=False).run({'faces': face})[0]
    np.testing.assert_allclose(answers, expected, rtol=1e-4)


def test_an_unknown_operator_is_named(tmp_path):
    _graph_model(tmp_path, 'Erf')
    with pytest.raises(ValueError, match='operator Erf'):
        human(tmp_path / 'net.json', tmp_path / 'net.onnx')


@pytest.mark.parametrize('region, expected', [
    (peer_framing.fer_region, (-5, 0, 55, 60)),
    (peer_framing.face_api_region, (10, 10, 40, 50)),
    (peer_framing.human_region, (-3, 2, 53, 58)),
    (lambda box: peer_framing.framed_region(box, 1.0, 0.5), (8, 30, 42, 65))])
def test_a_box_gets_the_margin_of_the_package(region, expected):
    assert region((10, 10, 30, 40)) == expected


@pytest.mark.parametrize('framing, shape', [
    (peer_framing.FER, (1, 64, 64, 1)), (peer_framing.FACE_API, (1, 3, 112, 112)),
    (peer_framing.HUMAN, (1, 1, 64, 64))])
def test_a_face_at_the_edge_is_cut_in_the_networks_own_shape_and_range(framing, shape):
    picture = np.full((50, 60, 3), 255, np.uint8)
    face = framing.cut(picture, framing.region((-5, 20, 30, 40)))
    assert face.shape == shape
    assert face.max() == pytest.approx(1.0, abs=0.6)
    assert -1.0 <= face.min() <= face.max() <= 1.0


def test_a_whole_face_keeps_its_place():
    picture = np.zeros((48, 48, 3), np.uint8)
    picture[:, 24:] = 255
    for framing, axis in ((peer_framing.FER, 2), (peer_framing.HUMAN, 3),
                          (peer_framing.FACE_API, 3)):
        face = framing.cut(picture, (0, 0, 48, 48))
        left, right = np.array_split(face, 2, axis=axis)
        assert right.mean() - left.mean() > 0.9
