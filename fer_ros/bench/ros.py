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

"""The real node behind a camera process, beside a subscriber that does nothing."""

from __future__ import annotations

import argparse
import json
import os

from fer_ros.bench.timing import percentiles
from fer_ros.bench.usage import memory, Usage
from fer_ros.demo.processes import Child, ChildError, isolate

IMAGE = '/bench/image'

#: Seconds left out at the start, and between two looks at what the node uses.
SETTLE, LOOK = 2.0, 1.0


def measure_ros(options: argparse.Namespace) -> dict:
    """
    Measure the node, then unless not wanted a bare subscriber, each behind its own camera.

    :param options: of `fer_benchmark ros`.
    :return: for JSON; latencies run from the stamp of an image to the arrival of the result, or
        for the bare subscriber of the image. `dropped` are the images without an answer, whether
        they were lost on their way or the node had no time.
    :raises ChildError: a process did not come up.
    """
    # Before a process is started: without ROS it is the first that fails.
    import fer_ros.bench.listener  # noqa: F401
    isolate(os.environ)
    whole = _run(options, node_process(options))
    bare = None if options.without_bare else _run(
        options, Child('bare', 'fer_ros.bench.ros_bare', [
            '--topic', topic(options), '--transport', options.transport]))
    return {
        'size': list(options.size), 'rate': options.rate, 'transport': options.transport,
        'seconds': options.seconds, 'faces': options.faces, **whole, 'bare': bare}


def node_process(options: argparse.Namespace, module: str = 'fer_ros.ros.node') -> Child:
    """
    Start the node.

    :param options: `transport`, and where set `interval` and `threads`.
    :param module: that runs it.
    """
    arguments = ['--ros-args', '-r', f'image:={IMAGE}', '--log-level', 'warn']
    arguments += ['-p', f'image_transport:={options.transport}']
    for option, parameter in (('interval', 'detection_interval'), ('threads', 'threads')):
        if getattr(options, option, None) is not None:
            arguments += ['-p', f'{parameter}:={getattr(options, option)}']
    child = Child('node', module, arguments)
    child.watch()
    return child


def camera_process(options: argparse.Namespace, seconds: float, subscribers: int = 1) -> Child:
    """Start a camera that sends for so many seconds once there are so many subscriptions."""
    child = Child('camera', 'fer_ros.bench.ros_camera', [
        '--topic', topic(options), '--transport', options.transport,
        '--rate', str(options.rate), '--size', '{}x{}'.format(*options.size),
        '--faces', str(options.faces), '--seconds', str(seconds),
        '--subscribers', str(subscribers)])
    child.watch()
    return child


def topic(options: argparse.Namespace) -> str:
    """Return the topic of the camera."""
    return IMAGE + ('/compressed' if options.transport == 'compressed' else '')


def _run(options: argparse.Namespace, node: Child) -> dict:
    """Send images to a process that answers them; return what it answered and used."""
    from fer_ros.bench.listener import Listener
    children = [node]
    samples: list[Usage] = []
    try:
        # A process of its own would cost no less: this one only notes times.
        with Listener() as listener:
            listener.until(listener.knows, 'node', node)
            camera = camera_process(options, SETTLE + options.seconds)
            children.append(camera)
            arrivals = listener.arrivals
            listener.until(lambda: bool(arrivals) or camera.status is not None, 'result', node)
            while camera.status is None:
                listener.listen()
                if node.status is not None:
                    raise ChildError(f'{node.name} ended early:\n{node.tail()}')
                if not arrivals:
                    continue
                now = Usage.of(node.process)
                elapsed = now.time - arrivals[0].time
                look = SETTLE + LOOK * len(samples)
                if look <= elapsed <= SETTLE + options.seconds - 0.2:
                    samples.append(now)
    finally:
        for child in reversed(children):
            child.stop()
    if len(samples) < 2:
        raise ChildError(f'the camera ended too early:\n{camera.tail()}')
    return _summary(options, arrivals, samples, json.loads(camera.lines[-1]))


def _summary(
        options: argparse.Namespace, arrivals: list, samples: list[Usage], played: dict) -> dict:
    before, after = samples[0], samples[-1]
    counted = [each for each in arrivals if before.time <= each.time <= after.time]
    span = after.time - before.time
    # Images sent before the three processes knew each other do not count as lost.
    unheard = round((arrivals[0].stamp - played['first_stamp']) * 1e-9 * options.rate)
    return {
        'rate_in': round((played['sent'] - 1) / played['seconds'], 2),
        'rate_out': round(len(counted) / span, 2),
        'sent': played['sent'], 'unheard': unheard, 'results': len(arrivals),
        'dropped': max(0, played['sent'] - unheard - len(arrivals)),
        'latency_ms': percentiles([each.latency for each in counted]),
        'faces_seen': round(sum(each.faces for each in counted) / len(counted), 2),
        'cpu_percent': round(after.percent_since(before), 1),
        'rss_mb': round(after.rss, 1), 'memory': memory(samples), 'threads': after.threads}
