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

"""Start the node fer and the greeter: `ros2 launch greeter greeter.launch.py`."""

import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node


def generate_launch_description():
    """Return the description that `ros2 launch` runs."""
    fer = os.path.join(get_package_share_directory('fer_ros'), 'launch', 'fer.launch.py')
    image, use_sim_time = (LaunchConfiguration(name) for name in ('image', 'use_sim_time'))
    return LaunchDescription([
        DeclareLaunchArgument(
            'image', default_value='/camera/image_raw', description='Image topic of the camera.'),
        DeclareLaunchArgument(
            'use_sim_time', default_value='false', choices=['true', 'false'],
            description='Take the time from /clock (simulations, recordings).'),
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(fer),
            launch_arguments={
                'fer_image': image, 'fer_use_sim_time': use_sim_time}.items()),
        Node(package='greeter', executable='greeter', output='screen',
             parameters=[{'use_sim_time': use_sim_time}]),
    ])
