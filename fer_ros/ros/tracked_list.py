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

"""The list of tracked faces (REP-155): one for all nodes, which agree about who publishes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
import secrets
import threading
import time
from typing import Any

from fer_ros.core.track import ID_PREFIX
from fer_ros.core.track_ids import TrackIds
from fer_ros.ros import qos
from fer_ros.ros.managed_node import reason
from fer_ros.ros.topics import BY_NODE, TRACKED
from fer_ros.stream.face_roster import FaceRoster, HEARTBEAT, HELD_UP, key_of, MAX_IDS
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from std_msgs.msg import Header

#: Bytes of a list from outside; one that is longer is not even unpacked.
MAX_BYTES = 1 << 16


def announcements_topic(tracked: str) -> str:
    """
    Return where nodes tell one another of their own faces: beside the list.

    :param tracked: resolved name of the list's topic.
    """
    return tracked + BY_NODE.removeprefix(TRACKED)


class TrackedList:
    """
    Publish which faces are tracked, for all nodes or by way of another node.

    `publish` is the worker's; all else, `clear` and `destroy` included, the executor's.

    :param node: lifecycle node that owns the publishers.
    :param kind: hri_msgs.msg.IdsList.
    :param ids: names the node's faces; kept from the names that others have given.
    """

    def __init__(self, node: Any, kind: type, ids: TrackIds):
        self._node, self._kind, self._ids = node, kind, ids
        self._lock = threading.Lock()
        self._roster = FaceRoster(
            lambda one: one.startswith(ID_PREFIX) and ids.gave(one[len(ID_PREFIX):]),
            time.monotonic())
        self._header = Header()
        self._beaten, self._clock_was = time.monotonic(), node.get_clock().now()
        self._announced: tuple[float, list[str]] = (0.0, [])
        #: The list as it was published last by this node, None where another one does that.
        self._listed: list[str] | None = None
        self._listed_at = 0.0
        #: Lists of this node's own that are still to be heard here, if they could be mistaken.
        self._echoes: deque[tuple] = deque(maxlen=64)
        self._list = node.create_lifecycle_publisher(kind, TRACKED, qos.output_qos())
        topic = announcements_topic(node.resolve_topic_name(TRACKED))
        self._announcements = node.create_lifecycle_publisher(kind, topic, qos.output_qos(10))
        self._subscriptions = [
            node.create_subscription(
                kind, topic, self._hear_node, qos.output_qos(10), raw=True),
            # From whoever publishes it, in whatever quality.
            node.create_subscription(kind, TRACKED, self._hear_list, QoSProfile(
                depth=10, reliability=ReliabilityPolicy.BEST_EFFORT), raw=True)]
        self._timer = node.create_timer(HEARTBEAT, self._beat, clock=node.steady_clock)

    def publish(self, header: Header, ids: Sequence[str]) -> None:
        """
        Tell of the faces in a processed image.

        :param header: the image's.
        """
        with self._lock:
            now = self._now()
            if not self._roster.joined:
                self._roster.join(key_of(time.time_ns(), secrets.randbits(64)), now)
            self._roster.see(ids, now)
            self._header = header
            self._announce(now)
            if self._leads(now):
                self._publish(header, now)

    def has_audience(self) -> bool:
        """Return whether somebody subscribes to the list who does not publish it, too."""
        if not self._list.get_subscription_count():
            return False
        topic = self._list.topic_name
        peers = {(one.node_namespace, one.node_name)
                 for one in self._node.get_publishers_info_by_topic(topic)}
        return any((one.node_namespace, one.node_name) not in peers
                   for one in self._node.get_subscriptions_info_by_topic(topic))

    def clear(self) -> None:
        """Tell that this node sees nobody any more."""
        with self._lock:
            if not self._roster.joined:
                return
            now = time.monotonic()
            leads = self._leads(now)
            self._roster.see((), now)
            if leads:
                self._publish(self._stamped(), now)
            self._announcements.publish(
                self._kind(header=self._stamped(), ids=self._roster.leave()))
            self._listed, self._announced = None, (0.0, [])

    def destroy(self) -> None:
        """Destroy all publishers and subscriptions."""
        self.clear()
        self._node.destroy_timer(self._timer)
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        for publisher in (self._list, self._announcements):
            self._node.destroy_lifecycle_publisher(publisher)

    def _beat(self) -> None:
        """Announce that this node is still there, and what became of the others."""
        with self._lock:
            now = self._now()
            self._watch_clock(now)
            if not self._roster.joined:
                return
            self._announce(now)
            if not self._leads(now):
                return
            # Consumers that come later must not depend on this node's camera alone.
            silent = now - self._listed_at >= HEARTBEAT and not self._roster.alone(now)
            if silent or self._roster.all_ids(now) != self._listed:
                self._publish(self._stamped(), now)

    def _now(self) -> float:
        now = time.monotonic()
        if now - self._beaten > HELD_UP:
            self._roster.listen(now)
            self._beaten = now
        return now

    def _watch_clock(self, now: float) -> None:
        """While a simulation is paused nobody leaves."""
        clock = self._node.get_clock()
        was, self._clock_was = self._clock_was, clock.now()
        if clock.ros_time_is_active and self._clock_was == was:
            self._roster.stand_still(now - self._beaten)
        self._beaten = now

    def _hear_node(self, data: bytes) -> None:
        message = self._unpacked(data)
        if message is None:
            return
        with self._lock:
            now = self._now()
            if self._roster.hear_node(message.ids, now):
                self._ids.avoid({
                    one[len(ID_PREFIX):] for one in self._roster.elsewhere()
                    if one.startswith(ID_PREFIX)})
            if self._leads(now) and self._roster.all_ids(now) != self._listed:
                self._publish(message.header, now)

    def _hear_list(self, data: bytes) -> None:
        message = self._unpacked(data)
        if message is None:
            return
        if len(message.ids) > MAX_IDS:
            self._node.get_logger().warning(
                f'of a list of {len(message.ids)} faces the first {MAX_IDS} count; see who '
                f"publishes '{self._list.topic_name}'", throttle_duration_sec=60.0)
        with self._lock:
            mark = _mark(message)
            if mark in self._echoes:
                self._echoes.remove(mark)
            else:
                self._roster.hear_list(message.ids, time.monotonic())

    def _unpacked(self, data: bytes) -> Any:
        fault = f'more than {MAX_BYTES}' if len(data) > MAX_BYTES else ''
        if not fault:
            try:
                return deserialize_message(data, self._kind)
            except Exception as error:  # noqa: B902 - a list from outside must not end the node
                fault = reason(error)
        self._node.get_logger().warning(
            f'a list of faces with {len(data)} bytes is left out: {fault}; see who publishes '
            f"'{self._list.topic_name}'", throttle_duration_sec=60.0)
        return None

    def _announce(self, now: float) -> None:
        """Tell the others of this node's faces, where they changed or it is time again."""
        ids = self._roster.announcement(now)
        at, before = self._announced
        if ids != before or now - at >= 0.9 * HEARTBEAT:
            self._announced = now, ids
            self._announcements.publish(self._kind(header=self._header, ids=ids))

    def _leads(self, now: float) -> bool:
        leads = self._roster.leads(now)
        if not leads:
            self._listed = None
        return leads

    def _publish(self, header: Header, now: float) -> None:
        ids = self._roster.all_ids(now)
        message = self._kind(header=header, ids=ids)
        if self._roster.foreign(ids):
            # It comes back, and must not keep those alive that it has from others.
            self._echoes.append(_mark(message))
        self._list.publish(message)
        self._listed, self._listed_at = ids, now

    def _stamped(self) -> Header:
        """Return the header of a list that no image causes: now, in the last one's frame."""
        return Header(
            stamp=self._node.get_clock().now().to_msg(), frame_id=self._header.frame_id)


def _mark(message: Any) -> tuple:
    stamp = message.header.stamp
    return stamp.sec, stamp.nanosec, message.header.frame_id, *message.ids
