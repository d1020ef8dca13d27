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
"""The page of a study: what it says, that it is whole and safe, and what Chromium makes of it."""

import json
import re
from xml.etree import ElementTree

from browser import chromium, Structure, with_measures
from fer_ros.boundary import InputError
from fer_ros.core.types import LABELS
import pytest

pytest.importorskip('pyarrow', reason="pip install '.[study]'")
pytest.importorskip('jinja2', reason='apt install python3-jinja2')
from fer_ros.study.cli import main  # noqa: E402,I100
from fer_ros.study.page import PAGE, page, UNFOLDED, write_page  # noqa: E402
from made_studies import (  # noqa: E402
    add_failure, add_recording, alternating, face, new_study)

NASTY = '</title><script>alert(1)</script>"\'&<b>\x1b[2J'


@pytest.fixture
def study(tmp_path):
    """Return a study of three recordings: two people with a gap, nobody, and a failure."""
    folder = new_study(tmp_path / 'a study')
    add_recording(folder, 'two', [
        (time, [*faces, face('b', 'angry' if time < 10 else 'unsure', 50.0)])
        for time, faces in alternating() if not 7 < time < 9], path='/home/eve/videos/two.mp4',
        problems='an image was damaged')
    add_recording(folder, 'nobody', [(number / 10, []) for number in range(50)])
    add_failure(folder, 'broken', 'it is truncated')
    return folder


def parsed(text):
    """Return the page as XML and its words."""
    root = ElementTree.fromstring(text)
    return root, ' '.join(' '.join(root.itertext()).split())


def agree(study, tmp_path, rows=('a,0,5,flat', 'a,5,10,smile')):
    (tmp_path / 'two.csv').write_text('\n'.join(['tier,start,end,code', *rows]))
    (tmp_path / 'map.yaml').write_text(
        'tiers: {a: {person: a}}\ncodes: {flat: neutral, smile: happy}')
    return main(['agree', str(study), str(tmp_path / 'two.csv'), '--map',
                 str(tmp_path / 'map.yaml')])


def test_the_page_says_what_the_tables_say(study):
    write_page(study)
    root, words = parsed((study / PAGE).read_text(encoding='utf-8'))
    for told in (
            'a study', '3 recordings', 'failed 1', 'it is truncated', 'an image was damaged',
            'gaps 1', '1 (longest 2.0 s)', 'frames 231', 'people 2', '✗ failed', '! damaged',
            '✓ sound', 'No face was found in this recording', '2.0 s after 7.0 s',
            '5.0 s neutral 55 %, happy 45 %', 'unsure 55 %, angry 45 %', 'expression.onnx abc',
            'no frame for 2.0 s after 7.0 s', '15.0 s'):
        assert told in words, told
    # Only those who have tables have a timeline.
    assert len([each for each in root.iter() if each.tag.endswith('details')]) == 2
    assert 'Agreement' not in words
    # Folders may have names of people.
    assert '…/videos/two.mp4' in words and '/home' not in words


def test_the_page_needs_nothing_but_itself(study):
    text = page(study)
    structure = Structure()
    structure.feed(text)
    assert not structure.open and not structure.wrong and not structure.images
    assert structure.addresses and all(each.startswith('#r') for each in structure.addresses)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) and {each[1:] for each in structure.addresses} <= set(ids)
    assert 'http' not in re.sub(r'xmlns="http://www.w3.org/\w+/\w+"', '', text).replace(
        'http-equiv', '')
    assert "default-src 'none'" in text and '<script' not in text and '<img' not in text


def test_what_comes_from_outside_is_only_text(tmp_path, capsys):
    folder = new_study(tmp_path / 'x<b>&"\'')
    add_recording(folder, 'two', alternating(), path=NASTY, problems=NASTY)
    add_failure(folder, '<i>"&', NASTY)
    about = json.loads((folder / 'study.json').read_text())
    (folder / 'study.json').write_text(json.dumps({
        **about, 'fer_ros': NASTY, 'topic': {NASTY: [NASTY]}, 'models': {NASTY: NASTY}}))
    assert agree(folder, tmp_path, [
        'a,0,5,flat', f'"{NASTY[:-4].replace(chr(34), chr(34) * 2)}",5,9,x', 'a,5,6,<u>x']) == 0
    text = (folder / PAGE).read_text(encoding='utf-8')
    root, words = parsed(text)
    assert not re.search(r'<(script|b|i|u)\b', text) and '\x1b' not in text
    assert 'alert(1)' in words and "'<u>x' of the tier 'a'" in words
    # Nor on the terminal.
    assert '\x1b' not in ''.join(capsys.readouterr())


