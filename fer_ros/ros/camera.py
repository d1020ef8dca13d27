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

"""The image subscription: transport, reliability that follows the publishers, QoS events."""

from __future__ import annotations

import time
from typing import Callable

from rclpy.qos import (
    HistoryPolicy, qos_policy_name_from_kind, QoSPolicyKind, QoSProfile, ReliabilityPolicy)
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CompressedImage, Image

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

#: Message type and what is added to the image topic, by transport.
TRANSPORTS = {'raw': (Image, ''), 'compressed': (CompressedImage, '/compressed')}

# So many changes of the publishers' reliability are logged in a minute: two that take turns would
# fill the log.
_CHANGES_TOLD = 5

_RELIABILITY = {
    'best_effort': ReliabilityPolicy.BEST_EFFORT, 'reliable': ReliabilityPolicy.RELIABLE}


def reliability_for(offered: list[ReliabilityPolicy], current: str) -> str:
    """
    Return the reliability that receives from all publishers and asks for as much as they give.

    :param offered: what each publisher offers.
    :param current: kept while there is no publisher.
    """
    if not offered:
        return current
    if all(one == ReliabilityPolicy.RELIABLE for one in offered):
        return 'reliable'
    return 'best_effort'


class CameraSubscription:
    """
    Keep the node subscribed to its camera while it is open.

    All methods belong to the executor's thread, which alone may destroy a subscription.

    :param node: the node that subscribes.
    :param callback: called with each image message.
    :param on_lost: called with the number of images that the middleware lost on their way.
    """

    def __init__(self, node, callback: Callable, on_lost: Callable[[int], None]):
        self._node = node
        self._callback = callback
        self._lost = on_lost
        self._subscription = None
        self._transport = 'raw'
        self._wanted = 'auto'
        self._reliability = 'best_effort'
        self.incompatible = ''
        self._told: list[float] = []

    @property
    def topic(self) -> str:
        """Return the resolved name of the topic, suffix of the transport included."""
        return self._node.resolve_topic_name('image') + TRANSPORTS[self._transport][1]

    @property
    def is_open(self) -> bool:
        """Return whether the node is subscribed."""
        return self._subscription is not None

    @property
    def transport(self) -> str:
        """Return raw or compressed."""
        return self._transport

    @property
    def reliability(self) -> str:
        """Return best_effort or reliable, as subscribed."""
        return self._reliability

    @property
    def type_name(self) -> str:
        """Return the type subscribed to, as the graph names it."""
        return f'sensor_msgs/msg/{TRANSPORTS[self._transport][0].__name__}'

    def choose(self, transport: str) -> None:
        """Take note of the transport that will be subscribed to, where nothing is open."""
        if self._subscription is None:
            self._transport = transport

    def open(self, transport: str, reliability: str) -> None:  # noqa: A003
        """
        Subscribe, or subscribe anew where something changed.

        :param transport: raw or compressed.
        :param reliability: auto, best_effort or reliable.
        """
        changed = (transport, reliability) != (self._transport, self._wanted)
        if self._subscription is not None and not changed:
            return
        self.close()
        self._transport, self._wanted = transport, reliability
        self._subscribe(self._best_reliability())

    def close(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def follow(self) -> None:
        """Subscribe anew when the publishers' reliability asks for it; call now and then."""
        if self._subscription is None:
            return
        best = self._best_reliability()
        if best != self._reliability:
            self._tell_change(best)
            self.close()
            self._subscribe(best)

    def _tell_change(self, reliability: str) -> None:
        """Log that the publishers' reliability is another now, a few times a minute at most."""
        now = time.monotonic()
        self._told = [earlier for earlier in self._told if now - earlier < 60.0]
        if len(self._told) < _CHANGES_TOLD:
            self._told.append(now)
            self._node.get_logger().info(
                f"image reliability follows the publishers of '{self.topic}': {reliability}")

    def publishers(self) -> list:
        """Return the graph's information about each publisher of the topic, of any type."""
        return self._node.get_publishers_info_by_topic(self.topic)

    def _best_reliability(self) -> str:
        if self._wanted != 'auto':
            return self._wanted
        return reliability_for(
            [one.qos_profile.reliability for one in self.publishers()
             if one.topic_type == self.type_name], self._reliability)

    def _subscribe(self, reliability: str) -> None:
        self._reliability = reliability
        self.incompatible = ''
        kind, suffix = TRANSPORTS[self._transport]
        profile = QoSProfile(
            history=HistoryPolicy.KEEP_LAST, depth=1, reliability=_RELIABILITY[reliability])
        # Reliability has a parameter of its own, which an override would fix for ever.
        overrides = QoSOverridingOptions(
            (QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.DURABILITY))
        self._subscription = self._node.create_subscription(
            kind, self.topic, self._callback, profile, qos_overriding_options=overrides,
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=self._on_incompatible, message_lost=self._on_lost))

    def _on_incompatible(self, event) -> None:
        self.incompatible = qos_policy_name_from_kind(event.last_policy_kind)
        self._node.get_logger().warning(
            f"a publisher of '{self.topic}' offers incompatible QoS ({self.incompatible}); no "
            'image will come from it; set image_reliability to auto, or change its QoS',
            throttle_duration_sec=10.0)

    def _on_lost(self, event) -> None:
        self._lost(event.total_count_change)
