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

"""What the driver says of its camera: subscribed to only while somebody needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fer_ros.core.camera import Camera
from fer_ros.ros.needed_subscription import NeededSubscription, Topic
from fer_ros.stream.surroundings import assuming, CameraSource, VIEW
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo


class CameraInfoWatch(NeededSubscription):
    """
    Keep the node subscribed to `camera_info` while it is needed.

    Everything but `camera` belongs to the executor's thread.

    :param node: that subscribes; has `parameter_values`.
    :param needed: tells whether somebody needs it; asked now and then.
    """

    def __init__(self, node: Any, needed: Callable[[], bool]):
        self._known = CameraSource(node.resolve_topic_name('image'))
        super().__init__(node, needed, most_told=3)

    @property
    def source(self) -> str:
        """Return where the camera's numbers are from, for people; '' while nobody needs them."""
        return self._known.source

    def camera(self, width: int, height: int) -> Camera:
        """Return the camera for its picture of a size in pixels, assumed where nothing says."""
        camera, wrong = self._known.camera(width, height, self._view)
        if wrong:
            self._tell(wrong)
        return camera

    @property
    def _view(self) -> float:
        return float(self._node.parameter_values[VIEW])

    def _topics(self) -> Iterable[Topic]:
        # Best effort receives from every kind of publisher.
        profile = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        return [(CameraInfo, self._known.topic, self._known.take, profile)]

    def _rest(self) -> None:
        super()._rest()
        self._known.source = ''

    def _complaint(self) -> str:
        if self._known.is_told:
            return ''
        return f"no camera_info on '{self._known.topic}'; publish it there or remap it"

    def _words(self, what: str) -> str:
        return assuming(what, self._view)
