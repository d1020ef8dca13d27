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

"""What each status says, from values that were made up, and once over a real process."""

from dataclasses import replace
import time

from diagnostic_msgs.msg import DiagnosticStatus
from fer_ros.core.assets import model_path
from fer_ros.ros import diagnostics
from fer_ros.ros.diagnostics import CameraView
from fer_ros.ros.frame_counts import Statistics, Window
from fer_ros.ros.system_load import SystemLoad, SystemLoadMonitor
from fer_ros.stream.load_shedding import Effort
from fer_ros.stream.parameters import TABLE
import onnxruntime
import psutil
import pytest
from support import FerProcess, Peer, play, running, TWO_FACES

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE

LIMITS = {spec.name: spec.default for spec in TABLE}
TOTALS = dict.fromkeys(Statistics.TOTALS, 0)
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
GOOD = ('cam', IMAGE, 'RELIABLE')
VIEW = CameraView('/image', IMAGE, 'raw', 'reliable', active=True, publishers=(GOOD,))
FLOW = Window(seconds=1.0, received=30, processed=30, age=0.02)


@pytest.mark.parametrize('view, window, limits, level, words', [
    # all is well
    ({}, {}, {}, OK, ('30.0 images a second',)),
    # not active: silence is right
    ({'active': False, 'silence': 99.0}, {'received': 0}, {}, OK, ('inactive',)),
    # silence grows from WARN to ERROR
    ({'silence': 1.5}, {'received': 0}, {}, WARN, ('no image on /image for 1.5 s',)),
    ({'silence': 3.5}, {'received': 0}, {}, ERROR, ('publishers: 1, QoS: RELIABLE', 'dds.md')),
    # with no publisher the hint asks for the camera, or names where images are
    ({'silence': 9.0, 'publishers': ()}, {}, {}, ERROR, ('publishers: 0', 'start the camera')),
    ({'silence': 9.0, 'publishers': (), 'others': ('/cam/raw',)}, {}, {}, ERROR,
     ('images are on /cam/raw', 'remap')),
    # a publisher of another type or QoS cannot be heard
    ({'silence': 9.0, 'publishers': (('cam', COMPRESSED, 'RELIABLE'),)}, {}, {}, ERROR,
     (COMPRESSED, 'image_transport')),
    ({'silence': 9.0, 'publishers': (('cam', IMAGE, 'BEST_EFFORT'),)}, {}, {}, ERROR,
     ('QoS does not match', 'image_reliability to auto')),
    # a paused simulation is no dead camera
    ({'silence': 9.0, 'clock_stands': True}, {}, {}, STALE, ('stands still',)),
    # images that cannot be used
    ({}, {'bad': 3, 'last_error': 'step is 1'}, {}, ERROR, ('3 of 30', 'step is 1')),
    # stamps
    ({}, {'repeated': 30}, {}, STALE, ('stands still',)),
    ({}, {'age': 0.7}, {}, WARN, ('0.70 s old', 'clocks')),
    ({}, {'age': 60.0}, {}, STALE, ('60.0 s old', 'use_sim_time')),
    ({}, {'age': -0.5}, {}, WARN, ('0.50 s in the future',)),
    ({}, {'age': None, 'zero_stamps': 30}, {}, WARN, ('stamps are zero',)),
    # rate
    ({}, {'received': 7}, {'diagnostics.min_rate': 10.0}, WARN, ('7.0 images', '10')),
    # images lost by the middleware
    ({'lost': 20}, {'received': 10}, {}, WARN, ('20 of 30 images lost', 'dds.md')),
    ({'lost': 1}, {'received': 29}, {}, OK, ('29.0 images',)),
    # one of two publishers refused
    ({'incompatible': 'RELIABILITY'}, {}, {}, WARN, ('RELIABILITY', 'image_reliability')),
])
def test_camera(view, window, limits, level, words):
    report = diagnostics.camera(
        replace(VIEW, **view), replace(FLOW, **window), TOTALS, {**LIMITS, **limits})
    assert report.level == level, report.message
    for word in words:
        assert word in report.message


@pytest.mark.parametrize('window, dropped, level, words', [
    ({}, 0, OK, '30.0 frames a second'),
    ({'timings': {'total': 0.012}}, 0, OK, '12.0 ms each'),
    ({'processed': 10}, 20, WARN, '20 of 30 frames dropped'),
    ({'failed': 1, 'last_error': 'ValueError: x'}, 0, ERROR, 'ValueError: x'),
])
def test_inference(window, dropped, level, words):
    report = diagnostics.inference(
        replace(FLOW, **window), dropped, dropped, TOTALS, {'provider': 'CPU'}, LIMITS, True)
    assert report.level == level and words in report.message
    assert report.values['provider'] == 'CPU'


