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

"""A node of ROS in a thread of its own, beside a program that draws or reads keys."""

from __future__ import annotations

from collections.abc import Callable
import os
import threading

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor


class BackgroundNode:
    """
    Run the callbacks of a node, and what else is asked for, in one thread.

    :param name: of the node; the number of the process is added.
    :param between: called in that thread before each callback, and after `wake`.
    :param context: rclpy.Context that is initialised; None for the process's own.
    """

    def __init__(self, name: str, between: Callable[[], None],
                 context: rclpy.Context | None = None):
        self.node = rclpy.create_node(f'{name}_{os.getpid()}', context=context)
        self._between = between
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self.node)
        self._ended = False
        self._thread = threading.Thread(target=self._spin, daemon=True)

    def start(self) -> None:
        """Start the thread; what it is to find has been made by then."""
        self._thread.start()

    def wake(self) -> None:
        """Let `between` be called soon."""
        self._executor.wake()

    def close(self) -> None:
        """End the thread and leave the graph."""
        self._ended = True
        self._executor.wake()
        self._thread.join(timeout=5.0)
        self._executor.remove_node(self.node)
        self.node.destroy_node()
        self._executor.shutdown(timeout_sec=1.0)

    def _spin(self) -> None:
        while not self._ended:
            self._between()
            try:
                self._executor.spin_once(timeout_sec=1.0)
            except ExternalShutdownException:
                return
