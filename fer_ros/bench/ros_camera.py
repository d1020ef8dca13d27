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

"""A camera that costs little: pictures drawn and packed beforehand, sent at a steady rate."""

from __future__ import annotations

import argparse
import sys

from fer_ros.bench.imagery import scene
from fer_ros.demo.camera_node import Images, jpeg_message, raw_message, run
from fer_ros.demo.options import size
from rclpy.qos import qos_profile_sensor_data, QoSProfile
from sensor_msgs.msg import CompressedImage, Image


def main(arguments: list[str] | None = None) -> int:
    """Send until the time is over; print one line of JSON; return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--transport', choices=('raw', 'compressed'), required=True)
    parser.add_argument('--rate', type=float, required=True)
    parser.add_argument('--size', type=size, required=True)
    parser.add_argument('--faces', type=int, required=True)
    parser.add_argument('--seconds', type=float, required=True)
    parser.add_argument(
        '--subscribers', type=int, default=1,
        help='start when there are this many subscriptions (default: 1)')
    parser.add_argument(
        '--reliability', choices=('best_effort', 'reliable'), default='best_effort',
        help='best_effort: as sensor data is published; reliable: as by default')
    parser.add_argument('--patience', type=float, default=60.0, help='seconds to wait for them')
    options = parser.parse_args(arguments)
    compressed = options.transport == 'compressed'

    def images() -> Images:
        messages = [
            jpeg_message(frame.pixels) if compressed else raw_message(frame.pixels)
            for frame in scene(options.size, options.faces)]
        count = max(1, round(options.seconds * options.rate))
        return (
            (messages[index % len(messages)], index / options.rate) for index in range(count))
    return run(
        'bench_camera', CompressedImage if compressed else Image, options.topic,
        options.subscribers, options.patience, images,
        QoSProfile(depth=10) if options.reliability == 'reliable' else qos_profile_sensor_data)


if __name__ == '__main__':
    sys.exit(main())
