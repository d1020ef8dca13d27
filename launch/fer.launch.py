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

"""Start the node `fer`: `ros2 launch fer_ros fer.launch.py image:=/camera/image_raw`."""

import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode

#: Set by users who configure Fast DDS themselves; any of them makes this file keep out of it.
FAST_DDS_SETTINGS = (
    'FASTDDS_BUILTIN_TRANSPORTS', 'FASTRTPS_DEFAULT_PROFILES_FILE',
    'FASTDDS_DEFAULT_PROFILES_FILE')

#: Lets images of some megabytes through, which the default loses without a word.
LARGE_DATA = 'LARGE_DATA?max_msg_size=4MB&sockets_size=8MB&non_blocking=true'

SHARE = get_package_share_directory('fer_ros')

ARGUMENTS = (
    # name, default, description, choices
    ('namespace', '', 'Namespace of the node; give each camera its own.', None),
    ('name', 'fer', 'Name of the node.', None),
    ('image', 'image', 'Image topic to subscribe to, without the suffix of a transport.', None),
    ('image_transport', 'raw', 'raw: <image>; compressed: <image>/compressed.',
     ['raw', 'compressed']),
    ('image_reliability', 'auto', 'Reliability to subscribe with; auto follows the camera.',
     ['auto', 'best_effort', 'reliable']),
    ('params_file', os.path.join(SHARE, 'config', 'fer.yaml'),
     'YAML file with parameters; the arguments of this file win over it.', None),
    ('use_sim_time', 'false', 'Take the time from /clock (simulations, recordings).',
     ['true', 'false']),
    ('log_level', 'info', 'Least severity that is logged.',
     ['debug', 'info', 'warn', 'error', 'fatal']),
    ('ros4hri', 'auto', 'Publish under /humans (REP-155); auto: where hri_msgs is installed.',
     ['auto', 'on', 'off']),
    ('expression_model', '', 'ONNX file of the expression classifier; empty: the packaged one.',
     None),
    ('detector_model', '', 'ONNX file of the face detector; empty: the packaged one.', None),
    ('autostart', 'true', 'Configure and activate at once; false leaves it to a manager.',
     ['true', 'false']),
    ('fast_dds', 'auto', 'auto: prepare Fast DDS for large images unless the environment '
     'configures it already; off: leave it alone.', ['auto', 'off']),
)

#: Arguments that win over the parameter file only where the user gave them.
PARAMETERS = (
    'image_transport', 'image_reliability', 'ros4hri', 'expression_model', 'detector_model')


def fast_dds_settings(context):
    """Return what sets Fast DDS up, or nothing where the user has settings of their own."""
    if LaunchConfiguration('fast_dds').perform(context) == 'off':
        return []
    if any(name in os.environ for name in FAST_DDS_SETTINGS):
        return []
    return [SetEnvironmentVariable('FASTDDS_BUILTIN_TRANSPORTS', LARGE_DATA)]


def node(context):
    """Return the node with the arguments given."""
    def value(name):
        return LaunchConfiguration(name).perform(context)

    defaults = {name: default for name, default, _, _ in ARGUMENTS}
    given = {name: value(name) for name in PARAMETERS if value(name) != defaults[name]}
    for name in ('autostart', 'use_sim_time'):
        given[name] = value(name) == 'true'
    return [LifecycleNode(
        package='fer_ros', executable='fer_node', name=value('name'),
        namespace=value('namespace'), parameters=[value('params_file'), given],
        remappings=[('image', value('image'))], output='screen',
        arguments=['--ros-args', '--log-level', f"{value('name')}:={value('log_level')}"])]


def generate_launch_description():
    """Return the description that `ros2 launch` runs."""
    return LaunchDescription([
        *(DeclareLaunchArgument(
            name, default_value=default, description=description, choices=choices)
          for name, default, description, choices in ARGUMENTS),
        OpaqueFunction(function=fast_dds_settings),
        OpaqueFunction(function=node),
    ])
