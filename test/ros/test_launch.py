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

"""The launch file, where launch is installed: arguments, Fast DDS settings, parameters."""

import importlib.util
import os
import subprocess
import sys

import pytest
from support import ROOT

launch = pytest.importorskip('launch', reason='launch is not installed here')
launch_ros = pytest.importorskip('launch_ros', reason='launch_ros is not installed here')


@pytest.fixture(scope='module')
def file():
    """Return the launch file as a module."""
    packages = pytest.importorskip('ament_index_python.packages')
    try:
        packages.get_package_share_directory('fer_ros')
    except packages.PackageNotFoundError:
        pytest.skip('fer_ros is not installed in an ament prefix')
    spec = importlib.util.spec_from_file_location(
        'fer_launch', ROOT / 'launch' / 'fer.launch.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def context_of(file, **arguments):
    """Return a launch context after the arguments were declared."""
    context = launch.LaunchContext()
    context.launch_configurations.update(arguments)
    for entity in file.generate_launch_description().entities:
        if isinstance(entity, launch.actions.DeclareLaunchArgument):
            entity.execute(context)
    return context


def test_every_argument_is_described(file):
    entities = file.generate_launch_description().entities
    arguments = {one.name: one for one in entities
                 if isinstance(one, launch.actions.DeclareLaunchArgument)}
    assert {'namespace', 'image', 'image_transport', 'params_file', 'use_sim_time', 'log_level',
            'ros4hri', 'expression_model', 'detector_model', 'autostart'} <= set(arguments)
    assert all(len(one.description) > 10 for one in arguments.values())
    assert arguments['image_transport'].choices == ['raw', 'compressed']


def test_unknown_choice_is_refused(file):
    with pytest.raises(RuntimeError, match='image_transport'):
        context_of(file, image_transport='theora')


@pytest.mark.parametrize('environment, arguments, prepared', [
    ({}, {}, True),
    ({}, {'fast_dds': 'off'}, False),
    # whoever set something keeps it
    ({'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4'}, {}, False),
    ({'FASTRTPS_DEFAULT_PROFILES_FILE': '/mine.xml'}, {}, False),
    ({'FASTDDS_DEFAULT_PROFILES_FILE': '/mine.xml'}, {}, False),
])
def test_fast_dds_is_prepared_unless_the_user_did(
        file, monkeypatch, environment, arguments, prepared):
    for name in file.FAST_DDS_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    context = context_of(file, **arguments)
    before = dict(os.environ)
    for action in file.fast_dds_settings(context):
        action.execute(context)
    changed = {name: value for name, value in os.environ.items() if before.get(name) != value}
    for name in changed:
        monkeypatch.delenv(name)
    assert set(changed) == (set(file.FAST_DDS_PROFILE) if prepared else set())
    assert all(os.path.isfile(path) for path in changed.values())


@pytest.mark.parametrize('arguments, parameters', [
    ({}, {}),  # the file's values hold
    ({'ros4hri': 'on', 'autostart': 'false', 'use_sim_time': 'true'},
     {'ros4hri': 'on', 'autostart': False, 'use_sim_time': True}),
    ({'image_transport': 'compressed'}, {'image_transport': 'compressed'}),
])
def test_only_given_arguments_win_over_the_file(file, monkeypatch, arguments, parameters):
    seen = {}
    monkeypatch.setattr(file, 'LifecycleNode', lambda **fields: seen.update(fields))
    file.node(context_of(file, namespace='front', image='/cam', **arguments))
    assert seen['parameters'][1] == parameters
    assert seen['parameters'][0].endswith('fer.yaml') and os.path.exists(seen['parameters'][0])
    assert seen['remappings'] == [('image', '/cam')]
    assert seen['arguments'] == ['--ros-args', '--log-level', 'front.fer:=info']


def test_an_enclave_is_handed_on(file, monkeypatch):
    seen = {}
    monkeypatch.setattr(file, 'LifecycleNode', lambda **fields: seen.update(fields))
    file.node(context_of(file, enclave='/front/fer'))
    assert seen['arguments'][:3] == ['--ros-args', '--enclave', '/front/fer']


#: What `ros2 launch` does with a file and an argument.
LAUNCH = """
import sys
import launch
from launch.launch_description_sources import PythonLaunchDescriptionSource
service = launch.LaunchService(noninteractive=True)
service.include_launch_description(launch.LaunchDescription([
    launch.actions.IncludeLaunchDescription(
        PythonLaunchDescriptionSource(sys.argv[1]),
        launch_arguments=[('params_file', sys.argv[2])])]))
sys.exit(service.run())
"""


@pytest.mark.parametrize('kind', ['missing', 'a directory'])
def test_a_parameter_file_that_is_none_fails_the_launch(file, tmp_path, kind):
    path = tmp_path / 'nothing.yaml' if kind == 'missing' else tmp_path
    result = subprocess.run(
        [sys.executable, '-c', LAUNCH, file.__file__, str(path)], capture_output=True, text=True,
        env={**os.environ, 'ROS_LOG_DIR': str(tmp_path)}, timeout=60)
    said = result.stdout + result.stderr
    assert result.returncode == 1, said
    assert f"params_file '{path}' does not exist or is not a file" in said
    assert 'process started' not in said
