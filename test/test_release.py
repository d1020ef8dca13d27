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

"""What a release says of itself, in each place the same: version, maintainer, distributions."""

import json
from pathlib import Path
import re
import runpy
import shutil
import subprocess
import sys
from xml.etree import ElementTree

from catkin_pkg.changelog import get_changelog_from_path
from catkin_pkg.package import parse_package
import pytest
import yaml

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = ['humble', 'jazzy', 'kilted', 'lyrical', 'rolling']
WORKFLOW = ROOT / '.github' / 'workflows' / 'ci.yml'


def tool(name):
    """Return a program of the environment."""
    path = Path(sys.executable).with_name(name)
    if not path.exists():
        pytest.skip(f'{name} is not here: make setup')
    return path


def tracked():
    """Return the text files of the repository."""
    listed = subprocess.run(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard'], cwd=ROOT,
        capture_output=True, text=True)
    if listed.returncode:
        pytest.skip('this is no git checkout')
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            try:
                yield name, (ROOT / name).read_text(encoding='utf-8')
            except UnicodeDecodeError:
                continue


def test_the_version_is_the_same_for_ros_for_python_and_in_the_changelog(monkeypatch):
    version = parse_package(ROOT / 'package.xml').version
    monkeypatch.chdir(ROOT)
    python = subprocess.run(
        [sys.executable, 'setup.py', '--version'], capture_output=True, text=True, check=True)
    assert re.fullmatch(re.escape(version) + r'(rc\d+)?', python.stdout.split()[-1])
    text = (ROOT / 'CHANGELOG.rst').read_text()
    headings = re.findall(r'^(.+)\n-+$', text, re.M)
    assert headings[0].split()[0] in (version, 'Forthcoming')
    changelog = get_changelog_from_path(ROOT / 'CHANGELOG.rst', 'fer_ros')
    assert changelog.get_content_of_version(version)


def test_one_place_says_who_keeps_the_package():
    ours = parse_package(ROOT / 'package.xml')
    assert ours.maintainers
    for path in (*ROOT.glob('interfaces/*/package.xml'), *ROOT.glob('examples/*/package.xml')):
        theirs = parse_package(path)
        assert ([(one.name, one.email) for one in theirs.maintainers]
                == [(one.name, one.email) for one in ours.maintainers]), path
    email = ours.maintainers[0].email
    repeated = [name for name, text in tracked()
                if email in text and Path(name).name != 'package.xml']
    assert not repeated


def test_nothing_is_left_to_fill_in():
    blank = re.compile(
        r'<this repository>|<your |\bTODO\b|\bFIXME\b|fer-ros\.example|Your Name|'
        r'github\.com/(user|owner|org|example)\b|is a placeholder')
    found = [f'{name}: {match[0]}' for name, text in tracked()
             if name != 'test/test_release.py' for match in [blank.search(text)] if match]
    assert not found


@pytest.fixture
def home(tmp_path):
    """Return a copy of what set_home.py writes, and a function that runs it there."""
    for path in (ROOT / 'package.xml', *ROOT.glob('interfaces/*/package.xml'),
                 *ROOT.glob('examples/*/package.xml'), ROOT / 'scripts' / 'set_home.py'):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)

    def run(*arguments):
        return subprocess.run(
            [sys.executable, tmp_path / 'scripts' / 'set_home.py', *arguments],
            capture_output=True, text=True)
    run.root = tmp_path
    return run


def test_the_home_is_written_everywhere_and_taken_back(home):
    before = (home.root / 'package.xml').read_text()
    assert home().returncode == 0 and (home.root / 'package.xml').read_text() == before
    for _ in range(2):
        done = home('--name', 'Ada & Bob', '--email', 'ada@robots.org',
                    '--repository', 'https://code.robots.org/ada/fer_ros.git')
        assert done.returncode == 0, done.stderr
        for path in home.root.rglob('package.xml'):
            maintainer, = parse_package(path).maintainers
            assert (maintainer.name, maintainer.email) == ('Ada & Bob', 'ada@robots.org')
        assert [(url.type, url.url) for url in parse_package(home.root / 'package.xml').urls] == [
            ('repository', 'https://code.robots.org/ada/fer_ros'),
            ('bugtracker', 'https://code.robots.org/ada/fer_ros/issues')]
    # What is not given stays, as it was meant.
    assert home('--email', 'ada.b@robots.org').returncode == 0
    maintainer, = parse_package(home.root / 'package.xml').maintainers
    assert (maintainer.name, maintainer.email) == ('Ada & Bob', 'ada.b@robots.org')
    ours = ElementTree.fromstring(before).find('maintainer')
    home('--name', ours.text, '--email', ours.get('email'), '--repository', '')
    assert (home.root / 'package.xml').read_text() == before


