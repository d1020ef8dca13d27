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

"""Quality of service of what the node publishes."""

from __future__ import annotations

from rclpy.qos import HistoryPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks


def output_qos(depth: int = 1) -> QoSProfile:
    """Return the QoS of everything the node publishes: reliable, which serves both kinds."""
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=depth,
                      reliability=ReliabilityPolicy.RELIABLE)


def output_overrides() -> QoSOverridingOptions:
    """Return which policies of an output users may override by parameters."""
    return QoSOverridingOptions((
        QoSPolicyKind.HISTORY, QoSPolicyKind.DEPTH, QoSPolicyKind.RELIABILITY,
        QoSPolicyKind.DURABILITY))


def quiet_publisher_events() -> PublisherEventCallbacks:
    """
    Return event callbacks that wait for no event.

    A publisher without event handlers is in no wait set, so that another thread than the
    executor's may create and destroy it at any time.
    """
    return PublisherEventCallbacks(use_default_callbacks=False)
