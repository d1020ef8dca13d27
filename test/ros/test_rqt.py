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
"""The window and the plugin beside a real node; rqt itself where it is installed."""

from importlib.util import find_spec
import os
from pathlib import Path
import signal
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from support import CameraProcess, FerProcess, PATIENCE, Peer, ROOT, running, wait_for

pytest.importorskip('fer_ros.rqt.qt', reason='needs a Qt: pip install PyQt5', exc_type=ImportError)


def window(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, '-m', 'fer_ros.rqt.window', *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
        env={**os.environ, 'QT_QPA_PLATFORM': 'offscreen', **environment})


PROGRAM = """
import os, sys, time
os.environ['QT_QPA_PLATFORM'] = 'offscreen'
from fer_ros.rqt.qt import QtWidgets
import rclpy
from fer_ros.monitor.listener import Listener, surroundings
from fer_ros.monitor.model import Monitor
from fer_ros.rqt.pictures import PictureFeed
from fer_ros.rqt.widget import FerWidget
application = QtWidgets.QApplication([])
listener = Listener([])
feed = PictureFeed(rclpy.get_default_context())
widget = FerWidget(Monitor(), listener, feed, surroundings())
widget.show()

def until(what, condition):
    end = time.monotonic() + float(sys.argv[1])
    while not condition():
        if time.monotonic() > end:
            sys.exit(f'waited in vain for {what}; {widget.sentence.text()!r} '
                     f'{widget.told.text()!r} {widget.picture._words!r}')
        application.processEvents()
        time.sleep(0.02)
    print(what, flush=True)

until('picture', lambda: widget.picture.image is not None)
until('faces', lambda: len(widget._cards) == 2)
until('statuses', lambda: '✓ model' in widget.diagnostics._chips.text().replace('\\xa0', ' '))
widget.topics.setCurrentText('/image')
until('topic', lambda: widget.topics.findText('/image') >= 0)
widget.topics.setCurrentText('/image')
widget.choose_topic('/image')
until('raw picture', lambda: widget.picture.image is not None)
widget.enable.click()
until('off', lambda: widget.enable.text() == 'Enable' and ': disabled' in widget.told.text())
widget.enable.click()
until('on', lambda: widget.enable.text() == 'Disable' and ': enabled' in widget.told.text())
widget.stop()
feed.close()
listener.close()
print('ended', flush=True)
"""


def test_the_window_shows_a_node_and_enables_it():
    with running(FerProcess(), CameraProcess(10.0)):
        done = subprocess.run([sys.executable, '-c', PROGRAM, str(PATIENCE)],
                              capture_output=True, text=True, timeout=10 * PATIENCE)
    assert done.stdout.split('\n')[-2:] == ['ended', ''], done.stdout + done.stderr
    assert done.returncode == 0


def test_a_shot_needs_no_display_and_no_node(tmp_path):
    shot = tmp_path / 'window.png'
    process = window('--shot', str(shot), '--after', '0.5', '--size', '800x600')
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert out == f'written: {shot}\n' and 'propagate' not in err
    assert shot.read_bytes()[:4] == b'\x89PNG'


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_it_ends_by_a_signal(number):
    # With a picture it is as if drawn on a display, but for the display.
    process = window('--shot', 'none.png', '--after', '3600')
    try:
        with running(Peer()) as peer:
            wait_for(lambda: any(name.startswith('fer_rqt_pictures')
                                 for name in peer.node.get_node_names()), 'the window')
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 128 + number
        assert 'Traceback' not in err
    finally:
        process.kill()


@pytest.mark.parametrize('arguments, words', [
    (['--size', '10x10'], 'is no size'), (['--after', 'x'], 'x'), (['--nonsense'], 'nonsense'),
    (['--shot', 'x.jpg'], 'does not end in .png'),
    (['--shot', 'x.png', '--ros-args', '-r', 'a b'], 'ROS cannot start')])
def test_a_mistake_is_told_in_a_sentence(arguments, words):
    process = window(*arguments)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert words in err and 'Traceback' not in err


def test_what_fails_while_drawing_is_told_as_elsewhere():
    # Qt ends the process where nobody catches that.
    program = ('import sys; from fer_ros.rqt import paint, window; '
               'paint.Picture.paintEvent = lambda *_: 1 / 0; '
               "sys.exit(window.main(['--shot', 'none.png', '--after', '3600']))")
    done = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, timeout=PATIENCE,
        env={name: value for name, value in os.environ.items() if name != 'FER_DEBUG'})
    assert done.returncode == 70, done.stderr
    assert 'ZeroDivisionError' in done.stderr and 'Traceback' not in done.stderr


def test_without_a_display_it_says_so():
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('DISPLAY', 'WAYLAND_DISPLAY', 'QT_QPA_PLATFORM')}
    done = subprocess.run([sys.executable, '-m', 'fer_ros.rqt.window'], env=environment,
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert 'there is no display' in done.stderr and 'fer_monitor' in done.stderr


def test_plugin_xml_names_the_class():
    plugin = ElementTree.parse(ROOT / 'plugin.xml').getroot().find('class')
    module, name = plugin.get('type').rsplit('.', 1)
    source = (ROOT / Path(*module.split('.'))).with_suffix('.py').read_text()
    assert f'class {name}(Plugin)' in source
    assert plugin.get('base_class_type') == 'rqt_gui_py::Plugin'
    export = ElementTree.parse(ROOT / 'package.xml').getroot().find('export/rqt_gui')
    assert export.get('plugin') == '${prefix}/plugin.xml'


@pytest.mark.skipif(find_spec('rqt_gui') is None, reason='needs rqt, which is in no registry')
def test_rqt_loads_the_plugin():
    with running(FerProcess(), Peer()) as (_, peer):
        rqt = subprocess.Popen(
            [sys.executable, '-m', 'rqt_gui.main', '--clear-config', '--perspective-file',
             str(ROOT / 'config' / 'fer.perspective')], stderr=subprocess.PIPE, text=True,
            env={**os.environ, 'QT_QPA_PLATFORM': 'offscreen'})
        try:
            wait_for(lambda: any(name.startswith('fer_rqt_pictures')
                                 for name in peer.node.get_node_names()), 'the plugin')
        finally:
            # Qt runs no handler of Python's while its loop waits.
            rqt.kill()
            _, err = rqt.communicate(timeout=PATIENCE)
    assert 'exception' not in err.lower()
