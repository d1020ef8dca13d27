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

"""A camera as a process of its own: plays the clip on /image, best effort, until it is ended."""

import sys
import time

import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from support import CLIP, image_message, stamped


def main(rate: float) -> None:
    rclpy.init()
    node = rclpy.create_node('camera')
    publisher = node.create_publisher(
        Image, '/image', QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
    messages = [image_message(CLIP.frame(index)) for index in range(30)]
    due = time.monotonic()
    while True:
        for message in messages:
            publisher.publish(stamped(message, time.time()))
            due += 1.0 / rate
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == '__main__':
    main(float(sys.argv[1]))
