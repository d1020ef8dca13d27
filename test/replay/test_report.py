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

"""The report of a replay: what it gathers, how it is drawn, and what a browser makes of it."""

import json
import math
from pathlib import Path
import re
from xml.etree import ElementTree

from browser import chromium, Structure, with_measures
from fer_ros.core.display import COLOURS
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.cli import main
from fer_ros.replay.evaluator import Result
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.replay.report_data import (
    Curve, DRAWN_GAP, LONG_GAP, MOST_BANDS, MOST_PEOPLE, MOST_POINTS, ReportData)
from fer_ros.replay.report_timeline import clock, colour, ink, timeline
import pytest

pytest.importorskip('jinja2', reason='apt install python3-jinja2')
from fer_ros.replay.report_page import Circumstances, page  # noqa: E402,I100

PAGE = 'report.html'
SAMPLE = Path(__file__).parents[1] / 'data' / 'sample'
START = 1_700_000_000
NASTY = '</title><script>alert(1)</script>"\'&<b>\x1b[2J'


def face(name='a', label='happy', **changed):
    known = {'valence': 0.0, 'arousal': 0.0, **changed}
    return FaceRecord(name, (0.0, 0.0, 10.0, 10.0), label=label, confidence=0.9, **known)


def record(time, *faces, index=0, **changed):
    return FrameRecord(index, round((START + time) * 1e9), time, faces, **changed)


def gathered(records):
    data = ReportData()
    for one in records:
        data.add(one)
    return data


def parsed(text):
    """Return the page as XML and its words."""
    root = ElementTree.fromstring(text)
    return root, ' '.join(' '.join(root.itertext()).split())


def test_labels_become_bands_and_gaps_are_found():
    times = [*range(0, 100), *range(150, 200)]
    data = gathered(record(time / 10, face(label='happy' if time < 50 or time > 160 else 'sad'))
                    for time in times)
    person, = data.people.values()
    bands = [(band.label, round(band.start, 1), round(band.end, 1)) for band in person.bands]
    assert bands == [('happy', 0.0, 4.9), ('sad', 5.0, 9.9), ('sad', 15.0, 16.0),
                     ('happy', 16.1, 19.9)] or bands == [
        ('happy', 0.0, 5.0), ('sad', 5.0, 9.9), ('sad', 15.0, 16.1), ('happy', 16.1, 19.9)]
    gap, = data.gaps
    assert (gap.length, gap.time) == pytest.approx((5.1, 9.9))
    assert person.changes == 2 and data.recorded == pytest.approx(19.9)


def test_who_is_away_has_no_band():
    data = gathered(record(time / 10, *([face()] if time % 20 < 10 else []))
                    for time in range(40))
    assert [(round(band.start, 1), round(band.end, 1))
            for band in data.people['a'].bands] == [(0.0, 0.9), (2.0, 2.9)]
    assert not data.gaps and data.people['a'].seconds == pytest.approx(1.8)


@pytest.mark.parametrize('again', [{'reset': True}, {}])
def test_what_follows_a_restart_is_drawn_after_what_was_before(again):
    first = [record(time / 10, face()) for time in range(20)]
    second = [record(time / 10, face('b'), **(again if time == 0 else {})) for time in range(20)]
    data = gathered([*first, *second])
    assert len(data.restarts) == 1 and data.drawn == pytest.approx(3.9, abs=0.2)
    assert data.people['b'].first > data.people['a'].last


def test_a_night_is_drawn_short_and_told_whole():
    data = gathered([*(record(time / 10, face()) for time in range(20)),
                     *(record(40_000 + time / 10, face()) for time in range(20))])
    assert data.drawn < 4 + DRAWN_GAP and data.gaps[0].length > LONG_GAP
    assert '11:06:38' in parsed(page(data, Circumstances('x'), ()))[1]


def test_a_gap_is_one_by_the_usual_step():
    data = gathered(record(2.0 * time, face()) for time in range(30))
    assert not data.gaps and len(data.people['a'].bands) == 1


