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

"""What the demo says at its end, and --open."""

from pathlib import Path

from fer_ros.core.types import Box, Expression, Face
from fer_ros.demo import cli, next_steps
from fer_ros.demo.recorder import APART, Recorder
import numpy as np
import pytest
from waiting import wait_for


def face(label, confidence):
    """Return a face that is read like that."""
    return Face(
        id=label, box=Box(10, 10, 20, 20), score=1.0, landmarks=np.zeros((4, 2), np.float32),
        expression=Expression(np.full(8, 0.125)), label=label, confidence=confidence,
        valence=0.0, arousal=0.0)


@pytest.mark.parametrize('answers, telling', [
    ([], None),
    ([['happy']], 0),
    ([['happy'], ['happy', 'happy'], ['happy']], 1),
    ([['happy', 'happy', 'happy'], ['happy', 'sad']], 1),
    ([['happy', 'sad'], ['happy', 'unsure']], 0),
])
def test_the_most_telling_still_is_known(tmp_path, answers, telling):
    recorder = Recorder(tmp_path, None)
    for index, labels in enumerate(answers):
        recorder.picture(index * APART, np.zeros((64, 64, 3), np.uint8))
        recorder.faces(
            index * APART, index * APART, [face(label, 0.5) for label in labels])
    assert recorder.telling == (None if telling is None else recorder.written[telling])


def test_the_end_names_files_and_steps(tmp_path):
    written = [
        tmp_path / name for name in ('frame_01.00s.jpg', 'frame_02.50s.jpg', 'faces.mp4')]
    text = next_steps.told(tmp_path, written, written[1])
    assert f'2 annotated pictures and faces.mp4 to {tmp_path}; {written[1]} shows most' in text
    assert len(text.splitlines()) == 3
    for word in ('ros2 launch', 'fer_monitor', 'docs/see_it.md', 'docs/behaviours.md'):
        assert word in text
    for page in ('docs/see_it.md', 'docs/behaviours.md'):
        assert (Path(__file__).parents[2] / page).is_file()
    # A clip in which nobody was there.
    assert 'shows most' not in next_steps.told(tmp_path, [written[2]], None)


def test_open_hands_the_picture_to_the_desktop(tmp_path, monkeypatch):
    opener, seen = tmp_path / next_steps.OPENER, tmp_path / 'seen'
    opener.write_text(f'#!/bin/sh\necho "$1" > {seen}.part\nmv {seen}.part {seen}\n')
    opener.chmod(0o755)
    monkeypatch.setenv('PATH', str(tmp_path), prepend=':')
    monkeypatch.setenv('DISPLAY', ':7')
    next_steps.open_picture(tmp_path / 'frame.jpg')
    wait_for(seen.exists, 'the desktop')
    assert seen.read_text().strip() == str(tmp_path / 'frame.jpg')


@pytest.mark.parametrize('display, words', [
    ('', 'no display'), (':7', 'xdg-open is missing')])
def test_open_without_a_desktop_is_a_sentence(tmp_path, monkeypatch, capsys, display, words):
    monkeypatch.setenv('PATH', str(tmp_path))
    monkeypatch.delenv('WAYLAND_DISPLAY', raising=False)
    monkeypatch.setenv('DISPLAY', display)
    next_steps.open_picture(Path('frame.jpg'))
    said = capsys.readouterr().err
    assert words in said and 'frame.jpg' in said and said.count('\n') == 1


def test_open_is_not_for_a_folder_of_pictures(tmp_path, capsys):
    with pytest.raises(SystemExit):
        cli.main(['--images', str(tmp_path), '--open'])
    assert '--open is for a video or a camera' in capsys.readouterr().err
