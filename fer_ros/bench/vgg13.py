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
The VGG13 of FER+ with random weights, to compare cost, not answers.

Its shape is that of E. Barsoum et al., "Training Deep Networks for Facial Expression
Recognition with Crowd-Sourced Label Distribution", ICMI 2016: blocks of 3x3 convolutions with
maximum pooling, two layers of 1024 units, eight classes, a grey face of 64x64; dropout does
nothing when a network is used.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

#: (channels, convolutions) of each block.
BLOCKS = ((64, 2), (128, 2), (256, 3), (256, 3))
DENSE = (1024, 1024, 8)
SIDE = 64


def build(path: Path) -> Path:
    """
    Write the network as ONNX and return its path.

    :raises ImportError: the package `onnx` is not installed.
    """
    import onnx
    from onnx import helper, numpy_helper
    random = np.random.default_rng(0)
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    current, channels, side = 'faces', 1, SIDE

    def add(kind: str, shapes=(), **attributes) -> None:
        nonlocal current
        inputs = [current]
        for shape in shapes:
            name = f'w{len(weights)}'
            # Scaled by fan-in: the activations of all layers keep their size.
            spread = np.sqrt(2.0 / np.prod(shape[1:])) if len(shape) > 1 else 0.0
            values = (spread * random.standard_normal(shape)).astype(np.float32)
            weights.append(numpy_helper.from_array(values, name))
            inputs.append(name)
        current = f'{kind.lower()}_{len(nodes)}'
        nodes.append(helper.make_node(kind, inputs, [current], **attributes))

    for width, count in BLOCKS:
        for _ in range(count):
            add('Conv', ((width, channels, 3, 3), (width,)),
                kernel_shape=[3, 3], pads=[1, 1, 1, 1])
            add('Relu')
            channels = width
        add('MaxPool', kernel_shape=[2, 2], strides=[2, 2])
        side //= 2
    add('Flatten')
    features = channels * side * side
    for width in DENSE:
        add('Gemm', ((width, features), (width,)), transB=1)
        if width != DENSE[-1]:
            add('Relu')
        features = width
    add('Softmax', axis=1)
    graph = helper.make_graph(
        nodes, 'vgg13',
        [helper.make_tensor_value_info('faces', 1, ['N', 1, SIDE, SIDE])],
        [helper.make_tensor_value_info(current, 1, ['N', DENSE[-1]])], weights)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return Path(path)
