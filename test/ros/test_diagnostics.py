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

from collections import Counter
from dataclasses import replace
import time

from diagnostic_msgs.msg import DiagnosticStatus
from fer_ros.core.assets import model_path
from fer_ros.ros import camera_diagnostics, diagnostics, diagnostics_publisher
from fer_ros.ros.camera_diagnostics import CameraView
from fer_ros.ros.diagnostics import NodeView
from fer_ros.ros.frame_counts import EVENTS, FrameCounts, Window
from fer_ros.ros.system_load import SystemLoad, SystemLoadMonitor
from fer_ros.stream.load_shedding import Effort
from fer_ros.stream.parameters import TABLE
from fer_ros.stream.stream_result import StreamResult
import onnxruntime
import psutil
import pytest
from support import FerProcess, Peer, running, shown_until, two_faces

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE

LIMITS = {spec.name: spec.default for spec in TABLE}
TOTALS = dict.fromkeys(EVENTS, 0)
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
GOOD = ('cam', IMAGE, 'RELIABLE')
VIEW = CameraView('/image', IMAGE, 'raw', 'reliable', active=True, publishers=(GOOD,))
NODE = NodeView('/fer', 'active', metadata={'name': 'net', 'version': '1.0'},
                engine={'provider': 'CPU', 'detector provider': 'CPU'})


def flow(**changes):
    """Return a second of 30 images that were all processed, but for these events and fields."""
    events = Counter({'received': 30, 'processed': 30})
    events.update({name: changes.pop(name) - events[name] for name in list(changes)
                   if name in EVENTS})
    return Window(**{'seconds': 1.0, 'events': events, 'age': 0.02, **changes})


@pytest.mark.parametrize('view, window, limits, level, words', [
    # all is well
    ({}, {}, {}, OK, ('30.0 images per second',)),
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
    # also those of a camera slower than the reports
    ({'silence': 1.1}, {'received': 1, 'bad': 1, 'last_error': 'step is 1'}, {}, ERROR,
     ('1 of 1', 'step is 1')),
    # stamps
    ({}, {'repeated': 30}, {}, STALE, ('stands still',)),
    ({}, {'age': 0.7}, {}, WARN, ('0.70 s old', 'clocks')),
    ({}, {'age': 60.0}, {}, STALE, ('60.0 s old', 'use_sim_time')),
    ({}, {'age': -0.5}, {}, WARN, ('0.50 s in the future',)),
    ({}, {'age': None, 'zero_stamps': 30}, {}, WARN, ('stamps are zero',)),
    ({}, {'resets': 2, 'reasons': {'resets': 'went back by 9 s'}}, {}, WARN, ('back 2', 'by 9 s')),
    ({}, {'jumps': 1}, {}, WARN, ('ahead 1', 'clocks')),
    ({}, {'late': 3, 'reasons': {'late': '0.033 s older'}}, {}, WARN,
     ('3 of 30', '0.033 s older')),
    # Each with its own reason.
    ({}, {'late': 1, 'jumps': 1, 'reasons': {'late': 'older', 'jumps': 'by 9 s'}}, {}, WARN,
     ('ahead 1 times (by 9 s); 1 of 30 images left out', '(older)')),
    ({}, {'unstamped': 15}, {}, WARN, ('15 of 30', 'stamps')),
    ({}, {'repeated': 2}, {}, WARN, ('2 of 30', 'repeat')),
    # a topic of several cameras
    ({'publishers': (GOOD, ('usb', IMAGE, 'RELIABLE'))}, {}, {}, WARN,
     ('2 publishers on /image (cam, usb)', 'remap')),
    ({'publishers': (GOOD, ('usb', COMPRESSED, 'RELIABLE'))}, {}, {}, OK, ('30.0',)),
    ({}, {'frame_ids': ('left', 'right'), 'foreign': 15}, {}, WARN,
     ('2 frame_ids', 'left, right', '15 of 30', 'topic of its own')),
    # rate
    ({}, {'received': 7}, {'diagnostics.min_rate': 10.0}, WARN, ('7.0 images', '10')),
    # images lost by the middleware
    ({}, {'lost': 20, 'received': 10}, {}, WARN, ('20 of 30 images lost', 'dds.md')),
    ({'remedy': 'do this', 'silence': 3.5}, {'lost': 20, 'received': 0}, {}, ERROR,
     ('no image on /image for 3.5 s', '20 of 20', '; do this')),
    ({'remedy': 'do this'}, {'lost': 20, 'received': 10}, {}, WARN, ('20 of 30', '; do this')),
    ({}, {'lost': 1, 'received': 29}, {}, OK, ('29.0 images',)),
    # one of two publishers refused
    ({'incompatible': 'RELIABILITY'}, {}, {}, WARN, ('RELIABILITY', 'image_reliability')),
])
def test_camera(view, window, limits, level, words):
    report = camera_diagnostics.camera(
        replace(VIEW, **view), flow(**window), TOTALS, {**LIMITS, **limits})
    assert report.level == level, report.message
    for word in words:
        assert word in report.message


