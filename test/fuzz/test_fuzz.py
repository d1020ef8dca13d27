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

"""Each target of the fuzzer for a second: its seeds, the findings of old, what comes of them."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

FUZZ = Path(__file__).with_name('fuzz.py')
TARGETS = {path.stem for path in Path(__file__).parent.glob('targets/[!_]*.py')}


@pytest.mark.timeout(600)
def test_nothing_is_found_in_a_second(tmp_path):
    if 'FER_CI' not in os.environ or sys.version_info < (3, 11):
        pytest.importorskip('atheris', reason='atheris is for Python 3.11 and later')
    run = subprocess.run(
        [sys.executable, FUZZ, '--seconds', '1', '--seed', '1', '--folder', tmp_path],
        capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    lines = [line.split() for line in run.stdout.splitlines()]
    assert {line[0] for line in lines} == TARGETS
    # Each has come into the code that it is to try.
    assert all(int(line[3]) > 5 and int(line[5]) > 30 for line in lines), run.stdout


def test_a_finding_is_told_with_its_input(tmp_path):
    """The fuzzer itself finds something, in a target that fails on one byte."""
    pytest.importorskip('atheris', reason='atheris is for Python 3.11 and later')
    (tmp_path / 'targets').mkdir()
    (tmp_path / 'targets' / 'broken.py').write_text(
        'LONGEST, TOKENS = 4, [b"x"]\n'
        'def seeds():\n    yield b"x"\n'
        'def one_input(data):\n    if data[:1] == b"F":\n        raise KeyError("found")\n')
    script = tmp_path / 'fuzz.py'
    script.write_text(FUZZ.read_text())
    run = subprocess.run(
        [sys.executable, script, 'broken', '--seconds', '20', '--seed', '1', '--folder',
         tmp_path / 'folder'], capture_output=True, text=True)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "KeyError: 'found'" in run.stdout and 'crash-' in run.stdout
    found, = (tmp_path / 'folder' / 'broken' / 'findings').iterdir()
    assert found.read_bytes()[:1] == b'F'
