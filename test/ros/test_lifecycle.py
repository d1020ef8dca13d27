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

"""Lifecycle over real processes: autostart, by hand, bad models, silence, signals, cycles."""

import os
from pathlib import Path
import shutil
import signal
import time

from fer_ros.core.assets import model_path
from fer_ros.core.free_memory import return_free_memory
import psutil
import pytest
from rcl_interfaces.srv import GetParameters
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.qos import ReliabilityPolicy
from support import (
    ask_a_node_of_this_process, CameraProcess, CLIP, FerProcess, image_message, meet, Peer, play,
    running, stamp_of, wait_for)


def test_node_starts_by_itself():
    with running(FerProcess(), Peer()) as (_, peer):
        wait_for(lambda: peer.state() == 'active', 'the active state')


def test_manual_lifecycle_speaks_only_while_active():
    with running(FerProcess(autostart=False), Peer()) as (_, peer):
        assert peer.state() == 'unconfigured'
        assert peer.transition('configure') and peer.state() == 'inactive'
        received = peer.expressions()
        # No subscription yet, so nothing can come in.
        assert peer.node.count_subscribers('/image') == 0
        assert peer.transition('activate') and peer.state() == 'active'
        camera = peer.camera(received)
        first = play(camera, received, range(3), start=10.0)
        assert [stamp_of(one) for one in received] == first
        received.clear()
        assert peer.transition('deactivate') and peer.state() == 'inactive'
        wait_for(lambda: peer.node.count_subscribers('/image') == 0, 'the end of a subscription')
        camera.publish(image_message(CLIP.frame(0), stamp=20.0))
        assert not received
        assert peer.transition('activate')
        wait_for(lambda: any(
            one.qos_profile.reliability == ReliabilityPolicy.RELIABLE
            for one in peer.node.get_subscriptions_info_by_topic('/image')), 'a subscription')
        meet(camera, received)
        second = play(camera, received, range(3), start=30.0)
        assert [stamp_of(one) for one in received] == second
        assert peer.transition('deactivate') and peer.transition('cleanup')
        assert peer.state() == 'unconfigured'
        wait_for(lambda: peer.node.count_publishers('/fer/expression') == 0,
                 'the end of a publisher')
        assert peer.transition('configure') and peer.transition('activate')


def test_impossible_transition_is_refused():
    with running(FerProcess(autostart=False), Peer()) as (process, peer):
        assert not peer.transition('activate')
        assert peer.state() == 'unconfigured' and process.running


def broken(tmp_path: Path, fault: str) -> str:
    """Return the path of an expression model with this fault."""
    path = tmp_path / 'broken.onnx'
    if fault == 'empty':
        path.write_bytes(b'')
    elif fault == 'corrupt':
        path.write_bytes(b'this is no network' * 100)
    elif fault == 'truncated':
        data = Path(model_path('expression.onnx')).read_bytes()
        path.write_bytes(data[:len(data) // 2])
    elif fault == 'wrong checksum':
        source = Path(model_path('expression.onnx'))
        data = bytearray(source.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
        shutil.copy(source.with_suffix('.md'), path.with_suffix('.md'))
    elif fault == 'another network':
        shutil.copy(model_path('face_detector.onnx'), path)
    return str(path)


@pytest.mark.parametrize('fault', [
    'missing', 'empty', 'corrupt', 'truncated', 'wrong checksum', 'another network'])
def test_bad_model_fails_to_configure_with_its_reason(tmp_path, fault):
    path = broken(tmp_path, fault)
    with running(FerProcess(expression_model=path), Peer()) as (process, peer):
        wait_for(lambda: 'autostart ended' in process.log, 'the end of autostart')
        assert 'on_configure failed' in process.log and path in process.log
        assert peer.state() == 'unconfigured' and process.running
        # The reason remains in reach of whoever asks later.
        assert not peer.transition('configure')


def test_node_can_be_configured_once_the_model_is_there(tmp_path):
    path = tmp_path / 'later.onnx'
    with running(FerProcess(expression_model=path, autostart_retry='0.0'), Peer()) as (
            process, peer):
        wait_for(lambda: 'autostart ended' in process.log, 'the end of autostart')
        assert 'it is tried again' not in process.log
        shutil.copy(model_path('expression.onnx'), path)
        assert peer.transition('configure') and peer.transition('activate')


def test_autostart_tries_again_and_says_so(tmp_path):
    path = tmp_path / 'later.onnx'
    with running(FerProcess(expression_model=path, autostart_retry='0.5'), Peer()) as (
            process, peer):
        wait_for(lambda: 'it is tried again in 1 s' in process.log, 'the second attempt')
        assert 'it is tried again in 0.5 s' in process.log
        shutil.copy(model_path('expression.onnx'), path)
        wait_for(lambda: peer.state() == 'active', 'the active state')


def test_who_asks_for_a_transition_ends_the_attempts_of_autostart(tmp_path):
    path = tmp_path / 'later.onnx'
    with running(FerProcess(expression_model=path, autostart_retry='0.1'), Peer()) as (
            process, peer):
        diagnostics = peer.diagnostics()
        wait_for(lambda: 'it is tried again' in process.log, 'an attempt')
        assert not peer.transition('configure')
        attempts = process.log.count('autostart ended')
        for _ in range(3):
            diagnostics.wait('fer: model', b'\x02', 'on_configure failed')
        assert process.log.count('autostart ended') == attempts
        shutil.copy(model_path('expression.onnx'), path)
        assert peer.transition('configure') and peer.transition('activate')


def test_transitions_under_load_and_shutdown():
    """A camera of 60 Hz goes on while the node is switched off and on."""
    with running(CameraProcess(60.0), FerProcess(), Peer()) as (_, process, peer):
        received = peer.expressions()
        for number in range(6):
            wait_for(lambda: received, 'an answer')
            assert peer.transition('deactivate')
            if number % 2:
                assert peer.transition('cleanup') and peer.transition('configure')
            received.clear()
            assert peer.transition('activate')
        wait_for(lambda: received, 'an answer')
        assert peer.transition('shutdown') and peer.state() == 'finalized'
        assert process.running and 'failed' not in process.log
        process.send(signal.SIGTERM)
        assert process.wait() == 0
    stamps = [stamp_of(one) for one in received]
    assert stamps == sorted(set(stamps))


@pytest.mark.parametrize('choice, works', [('auto', True), ('on', False)])
def test_missing_hri_msgs_is_said_once_and_is_an_error_only_where_they_are_wanted(
        tmp_path, choice, works):
    (tmp_path / 'hri_msgs.py').write_text("raise ImportError('not installed')")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get('PYTHONPATH'))))
    with running(FerProcess(ros4hri=choice, first_path=path), Peer()) as (process, peer):
        if works:
            wait_for(lambda: peer.state() == 'active', 'the active state')
            for name in ('deactivate', 'cleanup', 'configure', 'activate'):
                assert peer.transition(name)
            assert process.log.count('ROS4HRI topics are not published') == 1
        else:
            wait_for(lambda: 'autostart ended' in process.log, 'the end of autostart')
            assert peer.state() == 'unconfigured'
        assert 'ros-$ROS_DISTRO-hri-msgs' in process.log


