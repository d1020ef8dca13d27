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

"""Subscriptions that a node has only while somebody needs what comes from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import time
from typing import Any

from fer_ros.core.text import shown
from fer_ros.ros.managed_node import RCLError
from rclpy.qos import QoSProfile

#: What to subscribe to: type, topic, callback, QoS.
Topic = tuple[type, str, Callable[[Any], None], QoSProfile]

#: Seconds that a publisher may take until something is said about what is missing.
PATIENCE = 3.0


class NeededSubscription:
    """
    Keep a node subscribed while something is needed, and say once what is wrong with it.

    All methods belong to the executor's thread.

    :param node: that subscribes; has `parameter_values`.
    :param needed: tells whether somebody needs it; asked now and then.
    :param most_told: different complaints in the log, at most.
    """

    def __init__(self, node: Any, needed: Callable[[], bool], most_told: int):
        self._node = node
        self._needed = needed
        self._most_told = most_told
        self._subscriptions: list[Any] = []
        self._since = 0.0
        self._told: set[str] = set()

    def destroy(self) -> None:
        """Destroy the subscriptions."""
        self._rest()

    def _topics(self) -> Iterable[Topic]:
        """Return what to subscribe to; nothing, having told why, where that is impossible."""
        raise NotImplementedError

    def _complaint(self) -> str:
        """Return what is still missing, or ''."""
        raise NotImplementedError

    def _rest(self) -> None:
        """End the subscriptions: nobody needs them."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()

    def follow(self) -> None:
        """
        Subscribe or end that, as it is needed now, and say what is wrong; twice a second.

        A publisher is told of its subscribers by nobody: it has to look.
        """
        if not self._needed():
            self._rest()
        elif not self._subscriptions:
            self._subscribe()
        elif time.monotonic() > self._since + PATIENCE and self._complaint():
            self._tell(self._complaint())

    def _subscribe(self) -> None:
        topic = ''
        try:
            for kind, topic, callback, profile in self._topics():
                self._subscriptions.append(
                    self._node.create_subscription(kind, topic, callback, profile))
            self._since = time.monotonic()
        except RCLError as error:
            # As where the permissions of SROS 2 do not have it.
            self._rest()
            self._tell(f"'{topic}' cannot be subscribed to: {error}")

    def _tell(self, what: str) -> None:
        """Log once what is wrong."""
        if what not in self._told and len(self._told) < self._most_told:
            self._told.add(what)
            self._node.get_logger().warning(self._words(shown(what, 500)))

    def _words(self, what: str) -> str:
        """Return a complaint with what follows from it."""
        return what
