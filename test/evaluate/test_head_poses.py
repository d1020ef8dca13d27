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

"""`fer_evaluate --head-pose`: faces that are turned by known angles are told to be turned so."""

import json
from pathlib import Path
import shutil

import cv2
from fer_ros.demo.stills import ASSETS
from fer_ros.evaluate import head_poses
from fer_ros.evaluate.cli import main
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
HEAD = 'image_filename,emotion\n'


def test_turned_portraits_are_told_to_be_turned(tmp_path, capsys):
    folder, report = tmp_path / 'photos', tmp_path / 'r.json'
    folder.mkdir()
    names = ['collins.jpg', 'hopper.jpg']
    for name in names:
        shutil.copy(ASSETS / name, folder)
    # What is no picture and what shows no face is passed over.
    (folder / 'broken.jpg').write_bytes(b'no picture')
    cv2.imwrite(str(folder / 'blank.png'), np.full((120, 160, 3), 90, np.uint8))
    labels, card = tmp_path / 'labels.csv', tmp_path / 'card.md'
    labels.write_text(HEAD + ''.join(
        f'{name},neutral\n' for name in (*names, 'broken.jpg', 'blank.png', 'absent.png')))
    shutil.copy(ROOT / 'models' / 'face_landmarks.md', card)
    before = card.read_text()
    assert main(['--head-pose', str(folder), '--labels', str(labels), '--json', str(report),
                 '--card', str(card)]) == 0
    result = json.loads(report.read_text())
    assert result['turned_faces'] >= 1 and result['pictures'] >= 15
    # The goal for photographs; these are two.
    assert result['within']['yaw'] < 10.0 and result['within']['pitch'] < 10.0
    told = result['by_angle']['yaw']
    assert set(told) >= {'-45', '+0', '+45'}
    assert sum(row['faces'] for row in result['accuracy_by_yaw']) == len(names)
    assert 'yaw' in capsys.readouterr().out and card.read_text() != before


@pytest.mark.parametrize('make, words', [
    (lambda path: None, 'is not a folder'), (lambda path: path.mkdir(), 'looks ahead')])
def test_a_folder_without_a_face_is_named(tmp_path, capsys, make, words):
    make(tmp_path / 'none')
    assert main(['--head-pose', str(tmp_path / 'none')]) == 2
    assert words in capsys.readouterr().err


def test_what_was_not_told_is_a_dash():
    # One face that was told with an error of its yaw, and at another angle one that was not.
    told = [[0.0, 0.0, 2.0, -1.0, 0.5, 0.06, 0.9], [30.0, 0.0, *[np.nan] * 5]]
    table = np.array(told)
    within = head_poses._errors(table)
    assert (within['pictures'], within['not_told'], within['yaw']) == (2, 1, 2.0)
    tables = head_poses.markdown({
        'turned_faces': 1, 'pictures': 2, 'within': {'degrees': 45, **within},
        'by_angle': {'yaw': head_poses._by(table, 0), 'pitch': head_poses._by(table, 1)},
        'accuracy_by_yaw': [{'from': 0, 'to': 10, 'faces': 2, 'accuracy': 0.5},
                            {'from': 10, 'to': 20, 'faces': 0, 'accuracy': None}],
        'rough_yaw': {'faces': 0, 'spread': None, 'bias': None}})
    lines = tables['head pose']
    assert '| yaw +0° | 1 | 0 | 2.0° | 1.0° | 0.5° | +2.0° | -1.0° | 10 % | 0.90 |' in lines
    assert f"| yaw +30° | 1 | 1 |{' – |' * 7}" in lines
    assert tables['accuracy by yaw'][2:] == [
        '| 0° to 10° | 2 | 50.0 % |', '| 10° to 20° | 0 | – |']


@pytest.mark.parametrize('arguments, words', [
    (['--head-pose', '.', '--plot', 'plots'], 'leave them out with --head-pose'),
    (['--boxes', '.', '--robustness'], 'leave them out with --boxes'),
    (['--head-pose', '.', '--model', __file__], 'leave out --model and --detector'),
    (['--images', '.', '--labels', __file__, '--robustness'], 'use it with --data'),
    (['--images', '.'], 'belong together'),
    (['--head-pose', '.', '--boxes', '.'], 'give either'), ([], 'give either')])
def test_arguments_that_do_not_go_together(capsys, arguments, words):
    with pytest.raises(SystemExit, match='2'):
        main(arguments)
    assert words in capsys.readouterr().err
