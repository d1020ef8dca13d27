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
Expression networks that other packages ship, as ONNX graphs.

What their layers are was read in the packages' own code. The weights stay where they were
downloaded; nothing of them is committed or shipped.
"""

import base64
import json
import math
from pathlib import Path
from typing import Dict

import numpy as np
import onnx
from onnx import helper, numpy_helper

# Order of each network's answers.
FER_WORDS = ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')
FACE_API_WORDS = ('neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised')


def read_weights(manifest: list, folder: Path) -> Dict[str, np.ndarray]:
    """Return the weights of a TensorFlow.js manifest by name, those in bytes as float32."""
    weights = {}
    for group in manifest:
        data = b''.join((folder / name).read_bytes() for name in group['paths'])
        start = 0
        for entry in group['weights']:
            packed = entry.get('quantization')
            kind = np.dtype((packed or entry)['dtype'])
            count = math.prod(entry['shape'])
            values = np.frombuffer(data, kind, count, start).reshape(entry['shape'])
            if packed:
                values = (values * packed['scale'] + packed['min']).astype(entry['dtype'])
            weights[entry['name']] = values
            start += count * kind.itemsize
    return weights


class Graph:
    """Build an ONNX graph from layers with TensorFlow's weights and padding."""

    def __init__(self, channels: int, side: int) -> None:
        self._shape = ['N', channels, side, side]
        self._nodes, self._weights = [], []

    def add(self, kind: str, *inputs: str, name: str = '', **attributes) -> str:
        """Append a node; return the name of its output."""
        name = name or f'{kind}_{len(self._nodes)}'
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def weight(self, values: np.ndarray) -> str:
        """Keep a constant; return its name."""
        name = f'weight_{len(self._weights)}'
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def conv(self, x: str, kernel: np.ndarray, bias=None, stride: int = 1, padding: str = 'SAME',
             name: str = '') -> str:
        """Append a convolution; `kernel` is [height, width, inputs, outputs]."""
        return self._conv(x, kernel.transpose(3, 2, 0, 1), bias, stride, padding, 1, name)

    def depthwise(self, x: str, kernel: np.ndarray, stride: int = 1, padding: str = 'SAME',
                  name: str = '') -> str:
        """Append a convolution of each channel; `kernel` is [height, width, channels, 1]."""
        return self._conv(
            x, kernel.transpose(2, 3, 0, 1), None, stride, padding, kernel.shape[2], name)

    def _conv(self, x, kernel, bias, stride, padding, groups, name) -> str:
        extra = [] if bias is None else [self.weight(bias)]
        return self.add('Conv', x, self.weight(kernel), *extra, name=name, group=groups,
                        strides=[stride] * 2, auto_pad=_auto_pad(padding))

    def save(self, path: Path, output: str) -> Path:
        """Write the model with input `faces` and output `output`, [N, 7]; return its path."""
        graph = helper.make_graph(
            self._nodes, 'peer',
            [helper.make_tensor_value_info('faces', onnx.TensorProto.FLOAT, self._shape)],
            [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, ['N', 7])],
            self._weights)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))
        return path


def _auto_pad(padding: str) -> str:
    return {'SAME': 'SAME_UPPER', 'VALID': 'VALID'}[padding]


