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

"""What contributors rely on: changelog, guide, linters and coverage are what they say."""

import ast
import os
from pathlib import Path
import re
import runpy
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[1]
VERSION = re.compile(r'^(?:(Forthcoming)|(\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2})\))\n(-+)\n', re.M)


def test_changelog_is_as_catkin_reads_it():
    text = (ROOT / 'CHANGELOG.rst').read_text(encoding='utf-8')
    version = ElementTree.parse(ROOT / 'package.xml').getroot().findtext('version')
    title = 'Changelog for package fer_ros'
    lines = text.splitlines()
    assert lines[1] == title and lines[0] == lines[2] and set(lines[0]) == {'^'}
    assert len(lines[0]) >= len(title)
    found = [(match[1] or match[2], len(match[0].splitlines()[0]) == len(match[4]))
             for match in VERSION.finditer(text)]
    assert all(underlined for _, underlined in found)
    names = [name for name, _ in found]
    assert names[0] in ('Forthcoming', version) and version in names
    assert 'Forthcoming' not in names[1:]
    numbers = [tuple(map(int, name.split('.'))) for name in names if name != 'Forthcoming']
    assert numbers == sorted(set(numbers), reverse=True)
    # Every version says something.
    assert all(re.search(r'^\* ', part, re.M) for part in re.split(VERSION, text)[5::5])
    changelog = pytest.importorskip('catkin_pkg.changelog', reason='comes with colcon')
    read = changelog.get_changelog_from_path(str(ROOT / 'CHANGELOG.rst'), 'fer_ros')
    assert [name for name, _, _ in read.foreach_version(reverse=True)] == [
        name for name in names if name != 'Forthcoming']


def test_guide_names_files_that_exist_and_commands_that_run():
    text = (ROOT / 'CONTRIBUTING.md').read_text(encoding='utf-8')
    links = re.findall(r'\]\(([^)#]+)\)', text)
    inline = re.sub(r'```.*?```', '', text, flags=re.S)
    words = [word for code in re.findall(r'`([^`]+)`', inline) for word in code.split()]
    paths = [word for word in words if re.fullmatch(r'(fer_ros|test|models|docs)/[\w./]*', word)]
    assert links and paths
    assert not [path for path in (*links, *paths) if not (ROOT / path).exists()]
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    targets = set(re.findall(r'make ([\w-]+)', text))
    assert {'lint', 'test'} <= targets
    assert not [one for one in targets if not re.search(f'^{one}:', makefile, re.M)]
    modules = set(re.findall(r'-m (fer_ros[\w.]+)', text))
    places = {one: ROOT / one.replace('.', '/') for one in modules}
    assert not [one for one, place in places.items() if not (
        place.with_suffix('.py').is_file() or (place / '__main__.py').is_file())]


def test_what_is_committed_is_linted_as_make_lint_does():
    hooks = [hook for repo in yaml.safe_load((ROOT / '.pre-commit-config.yaml').read_text())[
        'repos'] for hook in repo['hooks'] if repo['repo'] == 'local']
    recipe = (ROOT / 'Makefile').read_text().split('\nlint: setup\n')[1].split('\n\n')[0]
    linters = re.findall(r'scripts/env python ((?:-m )?[\w./]+)', recipe)
    assert len(linters) >= 3
    assert [hook['entry'] for hook in hooks] == [
        f'scripts/env python {linter}' for linter in linters]
    # A network would be needed to make an environment for any other language.
    assert all(hook['language'] == 'system' for hook in hooks)


#: What takes bytes apart by their place, in modules that decode files.
_BYTES = re.compile(r'\bimport struct\b|\bfrom_bytes\(|stream\.jpeg import')


def numbers_without_a_name(text):
    """Yield (line, value) of the numbers above 2, and of bytes, within functions."""
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Constant) and (
                        type(node.value) is int and node.value > 2
                        or type(node.value) is bytes and node.value):
                    yield node.lineno, node.value


