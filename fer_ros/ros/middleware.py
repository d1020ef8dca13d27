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

"""The start of rclpy, or a sentence why it cannot: arguments, environment, machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
import os
from pathlib import Path
import re
import resource
import stat
import sys
from typing import Any, TypeVar

from fer_ros.core.text import shown
from fer_ros.fast_dds import PROFILES

#: Exit status of a command for which ROS did not start.
NOT_STARTED = 1

#: Fast DDS ends the process beyond: its ports would be.
MAX_DOMAIN = 232

#: What a node and some participants that it talks to need, with room to spare.
_DESCRIPTORS = 64

#: Bytes of a parameter file, which is read without a limit.
_MAX_PARAMETER_FILE = 1 << 20

# Where Fast DDS keeps what it sends; running out of space there, the kernel ends the process.
_SHARED_MEMORY = '/dev/shm'
_SEGMENT = 1 << 20
_SEGMENT_SIZE = re.compile(rb'<segment_size>\s*(\d{1,12})\s*<')

# Where in its sources rcl found a fault.
_SOURCE = re.compile(r',? at /?[\w./-]+\.(?:c|cpp|h|hpp):\d+')

#: What to do about what rcl says, by a part of that.
_REMEDIES = (
    ('remap rule', "write -r FROM:=TO; names have letters, digits, '_' and '/', and no part of "
     'one begins with a digit'),
    ('params-file', 'give the path of a YAML file such as config/fer.yaml: NODE: '
     'ros__parameters: NAME: VALUE, with values and lists of one type, no nulls'),
    ('parameter override', 'write -p NAME:=VALUE'),
    ('-p flag', 'write -p NAME:=VALUE'),
    ('log level', 'write --log-level LEVEL or NAME:=LEVEL with debug, info, warn, error or fatal'),
    ('ROS_DOMAIN_ID', f'set it to a number from 0 to {MAX_DOMAIN}, or unset it'),
    ('log file', 'set ROS_LOG_DIR to a folder that may be written to, on a disk with space left'),
    ('open files', f'allow more of them: ulimit -n {_DESCRIPTORS} at least'),
    ('RCUTILS_', 'correct that environment variable, or unset it'),
)


Command = TypeVar('Command', bound=Callable[..., int])


class StartError(RuntimeError):
    """ROS cannot be started; the message names the value and the remedy, for people."""


def refusal(error: BaseException) -> str:
    """Return what rclpy failed with as a sentence and, where it is known, the remedy."""
    text = ' '.join(_SOURCE.sub('', str(error)).replace('Error: error not set', '').split())
    if type(error).__name__ == 'UnknownROSArgsError':
        return (f'unknown ROS arguments {shown(text, 300)}; behind --ros-args there may be -r, '
                '-p, --params-file, --log-level and others of ROS; end them with --')
    remedy = next((remedy for part, remedy in _REMEDIES if part in text), None)
    if remedy is None and os.environ.get('ROS_SECURITY_ENABLE') == 'true':
        remedy = ('ROS_SECURITY_ENABLE is true: set ROS_SECURITY_KEYSTORE to a keystore with this '
                  'enclave, or ROS_SECURITY_ENABLE to false')
    text = shown(text, 600).rstrip('.,;: ') or type(error).__name__
    if remedy is None:
        return f'{type(error).__name__}: {text}; PYTHONDEVMODE=1 shows where'
    return f'{text}; {remedy}'


def check_environment(args: Sequence[str] | None = None) -> None:
    """
    Check what ends the process, or hangs it, where rclpy meets it; to be called before `import`.

    :param args: the command line, as for `rclpy.init`; None: the process's.
    :raises StartError: rclpy would not start.
    """
    _check_domain()
    _check_log_directory()
    _check_implementation()
    _check_descriptors()
    _check_shared_memory()
    _check_parameter_files(sys.argv if args is None else args)


def start(args: Sequence[str] | None = None) -> None:
    """
    Start rclpy, which leaves signals to the program.

    :param args: the command line; None: the process's.
    :raises StartError: it cannot.
    """
    check_environment(args)
    import rclpy
    from rclpy.signals import SignalHandlerOptions
    try:
        rclpy.init(
            args=None if args is None else list(args),
            signal_handler_options=SignalHandlerOptions.NO)
    except Exception as error:  # the kinds are private and differ between distributions
        raise StartError(refusal(error)) from error


def tells_start_faults(program: str) -> Callable[[Command], Command]:
    """
    Make a command say in one line why ROS does not start, and return `NOT_STARTED`.

    :param program: name of the command.
    """
    def wrap(command: Command) -> Command:
        @wraps(command)
        def run(*args: Any, **kwargs: Any) -> int:
            try:
                return command(*args, **kwargs)
            except StartError as error:
                print(f'{program}: {error}', file=sys.stderr)
                return NOT_STARTED
        return run  # type: ignore[return-value]
    return wrap


def _check_domain() -> None:
    text = os.environ.get('ROS_DOMAIN_ID', '')
    if text and not (text.isascii() and text.isdecimal() and int(text[:9]) <= MAX_DOMAIN):
        raise StartError(f"ROS_DOMAIN_ID is '{shown(text)}'; set it to a number from 0 to "
                         f'{MAX_DOMAIN}, or unset it')


def _check_log_directory() -> None:
    # As rcl finds it, and says with a page of text that it cannot.
    folder, ros, home = (
        os.environ.get(name, '') for name in ('ROS_LOG_DIR', 'ROS_HOME', 'HOME'))
    if not (folder or ros or home):
        raise StartError(
            'none of ROS_LOG_DIR, ROS_HOME and HOME is set, so that there is no place for the '
            'log; set ROS_LOG_DIR to a folder that may be written to')
    folder = os.path.expanduser(folder or os.path.join(ros or '~/.ros', 'log'))
    try:
        os.makedirs(folder, exist_ok=True)
        fault = '' if os.access(folder, os.W_OK) else 'nothing may be written there'
    except OSError as error:
        fault = error.strerror or 'it cannot be made'
    if fault:
        raise StartError(f"the log cannot be written to '{shown(folder, 200)}': {fault}; set "
                         'ROS_LOG_DIR to a folder that may be written to')


def _check_implementation() -> None:
    wanted = os.environ.get('RMW_IMPLEMENTATION', '')
    if not wanted:
        return
    # As rclpy does, which says so only when it has already been ended by its own libraries.
    from ament_index_python import get_resources
    available = sorted(set(get_resources('rmw_typesupport')) - {'rmw_implementation'})
    if available and wanted not in available:
        package = shown(wanted).replace('_', '-')
        raise StartError(
            f"RMW_IMPLEMENTATION is '{shown(wanted)}', which is not installed; installed: "
            f"{', '.join(available)}; unset it, or install ros-$ROS_DISTRO-{package}")


def _check_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = [limit == resource.RLIM_INFINITY or limit >= _DESCRIPTORS for limit in (soft, hard)]
    if enough[1] and not enough[0]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_DESCRIPTORS, hard))
    elif not enough[1]:
        raise StartError(
            f'only {soft} files may be open at a time, and a node needs {_DESCRIPTORS}; raise the '
            'limit: ulimit -n 1024')


def _check_shared_memory() -> None:
    if os.environ.get('RMW_IMPLEMENTATION', 'rmw_fastrtps').find('fastrtps') < 0 or (
            os.environ.get('FASTDDS_BUILTIN_TRANSPORTS', '').startswith('UDP')):
        return
    try:
        space = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return  # Fast DDS goes without
    if space.f_flag & os.ST_RDONLY:
        return
    needed = _SEGMENT + max((_segments(os.environ[name]) for name in PROFILES
                             if name in os.environ), default=0)
    free = space.f_bavail * space.f_frsize
    if free < needed:
        raise StartError(
            f'{_SHARED_MEMORY} has {free >> 10} KiB left, and Fast DDS needs {needed >> 10}; '
            'delete what lies there (fastdds shm clean), make it larger (docker run --shm-size), '
            'or do without: FASTDDS_BUILTIN_TRANSPORTS=UDPv4')


def _segments(profile: str) -> int:
    """Return how many bytes of shared memory a profile of Fast DDS asks for."""
    path = Path(profile)
    if not path.is_file() or path.stat().st_size > _MAX_PARAMETER_FILE:
        return 0
    return max(map(int, _SEGMENT_SIZE.findall(path.read_bytes())), default=0)


def _check_parameter_files(args: Sequence[str]) -> None:
    for flag, path in zip(args, args[1:]):
        if flag != '--params-file':
            continue
        try:
            status = os.stat(path)
        except (OSError, ValueError) as error:
            raise StartError(
                f"parameter file '{shown(path, 300)}' cannot be read: "
                f'{getattr(error, "strerror", None) or error}; give the path of a YAML file, such '
                'as a copy of config/fer.yaml') from error
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_PARAMETER_FILE:
            what = 'larger than 1 MiB' if stat.S_ISREG(status.st_mode) else 'not a regular file'
            raise StartError(
                f"parameter file '{shown(path, 300)}' is {what}; give the path of a YAML file, "
                'such as a copy of config/fer.yaml')
