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

"""Subscribes reliably to the node's answers and pictures; says how many came, as JSON lines."""

import json
import sys

from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from vision_msgs.msg import Detection2DArray

TOPICS = {
    '/fer/expression': Detection2DArray, '/fer/image_annotated': Image,
    '/fer/image_annotated/compressed': CompressedImage, '/diagnostics': DiagnosticArray}


def main() -> None:
    """Listen until killed."""
    rclpy.init()
    node = rclpy.create_node('audience')
    counts = dict.fromkeys(TOPICS, 0)

    def count(topic):
        counts[topic] += 1
    profile = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
    for topic, kind in TOPICS.items():
        node.create_subscription(kind, topic, lambda _, topic=topic: count(topic), profile)
    node.create_timer(0.2, lambda: print(json.dumps(counts), flush=True))
    rclpy.spin(node)


if __name__ == '__main__':
    sys.exit(main())
