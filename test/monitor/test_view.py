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

"""The monitor's picture at many sizes: all that matters is there, nothing reaches beyond it."""

from io import StringIO
from types import SimpleNamespace
from xml.etree import ElementTree

from fer_ros.core.head import quaternion_of
from fer_ros.evaluate.turned_faces import head_rotation
from fer_ros.monitor.faces import Canvas, face_rows
from fer_ros.monitor.glyphs import ASCII, UNICODE
from fer_ros.monitor.model import Monitor
from fer_ros.monitor.reports import FaceReport
from fer_ros.monitor.sentences import Surroundings
from monitor_support import answer, face, NODE, statuses
import pytest

pytest.importorskip('rich', reason='apt install python3-rich')
pytest.importorskip('rclpy')
from fer_ros.monitor.attention import beside_camera  # noqa: E402,I100
from fer_ros.monitor.picture_file import HEIGHT, save, WIDTH  # noqa: E402,I100
from fer_ros.monitor.view import (  # noqa: E402
    LEAST_HEIGHT, LEAST_WIDTH, picture, Settings)
from rich.cells import cell_len  # noqa: E402
from rich.console import Console, Group  # noqa: E402

WHERE = Surroundings('7', 'LOCALHOST', 'rmw_some')
SIZES = [(40, 8), (60, 12), (80, 24), (100, 30), (132, 50), (300, 100)]
PROBLEM = ('WARN', 'this machine is too slow: 3 dropped; lower detector.long_side')


def monitor_of(*faces, **changed):
    """Return a monitor whose node has shown faces for half a minute."""
    monitor = Monitor()
    for number in range(60):
        at = number / 2
        monitor.report(at, statuses(**changed))
        monitor.answer(at, answer(*faces))
    return monitor


def drawn(monitor, width=100, height=30, at=29.6, color=False, **settings):
    """Return the rows as a terminal of this size gets them."""
    settings.setdefault('where', WHERE)
    console = Console(width=width, height=height, file=StringIO(), record=True,
                      force_terminal=color, color_system='truecolor' if color else None,
                      highlight=False, markup=False, emoji=False)
    rows = picture(monitor, at, width, height, Settings(**settings))
    assert len(rows) == height
    console.print(Group(*rows))
    text = console.export_text(styles=color).removesuffix('\n')
    return text if color else text.split('\n')


@pytest.mark.parametrize('width, height', [(1, 1), (20, 3), (39, 20), (80, 7), *SIZES])
@pytest.mark.parametrize('glyphs', [UNICODE, ASCII])
@pytest.mark.parametrize('count', [0, 2, 40])
def test_every_size_is_filled_and_kept(width, height, glyphs, count):
    monitor = monitor_of(*(face(f'face{number}') for number in range(count)), inference=PROBLEM)
    for settings in ({}, {'help': True}, {'question': 'really? ' * 30}, {'keys': False}):
        rows = drawn(monitor, width, height, glyphs=glyphs, **settings)
        assert len(rows) == height and all(cell_len(row) <= width for row in rows)
        assert glyphs is UNICODE or ''.join(rows).isascii()


@pytest.mark.parametrize('width, height', SIZES)
def test_what_matters_is_shown_at_every_size(width, height):
    rows = drawn(monitor_of(face('abcdef'), inference=PROBLEM), width, height)
    text = ' '.join(' '.join(rows).split())
    for words in (NODE, 'active', 'camera 30.0 Hz', 'answered 2.0 Hz', '20 ms', 'abcdef', 'happy',
                  '90%', 'WARN', 'too slow', 'q quit'):
        assert words in text, words


def test_a_terminal_that_is_too_small_is_told():
    rows = drawn(monitor_of(), LEAST_WIDTH - 1, LEAST_HEIGHT)
    assert f'{LEAST_WIDTH} by {LEAST_HEIGHT}' in ' '.join(' '.join(rows).split())


def test_all_eight_probabilities_the_sparkline_and_the_remedy():
    monitor = monitor_of(face('abcdef', 'sad', 0.8), inference=PROBLEM)
    text = '\n'.join(drawn(monitor))
    for label in ('neutral', 'happy', 'surprised', 'sad', 'angry', 'disgusted', 'scared',
                  'contempt'):
        assert label in text
    assert ' 80%' in text and text.count('  3%') == 7
    assert '→ lower detector.long_side' in text
    valence = 20 * UNICODE.level(face('abcdef', 'sad', 0.8).valence, -1, 1)
    assert valence in text and valence not in '\n'.join(drawn(monitor, number='confidence'))


@pytest.mark.parametrize('number', ['valence', 'confidence'])
@pytest.mark.parametrize('height', [30, 12])
def test_what_is_unknown_reads_so_and_not_as_nothing(number, height):
    monitor = monitor_of(FaceReport('abcdef', 'happy', None))
    text = '\n'.join(drawn(monitor, height=height, number=number))
    assert ' ? ' in text and '0%' not in text and '0.00' not in text
    bars = drawn(monitor_of(FaceReport('abcdef', 'happy', 0.9, {'happy': 0.9})), height=height)
    assert ' 90%' in '\n'.join(bars) and '\n'.join(bars).count('?') >= 7


@pytest.mark.parametrize('height, rows', [(40, 6), (10, 4), (3, 2), (1, 1), (0, 0)])
def test_faces_take_the_roomiest_way_that_fits(height, rows):
    monitor = monitor_of(face('a'), face('b'))
    shown = face_rows(monitor, 29.6, Canvas(100, UNICODE), height)
    assert len(shown) == rows or len(shown) <= height
    if height == 1:
        assert shown[0].plain == ' 2 faces'


