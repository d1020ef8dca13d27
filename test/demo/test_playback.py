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

"""What the demo shows in the terminal and keeps on disk."""

import io

import cv2
from fer_ros.core.types import Box, Expression, Face, LABELS
from fer_ros.demo.recorder import Recorder, STILLS
from fer_ros.demo.terminal import Lines, Table, view
from fer_ros.monitor.glyphs import UNICODE
import numpy as np
import pytest


def face(name='fabcde', label='happy', confidence=0.9):
    """Return a face with one expression."""
    probabilities = np.full(8, (1 - confidence) / 7)
    probabilities[LABELS.index(label)] = confidence
    return Face(
        id=name, box=Box(40, 30, 60, 70), score=0.9, landmarks=np.zeros((4, 2), np.float32),
        expression=Expression(probabilities), label=label, confidence=confidence, valence=0.0,
        arousal=0.0)


def picture(value=90, width=160, height=120):
    """Return an even bgr picture."""
    return np.full((height, width, 3), value, np.uint8)


@pytest.mark.parametrize('share, text', [
    (0.0, '    '), (1.0, '████'), (0.5, '██  '), (0.53125, '██▏ '),
    # Out of range.
    (-1.0, '    '), (7.0, '████'),
])
def test_bar(share, text):
    assert UNICODE.bar(share, 4) == text


def test_lines_tell_changes_at_once_and_the_rest_once_a_second():
    out = io.StringIO()
    lines = Lines(out)
    for step in range(50):
        faces = [] if step < 20 else [face('fabcde', 'happy' if step < 40 else 'sad')]
        lines.show(step * 0.05, 20.0, faces)
    text = out.getvalue().splitlines()
    assert [line.split()[0] for line in text] == ['0.0', '1.0', '2.0']
    assert 'nobody' in text[0]
    assert 'fabcde happy 90% (60x70 px)' in text[1]
    assert 'fabcde sad' in text[2]


def test_lines_of_a_flicker_are_few():
    out = io.StringIO()
    lines = Lines(out)
    for step in range(100):
        lines.show(step * 0.01, 100.0, [face()] * (step % 2))
    assert 4 <= len(out.getvalue().splitlines()) <= 6


def test_table_redraws_over_itself():
    out = io.StringIO()
    table = Table(out)
    table.show(0.0, 30.0, [face('fabcde'), face('fxyzab', 'sad', 0.5)])
    first = out.getvalue()
    assert first.count('\n') == 4 and '\x1b' not in first
    assert 'fabcde' in first and 'sad' in first and ' 50%' in first
    table.show(1.0, 30.0, [])
    # As many lines up as were written.
    assert out.getvalue()[len(first):].startswith('\x1b[4F\x1b[J')
    assert 'nobody' in out.getvalue()


def test_table_is_not_drawn_more_often_than_can_be_read():
    out = io.StringIO()
    table = Table(out)
    for step in range(100):
        table.show(step * 0.01, 100.0, [])
    assert 9 <= out.getvalue().count('nobody') <= 11


def test_a_pipe_gets_lines():
    assert isinstance(view(io.StringIO()), Lines)


def frames_of(path):
    """Return the decoded frames of a video."""
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        there, frame = capture.read()
        if not there:
            return frames
        frames.append(frame)


def test_recorder_writes_a_video_that_keeps_the_time(tmp_path):
    recorder = Recorder(tmp_path, 10.0)
    for index in range(20):
        # Some pictures are lost on the way, and the node skips others.
        if index not in (5, 6):
            recorder.picture(100 + index / 10, picture(10 * index))
        if index % 3 == 1:
            recorder.faces(100 + index / 10, index / 10, [])
    recorder.close()
    frames = frames_of(tmp_path / 'faces.mp4')
    assert len(frames) == 20
    # A lost picture is replaced by the next one.
    expected = [10 * (7 if i in (5, 6) else i) for i in range(20)]
    # In a corner stands the rate.
    assert [np.median(frame) for frame in frames] == pytest.approx(expected, abs=6)


