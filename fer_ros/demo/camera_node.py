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

"""A node that publishes images as a camera does: stamped, and each when it is due."""

from __future__ import annotations

import array
from collections.abc import Callable, Iterator
import json
import signal
import sys
import time
from typing import Union

import cv2
from fer_ros.ros import middleware
import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import qos_profile_sensor_data, QoSProfile
from rclpy.time import Time
from sensor_msgs.msg import CompressedImage, Image

# Seconds from the match with the last subscription to the first image: the subscribers learn of
# the publisher later than it of them.
_SETTLE = 1.0
# Seconds for the last image to leave, and to be answered, before the publisher disappears.
_LINGER = 0.5
# An image this much later than due, in seconds, counts as late.
_LATE = 0.01

FRAME_ID = 'camera_optical_frame'

#: What a camera publishes: (message, seconds since the start), the seconds rising.
Images = Iterator[tuple[Union[Image, CompressedImage], float]]


def raw_message(pixels: np.ndarray) -> Image:
    """Return a message without a stamp of a bgr8 picture, uint8 (H, W, 3)."""
    message = Image(height=pixels.shape[0], width=pixels.shape[1], encoding='bgr8')
    message.header.frame_id = FRAME_ID
    message.step = 3 * pixels.shape[1]
    message.data = array.array('B', pixels.tobytes())
    return message


def jpeg_message(pixels: np.ndarray, quality: int = 90) -> CompressedImage:
    """Return a message without a stamp of a picture, uint8 (H, W, 3), BGR, as JPEG."""
    message = CompressedImage(format='bgr8; jpeg compressed bgr8')
    message.header.frame_id = FRAME_ID
    message.data = array.array('B', cv2.imencode(
        '.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes())
    return message


@middleware.tells_start_faults('camera')
def run(name: str, kind: type, topic: str, subscribers: int, patience: float,
        images: Callable[[], Images], qos: QoSProfile = qos_profile_sensor_data) -> int:
    """
    Publish images until they end, SIGINT or SIGTERM; print one line of JSON.

    The line holds `sent`, `late`, `first_stamp` (nanoseconds) and `seconds` from the first image
    to the last.

    :param name: of the node.
    :param kind: type of the messages.
    :param subscribers: start when so many subscriptions are matched.
    :param patience: seconds to wait for them.
    :param images: starts the source. The first image is taken before the wait, so that a source
        that fails does so at once.
    :param qos: to publish with.
    :return: the exit status: 0, 1 without enough subscribers or ROS, 130 where it was interrupted.
    """
    cv2.setNumThreads(1)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    middleware.start([])
    node = rclpy.create_node(name)
    try:
        publisher = node.create_publisher(kind, topic, qos)
        source = images()
        first = next(source)
        if not _matched(publisher, subscribers, patience):
            print(f'camera: fewer than {subscribers} subscriptions to {topic} within '
                  f'{patience:.0f} s', file=sys.stderr)
            return 1
        print(json.dumps(_publish(node, publisher, first, source)))
        return 0
    except KeyboardInterrupt:
        return 130
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def _matched(publisher: Publisher, count: int, patience: float) -> bool:
    """Wait until so many subscriptions are matched and ready; False after `patience` seconds."""
    give_up = time.monotonic() + patience
    while publisher.get_subscription_count() < count:
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    time.sleep(_SETTLE)
    return True


def _publish(
        node: Node, publisher: Publisher, first: tuple[Union[Image, CompressedImage], float],
        source: Images) -> dict[str, float]:
    """
    Publish each image when it is due; return what was sent.

    Stamps are the images' own times, whenever this process comes to send them.
    """
    sent = late = 0
    epoch = node.get_clock().now().nanoseconds - round(first[1] * 1e9)
    image: tuple[Union[Image, CompressedImage], float] | None = first
    began = last = time.monotonic()
    start = began - first[1]
    while image is not None:
        message, seconds = image
        ahead = start + seconds - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        late += ahead < -_LATE
        message.header.stamp = Time(nanoseconds=epoch + round(seconds * 1e9)).to_msg()
        publisher.publish(message)
        last = time.monotonic()
        sent += 1
        image = next(source, None)
    time.sleep(_LINGER)
    return {
        'sent': sent, 'late': late,
        'first_stamp': epoch + round(first[1] * 1e9),
        'seconds': round(last - began, 3)}
