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

"""What the monitor waits for and what stands still, in words."""

from __future__ import annotations

from dataclasses import dataclass

from fer_ros.monitor.model import Monitor, SILENCE

TYPE = 'vision_msgs/msg/Detection2DArray'


@dataclass(frozen=True)
class Surroundings:
    """
    Where the monitor listens.

    :param domain: ROS_DOMAIN_ID.
    :param reach: how far discovery goes.
    :param middleware: its implementation.
    """

    domain: str
    reach: str
    middleware: str


def waiting(monitor: Monitor, at: float, where: Surroundings, switch: str = '') -> str:
    """
    Return what is waited for and what can be done about it; '' where all flows.

    :param switch: what enables a node where this is read, as `the key e`; '' where nothing does.
    """
    node = monitor.node
    if node is None or not node.met:
        return _nobody(monitor, where)
    if not node.alive:
        return (f'{node.name} is gone: nothing heard of it for {at - node.heard:.0f} s. '
                'Start it again; this goes on when it returns.')
    way = f'with {switch}, or: ' if switch else 'with: '
    if node.state not in ('', 'active'):
        return (f'{node.name} is {node.state}: it answers no images. Enable it {way}'
                f'ros2 lifecycle set {node.name} '
                f"{'activate' if node.state == 'inactive' else 'configure'}")
    if node.disabled:
        return (f'{node.name} is disabled: it answers no images. Enable it {way}ros2 service '
                f"call {node.name}/enable std_srvs/srv/SetBool '{{data: true}}'")
    age = monitor.arrivals.age(at)
    if age is None or age > SILENCE:
        since = 'yet' if age is None else f'for {age:.0f} s'
        return f'no answer on {monitor.topic} {since}: see the diagnostics for the reason.'
    return ''


def _nobody(monitor: Monitor, where: Surroundings) -> str:
    if monitor.chosen or monitor.topic:
        what = f'the node {monitor.chosen}' if monitor.chosen else 'a node'
        what += f' and its topic {monitor.topic}'
        others = f" Others are there: {', '.join(monitor.here)}." if monitor.here else ''
    else:
        what, others = 'a fer node and its topic */expression', ''
    return (
        f'waiting for {what} ({TYPE}), or its statuses on /diagnostics, in ROS domain '
        f'{where.domain} ({where.reach}, {where.middleware}).{others} Start one: ros2 launch '
        'fer_ros fer.launch.py. If it runs: are ROS_DOMAIN_ID and ROS_AUTOMATIC_DISCOVERY_RANGE '
        'the same on both sides, and does the network let multicast through?')


def latency(monitor: Monitor, at: float) -> str:
    """Return the time from stamp to reception; with what makes it untrue, if it is."""
    measured = monitor.arrivals.latency(at)
    if measured is None:
        return 'unknown'
    middle, most = measured
    if middle < 0:
        return (f'{1e3 * middle:.0f} ms: the clocks of the camera and of this machine differ; '
                'synchronise them (chrony)')
    if middle > 60:
        return (f'{middle:.0f} s: a recording, a simulation (use_sim_time) or clocks that differ')
    return f'{1e3 * middle:.0f} ms, at most {1e3 * most:.0f} ms'
