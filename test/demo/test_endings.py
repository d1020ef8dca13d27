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

"""What the demo does when it cannot write, when it is stopped, and on a terminal."""

import os
import select
import signal
import subprocess
import sys

import cv2
from fer_ros.boundary import OutputError
from fer_ros.core.types import Box, Expression, Face
from fer_ros.demo.cli import main
from fer_ros.demo.recorder import CODECS, Recorder
from fer_ros.demo.stills import ASSETS
from fer_ros.demo.terminal import Table, view
import numpy as np
import pytest
from waiting import PATIENCE


def face():
    return Face(
        id='fabcde', box=Box(40, 30, 60, 70), score=0.9,
        landmarks=np.zeros((4, 2), np.float32), expression=Expression(np.full(8, 0.125)),
        label='happy', confidence=0.9, valence=0.0, arousal=0.0)


def played(recorder):
    """Show the recorder one picture with a face, then nothing more."""
    recorder.picture(1.0, np.full((120, 160, 3), 90, np.uint8))
    recorder.faces(1.0, 0.0, [face()])
    recorder.close()


def test_a_frame_that_cannot_be_written_is_named(tmp_path):
    recorder = Recorder(tmp_path, None)
    (tmp_path / 'frame_00.00s.jpg').mkdir()
    with pytest.raises(OutputError, match='frame_00.00s.jpg cannot be written'):
        played(recorder)
    assert recorder.written == []


def test_a_video_is_written_in_the_second_format_where_the_first_fails(tmp_path):
    recorder = Recorder(tmp_path, 10.0)
    (tmp_path / CODECS[0][0]).mkdir()
    played(recorder)
    assert [path.name for path in recorder.written] == ['frame_00.00s.jpg', 'faces.avi']
    there, frame = cv2.VideoCapture(str(tmp_path / 'faces.avi')).read()
    assert there and frame.shape == (120, 160, 3)


def test_without_any_format_the_way_out_is_named(tmp_path):
    recorder = Recorder(tmp_path, 10.0)
    for name, _ in CODECS:
        (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match='neither mp4 nor avi; use --no-video'):
        played(recorder)


def test_a_copy_of_a_picture_that_cannot_be_written_is_named(tmp_path, capsys):
    people, out = tmp_path / 'people', tmp_path / 'out'
    people.mkdir()
    cv2.imwrite(str(people / 'a.png'), np.full((120, 160, 3), 90, np.uint8))
    (out / 'faces_a.png.jpg').mkdir(parents=True)
    assert main(['--images', str(people), '--output', str(out)]) == 5
    assert 'faces_a.png.jpg cannot be written: Is a directory' in capsys.readouterr().err


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_folder_of_many_pictures(tmp_path, number):
    people, out = tmp_path / 'people', tmp_path / 'out'
    people.mkdir()
    for index in range(500):
        (people / f'{index}.jpg').symlink_to(ASSETS / 'hopper.jpg')
    demo = subprocess.Popen(
        [sys.executable, '-m', 'fer_ros.demo.cli', '--images', str(people), '--output', str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        # The copy of a picture is written after its line.
        assert [demo.stdout.readline()[:7] for _ in range(2)] == ['0.jpg: ', '1.jpg: ']
        demo.send_signal(number)
        _, err = demo.communicate(timeout=PATIENCE)
    finally:
        demo.kill()
    assert demo.returncode == 128 + number
    assert err == 'fer_demo: stopped\n' and 'Traceback' not in err
    assert 0 < len(list(out.iterdir())) < 500


def test_a_terminal_gets_a_table_that_stays_when_it_ends():
    near, far = os.openpty()
    with os.fdopen(far, 'w') as stream, os.fdopen(near, 'rb') as screen:
        table = view(stream)
        assert isinstance(table, Table)
        table.show(0.0, 30.0, [face()])
        table.close()
        # What is shown afterwards comes below.
        table.show(1.0, 30.0, [])
        shown = ''
        # A terminal hands on what it has, in pieces.
        while 'nobody' not in shown and select.select([near], [], [], 10.0)[0]:
            shown += os.read(screen.fileno(), 10000).decode()
    assert 'fabcde  happy' in shown and 'nobody' in shown and '\x1b' not in shown