@pytest.mark.parametrize('arguments, word', [
    (['--email', 'nobody'], "'nobody'"), (['--email', ''], "''"), (['--name', ' '], '--name'),
    (['--email', "o'neil@x.org"], 'that package.xml may have'), (['--email', 'a&b@x.org'], 'a&b'),
    (['--name', 'Ada\nBob'], 'not one line'), (['--repository', 'https://h.org/a?b=c'], '?b=c'),
    (['--repository', 'git@host:a/b'], "'git@host:a/b'"), (['--repository', 'https://'], 'https'),
])
def test_what_is_no_home_is_refused_and_nothing_written(home, arguments, word):
    before = (home.root / 'package.xml').read_text()
    refused = home(*arguments)
    assert refused.returncode == 2 and word in refused.stderr.splitlines()[-1]
    assert (home.root / 'package.xml').read_text() == before


def test_workflows_follow_their_schema():
    checked = subprocess.run(
        [tool('check-jsonschema'), '--builtin-schema', 'vendor.github-workflows', WORKFLOW],
        capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_workflows_run_what_there_is_for_every_distribution():
    jobs = yaml.safe_load(WORKFLOW.read_text())['jobs']
    assert jobs['robot']['strategy']['matrix']['distro'] == DISTRIBUTIONS
    versions = {path.stem for path in (ROOT / 'requirements' / 'versions').glob('*.in')
                if '# python ' in path.read_text()}
    assert set(jobs['versions']['strategy']['matrix']['versions']) == versions
    makefile = (ROOT / 'Makefile').read_text()
    for job in jobs.values():
        for command in (step['run'] for step in job['steps'] if 'run' in step):
            for target in re.findall(r'^make ([a-z-]+)', command, re.M):
                assert re.search(rf'^{target}:', makefile, re.M), target
            for path in re.findall(r'(?:^|\s)((?:scripts|test|\.ci)/\S+)', command):
                assert (ROOT / path).exists(), path


@pytest.mark.parametrize('distribution', DISTRIBUTIONS)
def test_a_dev_container_builds_the_dockerfile(distribution):
    path = ROOT / '.devcontainer' / distribution / 'devcontainer.json'
    container = json.loads(path.read_text())
    build = container['build']
    dockerfile = path.parent / build['dockerfile']
    assert dockerfile.resolve() == ROOT / 'Dockerfile'
    assert (path.parent / build['context']).resolve() == ROOT
    assert f' AS {build["target"]}\n' in dockerfile.read_text()
    assert build['args'] == {'ROS_DISTRO': distribution}
    assert f'/opt/ros/{distribution}/' in container['postCreateCommand'][-1]
    folder = container['workspaceFolder']
    assert f'WORKDIR {folder}\n' in dockerfile.read_text()


def test_the_dockerfile_has_no_faults_and_copies_what_there_is():
    linted = subprocess.run(
        [tool('hadolint'), ROOT / 'Dockerfile'], capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout
    for source in re.findall(r'^COPY (\S+) ', (ROOT / 'Dockerfile').read_text(), re.M):
        assert (ROOT / source).exists(), source


@pytest.mark.parametrize('pins', sorted(
    path.stem for path in (ROOT / 'requirements' / 'versions').glob('*.in')
    if '# python ' in path.read_text()))
def test_pins_of_a_distribution_name_what_the_page_says(pins):
    text = (ROOT / 'requirements' / 'versions' / f'{pins}.in').read_text()
    python = re.search(r'^# python (\S+)$', text, re.M)[1]
    page = (ROOT / 'docs' / 'install.md').read_text()
    row, = [line for line in page.splitlines()
            if line.startswith('|') and re.search(rf'\|[^|]*`{pins}`[^|]*\|$', line)][:1]
    assert python in row
    for package in ('numpy', 'opencv-python-headless'):
        version = re.search(rf'^{package}==(\d+\.\d+\.\d+)', text, re.M)[1]
        assert version in row or pins == 'lyrical', version


def test_the_site_lists_every_page(monkeypatch):
    """What sphinx says about the rest fails in `make docs`."""
    index = (ROOT / 'docs' / 'index.md').read_text()
    pages = {path.name for path in (ROOT / 'docs').glob('*.md')} - {'index.md'}
    assert not {page for page in pages if page not in index}
    conf = runpy.run_path(ROOT / 'docs' / 'conf.py')
    outside = {str(path.relative_to(ROOT)) for path in conf['outside']}
    assert {'README.md', 'models/expression.md', 'CHANGELOG.rst'} <= outside
    assert not {page for page in outside
                if page not in index and not page.startswith('models/')}
