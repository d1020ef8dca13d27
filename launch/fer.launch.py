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
from fer_ros.fast_dds import node_profile, PROFILES, SETTINGS
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode

#: Set by users who configure Fast DDS themselves; any of them makes this file keep out of it.
FAST_DDS_PROFILE, FAST_DDS_SETTINGS = PROFILES, SETTINGS

SHARE = get_package_share_directory('fer_ros')

#: Lets images of some megabytes through, which the default loses without a word: docs/dds.md.
PROFILE = node_profile(os.path.join(SHARE, 'config'))

DEFAULT_PARAMETERS = os.path.join(SHARE, 'config', 'fer.yaml')

ARGUMENTS = (
    # name, default, description, choices
    ('namespace', '', 'Namespace of the node; give each camera its own.', None),
    ('name', 'fer', 'Name of the node.', None),
    ('image', 'image', 'Image topic to subscribe to, without the suffix of a transport.', None),
    ('image_transport', 'raw', 'raw: <image>; compressed: <image>/compressed.',
     ['raw', 'compressed']),
    ('image_reliability', 'auto', 'Reliability to subscribe with; auto follows the camera.',
     ['auto', 'best_effort', 'reliable']),
    ('params_file', DEFAULT_PARAMETERS,
     'YAML file with parameters; launch arguments override it.', None),
    ('use_sim_time', 'false', 'Take the time from /clock (simulations, recordings).',
     ['true', 'false']),
    ('log_level', 'info', 'Least severity that is logged.',
     ['debug', 'info', 'warn', 'error', 'fatal']),
    ('ros4hri', 'auto', 'Publish under /humans (REP-155); auto: where hri_msgs is installed.',
     ['auto', 'on', 'off']),
    ('expression_model', '', 'ONNX file of the expression classifier; empty: the packaged one.',
     None),
    ('detector_model', '', 'ONNX file of the face detector; empty: the packaged one.', None),
    ('autostart', 'true',
     'Configure and activate at once; false leaves it to a lifecycle manager.', ['true', 'false']),
    ('enclave', '', 'SROS 2 enclave of the node, as /fer; empty: as the environment says.',
     None),
    ('fast_dds', 'auto', 'auto: prepare Fast DDS for large images unless the environment '
     'configures it already; off: leave it alone.', ['auto', 'off']),
)

#: Arguments that set the parameter of the same name; one left at its default leaves the
#: parameter file's value alone.
PARAMETERS = (
    'image_transport', 'image_reliability', 'ros4hri', 'expression_model', 'detector_model',
    'autostart', 'use_sim_time')


def fast_dds_settings(context):
    """Return what sets Fast DDS up, or nothing where the user has settings of their own."""
    if LaunchConfiguration('fast_dds').perform(context) == 'off':
        return []
    if any(name in os.environ for name in FAST_DDS_SETTINGS):
        return []
    # The variable's name changed with Fast DDS 3.
    return [SetEnvironmentVariable(name, PROFILE) for name in FAST_DDS_PROFILE]


def node(context):
    """Return the node with the arguments given."""
    given = {name: LaunchConfiguration(name).perform(context) for name, _, _, _ in ARGUMENTS}
    changed = {name: given[name] for name, default, _, _ in ARGUMENTS
               if name in PARAMETERS and given[name] != default}
    for name in {'autostart', 'use_sim_time'} & set(changed):
        changed[name] = changed[name] == 'true'
    if not os.path.isfile(given['params_file']):
        # Passed on, it would be ignored, or a traceback in the middle of the node's log.
        raise RuntimeError(
            f"params_file '{given['params_file']}' does not exist or is not a file; give the path "
            f"of a YAML file, such as a copy of '{DEFAULT_PARAMETERS}', or leave params_file out")
    logger = '.'.join(part for part in (*given['namespace'].split('/'), given['name']) if part)
    enclave = ['--enclave', given['enclave']] if given['enclave'] else []
    return [LifecycleNode(
        package='fer_ros', executable='fer_node', name=given['name'],
        namespace=given['namespace'], parameters=[given['params_file'], changed],
        remappings=[('image', given['image'])], output='screen',
        arguments=['--ros-args', *enclave, '--log-level', f"{logger}:={given['log_level']}"])]


def generate_launch_description():
    """Return the description that `ros2 launch` runs."""
    return LaunchDescription([
        *(DeclareLaunchArgument(
            name, default_value=default, description=description, choices=choices)
          for name, default, description, choices in ARGUMENTS),
        OpaqueFunction(function=fast_dds_settings),
        OpaqueFunction(function=node),
    ])
