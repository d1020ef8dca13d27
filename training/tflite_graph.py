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
"""What a TensorFlow Lite file holds: operators with their options, and weights as arrays."""

from dataclasses import dataclass
from typing import Any

from ai_edge_litert import schema_py_generated as schema
import numpy as np

_TYPES = {
    schema.TensorType.FLOAT32: np.float32, schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT32: np.int32}
_OPERATORS = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}


@dataclass(frozen=True)
class Operator:
    """
    One operator.

    :param kind: such as `CONV_2D`.
    :param inputs: numbers of tensors; likewise `output`.
    :param options: as the schema names them.
    """

    kind: str
    inputs: list[int]
    output: int
    options: Any


class TfliteGraph:
    """
    Read the first graph of a TensorFlow Lite file.

    Weights that the file keeps as half floats are half floats here.

    :param data: of the file.
    """

    def __init__(self, data: bytes):
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
        graph = model.subgraphs[0]
        self._buffers, self._tensors = model.buffers, graph.tensors
        self.inputs, self.outputs = list(graph.inputs), list(graph.outputs)
        #: The operators in order, without those that turn half floats into floats.
        self.operators: list[Operator] = []
        halves = {}
        for one in graph.operators:
            code = model.operatorCodes[one.opcodeIndex]
            # Numbers above 127 came later, with a field of their own.
            kind = _OPERATORS[max(code.builtinCode, code.deprecatedBuiltinCode)]
            output, = one.outputs
            if kind == 'DEQUANTIZE':
                halves[output] = one.inputs[0]
                continue
            self.operators.append(Operator(
                kind, [int(halves.get(name, name)) for name in one.inputs], int(output),
                one.builtinOptions))

    def shape(self, tensor: int) -> list[int]:
        """Return the shape of a tensor."""
        return [int(size) for size in self._tensors[tensor].shape]

    def values(self, tensor: int) -> np.ndarray:
        """
        Return the weights that a tensor is.

        :raises ValueError: it is a value that is computed.
        """
        data = self._buffers[self._tensors[tensor].buffer].data
        if data is None or not len(data):
            raise ValueError(f'tensor {tensor} is not in the file: it is computed')
        kind = _TYPES[self._tensors[tensor].type]
        return np.frombuffer(bytes(data), kind).reshape(self.shape(tensor))