def test_new_faces_and_new_labels_are_told():
    data = ReportData()
    assert [one.id for one in data.add(record(0.0, face(), face('b')))] == ['a', 'b']
    assert data.add(record(0.1, face(), face('b'))) == []
    assert [one.id for one in data.add(record(0.2, face(), face('b', 'sad')))] == ['b']


def test_an_hour_with_crowds_stays_small():
    def frames():
        for number in range(12_000):
            # Labels that change with every frame are the worst case.
            crowd = [face(f'f{number // 10}_{each}', LABELS[number % 8]) for each in range(2)]
            yield record(number / 10, face('stays', LABELS[number % 8]), *crowd)

    data = gathered(frames())
    assert len(data.people) <= 2 * MOST_PEOPLE and data.others > 1000
    stays = data.people['stays']
    assert len(stays.bands) <= MOST_BANDS + 1 and len(stays.curve.points()) <= MOST_POINTS
    text = page(data, Circumstances('x'), ())
    assert len(text) < 1_000_000
    assert 'people who were seen more briefly are not shown' in text
    assert stays.frames == 12_000 and stays.changes == 11_999


def test_a_curve_keeps_means():
    curve = Curve(0.1)
    for number in range(100_000):
        curve.add(number / 10, 0.5, -1.0)
    points = curve.points()
    assert 100 < len(points) <= MOST_POINTS
    assert sum(point[1] for point in points) == 100_000
    assert all(point[2:] == (0.5, -1.0) for point in points)


