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
import array
import json
import signal
import sys
import time

import cv2
from fer_ros.bench.imagery import scene
from fer_ros.demo.camera import FRAME_ID, to_message, wait_for_listeners
from fer_ros.demo.options import size
import rclpy
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
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
        '--listeners', type=int, default=1, help='start when so many listen (default: 1)')
    parser.add_argument('--patience', type=float, default=60.0)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('bench_camera')
    try:
        compressed = options.transport == 'compressed'
        messages = [
            _jpeg(frame.pixels) if compressed
            else to_message(frame.pixels, node.get_clock().now().to_msg())
            for frame in scene(options.size, options.faces)]
        publisher = node.create_publisher(
            CompressedImage if compressed else Image, options.topic, qos_profile_sensor_data)
        if not wait_for_listeners(publisher, options.listeners, options.patience):
            print('camera: nobody listened', file=sys.stderr)
            return 1
        start, first_stamp = time.monotonic(), 0
        count = max(1, round(options.seconds * options.rate))
        for index in range(count):
            ahead = start + index / options.rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            message = messages[index % len(messages)]
            now = node.get_clock().now()
            first_stamp = first_stamp or now.nanoseconds
            message.header.stamp = now.to_msg()
            publisher.publish(message)
        seconds = time.monotonic() - start + 1 / options.rate
        # Let the last picture leave, and be answered, before the writer disappears.
        time.sleep(0.5)
        print(json.dumps({
            'sent': count, 'seconds': round(seconds, 3), 'first_stamp': first_stamp}))
        return 0
    except KeyboardInterrupt:
        return 130
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def _jpeg(pixels) -> CompressedImage:
    message = CompressedImage(format='bgr8; jpeg compressed bgr8')
    message.header.frame_id = FRAME_ID
    message.data = array.array(
        'B', cv2.imencode('.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, 90))[1].tobytes())
    return message


if __name__ == '__main__':
    sys.exit(main())