@pytest.mark.parametrize('effort, dropped, message', [
    (Effort(0, 0.0, 1), 0, '30.0 frames a second'),
    (Effort(1, 0.15, 1), 0, 'this machine is too slow: detecting every 0.15 s; lower'),
    (Effort(3, 0.5, 2), 0, 'detecting every 0.5 s, processing one of 2 frames; lower'),
    # Even that is not enough.
    (Effort(5, 0.5, 5), 9, 'processing one of 5 frames, 9 of 30 frames dropped; lower'),
])
def test_inference_tells_the_effort(effort, dropped, message):
    report = diagnostics.inference(
        FLOW, dropped, dropped, TOTALS, {}, LIMITS, True, effort, 0.5)
    assert report.level == (WARN if effort.level else OK) and message in report.message
    assert report.values['load (%)'] == 50.0
    assert report.values['effort'] == diagnostics.effort_text(effort)


@pytest.mark.parametrize('card, failure, level, words', [
    ({}, '', OK, 'not loaded'),
    ({'name': 'net', 'version': '1.0'}, '', OK, 'net 1.0'),
    ({}, 'on_configure failed: no file', ERROR, 'no file'),
])
def test_model(card, failure, level, words):
    report = diagnostics.model(card, failure, 'inactive')
    assert report.level == level and words in report.message


@pytest.mark.parametrize('load, level, words', [
    (SystemLoad(4, 20.0, 50.0, 100.0, 9, 60.0), OK, '20 % busy'),
    (SystemLoad(4, 95.0, 50.0, 100.0, 9, 60.0), WARN, '95 % busy'),
    (SystemLoad(4, 20.0, 50.0, 100.0, 9, 97.0), WARN, '97 degrees'),
    (SystemLoad(4, 20.0, 50.0, 100.0, 9, None), OK, 'busy'),  # no sensor
    (SystemLoad(None, None, None, None, None, None), OK, 'unknown'),
    (SystemLoad(4, None, None, None, 9, 97.0), WARN, '97 degrees'),
])
def test_host(load, level, words):
    report = diagnostics.host(load, LIMITS)
    assert report.level == level and words in report.message


def test_host_is_measured():
    monitor, started = SystemLoadMonitor(), time.process_time()
    while time.process_time() - started < 0.05:
        pass
    load = monitor.look()
    assert load.processors >= 1 and load.process_percent > 0 and load.memory_mb > 1
    assert 0 < load.machine_percent <= 100


def test_threads_are_those_of_the_process_and_not_only_those_of_python():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 4
    monitor = SystemLoadMonitor()
    before = monitor.look().threads
    session = onnxruntime.InferenceSession(model_path('expression.onnx'), options)
    assert monitor.look().threads - before >= 3 and session


def test_what_the_system_does_not_tell_is_unknown(monkeypatch):
    def refuse(*_, **__):
        raise psutil.AccessDenied

    def absent(*_, **__):
        raise FileNotFoundError('/proc/stat')

    for name in ('cpu_times', 'memory_info', 'num_threads'):
        monkeypatch.setattr(psutil.Process, name, refuse)
    monkeypatch.setattr(psutil, 'cpu_times', absent)
    load = SystemLoadMonitor().look()
    assert load.machine_percent is None and load.process_percent is None
    assert load.memory_mb is None and load.threads is None
    values = {one.key: one.value for one in diagnostics.host(load, LIMITS).status('n', 'h').values}
    assert values['load of all processors (%)'] == values['threads of this process'] == 'unknown'


def test_unknown_values_are_said_to_be_unknown():
    status = diagnostics.Report(OK, 'x', {'a': None, 'b': 1.0, 'c': 3}).status('n', 'h')
    assert [one.value for one in status.values] == ['unknown', '1.000', '3']


def test_statuses_of_a_working_node():
    with running(FerProcess('/robot'), Peer()) as (_, peer):
        received = peer.expressions('/robot/fer/expression')
        diagnostics_ = peer.diagnostics()
        camera = peer.camera(received, '/robot/image')
        play(camera, received, range(TWO_FACES, TWO_FACES + 60))
        status = diagnostics_.wait('robot/fer: inference', OK, 'frames a second')
        values = {one.key: one.value for one in status.values}
        assert values['provider'] == 'CPUExecutionProvider' and values['threads'] == '1'
        faces = diagnostics_.get('robot/fer: faces')
        assert faces.hardware_id == '/robot/image' and '2 faces' in faces.message
        assert {one.key for one in faces.values} == {
            'tracked', *(f'face {one.id}' for one in received[-1].detections)}
        model = {one.key: one.value for one in diagnostics_.get('robot/fer: model').values}
        assert len(model['sha256']) == 64 and model['version'] and model['state'] == 'active'
        names = [status.name for status in diagnostics_.arrays[-1].status]
        assert names == [f'robot/fer: {one}' for one in diagnostics.STATUSES]


def test_wanted_are_the_frames_that_there_was_something_to_do_for():
    statistics = Statistics()
    for _ in range(10):
        statistics.arrived(0.01)
    for event in ('bad', 'repeated', 'repeated', 'limited', 'left_out', 'failed'):
        statistics.count(event)
    assert statistics.wanted == 6
