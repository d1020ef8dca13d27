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

"""What the node says of itself and of its camera holds: over processes, against awkward input."""

from itertools import count
import json
import time

from builtin_interfaces.msg import Time
from busy_model import slow_to_load
import cv2
from diagnostic_msgs.msg import DiagnosticStatus
from fer_ros.core.assets import model_path
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import UNSURE
from lifecycle_msgs.srv import ChangeState
import numpy as np
import pytest
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParametersAtomically
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from support import (
    CLIP, FerProcess, image_message, PATIENCE, Peer, play, running, stamp_of, TRANSITIONS,
    TWO_FACES, wait_for)

OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


def set_parameter(peer, name, value):
    """Set a whole number of the node's; return whether it agreed."""
    request = SetParametersAtomically.Request(parameters=[Parameter(
        name=name, value=ParameterValue(
            type=ParameterType.PARAMETER_INTEGER, integer_value=value))])
    return peer.call(
        SetParametersAtomically, '/fer/set_parameters_atomically', request).result.successful


def shooting(camera, turn=None):
    """Return a function that publishes one more image of two people, perhaps turned."""
    numbers = count()

    def publish():
        time.sleep(0.05)
        pixels = CLIP.frame(TWO_FACES + next(numbers) % 30)
        if turn is not None:
            pixels = np.ascontiguousarray(cv2.rotate(pixels, turn))
        camera.publish(image_message(pixels, stamp=time.time()))
    return publish


def test_a_camera_that_hangs_upside_down_is_told_and_put_right():
    with running(FerProcess(), Peer()) as (_, peer):
        received, heard = peer.expressions(), peer.diagnostics()
        publish = shooting(peer.camera(received), cv2.ROTATE_180)
        heard.wait('fer: faces', WARN, 'set rotate to 180', meanwhile=publish)
        assert not set_parameter(peer, 'rotate', 45)
        assert set_parameter(peer, 'rotate', 180)
        heard.wait('fer: faces', OK, '2 faces tracked', meanwhile=publish)


def test_the_word_of_the_topic_is_that_of_the_parameters():
    with running(FerProcess(min_confidence=1.0), Peer()) as (_, peer):
        received = peer.expressions()
        play(peer.camera(received), received, range(TWO_FACES, TWO_FACES + 6))
        assert received[-1].detections
        for detection in received[-1].detections:
            first, *others = [
                (one.hypothesis.class_id, one.hypothesis.score) for one in detection.results]
            assert first == (UNSURE, 0.0) and len(others) == 8
            scores = [score for _, score in others]
            assert scores == sorted(scores, reverse=True)
            assert sum(scores) == pytest.approx(1.0, abs=1e-5)


def test_a_late_and_an_unstamped_image_are_counted_and_cost_nobody_the_id():
    # The stamps run ahead of the clock or behind it, as the machine is fast or slow, and a report
    # comes late: a status says that first.
    ages = {f'diagnostics__{name}': 60.0 for name in (
        'max_age', 'stale_age', 'max_future', 'no_image_warn', 'no_image_error')}
    with running(FerProcess(**ages), Peer()) as (_, peer):
        received, heard = peer.expressions(), peer.diagnostics()
        camera = peer.camera(received)

        def total(event):
            return heard.value('fer: camera', f'{event} (total)')
        stamps = play(camera, received, range(TWO_FACES, TWO_FACES + 10))
        ids = {one.id for one in received[-1].detections}
        assert len(ids) == 2
        sec, nanosec = stamps[-1]
        late = sec, nanosec - 1 if nanosec else 0
        for event, stamp in (('late', late), ('unstamped', (0, 0))):
            before = heard.count
            camera.publish(image_message(CLIP.frame(TWO_FACES + 9), stamp=stamp))
            heard.wait('fer: camera', WARN, 'images left out because of', since=before)
            wait_for(lambda: total(event) == '1', f'one image counted as {event}')  # noqa: B023
        play(camera, received, range(TWO_FACES + 10, TWO_FACES + 20),
             start=sec + nanosec * 1e-9 + 1 / 30)
        assert {one.id for one in received[-1].detections} == ids
        assert stamp_of(received[-11]) == stamps[-1]
        assert total('resets') == '0'


