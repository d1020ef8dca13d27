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

"""fer_demo --images: every picture by itself, without the node and without ROS."""

import re
import sys

import cv2
from fer_ros.demo.cli import main
from fer_ros.demo.stills import load_stills
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def without_ros(monkeypatch):
    """Take rclpy away, so that importing it fails."""
    monkeypatch.setitem(sys.modules, 'rclpy', None)


def twelve_people():
    """Yield twelve portraits of one size, faces in the same place: one after the other."""
    for still in load_stills().values():
        x, y = (round(each) for each in still.box.center)
        half = round(0.55 * min(still.pixels.shape[:2]))
        padded = cv2.copyMakeBorder(
            still.pixels, half, half, half, half, cv2.BORDER_CONSTANT, value=(90, 90, 90))
        cut = cv2.resize(padded[y:y + 2 * half, x:x + 2 * half], (400, 400))
        for shade in (1.0, 0.8, 1.2):
            lit = cv2.convertScaleAbs(cut, alpha=shade)
            yield lit
            yield np.ascontiguousarray(lit[:, ::-1])


def test_twelve_people_one_after_the_other_are_twelve(tmp_path, capsys):
    people = tmp_path / 'people'
    people.mkdir()
    for number, picture in enumerate(twelve_people()):
        cv2.imwrite(str(people / f'{number:02}.png'), picture)
    before = sorted(path.name for path in people.iterdir())
    assert main(['--images', str(people), '--output', str(tmp_path / 'out')]) == 0
    out = capsys.readouterr().out
    assert 'pictures: 12, with a face: 12, faces: 12;' in out
    lines = re.findall(r'^(\d\d)\.png: (\w+)( \d+%)? \(\d+x\d+ px\)$', out, re.MULTILINE)
    assert [number for number, _, _ in lines] == [f'{number:02}' for number in range(12)]
    # One smiles in all of hers; shown after one another, nothing of it stays for the other.
    assert [label for _, label, _ in lines] == ['happy'] * 6 + ['neutral'] * 6
    for number in range(12):
        copy = cv2.imread(str(tmp_path / 'out' / f'faces_{number:02}.png.jpg'))
        original = cv2.imread(str(people / f'{number:02}.png'))
        assert copy.shape == original.shape
        assert np.abs(copy.astype(int) - original).max() > 80  # a box is on it
    assert sorted(path.name for path in people.iterdir()) == before


def test_pictures_are_looked_at_as_they_are_and_files_that_are_none_are_named(tmp_path, capsys):
    hopper = load_stills()['hopper'].pixels
    cv2.imwrite(str(tmp_path / 'a.jpg'), hopper)
    cv2.imwrite(str(tmp_path / 'b.png'), np.full((240, 320, 3), 120, np.uint8))
    (tmp_path / 'c.jpg').write_bytes(b'no picture')
    assert main(['--images', str(tmp_path), '--output', str(tmp_path / 'out')]) == 0
    said = capsys.readouterr()
    assert 'b.png: nobody' in said.out and 'pictures: 2, with a face: 1, faces: 1;' in said.out
    assert 'c.jpg is left out' in said.err
    assert cv2.imread(str(tmp_path / 'out' / 'faces_a.jpg')).shape == hopper.shape


def test_pictures_without_faces_fail_with_a_reason(tmp_path, capsys):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f'{number}.png'), np.full((240, 320, 3), 120, np.uint8))
    assert main(['--images', str(tmp_path), '--output', str(tmp_path / 'out')]) == 1
    assert 'none with a face' in capsys.readouterr().err


@pytest.mark.parametrize('images, output, words', [
    ('missing', 'out', 'missing is not a folder'),
    ('.', 'out', 'holds no picture'),
    ('.', '.', 'is the folder of the pictures'),
])
def test_bad_folders_are_named(tmp_path, capsys, monkeypatch, images, output, words):
    monkeypatch.chdir(tmp_path)
    assert main(['--images', images, '--output', output]) == 2
    assert words in capsys.readouterr().err


def test_a_missing_model_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv('FER_ROS_MODELS', str(tmp_path))
    assert main(['--images', str(tmp_path), '--output', str(tmp_path / 'out')]) == 2
    assert 'expression.onnx' in capsys.readouterr().err


@pytest.mark.parametrize('option, value', [
    ('rate', '5'), ('duration', '3'), ('size', '320x240'), ('video', 'film.mp4'), ('camera', '0')])
def test_options_of_a_camera_are_refused(tmp_path, capsys, option, value):
    with pytest.raises(SystemExit) as caught:
        main(['--images', str(tmp_path), f'--{option}', value])
    assert caught.value.code == 2 and f'--{option}' in capsys.readouterr().err
