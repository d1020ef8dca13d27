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

"""Options of what the demo plays, and the processes that play it."""

import argparse
from itertools import islice
import signal

from fer_ros.demo import options
from fer_ros.demo.processes import Child
import pytest
from waiting import wait_for


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    options.add_source_arguments(parser)
    return parser.parse_args(arguments)


@pytest.mark.parametrize('arguments, words', [
    (('--rate', '0'), '--rate: 0 is out of range; use 0.1 to 1000'),
    (('--rate', 'abc'), "--rate: 'abc' is no number; use 0.1 to 1000"),
    (('--rate', '2000000'), '--rate: 2000000 is out of range; use 0.1 to 1000'),
    (('--rate', 'nan'), '--rate: nan is out of range'),
    (('--duration', '-1'), '--duration: -1 is out of range; use 0.01 to 1000000'),
    (('--duration', 'inf'), '--duration: inf is out of range'),
    (('--camera', 'front'), "--camera: 'front' is no whole number; use 0 or more"),
    (('--camera', '-1'), '--camera: -1 is out of range; use 0 or more'),
    (('--size', '640'), "--size: '640' is not a size; write it as 640x480"),
    (('--size', '8x8'), '--size: 8x8 is out of range; use 64x64 to 7680x7680'),
    (('--video', 'a.mp4', '--camera', '0'), 'not allowed with'),
])
def test_options_that_cannot_be_are_named(arguments, words, capsys):
    with pytest.raises(SystemExit):
        parsed(*arguments)
    assert words in capsys.readouterr().err


def test_a_video_plays_to_its_end_and_the_clip_for_a_while():
    assert options.duration(parsed('--video', 'a.mp4')) == float('inf')
    assert options.duration(parsed()) == options.DURATION
    assert options.video_rate(parsed('--rate', '12')) == 12.0
    assert parsed('--size', '320X240').size == (320, 240)
    for arguments in ((), ('--video', 'a.mp4')):
        assert options.duration(parsed('--loop', *arguments)) == float('inf')
        assert options.duration(parsed('--loop', '--duration', '3', *arguments)) == 3.0


def test_a_looped_source_goes_on_in_time():
    frames = options.looped(lambda: iter([('a', 0.0), ('b', 0.5)]), 0.25)
    assert list(islice(frames, 5)) == [
        ('a', 0.0), ('b', 0.5), ('a', 0.75), ('b', 1.25), ('a', 1.5)]


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a function that makes a module of some code, for a child to run."""
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))

    def make(code):
        (tmp_path / 'someone.py').write_text(code)
        return 'someone'
    return make


def heard(child, word):
    """Wait until a child has printed a word."""
    wait_for(lambda: any(word in line for line in list(child.lines)), word)


def ended(child):
    """Wait until a child has ended."""
    wait_for(lambda: child.status is not None, 'the end of a child')


def test_a_child_that_hears_nothing_is_ended_by_force(module):
    child = Child('deaf', module(
        'import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n'
        'print("here", flush=True)\ntime.sleep(60)\n'), [])
    child.watch()
    heard(child, 'here')
    assert child.status is None
    child.stop(patience=0.3)
    assert child.status == -signal.SIGKILL


def test_a_child_that_says_nothing_says_so(module):
    child = Child('silent', module('raise SystemExit(3)\n'), [])
    child.watch()
    ended(child)
    child.stop()
    assert child.status == 3
    assert child.tail() == '    (silent)'


def test_the_last_words_of_a_child_are_kept_and_stopping_twice_is_no_error(module):
    child = Child('player', module('for k in range(100): print(k)\n'), [])
    child.watch()
    ended(child)
    for _ in range(2):
        child.stop()
    assert child.status == 0
    assert child.tail(2) == '    98\n    99'


def test_a_child_that_nobody_watched_can_be_stopped(module):
    # As when the one after it could not be started.
    child = Child('early', module('import time\nprint("here")\ntime.sleep(60)\n'), [])
    child.stop(patience=5.0)
    assert child.status not in (None, 0)
    assert child.tail() == '    (silent)'
