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

"""A node that takes images and answers each with an empty result: the least a node can cost."""

from __future__ import annotations

import argparse
import sys

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import qos_profile_sensor_data, QoSProfile
from sensor_msgs.msg import CompressedImage, Image
from vision_msgs.msg import Detection2DArray


def main(arguments: list[str] | None = None) -> int:
    """Answer until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--topic', required=True)
    parser.add_argument('--transport', choices=('raw', 'compressed'), required=True)
    options = parser.parse_args(arguments)
    # rclpy's own handlers end the wait for an image; a handler of Python's would wait for one.
    rclpy.init(args=[])
    node = rclpy.create_node('bare')
    publisher = node.create_publisher(Detection2DArray, '/fer/expression', QoSProfile(depth=10))

    def answer(message) -> None:
        publisher.publish(Detection2DArray(header=message.header))

    kind = CompressedImage if options.transport == 'compressed' else Image
    node.create_subscription(kind, options.topic, answer, qos_profile_sensor_data)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    finally:
        node.destroy_node()
        rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())
