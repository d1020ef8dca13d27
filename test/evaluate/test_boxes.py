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

"""Labelled boxes: how they are read, matched with detections, counted and shown."""

from __future__ import annotations

import json

import cv2
from fer_ros.bench.cli import main as benchmark
from fer_ros.core.assets import model_path
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.demo.stills import ASSETS, load_stills
from fer_ros.evaluate import boxes
from fer_ros.evaluate.boxes import LabelledBox
from fer_ros.evaluate.cli import main as evaluate
from fer_ros.evaluate.ferplus import DataError
import numpy as np
import pytest

HEAD = 'image_filename,xmin,ymin,xmax,ymax,kind\n'


def labelled(*sides):
    """Return labelled faces in a row, 200 pixels from one to the next."""
    return [LabelledBox(Box(200.0 * i, 0, side, side)) for i, side in enumerate(sides)]


def detection(x, y, width, height, score=0.9):
    """Return a detection without landmarks."""
    return Detection(Box(x, y, width, height), score, np.zeros((4, 2), np.float32))


@pytest.mark.parametrize('found, taken, false', [
    ([], set(), 0),                                                    # nobody seen
    ([(0, 0, 40, 40)], {0}, 0),                                        # just so
    ([(0, 0, 40, 20)], {0}, 0),                                        # half of it
    ([(0, 0, 40, 19)], set(), 1),                                      # less than half
    ([(0, 0, 40, 40), (2, 2, 40, 40)], {0}, 1),                        # twice
    ([(400, 0, 20, 20)], {2}, 0),                                      # a small one
    ([(600, 0, 20, 20)], set(), 0),                                    # as small, unlabelled
    ([(600, 0, 30, 30)], set(), 1),                                    # larger, unlabelled
    ([(200, 0, 100, 100), (0, 0, 40, 40)], {0, 1}, 0),                 # two faces
])
def test_match(found, taken, false):
    assert boxes.match(labelled(40, 100, 20), [detection(*each) for each in found]) == (
        taken, false)


def test_the_better_detection_chooses_first():
    faces = [LabelledBox(Box(0, 0, 40, 40)), LabelledBox(Box(10, 0, 40, 40))]
    found = [detection(5, 0, 40, 40, 0.7), detection(0, 0, 40, 40, 0.9)]
    assert boxes.match(faces, found) == ({0, 1}, 0)


class Scripted:
    """Find what it is told to, whatever the picture shows."""

    def __init__(self, *found):
        self.found = [detection(*each) for each in found]

    def detect(self, frame: Frame):
        return self.found


