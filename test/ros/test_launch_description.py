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

"""The reference's section of launch arguments says what the launch files declare."""

import importlib.util
import sys

from fer_ros.ros.launch_description import Argument, arguments, LAUNCH_FILE, SHARE
import pytest
from support import ROOT

FILE = """
import os
from launch import LaunchDescription, actions
from launch.actions import DeclareLaunchArgument, GroupAction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration as Given
from launch_ros.actions import Node
from ament_index_python.packages import get_package_share_directory

SHARE = get_package_share_directory('toy')


def generate_launch_description():
    table = [('rate', '5', 'How fast.', None)]
    return LaunchDescription([
        *[DeclareLaunchArgument(name, default_value=value, description=text, choices=choices)
          for name, value, text, choices in table],
        actions.DeclareLaunchArgument('side', choices=['left', 'right'], description='Where.'),
        DeclareLaunchArgument(name='file', default_value=os.path.join(SHARE, 'a.yaml')),
        GroupAction([Node(package='toy', executable='toy')], condition=IfCondition(Given('on')))])
"""


def test_what_a_file_declares_is_found_however_it_is_written(tmp_path):
    path = tmp_path / 'toy.launch.py'
    path.write_text(FILE)
    before = {name: module for name, module in sys.modules.items()
              if name.partition('.')[0] in ('launch', 'launch_ros', 'ament_index_python')}
    assert arguments(path) == [
        Argument('rate', '5', 'How fast.'), Argument('side', '', 'Where.', ('left', 'right')),
        Argument('file', f"{SHARE.format('toy')}/a.yaml", '')]
    assert before == {name: module for name, module in sys.modules.items()
                      if name.partition('.')[0] in ('launch', 'launch_ros', 'ament_index_python')}


def test_every_argument_of_the_packages_files_is_described():
    for path in (ROOT / LAUNCH_FILE, ROOT / 'examples/greeter/launch/greeter.launch.py'):
        declared = arguments(path)
        assert declared and len({one.name for one in declared}) == len(declared)
        for one in declared:
            assert one.description.endswith('.') and len(one.description) > 10, one.name
            assert not one.choices or one.default in one.choices, one.name


def test_a_robot_shows_the_same():
    """What `ros2 launch --show-args` reads."""
    pytest.importorskip('launch_ros', reason='launch_ros is not installed here')
    packages = pytest.importorskip('ament_index_python.packages')
    try:
        packages.get_package_share_directory('fer_ros')
    except packages.PackageNotFoundError:
        pytest.skip('fer_ros is not installed in an ament prefix')
    spec = importlib.util.spec_from_file_location('fer_launch', ROOT / LAUNCH_FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.generate_launch_description().get_launch_arguments()
    assert [(one.name, one.description) for one in found] == [
        (one.name, one.description) for one in arguments()]
