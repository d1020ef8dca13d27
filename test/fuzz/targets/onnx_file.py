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

"""A file that should be an ONNX model: loaded, told apart, run."""

from contextlib import suppress

from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import ModelError, OnnxModel
import numpy as np
import onnx
from onnx import helper, TensorProto
from targets import model_metadata
from targets._files import file_with

LONGEST = 4096
TOKENS = [each.encode() for each in (
    'faces', 'logits', 'Gemm', 'Reshape', 'Loop', 'If', 'Scan', 'Constant', 'Resize', 'Tile',
    'ConstantOfShape', 'Expand', 'location', 'cls_8', *model_metadata.WHOLE)]


def one_input(data: bytes) -> None:
    with suppress(ModelError):
        model = OnnxModel(file_with(data, 'model.onnx'))
        assert str(model.inputs) and len(model.outputs) >= 0
        with suppress(ModelError):
            classifier = ExpressionClassifier(model)
            size = classifier.input_size
            probabilities = classifier.classify(np.zeros((2, size, size), np.uint8))
            assert probabilities.shape == (2, 8) and np.isfinite(probabilities).all()
        load_detector(model)


def classifier(**changes) -> bytes:
    """Return the smallest classifier there can be: logits are eight of its pixels."""
    faces = helper.make_tensor_value_info('faces', TensorProto.FLOAT, ['N', 1, 8, 8])
    logits = helper.make_tensor_value_info('logits', TensorProto.FLOAT, ['N', 8])
    constants = [
        helper.make_tensor('starts', TensorProto.INT64, [1], [0]),
        helper.make_tensor('ends', TensorProto.INT64, [1], [8]),
        helper.make_tensor('axes', TensorProto.INT64, [1], [1])]
    nodes = [
        helper.make_node('Flatten', ['faces'], ['flat'], axis=1),
        helper.make_node('Slice', ['flat', 'starts', 'ends', 'axes'], ['logits'])]
    graph = helper.make_graph(nodes, 'g', [faces], [logits], constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    said = {**model_metadata.WHOLE, 'input_size': '8', **changes}
    helper.set_model_props(model, said)
    return model.SerializeToString()


def seeds():
    yield classifier()
    yield classifier(input_size='9')
    plain = onnx.load_model_from_string(classifier())
    del plain.metadata_props[:]
    yield plain.SerializeToString()
    yield b'version https://git-lfs.github.com/spec/v1\n'
