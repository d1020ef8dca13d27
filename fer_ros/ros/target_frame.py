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

"""Where the frame is that people attend to: /tf, heard only while somebody needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fer_ros.core.attention import Point
from fer_ros.ros.needed_subscription import NeededSubscription, Topic
from fer_ros.stream import messages
from fer_ros.stream.surroundings import TARGET, TargetSource
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy


class TargetFrameWatch(NeededSubscription):
    """
    Keep the node subscribed to /tf while it must know where a frame is.

    Everything but `target` belongs to the executor's thread.

    :param node: that subscribes; has `parameter_values`.
    :param needed: tells whether somebody needs it; asked now and then.
    """

    def __init__(self, node: Any, needed: Callable[[], bool]):
        self._known = TargetSource()
        super().__init__(
            node, lambda: bool(node.parameter_values[TARGET] and needed()), most_told=10)

    def target(self, image_frame: str, stamp: int) -> Point | None:
        """
        Return what people attend to, in the frame of the image; None where it is not known.

        :param image_frame: frame_id of the image, an optical frame.
        :param stamp: of the image, nanoseconds.
        """
        return self._known.place(self._node.parameter_values[TARGET], image_frame, stamp)

    @property
    def problem(self) -> str:
        """Return why attention cannot be told now, for people, or ''."""
        return self._known.missing if self._subscriptions else ''

    def _topics(self) -> Iterable[Topic]:
        try:
            kind = messages.transform_types().TFMessage
        except ImportError as error:
            self._tell(f'{TARGET} cannot be followed: tf2_msgs cannot be imported ({error}); '
                       'install ros-$ROS_DISTRO-tf2-msgs')
            return []

        def take_lasting(message: Any) -> None:
            self._known.take(message, lasting=True)
        moving = QoSProfile(depth=100, reliability=ReliabilityPolicy.BEST_EFFORT)
        lasting = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE,
                             durability=DurabilityPolicy.TRANSIENT_LOCAL)
        return [(kind, '/tf', self._known.take, moving),
                (kind, '/tf_static', take_lasting, lasting)]

    def _rest(self) -> None:
        super()._rest()
        # What was told may be wrong by the time when it is needed again.
        self._known.clear()

    def _complaint(self) -> str:
        return self._known.missing
