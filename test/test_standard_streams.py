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

"""Commands that are started with standard streams closed, full, or opened for reading alone."""

from pathlib import Path
import subprocess
import sys

from fer_ros.boundary import UNWRITTEN
import pytest

LAYOUT = '-m fer_ros.layout.cli'
POLICY = '-m fer_ros.ros.security_policy'


def shell(arguments, redirections, folder):
    """Run Python with redirections by a shell; return the exit status and what was said."""
    error = folder / 'stderr'
    status = subprocess.run(
        ['sh', '-c', f'exec "$0" {arguments} {redirections}', sys.executable], cwd=Path.cwd(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=error.open('wb'),
        timeout=60).returncode
    return status, error.read_text()


@pytest.mark.fault('standard output is closed, full, or opened for reading alone',
                   'one line and a status of its own')
@pytest.mark.parametrize('arguments', [LAYOUT, POLICY])
@pytest.mark.parametrize('redirections, reason', [
    ('>&-', 'Bad file descriptor'), ('<&- >&-', 'Bad file descriptor'),
    ('1</dev/null', 'Bad file descriptor'), ('>/dev/full', 'No space left on device')])
def test_what_cannot_be_printed_is_told(tmp_path, arguments, redirections, reason):
    status, said = shell(arguments, redirections, tmp_path)
    assert status == UNWRITTEN
    assert said.splitlines() == [said.strip()]
    assert said.endswith(f'standard output cannot be written: {reason}\n')


@pytest.mark.parametrize('redirections', ['>&- 2>&-', '<&- >&- 2>&-', '>/dev/full 2>/dev/full'])
def test_where_nobody_hears_it_the_status_says_so(tmp_path, redirections):
    assert shell(LAYOUT, redirections, tmp_path) == (UNWRITTEN, '')


@pytest.mark.parametrize('redirections', ['2>&-', '<&- 2>&-', '2>/dev/full'])
@pytest.mark.parametrize('arguments, status', [(LAYOUT, 0), (f'{LAYOUT} nonsense', 2)])
def test_what_nobody_hears_changes_nothing(tmp_path, redirections, arguments, status):
    assert shell(arguments, redirections, tmp_path) == (status, '')


@pytest.mark.fault('standard error is closed (`2>&-`), and native code writes there',
                   'it goes nowhere: no output and no socket takes its number')
def test_an_output_is_never_standard_error(tmp_path):
    script, output = tmp_path / 'command.py', tmp_path / 'output'
    script.write_text(
        'import os, subprocess, sys\n'
        'from fer_ros.boundary import bounded\n'
        '@bounded("fer_test")\n'
        'def command():\n'
        f'    with open({str(output)!r}, "wb") as file:\n'
        '        os.write(2, b"native code")\n'
        '        subprocess.run(["sh", "-c", "echo a process >&2"])\n'
        '        file.write(b"whole")\n'
        '    return 0\n'
        'sys.exit(command())\n')
    assert shell(str(script), '<&- >&- 2>&-', tmp_path) == (0, '')
    assert output.read_bytes() == b'whole'
