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
from fer_ros.stream.face_place import (
    camera_info_topic, camera_of, CameraInfoError, is_rectified)
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo

#: How the angle is called that a camera is taken to see which does not say.
VIEW = 'head_pose.field_of_view'


class CameraInfoWatch(NeededSubscription):
    """
    Keep the node subscribed to `camera_info` while it is needed.

    Everything but `camera` belongs to the executor's thread.

    :param node: that subscribes; has `parameter_values`.
    :param needed: tells whether somebody needs it; asked now and then.
    """

    def __init__(self, node: Any, needed: Callable[[], bool]):
        image = node.resolve_topic_name('image')
        self._topic = camera_info_topic(image)
        self._rectified = is_rectified(image)
        self._info: CameraInfo | None = None
        #: Where the camera's numbers are from, for people; '' while nobody needs them.
        self.source = ''
        super().__init__(node, needed, most_told=3)

    def camera(self, width: int, height: int) -> Camera:
        """Return the camera for its picture of a size in pixels, assumed where nothing says."""
        view = self._node.parameter_values[VIEW]
        info = self._info
        if info is not None:
            try:
                camera = camera_of(info, width, height, self._rectified)
                self.source = self._topic
                return camera
            except CameraInfoError as error:
                self._tell(f"camera_info on '{self._topic}' cannot be used: {error}")
        self.source = f'assumed: {view:g} degrees from left to right'
        return Camera.guessed(width, height, view)

    def _topics(self) -> Iterable[Topic]:
        # Best effort receives from every kind of publisher.
        profile = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        return [(CameraInfo, self._topic, self._on_info, profile)]

    def _on_info(self, message: CameraInfo) -> None:
        self._info = message

    def _rest(self) -> None:
        super()._rest()
        self.source = ''

    def _complaint(self) -> str:
        if self._info is not None:
            return ''
        return f"no camera_info on '{self._topic}'; publish it there or remap it"

    def _words(self, what: str) -> str:
        view = self._node.parameter_values[VIEW]
        return (f'{what}. Until then distances and head poses are those of a camera that sees '
                f'{view:g} degrees from left to right ({VIEW})')
