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
"""A node that only counts the images it receives; one line of JSON when it is interrupted."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image


def main(arguments: list[str] | None = None) -> int:
    """Count until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--transport', choices=('raw', 'compressed'), required=True)
    parser.add_argument('--reliability', choices=('best_effort', 'reliable'), required=True)
    options = parser.parse_args(arguments)
    # rclpy's own handlers end the wait for an image; a handler of Python's would wait for one.
    rclpy.init(args=[])
    node = rclpy.create_node('dds_reader')
    latencies: list[float] = []

    def note(message) -> None:
        stamp = message.header.stamp.sec * 10 ** 9 + message.header.stamp.nanosec
        latencies.append((node.get_clock().now().nanoseconds - stamp) * 1e-6)

    kind = CompressedImage if options.transport == 'compressed' else Image
    # As the node subscribes.
    node.create_subscription(kind, options.topic, note, QoSProfile(
        depth=1, reliability=ReliabilityPolicy[options.reliability.upper()]))
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        print(json.dumps({
            'received': len(latencies),
            'latency_ms': round(float(np.median(latencies)), 2) if latencies else None}),
            flush=True)
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