def test_recorder_does_not_fill_hours(tmp_path):
    recorder = Recorder(tmp_path, 10.0)
    for stamp in (0.0, 0.1, 7200.0, 7200.1, 7200.3):
        recorder.picture(stamp, picture())
        recorder.faces(stamp, stamp, [])
    recorder.close()
    # Two, one after the jump, one, and one for the lost one.
    assert len(frames_of(tmp_path / 'faces.mp4')) == 2 + 1 + 1 + 2


def test_recorder_draws_the_faces_of_the_same_stamp(tmp_path):
    recorder = Recorder(tmp_path, None)
    recorder.picture(1.0, picture())
    recorder.picture(2.0, picture())
    recorder.faces(2.0, 1.0, [face()])
    recorder.close()
    assert [path.name for path in recorder.written] == ['frame_01.00s.jpg']
    drawn = cv2.imread(str(recorder.written[0]))
    assert drawn.shape == (120, 160, 3)
    assert np.abs(drawn.astype(int) - 90).max() > 50


@pytest.mark.parametrize('rate', [None, 10.0])
def test_faces_may_come_before_their_picture(tmp_path, rate):
    # A busy machine takes the small messages first.
    recorder = Recorder(tmp_path, rate)
    for index in range(6):
        recorder.faces(index / 10, index / 10, [face()])
    for index in range(5):
        recorder.picture(index / 10, picture())
    # The last picture was lost, and the faces of the one before it have waited for nothing else.
    recorder.close()
    assert recorder.telling is not None and recorder.telling.is_file()
    if rate is not None:
        video = cv2.VideoCapture(str(tmp_path / 'faces.mp4'))
        assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 5


def test_recorder_does_not_change_the_pictures_it_was_given(tmp_path):
    pixels = picture()
    pixels.flags.writeable = False
    recorder = Recorder(tmp_path, 10.0)
    recorder.picture(1.0, pixels)
    recorder.faces(1.0, 0.0, [face()])
    recorder.close()
    assert (pixels == 90).all()


def test_recorder_keeps_few_frames_apart_and_every_record_of_faces(tmp_path):
    recorder = Recorder(tmp_path, None)
    for index in range(600):
        recorder.picture(index / 30, picture())
        recorder.faces(index / 30, index / 30, [face()] * (2 if 10 <= index < 20 else 1))
    recorder.close()
    names = [path.name for path in recorder.written]
    assert names[:3] == ['frame_00.00s.jpg', 'frame_00.33s.jpg', 'frame_01.83s.jpg']
    assert len(names) == STILLS


def test_recorder_forgets_pictures_that_never_get_a_message(tmp_path):
    recorder = Recorder(tmp_path, 10.0)
    for index in range(500):
        recorder.picture(index / 10, picture())
    recorder.faces(49.9, 49.9, [])
    recorder.close()
    assert len(frames_of(tmp_path / 'faces.mp4')) == 60


def test_recorder_clears_what_an_earlier_run_left(tmp_path):
    (tmp_path / 'frame_07.00s.jpg').write_bytes(b'old')
    (tmp_path / 'faces.avi').write_bytes(b'old')
    (tmp_path / 'mine.jpg').write_bytes(b'kept')
    Recorder(tmp_path, None).close()
    assert [path.name for path in tmp_path.iterdir()] == ['mine.jpg']


def test_recorder_takes_odd_and_changing_sizes(tmp_path):
    recorder = Recorder(tmp_path, 10.0)
    for index, size in enumerate([(161, 121), (161, 121), (80, 200)]):
        recorder.picture(index / 10, picture(90, *size))
        recorder.faces(index / 10, index / 10, [])
    recorder.close()
    assert [frame.shape for frame in frames_of(tmp_path / 'faces.mp4')] == [(120, 160, 3)] * 3
