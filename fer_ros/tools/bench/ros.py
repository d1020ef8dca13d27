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
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import time

from fer_ros.tools.bench.timing import percentiles
from fer_ros.tools.playback.processes import Child, isolate

IMAGE, RESULT = '/bench/image', '/fer/expression'

#: Seconds that processes may take to come up, and that are left out at the start.
PATIENCE, SETTLE = 60.0, 2.0


@dataclass
class Usage:
    """What a process has used: `cpu` seconds, resident memory in MB, threads, at a `time`."""

    cpu: float
    rss: float
    threads: int
    time: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, process: int) -> Usage:
        """
        Read /proc.

        :param process: its number.
        :raises OSError: it is gone.
        """
        # The command's name may hold blanks: count from the parenthesis that ends it.
        fields = Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()
        tick, page = os.sysconf('SC_CLK_TCK'), os.sysconf('SC_PAGE_SIZE')
        return cls(
            (int(fields[11]) + int(fields[12])) / tick, int(fields[21]) * page / 1e6,
            int(fields[17]))

    def percent_since(self, before: Usage) -> float:
        """Return the share of one core used since then, in percent."""
        return 100.0 * (self.cpu - before.cpu) / (self.time - before.time)


def measure_ros(options: argparse.Namespace) -> dict:
    """
    Measure the node, then a bare subscriber, each behind a camera of its own.

    :param options: of `fer_benchmark ros`.
    :return: for JSON; latencies run from the stamp of an image to the arrival of the result, or
        for the bare subscriber of the image.
    :raises OSError: a process did not come up.
    """
    isolate(os.environ)
    parameters = ['--ros-args', '-r', f'image:={IMAGE}', '--log-level', 'warn']
    parameters += ['-p', f'image_transport:={options.transport}']
    if options.interval is not None:
        parameters += ['-p', f'detection_interval:={options.interval}']
    whole = _run(options, 'fer_ros.ros.node', parameters)
    bare = _run(options, 'fer_ros.tools.bench.ros_bare', [
        '--topic', _topic(options), '--transport', options.transport])
    return {
        'size': list(options.size), 'rate': options.rate, 'transport': options.transport,
        'seconds': options.seconds, 'faces': options.faces, **whole, 'bare': bare}


def _topic(options: argparse.Namespace) -> str:
    return IMAGE + ('/compressed' if options.transport == 'compressed' else '')


def _run(options: argparse.Namespace, module: str, arguments: list[str]) -> dict:
    """Run a module that answers images; return what it received, answered and used."""
    started = time.monotonic()
    children = [Child('node', module, arguments)]
    children.append(Child('camera', 'fer_ros.tools.bench.ros_camera', [
        '--topic', _topic(options), '--transport', options.transport,
        '--rate', str(options.rate), '--size', '{}x{}'.format(*options.size),
        '--faces', str(options.faces), '--seconds', str(options.seconds + SETTLE)]))
    for child in children:
        child.watch()
    try:
        # A process of its own would cost no less: this one only notes times.
        return _listen(options, *children, started)
    finally:
        for child in reversed(children):
            child.stop()


def _listen(
        options: argparse.Namespace, node: Child, camera: Child, started: float) -> dict:
    import rclpy
    from vision_msgs.msg import Detection2DArray
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    ros = rclpy.create_node('fer_benchmark', context=context)
    executor = rclpy.executors.SingleThreadedExecutor(context=context)
    executor.add_node(ros)
    arrivals: list[tuple[float, float, int]] = []

    def note(message) -> None:
        now = ros.get_clock().now().nanoseconds
        stamp = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
        arrivals.append((time.monotonic(), (now - stamp) * 1e-9, len(message.detections)))

    ros.create_subscription(Detection2DArray, RESULT, note, 50)
    before = after = None
    give_up = time.monotonic() + PATIENCE
    try:
        while camera.status is None:
            executor.spin_once(timeout_sec=0.2)
            if node.status is not None:
                raise OSError(f'{node.name} ended early:\n{node.tail()}')
            if not arrivals:
                if time.monotonic() > give_up:
                    raise OSError(f'no result within {PATIENCE:.0f} s:\n{node.tail()}')
                continue
            elapsed = time.monotonic() - arrivals[0][0]
            if before is None and elapsed >= SETTLE:
                before = Usage.of(node.process)
            if elapsed <= SETTLE + options.seconds - 0.5:
                after = Usage.of(node.process)
    finally:
        executor.shutdown()
        ros.destroy_node()
        rclpy.try_shutdown(context=context)
    if before is None or after is None:
        raise OSError(f'the camera ended too early:\n{camera.tail()}')
    counted = [each for each in arrivals if before.time <= each[0] <= after.time]
    span = after.time - before.time
    played = json.loads(camera.lines[-1])
    return {
        'rate_in': round(played['sent'] / played['seconds'], 2),
        'rate_out': round(len(counted) / span, 2),
        'sent': played['sent'], 'results': len(arrivals),
        'dropped': played['sent'] - len(arrivals),
        'latency_ms': percentiles([latency for _, latency, _ in counted]),
        'faces_seen': round(sum(faces for *_, faces in counted) / len(counted), 2),
        'first_result_s': round(arrivals[0][0] - started, 2),
        'cpu_percent': round(after.percent_since(before), 1),
        'rss_mb': round(after.rss, 1), 'rss_growth_mb': round(after.rss - before.rss, 2),
        'threads': after.threads}
