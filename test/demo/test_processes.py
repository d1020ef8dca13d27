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

"""The processes of the demo: how they end, and what is left of what they said."""

import signal
import time

from fer_ros.demo.processes import Child
import pytest

#: Says that it is there, then sleeps through Ctrl-C, as a node that hangs does.
DEAF = """\
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('deaf now', flush=True)
time.sleep(60)
"""


@pytest.fixture
def deaf(tmp_path, monkeypatch):
    """Start a process that does not end when it is asked to."""
    (tmp_path / 'deaf.py').write_text(DEAF)
    monkeypatch.chdir(tmp_path)
    child = Child('deaf', 'deaf', [])
    yield child
    child.stop(0.1)


def test_a_process_that_does_not_end_is_ended_by_force(deaf):
    deaf.watch()
    give_up = time.monotonic() + 20
    while not deaf.lines and time.monotonic() < give_up:
        time.sleep(0.02)
    assert deaf.status is None
    deaf.stop(patience=0.2)
    assert deaf.status == -signal.SIGKILL
    assert deaf.tail() == '    deaf now'


def test_a_process_that_nobody_watched_can_be_stopped(deaf):
    # As when the process after it could not be started.
    deaf.stop(patience=0.2)
    assert deaf.status not in (None, 0)
    assert deaf.tail() == '    (silent)'


def test_the_last_words_are_kept_and_stopping_twice_is_no_error():
    child = Child('player', 'fer_ros.no_such_module', [])
    child.watch()
    give_up = time.monotonic() + 20
    while child.status is None and time.monotonic() < give_up:
        time.sleep(0.02)
    for _ in range(2):
        child.stop()
    assert child.status == 1
    assert child.tail(1).startswith('    ')
    assert child.tail().endswith('No module named fer_ros.no_such_module')
