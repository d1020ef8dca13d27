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

"""
The commands of docs/install.md, run in a workspace over a Python like apt's.

That Python is a copy of the interpreter with the packages of the environment, but those that a
robot has by pip alone, and refuses pip as Debian's and Ubuntu's do (PEP 668). Part of
`make test-versions`.
"""

import os
from pathlib import Path
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig

import pytest

from test_install import cannot, tree

ROOT = Path(__file__).parents[1]
#: What the test machine has no ROS for.
NOT_HERE = ('cd ', 'source ', 'rosdep ', 'ros2 ')


def commands(page):
    """Return the commands of a page's block that makes the virtual environment."""
    blocks = re.findall(r'```bash\n(.*?)```', (ROOT / page).read_text(), re.DOTALL)
    block, = [block for block in blocks if ' -m venv ' in block]
    return block.strip().splitlines()


def by_pip():
    """Return the names of what a robot has by pip, as files of an environment begin with them."""
    text = (ROOT / 'requirements' / 'robot.txt').read_text()
    return {name.replace('-', '_') for name in re.findall(r'^([a-z][a-z0-9-]*)==', text, re.M)}


def test_the_readme_does_the_same_with_a_script():
    readme = (ROOT / 'README.md').read_text()
    script = (ROOT / 'scripts' / 'robot_venv').read_text()
    script = script.replace('--disable-pip-version-check ', '')
    script = script.replace('"$package/', 'src/fer_ros/').replace('.txt"', '.txt')
    done = []
    for line in commands('docs/install.md'):
        if line.startswith(('rosdep', 'fer_venv/bin/python -m colcon', 'source install', 'ros2')):
            assert line in readme, line
        elif not line.startswith(('cd ', 'source /opt')):
            assert all(part in script for part in line.split(' && ')), line
            done.append(line)
    assert len(done) == 2 and 'src/fer_ros/scripts/robot_venv' in readme


@pytest.mark.parametrize('inside, words', [
    ('src/fer_ros', 'run it in the folder of the workspace'), ('', 'has no folder src')])
