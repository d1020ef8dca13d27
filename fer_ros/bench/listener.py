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

"""A subscriber that notes when the results of a node under measurement arrive."""

from __future__ import annotations

from collections.abc import Callable
import time
from typing import NamedTuple

from fer_ros.demo.processes import Child, ChildError
import rclpy
from rclpy.executors import SingleThreadedExecutor
from vision_msgs.msg import Detection2DArray

RESULT = '/fer/expression'

#: Seconds that a process may take to do what is waited for.
PATIENCE = 60.0


class Arrival(NamedTuple):
    """A result: monotonic `time` and `stamp` of its image (ns), seconds late, faces."""

    time: float
    stamp: int
    latency: float
    faces: int


class Listener:
    """
    Subscribe to the results, in a context of its own; a `with` block ends it.

    Make it before the node starts: participants that start at the same time may need seconds to
    find each other.
    """

    def __init__(self):
        self.arrivals: list[Arrival] = []
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self._node = rclpy.create_node('fer_benchmark', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._node.create_subscription(Detection2DArray, RESULT, self._note, 50)

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def knows(self, topic: str = RESULT) -> bool:
        """Return whether a publisher of a topic is known here."""
        return self._node.count_publishers(topic) > 0

    def listen(self) -> None:
        """Receive one result, or return after a short wait without one."""
        self._executor.spin_once(timeout_sec=0.05)

    def until(self, condition: Callable[[], bool], what: str, child: Child) -> None:
        """
        Listen until a condition holds.

        :param what: is waited for, for the error.
        :param child: that must not end meanwhile.
        :raises ChildError: it ended, or `PATIENCE` did.
        """
        give_up = time.monotonic() + PATIENCE
        while not condition():
            if child.status is not None:
                raise ChildError(f'{child.name} ended early:\n{child.tail()}')
            if time.monotonic() > give_up:
                raise ChildError(f'no {what} within {PATIENCE:.0f} s:\n{child.tail()}')
            self.listen()

    def _note(self, message: Detection2DArray) -> None:
        now = self._node.get_clock().now().nanoseconds
        stamp = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
        self.arrivals.append(Arrival(
            time.monotonic(), stamp, (now - stamp) * 1e-9, len(message.detections)))
