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
"""What is installed: the files that pip reads hold all that the .in files name, by hash."""

from pathlib import Path
import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
import pytest

ROOT = Path(__file__).parents[1]
PYTHONS = ('3.10.2', '3.10.12', '3.11.2', '3.12.3', '3.13.0')
#: What `make setup` reads for each distribution, and what of it is written by hand.
DISTRIBUTIONS = {'requirements.txt': 'requirements/jazzy.in',
                 'requirements/kilted.txt': 'requirements/kilted.in'}
VERSIONS = sorted(path.stem for path in (ROOT / 'requirements' / 'versions').glob('*.txt'))
#: What is installed by hash.
LOCKED = [*DISTRIBUTIONS, 'requirements/robot.txt', 'requirements/docs.txt',
          'test/arm64/requirements.txt', 'test/mutation/requirements.txt',
          *(f'requirements/versions/{name}.txt' for name in VERSIONS)]


def lines(path):
    """Return what a file asks for: requirements, each with its hashes."""
    text = (ROOT / path).read_text(encoding='utf-8').replace('\\\n', ' ')
    found = []
    for line in text.splitlines():
        line, *hashes = re.split(r'\s+--hash=', line.partition('#')[0].rstrip())
        if line.startswith('-r '):
            found += lines((ROOT / path).parent.relative_to(ROOT) / line[3:])
        elif line.strip():
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
@pytest.mark.parametrize('path, ros', DISTRIBUTIONS.items())
def test_each_python_gets_the_pins_and_what_they_depend_on(path, ros, python):
    asked = {**versions('requirements.in', python), **versions(ros, python)}
    given = versions(path, python)
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


@pytest.mark.parametrize('python', PYTHONS)
def test_distributions_differ_in_ros_alone(python):
    jazzy, kilted = (
        {name: pin for name, pin in versions(path, python).items() if not name.startswith('ros-')}
        for path in DISTRIBUTIONS)
    assert jazzy == kilted
    # What builds the interfaces is named alike.
    names = [re.findall(r'^ros-(?:jazzy-|kilted-)?([a-z0-9-]+)==', (ROOT / path).read_text(), re.M)
             for path in DISTRIBUTIONS.values()]
    assert set(names[0]) <= set(names[1])


@pytest.mark.parametrize('python', [*PYTHONS, '3.14.0'])
def test_a_robot_gets_what_is_tested_and_nothing_that_apt_has(python):
    given = versions('requirements/robot.txt', python)
    assert {'onnxruntime', 'rosbags', 'mcap'} <= given.keys()
    assert not {'numpy', 'opencv-python-headless', 'protobuf', 'packaging'} & given.keys()
    here = versions('requirements.txt', python)
    assert given == {name: here[name] for name in given}, 'run: make lock'
    for one, hashes in lines('requirements/robot.txt'):
        assert len(hashes) > 0, one


@pytest.mark.parametrize('name', VERSIONS)
def test_a_distribution_s_libraries_are_those_of_its_file(name):
    path = f'requirements/versions/{name}'
    python = re.search(r'^# python (\S+)$', (ROOT / f'{path}.in').read_text(), re.M)[1]
    asked, given = (versions(f'{path}.{kind}', f'{python}.2') for kind in ('in', 'txt'))
    pinned = {package: pin for package, pin in asked.items() if pin}
    assert {'numpy', 'opencv-python-headless', 'pytest'} <= pinned.keys()
    assert {package: given.get(package) for package in pinned} == pinned, 'run: make lock'
    assert 'onnxruntime' not in given, 'that is of requirements/robot.txt'


def test_no_file_says_where_packages_come_from():
    for path in (*LOCKED, *(path.relative_to(ROOT) for path in ROOT.glob('requirements/**/*.in')),
                 'requirements.in', 'test/arm64/requirements.in'):
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