def test_where_faces_are_left_out_their_number_stands():
    monitor = monitor_of(*(face(name) for name in 'abcd'))
    shown = face_rows(monitor, 29.6, Canvas(100, UNICODE), 2)
    assert 'happy' in shown[0].plain and shown[1].plain == ' and 3 more'


@pytest.mark.parametrize('keys, words', [
    (True, 'Enable it with the key e, or: ros2 lifecycle set'),
    (False, 'Enable it with: ros2 lifecycle set')])
def test_the_key_is_named_where_there_are_keys(keys, words):
    text = ' '.join(drawn(monitor_of(state='inactive'), 200, keys=keys))
    assert words in text


def test_a_change_is_marked_and_told():
    monitor = monitor_of(face('abcdef'))
    monitor.answer(29.6, answer(face('abcdef', 'angry', 0.7)))
    fresh = '\n'.join(drawn(monitor, at=30.0))
    assert 'was happy' in fresh and 'abcdef  happy → angry' in fresh
    for at in (30.0, 33.0, 36.0):
        monitor.report(at, statuses())
        monitor.answer(at, answer(face('abcdef', 'angry', 0.7)))
    assert 'was happy' not in '\n'.join(drawn(monitor, at=36.0))
    # In the sparkline it stays, underlined.
    assert '\x1b[4' in drawn(monitor, at=36.0, color=True)


def test_who_has_gone_is_no_longer_well():
    monitor = monitor_of(face('abcdef'))
    monitor.tick(39.6)
    rows = '\n'.join(drawn(monitor, at=39.6))
    assert 'GONE' in rows and f'{NODE} is gone' in rows and 'last diagnostics, 10 s old' in rows
    assert 'camera 30.0 Hz' not in rows


def test_without_a_node_it_says_what_it_waits_for():
    text = ' '.join(' '.join(drawn(Monitor(), 50, 12)).split())
    assert 'vision_msgs/msg/Detection2DArray' in text and 'ROS domain 7' in text


def test_markup_from_outside_is_only_text():
    nasty = '[red]x[/red]:smile:[link=http://a]'
    text = drawn(monitor_of(face(nasty[:10], nasty), host=('ERROR', f'{nasty}; {nasty}')),
                 color=True)
    assert nasty in text and nasty[:10] in text and '\x1b]8' not in text


def test_the_picture_is_a_file_that_fetches_nothing(tmp_path):
    rows = picture(monitor_of(face('[b]<i>&')), 29.6, WIDTH, HEIGHT, Settings(where=WHERE))
    save(tmp_path / 'it.svg', rows, 'fer_monitor')
    text = (tmp_path / 'it.svg').read_text(encoding='utf-8')
    words = ''.join(ElementTree.fromstring(text).itertext()).replace('\xa0', ' ')
    assert '[b]<i>&' in words and 'happy' in words
    assert 'url(http' not in text and '@font-face' not in text


def test_levels_are_words_where_there_is_no_colour():
    text = '\n'.join(drawn(monitor_of(camera=('ERROR', 'a'), host=('STALE', 'b'))))
    assert ' ERROR camera' in text and ' STALE host' in text and ' OK    model' in text


@pytest.mark.parametrize('beside, glyph, plain', [
    ((0.0, 0.1), '◉', 'o'), ((0.8, 0.0), '→', '>'), ((-0.8, 0.1), '←', '<'),
    ((0.0, 0.7), '↓', 'v'), ((0.1, -0.7), '↑', '^'), ((0.6, 0.6), '↘', '\\'),
    ((-1.9, -1.9), '↖', '\\'), (None, ' ', ' ')])
def test_attention_is_a_word_with_an_arrow_where_the_head_points(beside, glyph, plain):
    monitor = monitor_of(face('abcdef'))

    def row(**settings):
        # And not what changed.
        found, = [one for one in drawn(monitor, **settings)
                  if 'abcdef' in one and '  abcdef' not in one]
        return found
    for level in ('engaged', 'disengaging'):
        monitor.attend(0.0, 'abcdef', level)
        if beside:
            monitor.point('abcdef', *beside)
        assert level not in row()
        for glyphs, way in ((UNICODE, glyph), (ASCII, plain)):
            assert f'{way} {level}' in row(attention=True, glyphs=glyphs)
    assert any('abcdef  engaged → disengaging' in one for one in drawn(monitor))
    assert any('unknown' in one for one in drawn(monitor_of(face('b')), attention=True))
    # Of who is not there, nothing is kept.
    monitor.attend(0.0, 'nobody', 'engaged')
    monitor.point('nobody', 0.0, 0.0)


@pytest.mark.parametrize('yaw, place, beside', [
    (0, (0, 0, 1), (0, 0)), (90, (0, 0, 1), (1, 0)), (-90, (0, 0, 1), (-1, 0)),
    # To the right of the camera's axis: who faces the picture looks past it, to the right.
    (0, (1, 0, 1), (0.707, 0)), (-45, (1, 0, 1), (0, 0)), (0, (0, 0, 0), None),
    (0, (float('nan'), 0, 1), None), (float('nan'), (0, 0, 1), None)])
def test_where_a_head_points_beside_the_camera(yaw, place, beside):
    turn = quaternion_of(head_rotation(yaw, 0, 0)) if yaw == yaw else (yaw, 0, 0, 1)
    told = beside_camera(SimpleNamespace(
        translation=SimpleNamespace(**dict(zip('xyz', place))),
        rotation=SimpleNamespace(**dict(zip('xyzw', turn)))))
    assert told == (None if beside is None else pytest.approx(beside, abs=1e-3))
