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
Two cameras, a node for each, as an example of including fer.launch.py.

`ros2 launch fer_ros two_cameras.launch.py front:=/front/image_raw rear:=/rear/image_raw`
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import PushRosNamespace
from launch_ros.substitutions import FindPackageShare


def camera(side, **arguments):
    """Return the node of one camera: /front/fer for the side `front`."""
    # What a group holds concerns nobody outside: neither the namespace nor the arguments.
    return GroupAction([
        PushRosNamespace(side),
        IncludeLaunchDescription(
            PathJoinSubstitution([FindPackageShare('fer_ros'), 'launch', 'fer.launch.py']),
            launch_arguments={
                'fer_image': LaunchConfiguration(side),
                'fer_params_file': LaunchConfiguration('params_file'),
                **arguments}.items())])


def generate_launch_description():
    """Return the description that `ros2 launch` runs."""
    return LaunchDescription([
        DeclareLaunchArgument(
            'front', default_value='/front/image_raw', description='Image topic in front.'),
        DeclareLaunchArgument(
            'rear', default_value='/rear/image_raw', description='Image topic in the rear.'),
        DeclareLaunchArgument(
            'params_file', default_value='', description='Parameters of both, if any.'),
        camera('front'),
        # The one in the rear costs nothing while nobody asks for it.
        camera('rear', fer_image_transport='compressed', fer_lazy='true'),
    ])
