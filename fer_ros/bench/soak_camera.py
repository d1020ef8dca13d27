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

"""The camera of the soak: the embedded clip without an end, now and then an unusable image."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time

from fer_ros.demo.camera_node import raw_message
from fer_ros.demo.options import size
from fer_ros.demo.sources import embedded
import rclpy
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

#: What makes an image unusable, one after the other: a field and its value.
BAD = (
    ('width', 0), ('step', 7), ('encoding', 'foo64'), ('data', b'123'),
    ('data', bytes(3_000_000)))


def main(arguments: list[str] | None = None) -> int:
    """Publish until SIGINT or SIGTERM; print a line of JSON each second; return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--rate', type=float, required=True)
    parser.add_argument('--size', type=size, required=True)
    parser.add_argument('--bad-every', type=float, required=True, help='seconds between them')
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('soak_camera')
    try:
        _publish(node, options)
    except KeyboardInterrupt:
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


def _publish(node, options: argparse.Namespace) -> None:
    publisher = node.create_publisher(Image, options.topic, qos_profile_sensor_data)
    sent = bad = 0
    start = time.monotonic()
    said, spoilt = start, start
    for pixels, seconds in embedded(options.rate, options.size):
        ahead = start + seconds - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        else:
            # A camera does not make up for the pictures it had no time for.
            start -= ahead
        now = time.monotonic()
        message = raw_message(pixels)
        # When it is sent, so that a camera that comes too late does not look like a slow node.
        message.header.stamp = node.get_clock().now().to_msg()
        if now - spoilt >= options.bad_every:
            spoilt = now
            setattr(message, *BAD[bad % len(BAD)])
            bad += 1
        else:
            sent += 1
        publisher.publish(message)
        if now - said >= 1.0:
            said = now
            print(json.dumps({'sent': sent, 'bad': bad}), flush=True)


if __name__ == '__main__':
    sys.exit(main())