def test_files_are_judged_by_the_rules_of_messages(tmp_path):
    still = load_stills()['hopper']
    gray = cv2.cvtColor(still.pixels, cv2.COLOR_BGR2GRAY)
    cv2.imwrite(str(tmp_path / 'deep.png'), gray.astype(np.uint16) * 4)
    jpeg = cv2.imencode('.jpg', still.pixels)[1].tobytes()
    (tmp_path / 'cut.jpg').write_bytes(jpeg[:len(jpeg) // 2] + b'\xff\xd9')
    (tmp_path / 'cut.png').write_bytes(cv2.imencode('.png', still.pixels)[1].tobytes()[:-500])
    detector = load_detector(OnnxModel(model_path('face_detector.onnx')))
    pictures = {name: [LabelledBox(still.box)] for name in ('deep.png', 'cut.jpg', 'cut.png')}
    result, problems = boxes.measure(detector, tmp_path, pictures)
    assert (result['pictures'], result['faces']) == (1, 1)
    assert len(problems) == 2 and all('cannot be decoded' in line for line in problems)
    # Ten bits in sixteen are as good as eight.
    cv2.imwrite(str(tmp_path / 'eight.png'), gray)
    eight, _ = boxes.measure(detector, tmp_path, {'eight.png': pictures['deep.png']})
    assert result['recall'] == eight['recall'] == 1.0


def test_measure_counts_by_size_kind_and_tilt(tmp_path):
    cv2.imwrite(str(tmp_path / 'one.png'), np.zeros((300, 700, 3), np.uint8))
    pictures = {
        'one.png': [LabelledBox(Box(100, 100, 60, 60), 'hat'),
                    LabelledBox(Box(300, 100, 30, 30), 'scarf'),
                    LabelledBox(Box(400, 100, 12, 12), 'hat')],
        'gone.png': labelled(50)}
    result, problems = boxes.measure(
        Scripted((102, 100, 60, 60), (500, 100, 40, 40)), tmp_path, pictures)
    assert [line for line in problems if 'gone.png' in line] == problems != []
    assert (result['pictures'], result['faces'], result['false']) == (1, 2, 1)
    assert result['recall'] == result['precision'] == 0.5
    assert result['sizes']['48-96'] == {'faces': 1, 'recall': 1.0}
    assert result['sizes']['24-32'] == {'faces': 1, 'recall': 0.0}
    assert result['sizes']['<16'] == {'faces': 1, 'recall': 0.0}
    assert result['sizes']['96+'] == {'faces': 0, 'recall': None}
    assert result['kinds'] == {
        'hat': {'faces': 1, 'recall': 1.0}, 'scarf': {'faces': 1, 'recall': 0.0}}
    assert set(result['tilts']) == {'0', '15', '30', '45', '60', '90', '180'}
    assert all(share == {'faces': 1, 'recall': 1.0} for share in result['tilts'].values())


@pytest.mark.parametrize('text, words', [
    (None, 'boxes.csv does not exist'),                                  # no table
    ('', 'lacks the column image_filename'),                         # nothing in it
    (HEAD.replace('xmin', 'left'), 'lacks the column xmin'),         # another one
    (HEAD, 'no rows'),                                               # only a head
    (HEAD + 'a.jpg,5,5,5,9,\n', 'line 2: not a box'),                # no width
    (HEAD + 'a.jpg,1,2,3,4,\na.jpg,1,2,x,4,\n', 'line 3: not a box'),  # no number
    (HEAD + 'a.jpg,1,2\n', 'line 2: not a box'),                     # cut off
])
def test_a_table_that_cannot_be_used_is_named(tmp_path, text, words):
    if text is not None:
        (tmp_path / 'boxes.csv').write_text(text)
    with pytest.raises(DataError, match=words):
        boxes.read_boxes(tmp_path)


@pytest.fixture
def portraits(tmp_path):
    """Write the two portraits with the boxes of their faces."""
    lines = [HEAD]
    for name, still in load_stills().items():
        cv2.imwrite(str(tmp_path / f'{name}.png'), cv2.imread(str(ASSETS / f'{name}.jpg')))
        x, y, width, height = still.box
        lines.append(f'{name}.png,{x},{y},{x + width},{y + height},portrait\n')
    (tmp_path / 'boxes.csv').write_text(''.join(lines))
    return tmp_path


def test_evaluate_and_its_card(portraits, capsys):
    card = portraits / 'card.md'
    card.write_text('<!-- boxes: written by fer_evaluate --boxes -->\n<!-- end -->\n')
    assert evaluate(['--boxes', str(portraits), '--json', '-', '--card', str(card)]) == 0
    result, = json.loads(capsys.readouterr().out)['detectors']
    assert (result['file'], result['recall'], result['precision']) == (
        'face_detector.onnx', 1.0, 1.0)
    assert result['ms_per_frame'] > 0.0
    assert '| recall | 100.0 |' in card.read_text()


def test_benchmark_compares_files_and_long_sides(portraits, capsys):
    assert benchmark(['detector', '--boxes', str(portraits), '--long-side', '192', '256']) == 0
    out = capsys.readouterr().out
    head, second = out.splitlines()[1:3]
    assert head.split()[1:] == 2 * ['face_detector.onnx'] + 2 * ['face_detector_blaze.onnx']
    assert second.split()[-4:] == ['192', '256', '192', '256']


def test_benchmark_compares_thresholds(portraits, capsys):
    assert benchmark(['detector', '--boxes', str(portraits), '--long-side', '192', '--detector',
                      str(model_path('face_detector.onnx')), '--threshold', '0.6', '0.99']) == 0
    rows = {line.split('  ')[0]: line.split()[-2:] for line in capsys.readouterr().out.split('\n')
            if line}
    assert rows['threshold'] == ['0.6', '0.99'] and rows['recall'] == ['100.0', '0.0']


def test_benchmark_names_what_it_lacks(tmp_path, capsys):
    assert benchmark(['detector', '--boxes', str(tmp_path)]) == 2
    assert 'boxes.csv does not exist' in capsys.readouterr().err
