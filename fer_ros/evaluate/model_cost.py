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

"""What a network costs: parameters and multiply-adds, counted from the ONNX graph itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path

#: Position of the weights among the inputs of each operator that multiplies and adds.
_CONVOLUTIONS = {'Conv': 1, 'ConvInteger': 1, 'QLinearConv': 3}
_PRODUCTS = {'MatMul': 1, 'MatMulInteger': 1, 'QLinearMatMul': 3}


class CostError(Exception):
    """The cost cannot be counted; the message says why and what to do."""


@dataclass(frozen=True)
class ModelCost:
    """
    Hold the cost of one forward pass.

    :param parameters: numbers stored as weights, biases and per-channel constants; integers
        that only steer operators (shapes, axes) and single constants do not count.
    :param macs: multiply-adds of convolutions and matrix products for a batch of one;
        element-wise operators and pooling do not count.
    """

    parameters: int
    macs: int


def count_cost(path: Path) -> ModelCost | None:
    """
    Count the cost of a model file; None where the package `onnx` is not installed.

    :raises CostError: a shape cannot be inferred.
    """
    try:
        import onnx
    except ImportError:
        return None
    return graph_cost(onnx.load(str(path)))


def graph_cost(model) -> ModelCost:
    """
    Count the cost of an `onnx.ModelProto`, free dimensions of its inputs set to 1.

    :raises CostError: a shape cannot be inferred.
    """
    from onnx import ModelProto, shape_inference
    single = ModelProto()
    single.CopyFrom(model)
    weights = {tensor.name: tuple(tensor.dims) for tensor in single.graph.initializer}
    for value in single.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if not dim.HasField('dim_value'):
                dim.dim_value = 1
    # Shapes written for a free batch would contradict the batch of one.
    del single.graph.value_info[:]
    for value in single.graph.output:
        value.type.tensor_type.ClearField('shape')
    inferred = shape_inference.infer_shapes(single, data_prop=True).graph
    shapes = dict(weights)
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        dims = value.type.tensor_type.shape.dim
        shapes.setdefault(value.name, tuple(
            dim.dim_value if dim.HasField('dim_value') else None for dim in dims))
    macs = sum(_node_macs(node, shapes) for node in inferred.node)
    return ModelCost(_parameters(inferred), macs)


def _parameters(graph) -> int:
    from onnx import TensorProto
    whole = (TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING)
    # A bias of an integer convolution is a weight, though it is stored as int32.
    biases = {
        node.input[8] for node in graph.node
        if node.op_type == 'QLinearConv' and len(node.input) > 8}
    total = 0
    for tensor in graph.initializer:
        size = prod(tensor.dims)
        if tensor.name in biases or (size > 1 and tensor.data_type not in whole):
            total += size
    return total


def _node_macs(node, shapes) -> int:
    if node.op_type in _CONVOLUTIONS:
        weight = _shape(node, node.input[_CONVOLUTIONS[node.op_type]], shapes)
        return prod(_shape(node, node.output[0], shapes)) * prod(weight[1:])
    if node.op_type == 'ConvTranspose':
        weight = _shape(node, node.input[1], shapes)
        return prod(_shape(node, node.input[0], shapes)) * prod(weight[1:])
    if node.op_type == 'Gemm':
        rows = _shape(node, node.input[0], shapes)
        transposed = any(a.name == 'transA' and a.i for a in node.attribute)
        return prod(_shape(node, node.output[0], shapes)) * rows[0 if transposed else 1]
    if node.op_type in _PRODUCTS:
        weight = _shape(node, node.input[_PRODUCTS[node.op_type]], shapes)
        return prod(_shape(node, node.output[0], shapes)) * weight[-2 if len(weight) > 1 else 0]
    return 0


def _shape(node, name, shapes) -> tuple[int, ...]:
    shape = shapes.get(name)
    if shape is None or None in shape:
        raise CostError(
            f"shape {shape} of '{name}' at {node.op_type} '{node.name}' is not fixed; "
            f'export the model with fixed input sizes')
    return shape
