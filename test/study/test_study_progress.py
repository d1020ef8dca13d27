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

"""How far a study is, as lines: what is done, the rate, the time that is left."""

import sys

import pytest

pytest.importorskip('distributed', reason="pip install '.[study]'")
from fer_ros.study.progress import Progress  # noqa: E402,I100


@pytest.fixture
def lines(monkeypatch):
    """Return progress that is told at once, and where there is no terminal."""
    monkeypatch.setattr('fer_ros.study.progress.LINE_SECONDS', 0.0)

    def made(*arguments, seconds=0.0):
        progress = Progress(*arguments)
        # As if it had begun so long ago.
        progress._started -= seconds
        return progress
    return made


def test_no_time_is_left_out_of_nothing(lines, capsys):
    progress = lines(3, 600)
    progress.set_frames(0, 600)
    progress.set_frames(0, 900)
    assert capsys.readouterr().err.splitlines() == [
        'fer_study: 0 of 3 recordings, 0 of about 600 frames',
        'fer_study: 0 of 3 recordings, 0 of about 900 frames']


@pytest.mark.parametrize('seconds, done, total, told', [
    (10.0, 100, 200, '10 frames/s, 10 s left'), (100.0, 100, 600, '1.0 frames/s, 8 min left'),
    (1000.0, 100, 2000, '0.1 frames/s, 5.3 h left'), (10.0, 200, 200, '20 frames/s, 0 s left'),
    # More than were thought, and fewer after a recording starts anew.
    (10.0, 300, 200, '300 of about 300 frames, 30 frames/s, 0 s left')])
def test_the_time_that_is_left_follows_from_the_rate(lines, capsys, seconds, done, total, told):
    progress = lines(1, 200, seconds=seconds)
    progress.end_recording()
    progress.set_frames(done, total)
    line, = capsys.readouterr().err.splitlines()
    assert line.startswith('fer_study: 1 of 1 recording, ') and line.endswith(told)


def test_who_wants_it_quiet_hears_of_failures_alone(lines, capsys):
    progress = lines(2, 100, True)
    progress.set_frames(50, 100)
    progress.tell('a failed: it is empty')
    progress.close()
    assert capsys.readouterr().err == 'fer_study: a failed: it is empty\n'


def test_a_terminal_without_the_package_of_the_bar_gets_lines(lines, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'tqdm', None)
    monkeypatch.setattr(sys.stderr, 'isatty', lambda: True)
    progress = lines(2, 100)
    progress.set_frames(0, 100)
    told = capsys.readouterr().err.splitlines()
    assert 'no progress bar: ' in told[0] and 'tqdm' in told[0]
    assert told[1] == 'fer_study: 0 of 2 recordings, 0 of about 100 frames'
