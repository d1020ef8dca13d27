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

"""A camera node that plays pictures: sensor_msgs/Image on `image`, in a process of its own."""

from __future__ import annotations

import argparse
import array
import json
import signal
import sys
import time

import cv2
from fer_ros.demo.options import add_source_arguments, duration, open_source
from fer_ros.demo.sources import SourceError
import rclpy
from rclpy.duration import Duration
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

#: Seconds between the first sight of all listeners and the first picture.
SETTLE = 1.0

#: Frame of the pictures, as REP-145 and most camera drivers name it.
FRAME_ID = 'camera_optical_frame'


def to_message(frame, stamp) -> Image:
    """Return a bgr8 message of a uint8 (H, W, 3) frame."""
    message = Image()
    message.header.stamp, message.header.frame_id = stamp, FRAME_ID
    message.height, message.width = frame.shape[:2]
    message.encoding, message.step = 'bgr8', 3 * frame.shape[1]
    message.data = array.array('B', frame.tobytes())
    return message


def wait_for_listeners(publisher, count: int, patience: float) -> bool:
    """Wait until so many subscriptions are matched and ready; False after `patience` seconds."""
    give_up = time.monotonic() + patience
    while publisher.get_subscription_count() < count:
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    # The listeners learn of this publisher later than it of them.
    time.sleep(SETTLE)
    return True


def main(arguments: list[str] | None = None) -> int:
    """Play until the source or the time ends; print one line of JSON; return the status."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_source_arguments(parser)
    parser.add_argument('--topic', default='image')
    parser.add_argument(
        '--subscribers', type=int, default=1, help='start when so many listen (default: 1)')
    parser.add_argument('--patience', type=float, default=30.0, help='seconds to wait for them')
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('demo_camera')
    try:
        publisher = node.create_publisher(Image, options.topic, qos_profile_sensor_data)
        frames = open_source(options)
        # The first picture before the wait: a source that fails says so at once.
        frame, seconds = next(frames)
        if not wait_for_listeners(publisher, options.subscribers, options.patience):
            print(f'camera: nobody listened on {options.topic} for {options.patience:.0f} s',
                  file=sys.stderr)
            return 1
        sent, late, start = 0, 0, time.monotonic() - seconds
        # Stamps are the frames' own times, whenever this process comes to send them.
        first = node.get_clock().now() - Duration(seconds=seconds)
        while seconds < duration(options):
            ahead = start + seconds - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
            late += ahead < -0.01
            publisher.publish(to_message(frame, (first + Duration(seconds=seconds)).to_msg()))
            sent += 1
            try:
                frame, seconds = next(frames)
            except StopIteration:
                break
        # Let the last picture leave before the writer disappears.
        time.sleep(0.3)
        print(json.dumps({
            'sent': sent, 'late': late, 'seconds': round(time.monotonic() - start, 3)}))
        return 0
    except SourceError as error:
        print(f'camera: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == '__main__':
    sys.exit(main())
