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
"""A real recording through all of fer_study: tables, page, agreement, page with agreement."""

import json
from pathlib import Path

import pytest

pytest.importorskip('rosbags')
pytest.importorskip('distributed', reason="pip install '.[study]'")
pympi = pytest.importorskip('pympi', reason="pip install '.[study]'")
import fer_ros.study.cli as cli  # noqa: E402,I100
from fer_ros.study.page import PAGE  # noqa: E402
from fer_ros.study.tables import read_table  # noqa: E402

SAMPLE = Path(__file__).parents[1] / 'data' / 'sample'

MAP = """
classes: {smile: [happy], none: [neutral, surprised, sad, angry, disgusted, scared, contempt]}
codes: {smile: smile, none: none}
unsure: most probable
tiers: {face: {person: in_front}}
files: {'ben*': {annotator: ben}}
"""


def test_a_recording_is_studied_and_compared(tmp_path, capsys):
    study = tmp_path / 'study'
    assert cli.main([str(SAMPLE), '--output', str(study), '--jobs', '1', '--quiet']) == 0
    assert 'sample' in (study / PAGE).read_text()
    # Somebody smiles, until somebody else comes nearer (test/data/sample_expect.yaml).
    for name, spans in (('anna', [(0, 1400), (1400, 3400), (3400, 8000)]),
                        ('ben', [(0, 2400), (2400, 3400), (3400, 8000)])):
        eaf = pympi.Eaf(author=name)
        eaf.add_linked_file('file:///videos/sample.mp4', mimetype='video/mp4')
        eaf.add_tier('face')
        for (start, end), code in zip(spans, ('none', 'smile', 'none')):
            eaf.add_annotation('face', start, end, code)
        eaf.to_file(str(tmp_path / f'{name}.eaf'))
    (tmp_path / 'map.yaml').write_text(MAP)
    capsys.readouterr()
    assert cli.main(['agree', str(study), str(tmp_path / 'anna.eaf'), str(tmp_path / 'ben.eaf'),
                     '--map', str(tmp_path / 'map.yaml')]) == 0
    output = capsys.readouterr()
    assert not output.err and 'anna and the study' not in output.out and 'ben' in output.out
    rows = read_table(study, 'faces').to_pylist()
    table = {(said, noted): 0 for said in (0, 1) for noted in (0, 1)}
    for row in rows:
        if row['in_front'] and row['seconds'] < 8.0:
            word = row['label']
            if word == 'unsure':
                word = max(('neutral', 'happy', 'surprised', 'sad', 'angry', 'disgusted', 'scared',
                            'contempt'), key=lambda label: row[label])
            table[word == 'happy', 1.4 <= row['seconds'] < 3.4] += 1
    content = json.loads((study / 'agreement' / 'agreement.json').read_text())
    one = next(row for row in content['comparisons'] if row['annotator'] == 'annotator'
               and row['against'] == 'study')
    smile, none = one['confusion'][0], one['confusion'][1]
    assert (smile[0], smile[1], none[0], none[1]) == (
        table[1, 1], table[0, 1], table[1, 0], table[0, 0])
    # The faces of the sample are drawn to be clear.
    assert one['kappa'] > 0.8
    assert next(row for row in content['comparisons'] if row['annotator'] == 'ben'
                and row['against'] == 'study')['kappa'] < one['kappa']
    text = (study / PAGE).read_text()
    assert 'Agreement with annotators' in text and 'has changed since' not in text
    # Studied again, nothing is done and the agreement stays; a gone agreement is gone.
    assert cli.main([str(SAMPLE), '--output', str(study), '--jobs', '1', '--quiet']) == 0
    assert 'Agreement with annotators' in (study / PAGE).read_text()
