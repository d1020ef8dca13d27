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

"""The bond with a lifecycle manager, as that of Nav2 has with its nodes: heartbeats both ways."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

#: The topic, in the node's namespace.
TOPIC = 'bond'

#: Seconds between two heartbeats, and those that the other side is to wait for one: Nav2's.
PERIOD, TIMEOUT = 0.1, 4.0


class Bond:
    """
    Answer the heartbeats of whoever bonds with this node, so that they notice when it is gone.

    The protocol is that of the package bond. The node does not care in its turn whether the
    manager lives, as Nav2's nodes do not. Without the package there is no bond, and the manager
    must be told not to want one. All methods belong to the executor's thread.

    :param node: that others bond with, by its name.
    """

    def __init__(self, node: Any):
        self._node = node
        full = node.get_fully_qualified_name()
        self._ids = {node.get_name(), full, full.lstrip('/')}
        self._instance = str(uuid4())
        self._subscription: Any = None
        self._publisher: Any = None
        self._timer: Any = None
        #: When the other side was last heard, by the id that it uses.
        self._heard: dict[str, float] = {}

    def open(self) -> None:  # noqa: A003
        """Answer from now on."""
        try:
            from bond.msg import Status
        except ImportError as error:
            self._node.get_logger().info(
                f'a lifecycle manager can have no bond with this node: bond cannot be imported '
                f"({error}); install ros-$ROS_DISTRO-bond, or set the manager's bond_timeout to "
                '0.0', once=True)
            return
        if self._publisher is None:
            self._publisher = self._node.create_publisher(Status, TOPIC, 10)
        self._subscription = self._node.create_subscription(
            Status, TOPIC, self._on_status, 10)

    def close(self) -> None:
        """Break the bond: say so, and answer no more."""
        if self._subscription is None:
            return
        for bond in tuple(self._heard):
            self._say(bond, active=False)
        self._forget()
        self._node.destroy_subscription(self._subscription)
        # The publisher stays: its last words might go with it.
        self._subscription = None

    def _on_status(self, status: Any) -> None:
        if status.id not in self._ids or status.instance_id == self._instance:
            return
        if not status.active:
            # That the other side breaks the bond is to be confirmed.
            self._say(status.id, active=False)
            self._heard.pop(status.id, None)
            return
        if status.id not in self._heard:
            self._node.get_logger().info(f"bond with a lifecycle manager as '{status.id}'")
            self._heard[status.id] = time.monotonic()
            self._say(status.id)
        self._heard[status.id] = time.monotonic()
        if self._timer is None:
            self._timer = self._node.create_timer(
                PERIOD, self._beat, clock=self._node.steady_clock)

    def _beat(self) -> None:
        now = time.monotonic()
        self._heard = {bond: at for bond, at in self._heard.items() if now - at < TIMEOUT}
        for bond in self._heard:
            self._say(bond)
        if not self._heard:
            self._forget()

    def _forget(self) -> None:
        self._heard = {}
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None

    def _say(self, bond: str, active: bool = True) -> None:
        from bond.msg import Status
        status = Status(
            id=bond, instance_id=self._instance, active=active, heartbeat_timeout=TIMEOUT,
            heartbeat_period=PERIOD)
        status.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(status)