def test_shapes_lie_within_the_picture():
    data = gathered(
        record(time / 30, face(label=LABELS[time // 50 % 8], valence=1.0, arousal=-1.0))
        for time in range(3000))
    picture = timeline(data, data.longest_seen())
    row, = picture.rows
    assert all(90 <= one.x and one.x + one.width <= 988 for one in row.bands)
    assert len({one.title for one in row.bands}) == len(row.bands) == 60
    ys = [float(y) for y in re.findall(r'[ML][\d.]+ ([\d.]+)', row.valence + row.arousal)]
    assert min(ys) >= row.y and max(ys) <= picture.height
    assert 3 <= len(picture.ticks) <= 9


def test_what_is_not_known_has_no_curve():
    data = gathered(record(time / 10, face(valence=math.nan)) for time in range(20))
    row, = timeline(data, data.longest_seen()).rows
    assert (row.valence, row.arousal) == ('', '') and row.bands


def test_curves_are_broken_where_nobody_was_seen():
    data = gathered(
        record(time / 10, *([face()] if time < 20 or 26 <= time < 40 or time == 50 else []))
        for time in range(60))
    row, = timeline(data, data.longest_seen()).rows
    lines = re.findall(r'M([\d.]+)[^M]*', row.valence)
    assert len(lines) == len(row.bands) == 3
    assert [float(start) for start in lines] == pytest.approx(
        [band.x for band in row.bands], abs=10.0)
    # What was seen for a single frame is a dot.
    assert row.valence.endswith('h0')


@pytest.mark.parametrize('seconds, text', [
    (0, '0.0 s'), (7.53, '7.5 s'), (125, '2:05'), (3603, '1:00:03')])
def test_times_are_for_people(seconds, text):
    assert clock(seconds) == text


def test_colours_are_those_of_the_annotated_pictures():
    red, green, blue = COLOURS['happy']
    assert colour('happy') == f'#{red:02x}{green:02x}{blue:02x}'
    assert {ink(label) for label in (*LABELS, UNSURE)} <= {'#000', '#fff'}


def test_a_page_of_nothing_is_a_page():
    root, words = parsed(page(ReportData(), Circumstances('empty'), ()))
    assert 'No face was found' in words and root.tag.endswith('html')
    data = gathered([record(0.0)])
    assert '1' in parsed(page(data, Circumstances('one frame'), ()))[1]


def test_what_comes_from_outside_is_only_text():
    data = gathered([record(0.0, face(NASTY, NASTY)), record(0.1, face(NASTY, 'sad'))])
    about = Circumstances(
        NASTY, NASTY, NASTY, {'model': NASTY}, {'p': (NASTY, '')}, {'bad': 3, NASTY: 1},
        [NASTY * 100])
    text = page(data, about, [Result(NASTY, False, 1, 2, NASTY)])
    root, words = parsed(text)
    assert '<script' not in text and '<b>' not in text and '\x1b' not in text
    assert 'alert(1)' in words and '✗ fails' in words and '1 of 2' in words
    assert not [each for each in root.iter() if each.tag.endswith('script')]
    assert 'other' in words


@pytest.fixture(scope='module')
def sample(tmp_path_factory):
    """Return the page of the sample recording, with thumbnails, and the exit status."""
    pytest.importorskip('rosbags')
    folder = tmp_path_factory.mktemp('report')
    expectations = folder / 'expect.yaml'
    expectations.write_text(
        'expectations:\n- {name: somebody, min_faces: 1, at_least: 50 %}\n'
        '- {name: nobody, max_faces: 0}\n')
    status = main([
        str(SAMPLE), '--report', str(folder / 'made' / 'here'), '--report-thumbnails', '--expect',
        str(expectations), '-p', 'smoothing.time_constant:=0.4', '--quiet'])
    return status, folder / 'made' / 'here' / PAGE


def test_the_sample_recording_has_a_report(sample):
    status, path = sample
    assert status == 1 and [each.name for each in path.parent.iterdir()] == [PAGE]
    text = path.read_text(encoding='utf-8')
    structure = Structure()
    structure.feed(text)
    assert not structure.open and not structure.wrong
    # Nothing is fetched from anywhere.
    assert structure.images and all(
        each.startswith('data:image/jpeg;base64,') for each in structure.addresses)
    assert all(each['alt'] for each in structure.images)
    assert 'http' not in re.sub(r'xmlns="http://www.w3.org/\w+/\w+"', '', text).replace(
        'http-equiv', '')
    root, words = parsed(text)
    for told in ('somebody ✓ holds', 'nobody ✗ fails', 'processed 120 100.0 %',
                 'smoothing.time_constant 0.4', '1 of ', 'fer_replay ', 'The recording is sound',
                 'frames per second 15.0', 'face detector yunet', 'detect'):
        assert told in words, told
    assert len(text) < 100_000


def test_without_asking_there_are_no_faces(tmp_path, capsys):
    pytest.importorskip('rosbags')
    lines = tmp_path / 'run.jsonl'
    assert main([str(SAMPLE), '--report', str(tmp_path), '--jsonl', str(lines)]) == 0
    assert '<img' not in (tmp_path / PAGE).read_text()
    # The JSON lines of a replay have a report, too: all but what is of the replay.
    assert main([str(lines), '--report', str(tmp_path / 'again')]) == 0
    words = parsed((tmp_path / 'again' / PAGE).read_text())[1]
    assert 'run.jsonl' in words and 'frames per second 15.0' in words
    assert main([str(lines), '--report', str(tmp_path), '--report-thumbnails']) == 2
    assert '--report-thumbnails needs the recording itself' in capsys.readouterr().err


def test_thumbnails_need_a_report(capsys):
    with pytest.raises(SystemExit) as ended:
        main([str(SAMPLE), '--report-thumbnails'])
    assert ended.value.code == 2 and 'goes with --report' in capsys.readouterr().err


@pytest.fixture
def browser(tmp_path):
    return chromium(tmp_path)


def test_a_browser_shows_the_report(sample, browser, tmp_path):
    measured = with_measures(sample[1], tmp_path, {
        'bands': '[...document.querySelectorAll("rect.band")].filter('
                 'each => each.getBoundingClientRect().width > 0).length',
        'images': '[...document.images].every(each => each.naturalWidth > 0)'})
    for width in (1200, 500):
        dumped = browser(measured, '--dump-dom', f'--window-size={width},900')
        found = json.loads(re.search(r'<title>(\{.*?\})</title>', dumped)[1])
        assert found['wide'] <= 0 and found['bands'] == 3 and found['images'], found
        assert found['text'] > 1000
    dumped = browser(sample[1], '--dump-dom', f'--screenshot={tmp_path / "page.png"}')
    assert 'somebody' in dumped and '<script' not in dumped