def test_places_and_codes_of_file_formats_have_names():
    files = [file for folder in ('stream', 'replay', 'layout', 'viz')
             for file in (ROOT / 'fer_ros' / folder).glob('*.py')
             if _BYTES.search(file.read_text(encoding='utf-8'))]
    assert len(files) >= 8
    found = [f'{file.relative_to(ROOT)}:{line}: {value} has no name' for file in files
             for line, value in numbers_without_a_name(file.read_text(encoding='utf-8'))]
    assert not found, '\n'.join(found)


def test_a_number_without_a_name_is_found():
    text = 'A = 28\n\n\ndef read(data):\n    if data[A] == 0xDA:\n        return data[1:] + b"x"\n'
    assert list(numbers_without_a_name(text)) == [(5, 0xDA), (6, b'x')]


@pytest.fixture
def measured(tmp_path):
    """Return the coverage data of a small package: half of one folder, all of another."""
    pytest.importorskip('coverage')
    halves = {'low': 'def f(x):\n    if x:\n        return 1\n    return 2\n\n\nf(True)\n',
              'high': 'x = 1\n'}
    for name, source in halves.items():
        (tmp_path / 'p' / name).mkdir(parents=True)
        (tmp_path / 'p' / name / 'module.py').write_text(source)
    (tmp_path / 'run.py').write_text(
        'import runpy\n'
        "for name in ('low', 'high'):\n    runpy.run_path(f'p/{name}/module.py')\n")
    environment = {k: v for k, v in os.environ.items() if not k.startswith('COVERAGE_')}
    subprocess.run(
        [sys.executable, '-m', 'coverage', 'run', '--branch', '--rcfile', os.devnull,
         '--include', 'p/*', 'run.py'], cwd=tmp_path, env=environment, check=True)
    return tmp_path


@pytest.mark.parametrize('floor, status, told', [
    (0, 0, []),
    # 5 of 7 lines and branches of `low`, 6 of 8 of both.
    (73, 1, ['p/low']),
    (80, 1, ['all', 'p/low']),
])
def test_coverage_is_told_by_package_and_fails_below_the_floor(
        measured, floor, status, told, monkeypatch, capsys):
    monkeypatch.chdir(measured)
    main = runpy.run_path(str(ROOT / 'scripts' / 'coverage_report.py'))['main']
    assert main(['--data', str(measured / '.coverage'), '--floor', str(floor)]) == status
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()[1:]}
    assert rows['p/low'][:2] == ['4/5', '1/2'] and rows['p/high'][:2] == ['1/1', '0/0']
    assert rows['all'][:2] == ['5/6', '1/2']
    named = re.search(r' in (.+);', err)
    assert (named[1].split(', ') if named else []) == told


def test_make_clean_removes_all_that_git_ignores_but_trained_networks():
    ignored = (ROOT / '.gitignore').read_text().split()
    recipe = (ROOT / 'Makefile').read_text().split('\nclean:\n')[1].replace('\\\n', ' ')
    removed = set(recipe.split())
    kept = [name for name in ignored if name.rstrip('/') not in removed
            and name.rstrip('*') not in removed]
    assert kept == ['runs/']


@pytest.mark.parametrize('change, told', [
    ({'TORCH': 'tpu'}, "TORCH is 'tpu'; it must be cuda or cpu"),
    ({'TORCH': 'cpu', 'PYTHON': '/nowhere/python'}, 'apt install python3-venv'),
])
def test_the_training_environment_says_what_it_cannot_do(change, told, tmp_path):
    for name in ('setup', 'requirements.txt'):
        (tmp_path / 'training').mkdir(exist_ok=True)
        (tmp_path / 'training' / name).write_text((ROOT / 'training' / name).read_text())
    done = subprocess.run(
        ['bash', 'training/setup'], cwd=tmp_path, env={**os.environ, **change},
        capture_output=True, text=True)
    assert done.returncode == 1 and told in done.stderr
    if 'PYTHON' in change:
        # How much it is comes before anything is downloaded.
        assert '1.4 GB' in done.stderr