@pytest.mark.parametrize('window, level, words', [
    ({}, OK, '30.0 frames per second'),
    ({'stage_seconds': {'total': 0.012}}, OK, '12.0 ms each'),
    ({'processed': 10, 'dropped': 20}, WARN, '20 of 30 frames dropped'),
    ({'failed': 1, 'last_error': 'ValueError: x'}, ERROR, 'ValueError: x'),
    # nothing comes: nothing is claimed, whatever was before
    ({'received': 0, 'processed': 0, 'effort': Effort(5, 0.5, 5)}, OK, 'no image to process'),
    # all that comes is unusable
    ({'processed': 0, 'bad': 30}, WARN, 'none of 30 images'),
    # more come than are wanted
    ({'processed': 0, 'limited': 30}, OK, '0.0 frames per second'),
])
def test_inference(window, level, words):
    report = diagnostics.inference(NODE, flow(**window), TOTALS, LIMITS)
    assert report.level == level and words in report.message
    assert report.values['provider'] == 'CPU'


@pytest.mark.parametrize('effort, load, dropped, message', [
    (Effort(0, 0.0, 1), 0.5, 0, '30.0 frames per second'),
    (Effort(1, 0.15, 1), 0.9, 0, 'this machine is too slow: detecting every 0.15 s; lower'),
    (Effort(3, 0.5, 2), 0.9, 0,
     'detecting every 0.5 s, processing one of 2 frames; lower'),
    # Even that is not enough.
    (Effort(5, 0.5, 5), 1.0, 9,
     'is too slow: detecting every 0.5 s, processing one of 5 frames, 9 of 30 frames dropped'),
    # It has time again and has not returned to normal yet.
    (Effort(1, 0.15, 1), 0.1, 0, 'this machine was too slow: detecting every 0.15 s; lower'),
])
def test_inference_tells_the_effort(effort, load, dropped, message):
    report = diagnostics.inference(
        NODE, flow(dropped=dropped, effort=effort, load=load), TOTALS, LIMITS)
    assert report.level == (WARN if effort.level else OK) and message in report.message
    assert report.values['load (%)'] == 100 * load
    assert report.values['effort'] == diagnostics.effort_text(effort)


def test_two_nodes_of_one_name_are_reported():
    report = diagnostics.inference(replace(NODE, namesakes=1), flow(), TOTALS, LIMITS)
    assert report.level == WARN and '/fer' in report.message and 'name' in report.message


@pytest.mark.parametrize('window, level, words', [
    ({}, OK, 'no image was processed yet'),
    ({'faces_age': 0.03}, OK, '0 faces'),
    ({'faces_age': 0.9}, OK, '0 faces'),
    # A camera that hangs from the ceiling.
    ({'faces_age': 0.03, 'turn_needed': 180, 'turn_seconds': 4.0}, WARN, 'set rotate to 180'),
    ({'faces_age': 0.03, 'turn_needed': 180, 'turn_seconds': 1.0}, OK, '0 faces'),
    # Who was there when images stopped, or became unusable, is not known to be there now.
    ({'faces_age': 6.1}, STALE, 'for 6.1 s: nobody'),
])
def test_faces(window, level, words):
    report = diagnostics.faces(NODE, flow(**window), LIMITS)
    assert report.level == level and words in report.message
    known = 0.0 <= window.get('faces_age', -1.0) < 6.0
    assert report.values['tracked'] == (0 if known else None)


