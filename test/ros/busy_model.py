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

"""Face detectors that are busy in native code: with every bright image, or when loaded."""

from __future__ import annotations

from pathlib import Path
import time

from fer_ros.core.assets import model_path
from fer_ros.core.onnx_model import session_options
import numpy as np
import onnx
from onnx import helper, numpy_helper, TensorProto
import onnxruntime

#: Pixels, uint8 bgr, with which the detector takes long, and with which it does not.
BRIGHT = np.full((320, 320, 3), 255, np.uint8)
DARK = np.zeros((320, 320, 3), np.uint8)

_SIDE = 128


def busy_detector(path: Path, seconds: float) -> str:
    """
    Write a face detector that needs so many seconds for a bright image; return its path.

    It is the package's detector with a loop of matrix products before one output.
    """
    trips = max(1, round(seconds / _trip_seconds()))
    model = onnx.load(model_path('face_detector.onnx'))
    graph, output = model.graph, model.graph.output[0].name
    for node in graph.node:
        node.output[:] = ['busy_before' if name == output else name for name in node.output]
    nodes, constants = _loop(graph.input[0].name, trips)
    graph.initializer.extend(constants)
    graph.node.extend([
        *nodes, helper.make_node('Add', ['busy_before', 'busy_nothing'], [output])])
    path.write_bytes(model.SerializeToString())
    return str(path)


def slow_to_load(path: Path) -> str:
    """
    Write a face detector that takes many seconds to load; return its path.

    What can be computed without the image is computed then, and here that is a lot.
    """
    products = 16
    model = onnx.load(model_path('face_detector.onnx'))
    graph, output = model.graph, model.graph.output[0].name
    for node in graph.node:
        node.output[:] = ['busy_before' if name == output else name for name in node.output]
    graph.initializer.append(numpy_helper.from_array(np.array([3000, 3000]), 'busy_shape'))
    graph.node.extend([
        helper.make_node('ConstantOfShape', ['busy_shape'], ['busy_0']),
        *(helper.make_node('MatMul', [f'busy_{n}', 'busy_0'], [f'busy_{n + 1}'])
          for n in range(products)),
        helper.make_node('ReduceMean', [f'busy_{products}'], ['busy_nothing'], keepdims=0),
        helper.make_node('Add', ['busy_before', 'busy_nothing'], [output])])
    path.write_bytes(model.SerializeToString())
    return str(path)


def _loop(pixels: str, trips: int) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Return nodes that make 'busy_nothing', a 0, after so many trips if `pixels` are bright."""
    square = (_SIDE, _SIDE)
    body = helper.make_graph(
        [helper.make_node('MatMul', ['state', 'busy_matrix'], ['next']),
         helper.make_node('Identity', ['go'], ['go_on'])],
        'body',
        [helper.make_tensor_value_info('trip', TensorProto.INT64, ()),
         helper.make_tensor_value_info('go', TensorProto.BOOL, ()),
         helper.make_tensor_value_info('state', TensorProto.FLOAT, square)],
        [helper.make_tensor_value_info('go_on', TensorProto.BOOL, ()),
         helper.make_tensor_value_info('next', TensorProto.FLOAT, square)])
    constants = {
        'busy_matrix': np.eye(_SIDE, dtype=np.float32), 'busy_bound': np.float32(128.0),
        'busy_trips': np.int64(trips), 'busy_true': np.bool_(True), 'busy_zero': np.float32(0.0)}
    nodes = [
        helper.make_node('ReduceMean', [pixels], ['busy_mean'], keepdims=0),
        helper.make_node('Greater', ['busy_mean', 'busy_bound'], ['busy_bright']),
        helper.make_node('Cast', ['busy_bright'], ['busy_factor'], to=TensorProto.INT64),
        helper.make_node('Mul', ['busy_factor', 'busy_trips'], ['busy_times']),
        helper.make_node(
            'Loop', ['busy_times', 'busy_true', 'busy_matrix'], ['busy_state'], body=body),
        helper.make_node('ReduceMean', ['busy_state'], ['busy_result'], keepdims=0),
        helper.make_node('Mul', ['busy_result', 'busy_zero'], ['busy_nothing'])]
    return nodes, [numpy_helper.from_array(np.asarray(value), name)
                   for name, value in constants.items()]


def _trip_seconds() -> float:
    """Return what one trip costs here, seconds of the processor: others may be busy only now."""
    trips = 500
    nodes, constants = _loop('pixels', trips)
    graph = helper.make_graph(
        nodes, 'busy',
        [helper.make_tensor_value_info('pixels', TensorProto.FLOAT, (1,))],
        [helper.make_tensor_value_info('busy_nothing', TensorProto.FLOAT, ())], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), session_options(1), providers=['CPUExecutionProvider'])
    bright = {'pixels': np.full((1,), 255.0, np.float32)}
    session.run(None, bright)
    taken = []
    for _ in range(3):
        start = time.thread_time()
        session.run(None, bright)
        taken.append(time.thread_time() - start)
    return min(taken) / trips
