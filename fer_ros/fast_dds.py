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
"""Fast DDS and raw images: who sets it up, with which profile, and what to tell people of it."""

from __future__ import annotations

from collections.abc import Mapping
import os
from pathlib import Path
import socket

#: Where Fast DDS looks for a profile: the first up to version 2, the second from version 3 on.
PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')

#: Distributions with Fast DDS 2. Later ones warn of the first of those names.
_WITH_VERSION_2 = ('humble', 'iron', 'jazzy')

#: Settings by which a user has configured Fast DDS already.
SETTINGS = ('FASTDDS_BUILTIN_TRANSPORTS', *PROFILES)

#: Profile for both sides: images go through shared memory.
BOTH_SIDES = 'fastdds.xml'

#: Profile for this side alone: images are received from sockets, which a camera that knows
#: nothing of it sends to as well.
OUR_SIDE = 'fastdds_node.xml'

#: Bytes of the receive buffers that the profiles ask for, and of those that hold an image while
#: the receiving thread does not get to run.
RECEIVE_BUFFER, ENOUGH = 8 << 20, 2 << 20

#: What allows such receive buffers; on this machine, once.
KERNEL_LINE = f'sudo sysctl -w net.core.rmem_max={RECEIVE_BUFFER}'


def profile_environment(profile: str | Path,
                        environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """
    Return what has Fast DDS take a profile.

    :param environment: tells the distribution; where it does not, both names are set.
    """
    distribution = environment.get('ROS_DISTRO')
    names = PROFILES if not distribution else (
        PROFILES[:1] if distribution in _WITH_VERSION_2 else PROFILES[1:])
    return dict.fromkeys(names, str(profile))


def camera_line(environment: Mapping[str, str] = os.environ) -> str:
    """Return what a camera's driver is started after, in the same shell, to use shared memory."""
    profile = f'$(ros2 pkg prefix --share fer_ros)/config/{BOTH_SIDES}'
    return 'export ' + ' '.join(
        f'{name}={value}' for name, value in profile_environment(profile, environment).items())


def receive_buffer() -> int:
    """Return how large a receive buffer the kernel gives, in bytes, up to `RECEIVE_BUFFER`."""
    # The file below /proc is not there in a container.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        # Linux counts its own bookkeeping, and doubles what it was asked for.
        return probe.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2


def node_profile(folder: str | Path) -> str:
    """
    Return the profile that receives most, whatever the camera's side does.

    :param folder: that the profiles are in.
    """
    return os.path.join(folder, OUR_SIDE if receive_buffer() >= ENOUGH else BOTH_SIDES)


def remedy(middleware: str, environment: Mapping[str, str] = os.environ) -> str:
    """
    Return what to do where raw images are lost on their way, as part of a sentence.

    :param middleware: name of the implementation, such as rmw_fastrtps_cpp.
    :param environment: of the node's process.
    """
    other = 'or set image_transport to compressed, where the camera has it; see docs/dds.md'
    if 'fastrtps' not in middleware:
        return f'give {middleware} larger socket buffers, {other}'
    if not any(name in environment for name in SETTINGS):
        return f'start the node by fer.launch.py, which sets Fast DDS up, {other}'
    if receive_buffer() < ENOUGH:
        return (f"run '{KERNEL_LINE}' and start the node anew, or start the camera after "
                f"'{camera_line(environment)}', {other}")
    return f"start the camera after '{camera_line(environment)}', {other}"
