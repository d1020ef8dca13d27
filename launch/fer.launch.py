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
Start the node `fer`: `ros2 launch fer_ros fer.launch.py image:=/camera/image_raw`.

Where another launch file includes this one, the name of each argument begins with `fer_`:
docs/launch.md.
"""

import os
import sys

from ament_index_python.packages import get_package_share_directory
from fer_ros.fast_dds import node_profile, profile_environment, SETTINGS
from fer_ros.ros import launch_arguments, launch_values
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.logging import get_logger
from launch_ros.actions import Node
from launch_ros.descriptions import ParameterValue
from launch_ros.utilities import make_namespace_absolute, prefix_namespace


def fast_dds_environment(context, wanted):
    """Return what sets Fast DDS up, or nothing where the user has settings of their own."""
    if wanted == 'off' or any(name in context.environment for name in SETTINGS):
        return {}
    # Lets images of some megabytes through, which the default loses without a word: docs/dds.md.
    profile = node_profile(os.path.join(get_package_share_directory('fer_ros'), 'config'))
    return profile_environment(profile, context.environment)


def node(context):
    """Return the node with what was given, and nothing that was not."""
    logger = get_logger('fer.launch.py')
    given = launch_arguments.take(
        context.launch_configurations,
        launch_arguments.started_by_itself(sys.argv[1:], __file__),
        launch_arguments.on_command_line(sys.argv[1:]), logger.info, logger.warning)
    name, namespace = given.get('name', 'fer'), given.get('namespace', '')
    # Here and not by launch, as the node's logger is called so, too.
    namespace = make_namespace_absolute(prefix_namespace(
        context.launch_configurations.get('ros_namespace'), namespace)) or '/'
    others = launch_values.told_to_others(
        given['params_file'], f"{namespace.rstrip('/')}/{name}") if 'params_file' in given else ''
    if others:
        logger.warning(others)
    parameters = {
        one.name: ParameterValue(given[one.name], value_type=type(given[one.name]))
        for one in launch_arguments.PARAMETERS if one.name in given}
    arguments = ['--ros-args', '--enclave', given['enclave']] if 'enclave' in given else []
    if 'log_level' in given:
        logger_name = '.'.join(part for part in (*namespace.split('/'), name) if part)
        arguments += ['--ros-args', '--log-level', f"{logger_name}:={given['log_level']}"]
    return [Node(
        package='fer_ros', executable='fer_node', name=name, namespace=namespace,
        parameters=[*filter(None, (given.get('params_file'), parameters))],
        remappings=launch_arguments.remappings(
            given, lambda topic: prefix_namespace(namespace, topic)),
        arguments=arguments, output='screen',
        additional_env=fast_dds_environment(context, given.get('fast_dds')),
        respawn=given.get('respawn', True), respawn_delay=given.get('respawn_delay', 2.0))]


def generate_launch_description():
    """Return the description that `ros2 launch` runs."""
    return LaunchDescription([
        *(DeclareLaunchArgument(
            launch_arguments.PREFIX + one.name, default_value='', description=one.help())
          for one in launch_arguments.ARGUMENTS),
        OpaqueFunction(function=node),
    ])