def face_api(manifest: Path, out: Path) -> Path:
    """
    Write face-api's `face_expression_model` as ONNX: four dense blocks, a pooling, a layer.

    In a block every layer reads the sum of all before it.
    """
    weights = read_weights(json.loads(manifest.read_text()), manifest.parent)
    graph = Graph(3, 112)

    def separable(x, name, stride):
        y = graph.depthwise(x, weights[f'{name}/depthwise_filter'], stride)
        return graph.conv(y, weights[f'{name}/pointwise_filter'], weights[f'{name}/bias'])

    x = 'faces'
    for block in ('dense0', 'dense1', 'dense2', 'dense3'):
        if block == 'dense0':
            total = graph.conv(x, weights[f'{block}/conv0/filters'],
                               weights[f'{block}/conv0/bias'], 2)
        else:
            total = separable(x, f'{block}/conv0', 2)
        x = total = graph.add('Relu', total)
        for layer in ('conv1', 'conv2', 'conv3'):
            total = graph.add('Add', total, separable(x, f'{block}/{layer}', 1))
            x = graph.add('Relu', total)
    x = graph.add('Flatten', graph.add('AveragePool', x, kernel_shape=[7, 7], strides=[2, 2]))
    x = graph.add('Gemm', x, graph.weight(weights['fc/weights']),
                  graph.weight(weights['fc/bias']))
    return graph.save(out, graph.add('Softmax', x))


def human(model: Path, out: Path) -> Path:
    """
    Write human's network of emotions, a TensorFlow.js graph model with one grey input, as ONNX.

    Raises ValueError for an operator that it does not use as published.
    """
    described = json.loads(model.read_text())
    weights = read_weights(described['weightsManifest'], model.parent)
    graph, x = Graph(1, 64), ''
    names = {}
    for node in described['modelTopology']['node']:
        kind, attributes = node['op'], node.get('attr', {})
        if kind == 'Const':
            continue
        if kind == 'Placeholder':
            names[node['name']] = x = 'faces'
            continue
        inputs = [names[name] for name in node['input'] if name in names]
        constants = [weights[name] for name in node['input'] if name in weights]
        stride = int(attributes['strides']['list']['i'][1]) if 'strides' in attributes else 1
        padding = _decoded(attributes['padding']['s']) if 'padding' in attributes else ''
        if kind == '_FusedConv2D':
            x = graph.conv(*inputs, *constants, stride, padding)
            if 'Relu' in map(_decoded, attributes['fused_ops']['list']['s']):
                x = graph.add('Relu', x)
        elif kind == 'DepthwiseConv2dNative':
            x = graph.depthwise(*inputs, *constants, stride, padding)
        elif kind == 'MaxPool':
            side = int(attributes['ksize']['list']['i'][1])
            x = graph.add('MaxPool', *inputs, kernel_shape=[side] * 2, strides=[stride] * 2,
                          auto_pad=_auto_pad(padding))
        elif kind == 'Mean':
            x = graph.add('Flatten', graph.add('GlobalAveragePool', *inputs))
        elif kind in ('AddV2', 'Relu', 'Softmax', 'Identity'):
            x = graph.add({'AddV2': 'Add'}.get(kind, kind), *inputs)
        else:
            raise ValueError(f"'{model}' has an operator {kind}; use the package's version that "
                             'training/peers.py names')
        names[node['name']] = x
    return graph.save(out, x)


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


class LiteNetwork:
    """
    Run a TensorFlow Lite network that takes one face at a time, on one thread.

    `parameters` counts its constants but for the integers that only steer operators.
    """

    def __init__(self, path: Path) -> None:
        # No requirement of training: there are no wheels for every machine.
        from ai_edge_litert.interpreter import Interpreter
        self._interpreter = Interpreter(str(path), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input, self._output = (
            details[0]['index'] for details in (
                self._interpreter.get_input_details(), self._interpreter.get_output_details()))
        self.parameters = sum(
            int(np.prod(tensor['shape'])) for tensor in self._interpreter.get_tensor_details()
            if tensor['dtype'] != np.int32
            and tensor['name'].startswith(('arith.constant', 'tfl.pseudo_qconst')))

    def __call__(self, faces: np.ndarray) -> np.ndarray:
        """Map inputs float32 [N, side, side, 1] to probabilities float32 [N, 7]."""
        answers = []
        for face in faces:
            self._interpreter.set_tensor(self._input, face[None])
            self._interpreter.invoke()
            answers.append(self._interpreter.get_tensor(self._output)[0].copy())
        return np.stack(answers)
