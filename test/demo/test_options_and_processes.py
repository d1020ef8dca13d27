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
import signal
import time

from fer_ros.demo import options
from fer_ros.demo.processes import Child
import pytest


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    options.add_source_arguments(parser)
    return parser.parse_args(arguments)


@pytest.mark.parametrize('arguments, words', [
    (('--rate', '0'), 'greater than 0'), (('--duration', '-1'), 'greater than 0'),
    (('--size', '640'), 'write it as 640x480'), (('--size', '8x8'), 'between 64x64'),
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


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a function that makes a module of some code, for a child to run."""
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))

    def make(code):
        (tmp_path / 'someone.py').write_text(code)
        return 'someone'
    return make


def heard(child, word, patience=20.0):
    """Wait until a child has printed a word."""
    end = time.monotonic() + patience
    while not any(word in line for line in list(child.lines)):
        assert time.monotonic() < end, child.tail()
        time.sleep(0.02)


def test_a_child_that_hears_nothing_is_ended_by_force(module):
    child = Child('deaf', module(
        'import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n'
        'print("here", flush=True)\ntime.sleep(60)\n'), [])
    child.watch()
    heard(child, 'here')
    assert child.status is None and not child.ended(0.1)
    child.stop(patience=0.3)
    assert child.status == -signal.SIGKILL and child.ended(0.1)


def test_a_child_that_says_nothing_says_so(module):
    child = Child('silent', module('raise SystemExit(3)\n'), [])
    child.watch()
    assert child.ended(20.0) and child.status == 3
    child.stop()
    assert child.tail() == '    (silent)'