def test_the_script_says_where_it_belongs(tmp_path, inside, words):
    script = ROOT / 'scripts' / 'robot_venv'
    folder = ROOT if inside else tmp_path
    result = subprocess.run([script], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 1 and words in result.stderr
    assert not (folder / 'fer_venv').exists()


@pytest.mark.parametrize('name, words', [
    ('my robot', 'has a space in its name'), ('ä' * 120 + '/' + 'b' * 60, 'is too long a name')])
def test_a_workspace_whose_commands_would_not_start_is_refused(tmp_path, name, words):
    (tmp_path / name / 'src').mkdir(parents=True)
    result = subprocess.run([ROOT / 'scripts' / 'robot_venv'], cwd=tmp_path / name,
                            capture_output=True, text=True)
    assert result.returncode == 1 and words in result.stderr
    assert not (tmp_path / name / 'fer_venv').exists()


def test_a_python_that_is_not_ros_s_is_named(tmp_path):
    (tmp_path / 'src').mkdir()
    environment = tmp_path / 'conda'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', environment], check=True)
    result = subprocess.run(
        [ROOT / 'scripts' / 'robot_venv'], cwd=tmp_path, capture_output=True, text=True,
        env={'PATH': f"{environment}/bin:{os.environ['PATH']}", 'ROS_DISTRO': 'jazzy'})
    assert result.returncode == 1
    assert f'python3 is {environment}/bin/python3, which has no rclpy of ROS 2' in result.stderr


def test_the_dockerfile_runs_the_same_commands():
    dockerfile = (ROOT / 'Dockerfile').read_text().replace('--no-cache-dir ', '')
    for line in commands('docs/install.md'):
        if not line.startswith(('cd ', 'source ', 'ros2 ')):
            assert line in dockerfile, line


@pytest.fixture
def system(tmp_path):
    """Return a Python that pip may not change, without the packages that come by pip."""
    prefix = tmp_path / 'usr'
    version = 'python%d.%d' % sys.version_info[:2]
    library = Path(sysconfig.get_path('stdlib'))
    here = prefix / 'lib' / version
    (prefix / 'bin').mkdir(parents=True)
    here.mkdir(parents=True)
    shutil.copy2(Path(sys.executable).resolve(), prefix / 'bin' / 'python3')
    for entry in library.iterdir():
        if entry.name not in ('site-packages', 'EXTERNALLY-MANAGED', '__pycache__'):
            (here / entry.name).symlink_to(entry)
    (here / 'EXTERNALLY-MANAGED').write_text(
        '[externally-managed]\nError=apt has the say here.\n')
    environment = {
        name: value for name, value in os.environ.items()
        if not name.startswith(('PYTHON', 'LD_', 'AMENT', 'CMAKE', 'ROS_', 'VIRTUAL_ENV'))}
    environment['PATH'] = f'{prefix}/bin:{environment["PATH"]}'
    python = [prefix / 'bin' / 'python3']
    place = Path(subprocess.run(
        [*python, '-c', 'import site; print(site.getsitepackages()[0])'], env=environment,
        capture_output=True, text=True, check=True).stdout.strip())
    place.mkdir(parents=True, exist_ok=True)
    for entry in Path(sysconfig.get_path('purelib')).iterdir():
        if not entry.name.lower().replace('.', '_').startswith(
                (*by_pip(), 'fer_ros', '__editable__', '_zstandard')):
            (place / entry.name).symlink_to(entry)
    return python[0], environment


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_apt_s_python_stays_whole_and_the_commands_find_what_they_need(tmp_path, system):
    python, environment = system
    workspace = tmp_path / 'ros2_ws'
    tree(workspace / 'src' / 'fer_ros')

    def run(command, **options):
        return subprocess.run(
            command, cwd=workspace, env=environment, capture_output=True, text=True, **options)

    def packages():
        return run([python, '-m', 'pip', 'list', '--format', 'freeze']).stdout

    refused = run([python, '-m', 'pip', 'install', 'onnxruntime'])
    assert refused.returncode and 'externally-managed' in refused.stderr, refused.stderr
    before = packages()
    assert 'numpy==' in before and 'onnxruntime' not in before
    wanted = [line for line in commands('docs/install.md') if not line.startswith(NOT_HERE)]
    assert len(wanted) == 3
    for line in wanted:
        done = run(['bash', '-euc', line])
        if done.returncode and ' -m pip install ' in line and 'onnection' in done.stderr:
            cannot('no package index can be reached: ' + done.stderr.strip()[-200:])
        assert done.returncode == 0, f'{line}\n{done.stdout}{done.stderr}'
    assert packages() == before
    # The script of the README finds all of it done.
    assert run([workspace / 'src' / 'fer_ros' / 'scripts' / 'robot_venv']).returncode == 0

    # Of its own the virtual environment has what comes by pip, and NumPy and OpenCV of apt's.
    inside = run([workspace / 'fer_venv' / 'bin' / 'python', '-c',
                  'import cv2, numpy, onnxruntime, mcap\n'
                  'print(*(m.__file__ for m in (cv2, numpy, onnxruntime, mcap)), sep="\\n")'])
    assert inside.returncode == 0, inside.stderr
    venv = [str(workspace / 'fer_venv') in line for line in inside.stdout.splitlines()]
    assert venv == [False, False, True, True], inside.stdout

    # Started as ros2 run starts it: by its path, with no environment activated.
    installed = workspace / 'install' / 'fer_ros' / 'lib' / 'fer_ros'
    assert 'fer_venv' in (installed / 'fer_node').read_text().splitlines()[0]
    replay = shlex.join(map(str, (installed / 'fer_replay', ROOT / 'test' / 'data' / 'sample')))
    played = run(['bash', '-c', f'source install/setup.bash && {replay}'])
    assert played.returncode == 0, played.stderr
    assert len(played.stdout.splitlines()) == 120

    # A plain colcon build takes apt's Python; the command says how to mend it.
    plain = run([python, '-m', 'colcon', 'build', '--packages-select', 'fer_ros'])
    assert plain.returncode == 0, plain.stderr
    ended = run(['bash', '-c', f'source install/setup.bash && {replay}'])
    assert ended.returncode == 2 and ended.stdout == ''
    line, = ended.stderr.splitlines()
    assert 'missing' in line and 'docs/install.md' in line
