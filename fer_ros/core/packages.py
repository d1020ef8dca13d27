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

"""Python packages that only some commands need: which one is missing, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
import re
import sys
from typing import TypeVar

#: Exit status of a command that lacks a package.
MISSING = 2

_ROS = re.compile(r'rclpy|launch(_ros)?|cv_bridge|ament_\w+|rcl_\w+|rosidl_\w+|\w+_msgs')
_ROSDEP = 'rosdep install --from-paths src --ignore-src'
#: Not with plain pip: that would put packages over those of apt.
_ROBOT = 'build fer_ros as docs/install.md says, with the Python of fer_venv'
_REPLAY = f"pip install '.[replay]' in a checkout of fer_ros; on a robot: {_ROBOT}"
#: Not by apt: of other versions than those that are tested, each distribution another.
_STUDY = "pip install '.[opencv,replay,study]' in a checkout of fer_ros, in a venv of its own"

#: What to do about each package, by the name it is imported by; the others are named as on PyPI.
_REMEDIES = {
    'PyQt5': 'pip install PyQt5; on a robot: apt install python3-pyqt5',
    'cv2': "pip install '.[opencv]' in a checkout of fer_ros; on a robot: apt install "
           'python3-opencv',
    'onnxruntime': f'pip install onnxruntime; on a robot: {_ROBOT}',
    **dict.fromkeys(('rosbags', 'mcap', 'lz4', 'zstandard', 'tqdm'), _REPLAY),
    **dict.fromkeys(
        ('dask', 'distributed', 'pyarrow', 'fsspec', 'cryptography', 'pympi'), _STUDY),
    'yaml': 'pip install PyYAML; on a robot: apt install python3-yaml',
    'jinja2': 'pip install Jinja2; on a robot: apt install python3-jinja2',
    **{name: f'pip install {name}; on a robot: apt install python3-{name}'
       for name in ('jsonschema', 'matplotlib', 'numpy', 'psutil', 'rich')}}

Command = TypeVar('Command', bound=Callable[..., int])


def missing_package(error: ImportError) -> str | None:
    """
    Return which package an import failed for and the remedy, in one line.

    :return: None where the module is one of fer_ros, which is a mistake of ours.
    """
    package = (error.name or '').partition('.')[0]
    if package == 'fer_ros':
        return None
    if not package or not isinstance(error, ModuleNotFoundError):
        what = f'the Python package {package}' if package else 'a library'
        return f'{what} cannot be loaded: {" ".join(str(error).split())}; install it anew'
    if _ROS.fullmatch(package):
        return (f'the ROS package {package} is missing; source your ROS 2 workspace, install '
                f'what it lacks with {_ROSDEP}, or see the README for a machine without ROS')
    remedy = _REMEDIES.get(package, f'pip install {package}')
    return f'the Python package {package} is missing; install it with: {remedy}'


def tells_missing_packages(name: str) -> Callable[[Command], Command]:
    """
    Make a command say in one line which package it lacks, and return `MISSING`.

    :param name: of the command.
    """
    def wrap(command: Command) -> Command:
        @wraps(command)
        def run(*args, **kwargs):  # type: ignore[no-untyped-def]
            try:
                return command(*args, **kwargs)
            except ImportError as error:
                text = missing_package(error)
                if text is None:
                    raise
                print(f'{name}: {text}', file=sys.stderr)
                return MISSING
        return run  # type: ignore[return-value]
    return wrap