def test_while_a_model_loads_for_long_the_diagnostics_go_on(tmp_path):
    path = slow_to_load(tmp_path / 'slow.onnx')
    with running(Peer()) as peer:
        heard = peer.diagnostics()

        def told():
            return [status.values[0].value for message in heard.arrays
                    for status in message.status if status.name == 'fer: model']
        with running(FerProcess(detector_model=path, autostart=False)):
            seen = len(told())
            request = ChangeState.Request()
            request.transition.id = TRANSITIONS['configure']
            client = peer.node.create_client(ChangeState, '/fer/change_state')
            assert client.wait_for_service(PATIENCE)
            future = client.call_async(request)
            wait_for(lambda: future.done() or len(told()) >= seen + 4, 'arrays while it loads')
            assert not future.done()
            assert told()[seen:seen + 3] == ['unconfigured'] * 3


def spoilt(path, change):
    """Write the expression network, changed by a function of its protobuf."""
    onnx = pytest.importorskip('onnx', reason='the damaged network is made with it')
    network = onnx.load(str(model_path('expression.onnx')))
    change(onnx, network)
    onnx.save(network, str(path))
    return path


def test_a_network_with_nan_weights_is_no_network_that_is_fine(tmp_path):
    def ruin(onnx, network):
        weights = network.graph.initializer[-1]
        for each in network.graph.initializer:
            values = onnx.numpy_helper.to_array(each)
            if values.dtype.kind == 'f' and values.size > 100:
                weights = each
        values = np.full_like(onnx.numpy_helper.to_array(weights), np.nan)
        weights.CopyFrom(onnx.numpy_helper.from_array(values, weights.name))

    path = spoilt(tmp_path / 'nan.onnx', ruin)
    with running(FerProcess(expression_model=str(path)), Peer()) as (process, peer):
        heard = peer.diagnostics()
        heard.wait('fer: model', ERROR, 'nan.onnx', 'NaN')
        assert process.running and peer.state() == 'unconfigured'


def test_what_a_model_says_of_itself_fills_no_log(tmp_path):
    long = '\x1b[2J' + 'x' * 10**6

    def boast(onnx, network):
        said = {each.key: each for each in network.metadata_props}
        for key in ('name', 'version', 'license', 'training_data'):
            said[key].value = long

    def rename(onnx, network):
        network.graph.output[0].name = long
        for node in network.graph.node:
            node.output[:] = [long if each == 'logits' else each for each in node.output]

    for change, level in ((boast, OK), (rename, ERROR)):
        path = spoilt(tmp_path / f'{change.__name__}.onnx', change)
        with running(FerProcess(expression_model=str(path)), Peer()) as (process, peer):
            peer.diagnostics().wait('fer: model', level)
            assert len(process.log) < 20_000 and '\x1b' not in process.log
    assert len(OnnxModel(tmp_path / 'boast.onnx').metadata['name']) > 10**6


def test_a_callback_that_fails_is_told_once_and_the_node_goes_on():
    with running(FerProcess(use_sim_time=True), Peer()) as (process, peer):
        heard = peer.diagnostics()
        clock = peer.node.create_publisher(Clock, '/clock', 10)
        wait_for(clock.get_subscription_count, 'a listener to /clock')
        started = time.monotonic()
        for _ in range(40):
            clock.publish(Clock(clock=Time(sec=-5)))
            time.sleep(0.05)
        seen = heard.count
        wait_for(lambda: heard.count >= seen + 2, 'diagnostics that go on')
        assert process.running
        # At most one line in five seconds.
        assert process.log.count('callback failed') <= 2 + (time.monotonic() - started) / 5.0


def test_a_topic_of_any_length_makes_no_large_diagnostic():
    topic = '/' + '/'.join(['long_name'] * 20)
    with running(FerProcess(remap={'image': topic}), Peer()) as (process, peer):
        heard, received = peer.diagnostics(), peer.expressions()
        camera = peer.camera(received, topic)
        publish = shooting(camera)
        heard.wait('fer: camera', OK, 'images per second', meanwhile=publish)
        for message in heard.arrays:
            for status in message.status:
                assert len(status.message) <= 1000 and len(status.hardware_id) <= 1000
        assert json.dumps(process.log).count('\\u001b') == 0
        assert camera.topic_name == topic and camera.msg_type is Image