@pytest.mark.parametrize('rate, age, level', [
    (0.2, 6.1, OK), (0.2, 10.1, STALE), (10, 6.1, STALE)])
def test_who_wants_few_frames_is_told_of_faces_in_between(rate, age, level):
    report = diagnostics.faces(NODE, flow(faces_age=age), {**LIMITS, 'max_rate': rate})
    assert report.level == level


@pytest.mark.parametrize('view, level, words', [
    (NodeView('/fer', 'inactive'), OK, 'not loaded'),
    (NODE, OK, 'net 1.0'),
    (NodeView('/fer', 'inactive', failure='on_configure failed: no file'), ERROR, 'no file'),
    (replace(NODE, skipped_providers={'CUDAExecutionProvider': 'no libcudart'}), WARN,
     'CUDAExecutionProvider was asked for and is not used (no libcudart); CPU is'),
    (replace(NODE, skipped_providers={'CUDA': 'by the detector: no room'}, engine={
        'provider': 'CUDA', 'detector provider': 'CPU'}), WARN,
     'CUDA was asked for and is not used (by the detector: no room); CUDA, CPU are'),
])
def test_model(view, level, words):
    report = diagnostics.model(view)
    assert report.level == level and words in report.message


@pytest.mark.parametrize('load, level, words', [
    (SystemLoad(4, 20.0, 50.0, 100.0, 9, 60.0), OK, '20 % busy'),
    (SystemLoad(4, 95.0, 50.0, 100.0, 9, 60.0), WARN, '95 % busy'),
    (SystemLoad(4, 20.0, 50.0, 100.0, 9, 97.0), WARN, '97 degrees'),
    (SystemLoad(4, 20.0, 50.0, 100.0, 9, None), OK, 'busy'),  # no sensor
    (SystemLoad(None, None, None, None, None, None), OK, 'unknown'),
    (SystemLoad(4, None, None, None, 9, 97.0), WARN, '97 degrees'),
    (SystemLoad(4, 95.0, 50.0, 100.0, 9, 97.0, can_open=False), ERROR, 'no file descriptor'),
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


def test_a_status_that_cannot_be_made_is_told_and_the_others_are_made():
    def broken():
        raise OSError(24, 'Too many open files')
    assert diagnostics_publisher.made(broken).level == ERROR
    assert 'Too many open files' in diagnostics_publisher.made(broken).message
    assert diagnostics_publisher.made(lambda: diagnostics.model(NODE)).level == OK


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
        two_faces(camera, received, time.time())

        def show():
            shown_until(camera, received, lambda end=time.monotonic() + 0.2: (
                time.monotonic() > end), 'some frames')
        status = diagnostics_.wait(
            'robot/fer: inference', OK, 'frames per second', meanwhile=show)
        values = {one.key: one.value for one in status.values}
        assert values['provider'] == 'CPUExecutionProvider' and values['threads'] == '1'
        faces = diagnostics_.wait('robot/fer: faces', OK, '2 faces', meanwhile=show)
        assert faces.hardware_id == '/robot/image'
        assert {one.key for one in faces.values} == {
            'tracked', *(f'face {one.id}' for one in received[-1].detections)}
        model = {one.key: one.value for one in diagnostics_.get('robot/fer: model').values}
        assert len(model['sha256']) == 64 and model['version'] and model['state'] == 'active'
        names = [status.name for status in diagnostics_.arrays[-1].status]
        assert names == [f'robot/fer: {one}' for one in diagnostics.STATUSES]


def test_counts_and_totals_begin_together():
    counts = FrameCounts()
    for _ in range(3):
        counts.arrived(0.01, 'camera')
    counts.count('dropped')
    counts.taken(StreamResult('bad', None, reason='no picture'), {})
    first = counts.take()
    assert first.events['received'] == counts.totals['received'] == 3
    assert (first.events['dropped'], first.events['bad']) == (1, 1)
    assert first.last_error == 'no picture' and first.frame_ids == ('camera',)
    counts.arrived(None, 'camera')
    assert counts.take().events['received'] == 1 and counts.totals['received'] == 4
    counts.restart()
    assert set(counts.totals.values()) == {0} and counts.take().events['received'] == 0
