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

"""Parameters and multiply-adds of small graphs, counted by hand."""

from fer_ros.evaluate.model_cost import CostError, graph_cost, ModelCost
import numpy as np
import pytest

onnx = pytest.importorskip('onnx')
helper, numpy_helper, TensorProto = onnx.helper, onnx.numpy_helper, onnx.TensorProto


def model(nodes, weights, shape, outputs=('y',)):
    """Return a model with one input x."""
    graph = helper.make_graph(
        nodes, 'g', [helper.make_tensor_value_info('x', TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])


def floats(*shape):
    """Return weights of a shape."""
    return np.zeros(shape, np.float32)


CASES = {
    # 2x3 times 3x4: 24 multiply-adds, 12 weights.
    'product of matrices': (
        [helper.make_node('MatMul', ['x', 'w'], ['y'])], {'w': floats(3, 4)}, [2, 3], 12, 24),
    # 5 inputs to 7 outputs with a bias: 35 weights and 7.
    'fully connected': (
        [helper.make_node('Gemm', ['x', 'w', 'b'], ['y'], transB=1)],
        {'w': floats(7, 5), 'b': floats(7)}, [1, 5], 42, 35),
    # 3x3 over 8x8 with stride 2 and padding: 4x4 places, 4 outputs, 2 inputs, 9 taps.
    'convolution': (
        [helper.make_node('Conv', ['x', 'w', 'b'], ['y'], strides=[2, 2], pads=[1, 1, 1, 1])],
        {'w': floats(4, 2, 3, 3), 'b': floats(4)}, [1, 2, 8, 8], 76, 16 * 4 * 2 * 9),
    # One input a channel: 6x6 places, 3 channels, 9 taps.
    'depthwise convolution': (
        [helper.make_node('Conv', ['x', 'w'], ['y'], group=3)],
        {'w': floats(3, 1, 3, 3)}, [1, 3, 8, 8], 27, 36 * 3 * 9),
    # Each of 4x4 inputs of 2 channels goes to 3 channels over 4 taps.
    'transposed convolution': (
        [helper.make_node('ConvTranspose', ['x', 'w'], ['y'], strides=[2, 2])],
        {'w': floats(2, 3, 2, 2)}, [1, 2, 4, 4], 24, 16 * 2 * 3 * 4),
    # A free batch counts as one.
    'free batch': (
        [helper.make_node('MatMul', ['x', 'w'], ['y'])], {'w': floats(3, 4)}, ['N', 3], 12, 12),
    # Half-precision weights that are widened before use are still weights.
    'weights in half precision': (
        [helper.make_node('Cast', ['h'], ['w'], to=TensorProto.FLOAT),
         helper.make_node('MatMul', ['x', 'w'], ['y'])],
        {'h': np.zeros((3, 4), np.float16)}, [1, 3], 12, 12),
    # Shapes steer, they are no weights; nor is a single constant; nor costs adding anything.
    'steering': (
        [helper.make_node('Reshape', ['x', 's'], ['r']),
         helper.make_node('Add', ['r', 'c'], ['y'])],
        {'s': np.array([2, 6], np.int64), 'c': np.float32([1.5])}, [3, 4], 0, 0),
}


@pytest.mark.parametrize('name', CASES)
def test_cost(name):
    nodes, weights, shape, parameters, macs = CASES[name]
    assert graph_cost(model(nodes, weights, shape)) == ModelCost(parameters, macs)


def test_cost_of_a_small_network_is_the_sum_of_its_layers():
    nodes = [
        helper.make_node('Conv', ['x', 'w1', 'b1'], ['a'], pads=[1, 1, 1, 1]),
        helper.make_node('Relu', ['a'], ['r']),
        helper.make_node('GlobalAveragePool', ['r'], ['p']),
        helper.make_node('Flatten', ['p'], ['f']),
        helper.make_node('Gemm', ['f', 'w2', 'b2'], ['y'], transB=1)]
    weights = {
        'w1': floats(6, 1, 3, 3), 'b1': floats(6), 'w2': floats(8, 6), 'b2': floats(8)}
    cost = graph_cost(model(nodes, weights, ['N', 1, 10, 10]))
    assert cost == ModelCost(54 + 6 + 48 + 8, 100 * 6 * 9 + 6 * 8)


def test_the_model_is_not_changed():
    nodes, weights, shape, *_ = CASES['free batch']
    graph = model(nodes, weights, shape)
    before = graph.SerializeToString()
    graph_cost(graph)
    assert graph.SerializeToString() == before


def test_a_shape_that_cannot_be_known_is_named():
    # How many rows remain depends on the data.
    nodes = [
        helper.make_node('NonZero', ['x'], ['n']),
        helper.make_node('Cast', ['n'], ['c'], to=TensorProto.FLOAT),
        helper.make_node('Transpose', ['c'], ['t']),
        helper.make_node('MatMul', ['t', 'w'], ['y'])]
    with pytest.raises(CostError, match="'y' at MatMul"):
        graph_cost(model(nodes, {'w': floats(2, 4)}, [3, 3]))
