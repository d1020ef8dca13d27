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
"""What is installed: requirements.txt holds all that requirements.in names, by hash."""

from pathlib import Path
import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
import pytest

ROOT = Path(__file__).parents[1]
#: What is installed by hash; each is made of the file of the same name that ends in `.in`.
LOCKED = ('requirements.txt', 'test/arm64/requirements.txt', 'test/mutation/requirements.txt')
PYTHONS = ('3.10.2', '3.10.12', '3.11.2', '3.12.3', '3.13.0')


def lines(path):
    """Return what a file asks for: requirements, each with its hashes."""
    text = (ROOT / path).read_text(encoding='utf-8').replace('\\\n', ' ')
    found = []
    for line in text.splitlines():
        line, *hashes = re.split(r'\s+--hash=', line.partition('#')[0].rstrip())
        if line.strip():
            found.append((Requirement(line), hashes))
    assert found
    return found


def versions(path, python='3.11.2', machine='x86_64'):
    """Return the specifier of each package that a Python on a Linux machine gets."""
    environment = {
        'python_full_version': python, 'python_version': '.'.join(python.split('.')[:2]),
        'sys_platform': 'linux', 'platform_system': 'Linux', 'os_name': 'posix',
        'platform_machine': machine, 'implementation_name': 'cpython',
        'platform_python_implementation': 'CPython'}
    found = {}
    for one, _ in lines(path):
        if one.marker is None or one.marker.evaluate(environment):
            name = canonicalize_name(one.name)
            assert name not in found, f'{path}: Python {python} gets {name} twice'
            found[name] = str(one.specifier)
    return found


@pytest.mark.parametrize('path', LOCKED)
def test_every_package_has_one_version_and_hashes(path):
    for one, hashes in lines(path):
        assert re.fullmatch(r'==[^*,]+', str(one.specifier)), f'{path}: {one}'
        assert hashes and all(re.fullmatch('sha256:[0-9a-f]{64}', each) for each in hashes), (
            f'{path}: {one}')


@pytest.mark.parametrize('python', PYTHONS)
def test_each_python_gets_the_pins_and_what_they_depend_on(python):
    asked, given = (versions(f'requirements.{kind}', python) for kind in ('in', 'txt'))
    assert all(asked.values())
    assert {name: given.get(name) for name in asked} == asked, 'run: make lock'
    assert len(given) > len(asked), 'dependencies are lacking'


def test_the_emulated_machine_gets_the_same_versions():
    asked, given = (versions(f'test/arm64/requirements.{kind}', machine='aarch64')
                    for kind in ('in', 'txt'))
    # Pins are written by hand in one file only.
    assert not any(asked.values()) and asked.keys() < given.keys()
    here = versions('requirements.txt')
    assert given == {name: here[name] for name in given}, 'run: make lock'


def test_mutation_gets_its_pins_beside_what_is_there():
    asked, given = (versions(f'test/mutation/requirements.{kind}') for kind in ('in', 'txt'))
    assert all(asked.values()) and asked == given, 'run: make lock'
    # What lies in front of .venv must not hide another version of it.
    assert not asked.keys() & versions('requirements.txt').keys()


def test_no_file_says_where_packages_come_from():
    for path in (*LOCKED, *(path.replace('.txt', '.in') for path in LOCKED)):
        assert not re.search(r'://|index-url|find-links', (ROOT / path).read_text()), path


def test_setup_installs_nothing_without_its_hash():
    script = (ROOT / 'scripts' / 'setup').read_text()
    calls = re.findall(r'-m pip install(?:.|\\\n)*?(?=\n  [^ ]|\n})', script)
    assert len(calls) == 2
    assert all('--require-hashes' in call or '--no-deps' in call and '--editable .' in call
               for call in calls)
    assert all('--no-build-isolation' in call for call in calls)
    rule = (ROOT / 'Makefile').read_text().partition('.mutation/packages/.done:')[2]
    assert '--require-hashes' in rule.partition('\n\n')[0]
