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
"""Maps of annotators' tiers and codes: what they mean, and what is said of wrong ones."""

from pathlib import Path
import re

from fer_ros.boundary import InputError
from fer_ros.core.types import LABELS
from fer_ros.study.agreement_map import IGNORED, LEFT_OUT
from fer_ros.study.agreement_map_file import load_map
from fer_ros.study.agreement_schema import FILE, MAP, TIER
from fer_ros.study.annotations import Annotation
import pytest

GOOD = 'tiers: {face: {person: in_front}}\ncodes: {smile: happy}\n'


@pytest.fixture
def load(tmp_path):
    def write(text):
        (tmp_path / 'map.yaml').write_text(text)
        return load_map(tmp_path / 'map.yaml')
    return write


def noted(code, detail='', tier='face'):
    return Annotation(('a',), tier, '', 0.0, 1.0, code, detail)


def test_a_short_map_has_our_words_as_classes(load):
    plan = load(GOOD)
    assert plan.classes == LABELS and plan.class_of == tuple(range(8))
    assert (plan.tolerance, plan.reaction_time, plan.unsure) == (0.0, 0.0, LEFT_OUT)
    tier = plan.tier('face')
    assert tier.ids('any') == ('in_front',)
    assert tier.meaning(noted('smile')) == 'happy' and tier.meaning(noted('grin')) is None


def test_a_long_map_is_read_whole(load):
    plan = load("""
tolerance: 0.5
reaction_time: 1
unsure: disagreement
classes:
  smile: [happy]
  no smile: [neutral, surprised, sad, angry, disgusted, scared]
  left out: [contempt]
codes: {s: smile, "0": no smile, talking: ignored, hidden: left out}
tiers:
  'face*': {person: {a: [x, y], b: z}, unannotated: no smile}
  face_9: {person: q, annotator: ben, codes: {s|broad: smile, s: no smile}}
  mood: {person: in_front, measure: valence, range: [1, 9], codes: {neutral: 0}}
files:
  'anna/*.eaf': {annotator: anna, offset: -1.5, between: [0, 60]}
columns: {start: Onset}
""")
    assert plan.classes == ('smile', 'no smile') and plan.class_of == (1, 0, 1, 1, 1, 1, 1, -1)
    face, ninth, mood = (plan.tier(name) for name in ('face_1', 'face_9', 'mood'))
    assert plan.tier('voice') is None
    assert [face.ids(name) for name in 'abc'] == [('x', 'y'), ('z',), ()]
    assert [face.meaning(noted(code)) for code in ('s', '0', 'talking', 'hidden', 'S')] == [
        'smile', 'no smile', IGNORED, LEFT_OUT, None]
    # A code with its modifiers comes before the code alone, and a tier's own before the others.
    assert [ninth.meaning(noted('s', detail)) for detail in ('broad', '', 'faint')] == [
        'smile', 'no smile', 'no smile']
    codes = ('1', '5', '9', '4,0', 'neutral', '10', 'x', 'nan')
    assert [mood.meaning(noted(code)) for code in codes] == [
        -1.0, 0.0, 1.0, -0.25, 0, None, None, None]


def test_the_page_has_maps_that_can_be_read_and_every_key(load):
    page = (Path(__file__).parents[2] / 'docs' / 'agreement.md').read_text()
    maps = re.findall(r'```yaml\n(.*?)```', page, re.S)
    assert len(maps) == 2 and all(load(text).tiers for text in maps)
    keys = {key for schema in (MAP, TIER, FILE) for key in schema['properties']}
    assert not [key for key in keys if f'`{key}`' not in page]


@pytest.mark.parametrize('path, annotator', [
    ('anna/s.eaf', 'anna'), ('/x/anna/s.eaf', 'anna'), ('anna/s.csv', ''), ('s_ben.csv', 'ben')])
def test_files_are_known_by_name_or_path(load, path, annotator):
    plan = load(GOOD + "files: {'anna/*.eaf': {annotator: anna}, '*_ben.csv': {annotator: ben}}")
    assert plan.rule(Path(path)).annotator == annotator


