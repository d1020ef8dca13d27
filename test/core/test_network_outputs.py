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

"""What networks give is checked: its shape when they are loaded, its values at every run."""

from fer_ros.core.assets import model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import ModelError, OnnxModel
from fer_ros.core.types import Frame
import numpy as np
import pytest

onnx = pytest.importorskip('onnx', reason='the damaged networks are made with it')
helper = onnx.helper


def changed(path, name, output, nodes, shape=None, constants=()):
    """
    Write a model that comes with the package, with nodes behind one of its outputs.

    :param nodes: (operator, inputs, output, attributes); the output of the network is 'before'.
    """
    model = onnx.load(str(model_path(name)))
    graph = model.graph
    for node in graph.node:
        for index, each in enumerate(node.output):
            if each == output:
                node.output[index] = 'before'
    graph.initializer.extend(
        onnx.numpy_helper.from_array(array, label) for label, array in constants)
    graph.node.extend(
        helper.make_node(kind, inputs, [given], **attributes)
        for kind, inputs, given, attributes in nodes)
    if shape is not None:
        for index, each in enumerate(graph.output):
            if each.name == output:
                graph.output[index].CopyFrom(helper.make_tensor_value_info(
                    output, onnx.TensorProto.FLOAT, shape))
    onnx.save(model, str(path))
    return OnnxModel(path)


TWICE = [('Concat', ['before', 'before'], 'logits', {'axis': 1})]
DEEPER = [('Unsqueeze', ['before', 'axis'], 'logits', {})]
FLAT = [('ReduceMean', ['before'], 'logits', {'keepdims': 0})]


@pytest.mark.parametrize('nodes, shape, words', [
    # sixteen classes, whose first eight sum to anything
    (TWICE, ['N', 16], ['(2, 16)', '(2, 8)']),
    # the same, although the file says that there are eight
    (TWICE, ['N', 'classes'], ['(2, 16)', '(2, 8)']),
    # another rank
    (DEEPER, ['N', 8, 1], ['(2, 8, 1)', '(2, 8)']),
    (FLAT, [], ['()', '(2, 8)']),
])
def test_a_classifier_of_another_shape_is_refused(tmp_path, nodes, shape, words):
    model = changed(tmp_path / 'odd.onnx', 'expression.onnx', 'logits', nodes, shape,
                    [('axis', np.array([2]))])
    with pytest.raises(ModelError) as caught:
        ExpressionClassifier(model)
    assert all(word in str(caught.value) for word in (*words, 'odd.onnx', "'logits'"))


@pytest.mark.parametrize('value, word', [(np.nan, 'NaN'), (np.inf, 'infinity')])
def test_damaged_weights_are_told_when_the_classifier_is_loaded(tmp_path, value, word):
    model = changed(
        tmp_path / 'bad.onnx', 'expression.onnx', 'logits',
        [('Add', ['before', 'value'], 'logits', {})],
        constants=[('value', np.array([value], np.float32))])
    with pytest.raises(ModelError, match=f"bad.onnx' gave {word} in its output 'logits'"):
        ExpressionClassifier(model)


def broken_above_zero(given, output):
    """Return nodes that make an output NaN once a value of the input is greater than zero."""
    return [('ReduceMax', [given], 'most', {'keepdims': 0}), ('Neg', ['most'], 'minus', {}),
            ('Sqrt', ['minus'], 'root', {}), ('Add', ['before', 'root'], output, {})]


def test_nan_at_one_frame_is_told(tmp_path):
    model = changed(tmp_path / 'sometimes.onnx', 'expression.onnx', 'logits',
                    broken_above_zero('faces', 'logits'))
    classifier = ExpressionClassifier(model)
    size = classifier.input_size
    assert np.isfinite(classifier.classify(np.zeros((1, size, size), np.uint8))).all()
    with pytest.raises(ModelError, match="sometimes.onnx' gave NaN"):
        classifier.classify(np.full((1, size, size), 255, np.uint8))


@pytest.mark.parametrize('name, head', [
    ('face_detector.onnx', 'cls'), ('face_detector.onnx', 'bbox'),
    ('face_detector_blaze.onnx', 'score'), ('face_detector_blaze.onnx', 'box')])
def test_a_detector_that_gives_nan_is_no_detector_that_sees_nobody(tmp_path, name, head):
    real = OnnxModel(model_path(name))
    output = next(each for each in real.outputs if each.startswith(head))
    model = changed(tmp_path / 'sometimes.onnx', name, output,
                    broken_above_zero(next(iter(real.inputs)), output))
    detector = load_detector(model)
    with pytest.raises(ModelError, match=f"sometimes.onnx' gave NaN in its output '{output}'"):
        detector.detect(Frame(np.full((64, 64, 3), 255, np.uint8)))


@pytest.mark.parametrize('name, head', [
    ('face_detector.onnx', 'cls'), ('face_detector.onnx', 'bbox'),
    ('face_detector_blaze.onnx', 'score'), ('face_detector_blaze.onnx', 'box')])
def test_a_detector_of_another_shape_is_refused(tmp_path, name, head):
    real = OnnxModel(model_path(name))
    output = next(each for each in real.outputs if each.startswith(head))
    model = changed(
        tmp_path / 'odd.onnx', name, output,
        [('Concat', ['before', 'before'], output, {'axis': 1 if head in ('cls', 'bbox') else 3})],
        ['A'] * (3 if head in ('cls', 'bbox') else 4))
    with pytest.raises(ModelError, match="odd.onnx' gave"):
        load_detector(model)
