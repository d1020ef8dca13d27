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

from fer_ros.demo.stills import ASSETS
from fer_ros.evaluate.cli import main
import pytest

ROOT = Path(__file__).parents[2]
HEAD = 'image_filename,emotion\n'


def test_turned_portraits_are_told_to_be_turned(tmp_path, capsys):
    folder, report = tmp_path / 'photos', tmp_path / 'r.json'
    folder.mkdir()
    names = ['collins.jpg', 'hopper.jpg']
    for name in names:
        shutil.copy(ASSETS / name, folder)
    labels, card = tmp_path / 'labels.csv', tmp_path / 'card.md'
    labels.write_text(HEAD + ''.join(f'{name},neutral\n' for name in names))
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