def test_first_provider_that_loads_is_used_and_others_are_no_obstacle():
    with running(FerProcess(providers='[tensorrt, cuda, cpu]'), Peer()) as (process, peer):
        wait_for(lambda: peer.state() == 'active', 'the active state')
        assert 'ExecutionProvider, ROS4HRI' in process.log


def test_qos_of_the_image_can_be_overridden():
    override = {'qos_overrides./image.subscription.depth': 7}
    with running(FerProcess(**override), Peer()) as (_, peer):
        answer = wait_for(lambda: peer.state() == 'active' and peer.call(
            GetParameters, '/fer/get_parameters', GetParameters.Request(
                names=list(override))), 'an active node')
        assert answer.values[0].integer_value == 7


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_signal_under_load_ends_cleanly(number):
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        play(camera, received, range(5))
        for index in range(30):
            camera.publish(image_message(CLIP.frame(index), stamp=100.0 + index))
        process.send(number)
        assert process.wait() == 0
        assert 'Traceback' not in process.log and 'rror' not in process.log


def test_a_burst_of_interrupts_ends_cleanly():
    # The terminal and launch both send one; a handler interrupted by the next must not hang.
    with running(FerProcess(), Peer()) as (process, peer):
        peer.expressions()
        for _ in range(200):
            process.send(signal.SIGINT)
        assert process.wait() == 0
        assert 'Traceback' not in process.log


def test_interrupts_until_the_very_end_change_nothing():
    # The interpreter gives up its handlers while it ends; one more interrupt must not kill it.
    with running(FerProcess(), Peer()) as (process, peer):
        peer.expressions()
        while process.running:
            process.send(signal.SIGINT)
            time.sleep(0.0005)
        assert process.wait() == 0


def resident_kilobytes() -> int:
    # What is free goes back first, as the node has it every half minute.
    return_free_memory()
    return psutil.Process().memory_info().rss >> 10


def threads() -> int:
    return psutil.Process().num_threads()


def cycles(node) -> list[tuple[int, int]]:
    """Return memory (KiB) and threads after 60 cycles, by when pools are full, and 300."""
    usage = []
    for number in range(1, 301):
        for trigger in (node.trigger_configure, node.trigger_activate,
                        node.trigger_deactivate, node.trigger_cleanup):
            assert trigger() == TransitionCallbackReturn.SUCCESS
        if number in (60, 300):
            usage.append((resident_kilobytes(), threads()))
    return usage


@pytest.mark.timeout(900)
def test_hundreds_of_cycles_leak_neither_memory_nor_threads():
    (before, threads_before), (after, threads_after) = ask_a_node_of_this_process(cycles)
    assert threads_after == threads_before
    # It comes and goes by some MiB, over 900 cycles as over 240. A model that stayed, or a
    # picture's buffer, would add more.
    assert after - before < 10 * 1024, f'{before} to {after} KiB'
