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
What rosdep makes of package.xml on each distribution, and that apt's Python stays as it is.

What rosdep knows is in the repository `ros/rosdistro`, of which FER_ROSDISTRO names a checkout:

    FER_ROSDISTRO=../rosdistro scripts/env python -m pytest test/test_rosdep.py
"""

import os
from pathlib import Path
import re
import subprocess
import sys

from catkin_pkg.package import parse_package
import pytest
import yaml

ROOT = Path(__file__).parents[1]
DISTRIBUTIONS = ('humble', 'jazzy', 'kilted', 'lyrical', 'rolling')
WITHOUT_HRI_MSGS = {'kilted'}
BY_PIP = {'python3-onnxruntime-pip', 'python3-rosbags-pip'}


def dependencies(distribution, **environment):
    """Return the keys that package.xml asks for on a distribution."""
    package = parse_package(ROOT / 'package.xml')
    package.evaluate_conditions({'ROS_DISTRO': distribution, **environment})
    return {one.name for one in (*package.exec_depends, *package.test_depends)
            if one.evaluated_condition}


@pytest.mark.parametrize('distribution', DISTRIBUTIONS)
def test_what_is_not_released_is_not_asked_for(distribution):
    keys = dependencies(distribution)
    assert ('hri_msgs' in keys) == (distribution not in WITHOUT_HRI_MSGS)
    assert {'rclpy', 'vision_msgs', 'foxglove_msgs', 'python3-numpy', 'python3-venv'} <= keys


@pytest.mark.parametrize('distribution', DISTRIBUTIONS)
def test_pip_touches_nothing_unless_it_is_asked_to(distribution):
    assert not {key for key in dependencies(distribution) if key.endswith('-pip')}
    assert BY_PIP <= dependencies(distribution, FER_ROS_PIP='rosdep')


def test_the_documents_name_the_same_distributions():
    text = (ROOT / 'docs' / 'install.md').read_text()
    for distribution in DISTRIBUTIONS:
        assert re.search(rf'^\| {distribution.capitalize()}\b', text, re.M), distribution


@pytest.fixture(scope='module')
def rosdep(tmp_path_factory):
    """Return a function that runs the real rosdep on a checkout of rosdistro."""
    checkout = os.environ.get('FER_ROSDISTRO')
    if not checkout:
        pytest.skip('FER_ROSDISTRO names no checkout of ros/rosdistro')
    place, checkout = tmp_path_factory.mktemp('rosdep'), Path(checkout).resolve()
    sources = place / 'sources.list.d'
    sources.mkdir()
    (sources / '20-default.list').write_text(''.join(
        f'yaml file://{checkout}/rosdep/{name}.yaml\n' for name in ('base', 'python')))
    environment = {
        **os.environ, 'ROSDEP_SOURCE_PATH': str(sources), 'ROS_HOME': str(place / 'home'),
        'ROSDISTRO_INDEX_URL': f'file://{checkout}/index-v4.yaml', 'ROS_PYTHON_VERSION': '3'}

    def run(*arguments, **more):
        return subprocess.run(
            [Path(sys.executable).with_name('rosdep'), *arguments], capture_output=True, text=True,
            env={**environment, **more}, cwd=ROOT)

    updated = run('update')
    assert updated.returncode == 0, updated.stderr
    run.checkout = checkout
    return run


def platforms(rosdep, distribution):
    """Return the Ubuntu and Debian that a distribution is released for, as rosdep names them."""
    index = yaml.safe_load((rosdep.checkout / distribution / 'distribution.yaml').read_text())
    return [f'{system}:{release}' for system in ('ubuntu', 'debian')
            for release in index['release_platforms'].get(system, [])]


@pytest.mark.timeout(600)
@pytest.mark.parametrize('distribution', DISTRIBUTIONS)
def test_rosdep_finds_everything_and_installs_by_apt_alone(distribution, rosdep):
    supported = platforms(rosdep, distribution)
    assert any(platform.startswith('ubuntu') for platform in supported)
    for platform in supported:
        at = ('--rosdistro', distribution, '--os', platform)
        simulated = rosdep(
            'install', '--from-paths', '.', '--ignore-src', '-y', '--simulate', '--reinstall',
            *at, ROS_DISTRO=distribution)
        assert simulated.returncode == 0, f'{platform}: {simulated.stderr}'
        assert set(re.findall(r'^#\[(.*?)\]', simulated.stdout, re.M)) == {'apt'}, platform
        installed = set(re.findall(r'apt-get install .*?(\S+)$', simulated.stdout, re.M))
        assert f'ros-{distribution}-rclpy' in installed and 'python3-opencv' in installed
        assert (f'ros-{distribution}-hri-msgs' in installed) == (
            distribution not in WITHOUT_HRI_MSGS)
        resolved = rosdep('resolve', *sorted(BY_PIP), *at, ROS_DISTRO=distribution)
        assert resolved.returncode == 0, f'{platform}: {resolved.stderr}'
        assert re.findall(r'^#(\w+)$', resolved.stdout, re.M) == ['pip', 'pip']
