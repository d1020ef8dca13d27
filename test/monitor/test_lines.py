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

"""Lines for scripts, keys of a terminal, and what kind of terminal it is."""

from io import StringIO
import json
import os
import pty
import termios

from fer_ros.monitor.glyphs import ASCII, UNICODE
from fer_ros.monitor.keys import CLOSED, Keyboard, names
from fer_ros.monitor.lines import line, state, state_lines
from fer_ros.monitor.model import Monitor
from fer_ros.monitor.sentences import Surroundings
from fer_ros.monitor.states import Event
from fer_ros.monitor.terminal import can_draw, has_unicode, Lines
from monitor_support import answer, face, statuses
import pytest

WHERE = Surroundings('7', 'LOCALHOST', 'rmw_some')


@pytest.mark.parametrize('values, text', [
    ({'time': 'T', 'event': 'label', 'node': '/fer', 'face': 'a', 'before': 'sad'},
     'T label node=/fer face=a before=sad'),
    ({'event': 'status', 'message': 'two words', 'empty': '', 'none': None, 'number': 0.5},
     'status message="two words" number=0.5'),
    ({'event': 'x', 'a': '"', 'b': 'k=v', 'c': True}, 'x a="\\"" b="k=v" c=true')])
def test_values_are_quoted_where_they_must_be(values, text):
    assert line(values) == text


def test_changes_are_lines_or_objects():
    event = Event(0.0, 'label', '/fer', {'face': 'ä…', 'label': 'sad'})
    for as_json in (False, True):
        stream = StringIO()
        Lines(stream, as_json).show(event)
        text, = stream.getvalue().splitlines()
        if as_json:
            read = json.loads(text)
            assert (read['event'], read['face'], read['label']) == ('label', 'ä…', 'sad')
        else:
            assert text.endswith('Z label node=/fer face=ä… label=sad')


def test_what_an_encoding_lacks_is_escaped(tmp_path):
    with open(tmp_path / 'lines', 'w', encoding='ascii') as stream:
        Lines(stream, False).write('face=ä')
    assert (tmp_path / 'lines').read_text() == 'face=\\xe4\n'


def test_the_state_is_whole_with_and_without_a_node():
    empty = state(Monitor(), 0.0, 0.0, WHERE)
    assert (empty['alive'], empty['faces'], empty['camera_rate']) == (False, [], None)
    assert len(state_lines(empty)) == 2 and 'waiting for' in state_lines(empty)[1]
    monitor = Monitor()
    monitor.report(0.0, statuses())
    monitor.answer(0.1, answer(face()))
    full = state(monitor, 0.2, 0.0, WHERE)
    assert json.loads(json.dumps(full)) == full and full['waiting'] == ''
    assert (full['alive'], full['state'], full['camera_rate']) == (True, 'active', 29.97)
    assert [each['level'] for each in full['diagnostics']] == ['OK'] * 5
    lines = state_lines(full)
    assert len(lines) == 1 + 1 + 5 and ' face face=a label=happy confidence=0.9 ' in lines[1]


@pytest.mark.parametrize('data, keys', [
    (b'q', ['q']), (b'\t\r', ['tab', 'enter']), (b'\x1b[C\x1bOAn', ['right', 'up', 'n']),
    (b'\x1b', ['escape']), (b'\x1b[Z', ['back tab']), (b'\x1b[15~', ['escape']),
    ('ä'.encode(), ['ä']), (b'\xff', ['\ufffd']), (b'', [])])
def test_keys(data, keys):
    assert names(data) == keys


def test_a_keyboard_leaves_the_terminal_as_it_was():
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with Keyboard(theirs) as keyboard:
        assert not termios.tcgetattr(theirs)[3] & (termios.ECHO | termios.ICANON)
        assert keyboard.pressed() == []
        os.write(ours, b'n\x1b[D')
        pressed = []
        while len(pressed) < 2:
            pressed += keyboard.pressed()
        assert pressed == ['n', 'left']
        keyboard.stop()
        assert termios.tcgetattr(theirs) == before
        keyboard.start()
        os.close(ours)
        assert keyboard.pressed() == [CLOSED]
    os.close(theirs)


def test_a_pipe_is_no_keyboard():
    read, write = os.pipe()
    os.write(write, b'q')
    with Keyboard(read) as keyboard:
        assert keyboard.file is None and keyboard.pressed() == []
    os.close(read)
    os.close(write)


class Stream(StringIO):
    """Stands for standard output of a kind."""

    def __init__(self, encoding='utf-8', terminal=True):
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self):
        return self._encoding

    def isatty(self):
        return self._terminal


@pytest.mark.parametrize('terminal, term, drawn', [
    (True, 'xterm-256color', True), (True, 'linux', True), (True, 'dumb', False),
    (True, '', False), (False, 'xterm', False)])
def test_pictures_are_drawn_where_a_terminal_can(terminal, term, drawn):
    assert can_draw(Stream(terminal=terminal), {'TERM': term}) is drawn


@pytest.mark.parametrize('encoding, environment, unicode', [
    ('utf-8', {'LANG': 'en_GB.UTF-8'}, True), ('UTF8', {}, True),
    ('utf-8', {'LC_ALL': 'C'}, False),
    ('utf-8', {'LANG': 'C', 'LC_CTYPE': 'C.UTF-8'}, True), ('utf-8', {'LANG': 'POSIX'}, False),
    ('iso8859-1', {'LANG': 'de_DE'}, False), (None, {}, False)])
def test_ascii_where_the_locale_has_no_more(encoding, environment, unicode):
    assert has_unicode(Stream(encoding), environment) is unicode


@pytest.mark.parametrize('glyphs, full, half, none', [
    (UNICODE, '████', '██  ', '    '), (ASCII, '####', '##  ', '    ')])
def test_bars(glyphs, full, half, none):
    assert (glyphs.bar(1.0, 4), glyphs.bar(0.5, 4), glyphs.bar(0.0, 4)) == (full, half, none)
    assert all(len(glyphs.bar(share / 100, 7)) == 7 for share in range(-10, 120))
    assert glyphs.level(-1, -1, 1) == glyphs.levels[0] and glyphs.level(
        2, -1, 1) == glyphs.levels[-1]


def test_ascii_escapes_what_comes_from_outside():
    assert ASCII.text('ä… 猫') == '\\xe4... \\u732b' and UNICODE.text('猫') == '猫'