@pytest.mark.parametrize('text, words', [
    ('', "a mapping with the key 'tiers'"), ('5', "a mapping with the key 'tiers'"),
    ('[', 'not the YAML'), ('codes: {smile: happy}', "the key 'tiers' is missing"),
    ('tiers: {}', 'write a mapping of tiers'),
    ('tiers: {face: in_front}', "tiers.face: it is 'in_front'; write a mapping"),
    ('tiers: {face: {}}', "tiers.face: the key 'person' is missing"),
    ('tiers: {face: {persn: x}}', "the key 'person' is missing"),
    ('tiers: {face: {person: x, codez: {}}}', "unknown key 'codez'; did you mean 'codes'?"),
    ('tiers: {face: {person: [], codes: {s: happy}}}', 'person is []; write an id'),
    ('tiers: {face: {person: 5, codes: {s: happy}}}', 'person is 5; write an id'),
    (GOOD + 'tolerence: 1', "unknown key 'tolerence'; did you mean 'tolerance'?"),
    (GOOD + 'tolerance: -1', 'tolerance is -1; write seconds'),
    (GOOD + 'tolerance: .nan', 'no number that can be used'),
    (GOOD + 'unsure: wrong', "unsure is 'wrong'; write 'left out', 'disagreement'"),
    (GOOD + 'columns: {begin: x}', "unknown key 'begin'"),
    (GOOD + 'files: {x: {anotator: b}}', "did you mean 'annotator'?"),
    (GOOD + 'files: {x: {between: [5, 1]}}', 'put the earlier one first'),
    ('tiers: {face: {person: x}}', 'no code has a meaning'),
    (GOOD.replace('happy', 'hapy'), "codes.smile is 'hapy'; did you mean 'happy'?"),
    (GOOD.replace('happy', 'happiness'), "did you mean 'happy'?"),
    (GOOD.replace('happy', 'Fear'), "did you mean 'scared'?"),
    (GOOD.replace('happy', 'zzz'), 'write one of these: neutral, happy'),
    (GOOD.replace('happy', '[happy]'), 'write one of these: neutral, happy'),
    (GOOD.replace('happy', 'no'), 'codes.smile is False; write one of these'),
    ('tiers: {m: {person: x, measure: valence}}\ncodes: {good: 1}',
     'codes for all tiers stand for classes'),
    (GOOD.replace('happy', 'left uot'), "did you mean 'left out'?"),
    (GOOD.replace('in_front', 'x, unannotated: nothing'), 'tiers.face.unannotated is'),
    (GOOD.replace('in_front', 'x, range: [0, 1]'), 'goes with measure: valence'),
    (GOOD.replace('in_front', 'x, measure: valance'), 'write expression or valence'),
    ('tiers: {m: {person: x, measure: valence, unannotated: neutral}}', 'remove it'),
    ('tiers: {m: {person: x, measure: valence, range: [2, 2]}}', 'to the same'),
    ('tiers: {m: {person: x, measure: valence, codes: {good: 2}}}', 'a valence from -1 to 1'),
    ('tiers: {m: {person: x, measure: valence, codes: {good: [1]}}}', 'a valence from -1 to 1'),
    ('tiers: {m: {person: x, measure: valence, codes: {good: happy}}}', 'a valence from -1 to 1'),
    (GOOD + 'classes: {happy: [happy]}', 'two or more are needed'),
    (GOOD + 'classes: {happy: [happy], not: [neutral]}',
     'surprised, sad, angry, disgusted, scared, contempt are in none'),
    (GOOD + 'classes: {happy: [happy], unsure: [sad]}', 'no class may have this name'),
    (GOOD.replace('in_front', '[in_front, x]'), 'in_front beside ids'),
    (GOOD + 'classes: {happy: [happy], not: [happy]}', "'happy' is in two"),
    (GOOD + 'classes: {happy: [happy], not: [joy]}', "did you mean 'happy'?"),
    (GOOD + 'classes: {happy: happy, not: [neutral]}', 'a list of our words'),
    (GOOD + GOOD, 'is there twice'), ('tiers: &a {face: *a}', 'is not defined before'),
])
def test_wrong_maps_are_told_in_a_line(load, text, words):
    with pytest.raises(InputError) as caught:
        load(text)
    told = str(caught.value)
    assert words in told and told.startswith('map ') and told.isprintable() and len(told) < 900
