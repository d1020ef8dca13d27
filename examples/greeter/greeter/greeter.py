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

"""A robot that greets: once to each person who stands in front and smiles."""

import rclpy
from rclpy.node import Node
from std_msgs.msg import String
from vision_msgs.msg import Detection2DArray


class Greeter(Node):
    """Listen to the faces on /fer/expression and say on /greeting whom to greet."""

    def __init__(self):
        super().__init__('greeter')
        self._greeted = set()
        self._greeting = self.create_publisher(String, 'greeting', 10)
        self.create_subscription(Detection2DArray, '/fer/expression', self._on_faces, 10)

    def _on_faces(self, message):
        for face in message.detections[:1]:
            shown = face.results[0].hypothesis
            if shown.class_id == 'happy' and shown.score > 0.6 and face.id not in self._greeted:
                self._greeted.add(face.id)
                self._greeting.publish(String(data=f'Hello, {face.id}!'))
                self.get_logger().info(f'{face.id} smiles: greeted')


def main():
    """Run the node until Ctrl-C."""
    rclpy.init()
    try:
        rclpy.spin(Greeter())
    except KeyboardInterrupt:
        pass
    except Exception:
        # A signal ends ROS first, and then whatever the node was doing with it: starting, too.
        if rclpy.ok():
            raise


if __name__ == '__main__':
    main()
