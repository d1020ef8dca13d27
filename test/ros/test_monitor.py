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

"""The monitor in a pseudo-terminal and in a pipe, beside real nodes, keys pressed for real."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from fer_ros.monitor.cli import main
import pytest
from support import (
    FerProcess, PATIENCE, Peer, play, ROOT, running, shown_until, TWO_FACES, two_faces, wait_for)
from terminal_support import TerminalProcess

pytest.importorskip('rich', reason='apt install python3-rich')

MONITOR = 'fer_ros.monitor.cli'


def piped(*arguments, **kwargs):
    """Start the monitor with its output in a pipe."""
    return subprocess.Popen(
        [sys.executable, '-m', MONITOR, *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, 'PYTHONPATH': str(ROOT)}, **kwargs)


# A dozen things are waited for, one after the other.
@pytest.mark.timeout(400)
def test_in_a_terminal():
    with running(TerminalProcess(MONITOR)) as terminal:
        terminal.wait_for('waiting for a fer node', 'Detection2DArray',
                          f"ROS domain {os.environ['ROS_DOMAIN_ID']}", 'q quit')
        with running(FerProcess('/a'), FerProcess('/b', autostart=False), Peer()) as (
                node, _, peer):
            terminal.wait_for('/a/fer', '1 of 2', 'active', 'camera')
            received = peer.expressions('/a/fer/expression')
            camera = peer.camera(received, '/a/image')
            ids = two_faces(camera, received, time.time())
            # When it has subscribed, it does not say.
            shown_until(camera, received, lambda: all(
                word in terminal.shown for word in (*ids, 'happy')), 'two faces in the terminal')
            text = terminal.wait_for(*ids, 'happy')
            assert all(f'OK {name}' in text or f'WARN {name}' in text for name in (
                'inference', 'model', 'host'))
            # Silence is told with what to do.
            terminal.wait_for('no image on /a/image', 'is gone')
            terminal.press('?')
            terminal.wait_for('the clocks of the camera')
            terminal.press('\x1b')
            # To the other node, and enable it.
            terminal.press('n')
            terminal.wait_for('/b/fer', '2 of 2', 'unconfigured', 'configure')
            terminal.press('e')
            terminal.wait_for('/b/fer', '2 of 2 active')
            assert peer.state('/b/fer') == 'active'
            # Back by an arrow key; disabling asks first.
            terminal.press('\x1b[D')
            terminal.wait_for('/a/fer 1 of 2 active')
            terminal.press('e')
            terminal.wait_for('disable /a/fer for everybody? y / n')
            terminal.press('n')
            terminal.wait_for('/a/fer 1 of 2 active', 'q quit')
            # Off is the service ~/enable, and no transition.
            terminal.press('ey')
            terminal.wait_for('/a/fer 1 of 2 disabled', 'with the key e, or: ros2 service call')
            assert peer.state('/a/fer') == 'active'
            terminal.press('e')
            terminal.wait_for('/a/fer 1 of 2 active', 'enabled')
            # One that is neither active nor enabled is both afterwards.
            assert peer.enable(False, '/a/fer').success
            assert peer.transition('deactivate', '/a/fer')
            terminal.wait_for('/a/fer 1 of 2 inactive')
            terminal.press('e')
            terminal.wait_for('/a/fer 1 of 2 active')
            terminal.press('ey')
            terminal.wait_for('/a/fer 1 of 2 disabled')
            terminal.resize(30, 5)
            terminal.wait_for('This terminal has 30 by 5 characters')
            terminal.resize(50, 12)
            terminal.wait_for('/a/fer 1 of 2 disabled')
            node.send(signal.SIGKILL)
            terminal.wait_for('GONE', '/a/fer is gone')
            with running(FerProcess('/a')):
                terminal.wait_for('/a/fer 1 of 2 active')
        terminal.press('q')
        assert terminal.wait() == 0 and terminal.restored
        assert 'Traceback' not in terminal.output


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_terminal_as_it_was(number):
    with running(TerminalProcess(MONITOR, '--ascii', env={'NO_COLOR': '1'})) as terminal:
        assert terminal.wait_for('waiting for a fer node').isascii()
        terminal.send(signal.SIGTSTP)
        wait_for(lambda: terminal.restored, 'the terminal while it is stopped')
        terminal.send(signal.SIGCONT)
        wait_for(lambda: not terminal.restored, 'the monitor to go on')
        terminal.send(number)
        assert terminal.wait() == 128 + number and terminal.restored
        assert 'Traceback' not in terminal.output
        assert '\x1b[3' not in terminal.output


def test_a_dumb_terminal_gets_lines():
    with running(TerminalProcess(MONITOR, env={'TERM': 'dumb'})) as terminal:
        wait_for(lambda: 'waiting message="waiting for a fer node' in terminal.output, 'a line')
        terminal.press('\x03')
        terminal.send(signal.SIGINT)
        assert terminal.wait() == 130
        assert '\x1b' not in terminal.output and 'Traceback' not in terminal.output


@pytest.mark.timeout(300)
def test_in_a_pipe_and_once():
    with running(FerProcess('/robot'), Peer()) as (_, peer):
        received = peer.expressions('/robot/fer/expression')
        camera = peer.camera(received, '/robot/image')
        process, lines = piped('--json'), []
        reader = threading.Thread(
            target=lambda: lines.extend(map(json.loads, process.stdout)), daemon=True)
        reader.start()
        try:
            # It does not say when it has subscribed: what is played goes on until a face is told.
            wait_for(lambda: play(camera, received, range(TWO_FACES, TWO_FACES + 5)) and any(
                one['event'] == 'face' for one in list(lines)), 'a face')
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 143
            assert process.stderr.read() == 'fer_monitor: stopped\n'
        finally:
            process.kill()
            process.wait()
            reader.join()
            process.stdout.close()
            process.stderr.close()
        assert {'event': 'node', 'node': '/robot/fer', 'is': 'there'}.items() <= lines[0].items()
        told = next(one for one in lines if one['event'] == 'face')
        assert told['is'] == 'there' and told['face'] in {
            face.id for one in received for face in one.detections}
        once = piped('--once', '--node', '/robot/fer')
        out, err = once.communicate(timeout=PATIENCE)
        assert once.returncode == 0 and err == ''
        assert 'node=/robot/fer' in out and 'alive=true state=active' in out
        assert 'status status=model level=OK' in out


def test_without_a_node_once_says_what_it_waited_for(capsys):
    assert main(['--once', '--timeout', '0.2', '--node', '/nowhere/fer']) == 1
    out, err = capsys.readouterr()
    assert err == '' and 'waiting for the node /nowhere/fer' in out


@pytest.mark.parametrize('arguments, words', [
    (['--node', 'fer'], "'fer' is no full name; write it like /robot/fer"),
    (['--topic', '/a/'], 'is no full name'),
    (['--picture', 'a.png'], 'does not end in .svg'), (['--rate', '100'], '1 to 20')])
def test_wrong_arguments_are_told(arguments, words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2 and words in capsys.readouterr().err


@pytest.mark.parametrize('arguments, env', [
    (['--ros-args', '-r', 'nonsense'], {}), ([], {'ROS_DOMAIN_ID': 'seven'})])
def test_ros_that_cannot_start_is_told(arguments, env):
    ended = subprocess.run(
        [sys.executable, '-m', MONITOR, '--once', '--timeout', '1', *arguments],
        capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, 'PYTHONPATH': str(ROOT), **env})
    assert ended.returncode == 2 and 'Traceback' not in ended.stderr
    assert 'fer_monitor: ' in ended.stderr


def test_a_reader_that_leaves_ends_it_quietly():
    process = piped()
    assert 'waiting for' in process.stdout.readline()
    process.stdout.close()
    with running(FerProcess()):
        assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == ''
    process.stderr.close()