def test_the_page_has_the_agreement(study, tmp_path):
    assert agree(study, tmp_path) == 0
    words = parsed((study / PAGE).read_text(encoding='utf-8'))[1]
    for told in ('Agreement with annotators', 'kappa', 'annotator and the study, expression',
                 'frames compared', 'unsure counts as: left out', 'flat: neutral', 'two.csv'):
        assert told in words, told
    assert 'has changed since' not in words
    # A page that is made anew has it still, and says when the study is another one.
    add_recording(study, 'three', alternating())
    words = parsed(page(study))[1]
    assert 'Agreement with annotators' in words and 'has changed since' in words


@pytest.mark.parametrize('content', [
    '', '[]', '{}', '{"agreement_version": 2}', '[' * 100_000,
    '{"agreement_version": 1, "study": "", "comparisons": [5], "classes": []}',
    '{"agreement_version": 1, "study": "", "comparisons": [{"counts": {}, "confusion": [[1, 2]]}],'
    ' "classes": []}'])
def test_results_that_are_none_are_told(study, content):
    (study / 'agreement').mkdir()
    (study / 'agreement' / 'agreement.json').write_text(content)
    assert 'agreement.json cannot be read; run fer_study agree again' in parsed(page(study))[1]


def test_a_study_of_nothing_has_a_page(tmp_path):
    words = parsed(page(new_study(tmp_path / 's')))[1]
    assert 'No face was found in any recording' in words and 'recordings 0' in words


def test_tables_that_cannot_be_read_leave_the_others(study):
    (study / 'faces' / 'two.parquet').write_bytes(b'nothing')
    words = parsed(page(study))[1]
    assert 'No face was found' in words and '✗ failed' in words
    (study / 'study.json').write_text('{}')
    with pytest.raises(InputError, match='is no study'):
        page(study)


def test_a_hundred_recordings_stay_a_page(tmp_path):
    folder = new_study(tmp_path / 's')
    # Labels that change with every frame are the worst case.
    frames = [(number / 10, [face(name, LABELS[number % 8]) for name in 'abc'])
              for number in range(240)]
    add_recording(folder, 'r0', frames)
    for table in ('faces', 'frames', 'people', 'recordings'):
        import pyarrow as pa
        import pyarrow.parquet as pq
        rows = pq.read_table(folder / table / 'r0.parquet')
        for number in range(1, 100):
            name = pa.array([f'r{number}'] * len(rows), pa.string())
            pq.write_table(rows.set_column(0, rows.schema.field(0), name),
                           folder / table / f'r{number}.parquet')
    text = page(folder)
    assert text.count('<details class="recording"') == 100 and 'open="open"' not in text
    assert len(text) < 5_000_000
    # Ten comes after nine.
    assert text.index('>r9<') < text.index('>r10<')


def test_what_was_before_a_restart_is_drawn_before(tmp_path):
    folder = new_study(tmp_path / 's')
    add_recording(folder, 'again', [*alternating(10), *alternating(10, name='b')])
    words = parsed(page(folder))[1]
    assert 'time starts over' in words and 'people 2' in words


def test_a_browser_shows_the_page(study, tmp_path):
    browser = chromium(tmp_path)
    assert agree(study, tmp_path) == 0
    measured = with_measures(study / PAGE, tmp_path, {
        'bands': '[...document.querySelectorAll("path.band")].filter('
                 'each => each.getBoundingClientRect().width > 0).length',
        'hatched': '[...document.querySelectorAll("rect[fill^=url]")].filter('
                   'each => each.getBoundingClientRect().width > 0).length',
        'folded': '[...document.querySelectorAll("details.recording")].filter('
                  'each => !each.open).length',
        'outside': 'performance.getEntriesByType("resource").length'})
    assert UNFOLDED >= 2
    for width in (1200, 500):
        dumped = browser(measured, '--dump-dom', f'--window-size={width},900')
        found = json.loads(re.search(r'<title>(\{.*?\})</title>', dumped)[1])
        assert found['wide'] <= 0 and found['hatched'] == 1 and found['folded'] == 0, found
        # Neutral and happy of one, angry and unsure of the other.
        assert found['bands'] == 4 and found['text'] > 1000 and not found['outside'], found
    dumped = browser(study / PAGE, '--dump-dom', f'--screenshot={tmp_path / "page.png"}')
    assert 'Agreement with annotators' in dumped and '<script' not in dumped
