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

"""`pip install '.[opencv]'` into an empty environment without ROS: pages and commands there."""

import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[1]

#: Put before the blocks of a page: what runs them must be what was installed.
PROLOGUE = """
import importlib.util, sys
import fer_ros
assert fer_ros.__file__.startswith(sys.prefix), fer_ros.__file__
assert importlib.util.find_spec('rclpy') is None, 'ROS is here'
"""

#: Put after them: they did what the text around them says.
EPILOGUE = """
from fer_ros.core.assets import model_path
assert str(model_path('expression.onnx')).startswith(sys.prefix)
assert result.faces[0].label == 'happy' and happy > 0.9
assert portrait.shape and drawn.shape == image.shape and (drawn != image).any()
assert len(seen) >= 2 and sum(map(len, seen.values())) > 200
assert any('happy' in labels for labels in seen.values())
"""


def cannot(reason):
    """Skip the test, but fail where that would go unnoticed: in continuous integration."""
    if any(os.environ.get(name, '') not in ('', '0', 'false') for name in ('CI', 'FER_CI')):
        pytest.fail(reason)
    pytest.skip(reason)


def blocks(page):
    """Return the Python code of a page that needs no ROS."""
    found = re.findall(r'```python\n(.*?)```', (ROOT / page).read_text(), re.DOTALL)
    return '\n'.join(block for block in found if 'rclpy' not in block)


def tree(target):
    """Copy the checkout, as git would give it with what is not committed yet."""
    files = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=ROOT,
        capture_output=True, text=True)
    if files.returncode:
        cannot('this is no git checkout')
    for name in filter(None, files.stdout.split('\0')):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.mark.parametrize('variable, outcome', [
    ({'CI': 'true'}, 'failed'), ({'FER_CI': '1'}, 'failed'), ({}, 'skipped'),
    ({'CI': 'false', 'FER_CI': ''}, 'skipped')])
def test_what_cannot_be_tested_fails_in_continuous_integration(variable, outcome, monkeypatch):
    for name in ('CI', 'FER_CI'):
        monkeypatch.delenv(name, raising=False)
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BaseException, match='no index') as caught:
        cannot('no index')
    raised = {'failed': pytest.fail.Exception, 'skipped': pytest.skip.Exception}
    assert caught.type is raised[outcome]


def test_continuous_integration_says_so():
    assert re.search(r'^export FER_CI=1$', (ROOT / '.ci' / 'run').read_text(), re.M)


@pytest.mark.timeout(900)
def test_the_page_runs_in_an_empty_environment(tmp_path):
    environment = {
        name: value for name, value in os.environ.items()
        if not name.startswith(('PYTHON', 'LD_', 'AMENT', 'ROS', 'FER_', 'VIRTUAL_ENV'))}
    python = tmp_path / 'venv' / 'bin' / 'python'

    def run(*command, cwd=tmp_path):
        return subprocess.run(
            [python, *command], cwd=cwd, env=environment, capture_output=True, text=True)

    subprocess.run(
        [sys.executable, '-m', 'venv', python.parents[1]], env=environment, check=True)
    reached = run('-m', 'pip', 'download', '--no-deps', '--dest', tmp_path / 'wheels', 'PyYAML')
    if reached.returncode:
        cannot('no package index can be reached: ' + reached.stderr.strip()[-200:])
    checkout = tree(tmp_path / 'checkout')
    installed = run('-m', 'pip', 'install', '.[opencv]', cwd=checkout)
    assert installed.returncode == 0, installed.stderr
    # The page's reader stands in the root of a checkout, but uses what was installed.
    script = tmp_path / 'page.py'
    for page, after in (('docs/python.md', EPILOGUE), ('README.md', '')):
        script.write_text('\n'.join((PROLOGUE, blocks(page), after)))
        result = run(script, cwd=checkout)
        assert result.returncode == 0, f'{page}: {result.stdout}{result.stderr}'
        print(result.stdout)
    assert 'collins' in blocks('README.md') and 'happy' in result.stdout
    assert (checkout / 'demo_output' / 'drawn.jpg').stat().st_size > 1000

    def command(name, *arguments):
        return subprocess.run(
            [python.parent / name, *arguments], cwd=checkout, env=environment,
            capture_output=True, text=True)

    # What else a command needs it says in a line.
    for words, remedy in (
            (['fer_node'], 'source your ROS 2 workspace'),
            (['fer_demo'], 'source your ROS 2 workspace'),
            (['fer_replay', 'test/data/sample'], "pip install '.[replay]'"),
            (['fer_benchmark', 'ros'], 'pip install psutil'),
            (['fer_benchmark', 'classifier'], 'pip install onnx'),
            (['fer_evaluate', '--data', 'nowhere', '--plot'], 'pip install matplotlib')):
        ended = command(*words)
        assert ended.returncode == 2, f'{words}: {ended.stderr}'
        line, = ended.stderr.splitlines()
        assert remedy in line and 'Traceback' not in line
    installed = run('-m', 'pip', 'install', '.[replay]', cwd=checkout)
    assert installed.returncode == 0, installed.stderr
    for quiet in ((), ('--quiet',)):
        ended = command('fer_replay', 'test/data/sample', *quiet)
        assert ended.returncode == 0, ended.stderr
        assert len(ended.stdout.splitlines()) == 120
