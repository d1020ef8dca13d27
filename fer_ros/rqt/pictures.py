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

"""Pictures of one topic as they come, decoded in the thread that hears them."""

from __future__ import annotations

from collections.abc import Sequence
import threading
from typing import Any

from fer_ros.core.text import shown
from fer_ros.monitor.background_node import BackgroundNode
from fer_ros.monitor.listener import LOOK
from fer_ros.stream.images import decode, ImageError, to_bgr, to_frame
import numpy as np
from numpy.typing import NDArray
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

#: Topics of these types are offered.
TYPES = {'sensor_msgs/msg/Image': Image, 'sensor_msgs/msg/CompressedImage': CompressedImage}


class PictureFeed:
    """
    Keep the latest picture of a topic.

    :param context: rclpy.Context that is initialised; the feed has a node of its own in it.
    """

    def __init__(self, context: rclpy.Context):
        self._background = BackgroundNode('fer_rqt_pictures', self._follow_what_is_wanted, context)
        self._node = self._background.node
        self._lock = threading.Lock()
        self._topics: dict[str, str] = {}
        self._wanted = self._topic = ''
        self._subscription: Any = None
        self._latest: NDArray[np.uint8] | None = None
        self._problem = ''
        self._node.create_timer(LOOK, self._look)
        self._background.start()

    @property
    def topics(self) -> Sequence[str]:
        """Return the topics that carry pictures, in order."""
        with self._lock:
            return sorted(self._topics)

    def follow(self, topic: str) -> None:
        """Hear the pictures of a topic, and of that alone; '' for none."""
        self._wanted = topic
        self._background.wake()

    def take(self) -> tuple[NDArray[np.uint8] | None, str]:
        """
        Return the picture that has come since the last call.

        :return: uint8 (H, W, 3), bgr, or None; and why the last message gave none, or ''.
        """
        with self._lock:
            latest, self._latest = self._latest, None
            return latest, self._problem

    def close(self) -> None:
        """Leave the graph."""
        self._background.close()

    def _follow_what_is_wanted(self) -> None:
        if self._wanted != self._topic:
            self._subscribe(self._wanted)

    def _look(self) -> None:
        found = {
            topic: types[0] for topic, types in self._node.get_topic_names_and_types()
            if types[0] in TYPES}
        with self._lock:
            self._topics = found
        if self._topic in found and self._subscription is None:
            self._subscribe(self._topic)

    def _subscribe(self, topic: str) -> None:
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
        with self._lock:
            self._topic, self._latest, self._problem = topic, None, ''
            kind = self._topics.get(topic) or (
                'sensor_msgs/msg/CompressedImage' if topic.endswith('/compressed')
                else 'sensor_msgs/msg/Image')
        if topic:
            # Best effort is served by every publisher, and the latest picture is all that counts.
            self._subscription = self._node.create_subscription(
                TYPES[kind], topic, lambda message: self._on_picture(topic, message),
                QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))

    def _on_picture(self, topic: str, message: Image | CompressedImage) -> None:
        try:
            frame = to_frame(message) if isinstance(message, Image) else decode(message)[0]
            pixels, problem = to_bgr(frame), ''
        except ImageError as error:
            pixels, problem = None, shown(str(error), 300)
        with self._lock:
            if topic == self._topic:
                self._problem = problem
                self._latest = self._latest if pixels is None else pixels
