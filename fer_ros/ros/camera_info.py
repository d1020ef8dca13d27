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

from collections.abc import Callable
import time
from typing import Any

from fer_ros.core.camera import Camera
from fer_ros.core.text import shown
from fer_ros.ros.managed_node import RCLError
from fer_ros.stream.face_place import (
    camera_info_topic, camera_of, CameraInfoError, is_rectified)
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo

#: Seconds that a driver may take to say what its camera is like.
PATIENCE = 3.0

#: How the angle is called that a camera is taken to see which does not say.
VIEW = 'head_pose.field_of_view'


class CameraInfoWatch:
    """
    Keep the node subscribed to `camera_info` while it is needed.

    Everything but `camera` belongs to the executor's thread.

    :param node: that subscribes; has `parameter_values`.
    :param needed: tells whether somebody needs it; asked now and then.
    """

    def __init__(self, node: Any, needed: Callable[[], bool]):
        self._node = node
        self._needed = needed
        image = node.resolve_topic_name('image')
        self._topic = camera_info_topic(image)
        self._rectified = is_rectified(image)
        self._subscription: Any = None
        self._since = 0.0
        self._info: CameraInfo | None = None
        self._told: set[str] = set()
        #: Where the camera's numbers are from, for people; '' while nobody needs them.
        self.source = ''
        # A publisher is told of its subscribers by nobody: it has to look.
        self._timer = node.create_timer(0.5, self._follow, clock=node.steady_clock)

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

    def destroy(self) -> None:
        """Destroy subscription and timer."""
        self._node.destroy_timer(self._timer)
        self._unsubscribe()

    def _follow(self) -> None:
        if not self._needed():
            self._unsubscribe()
            self.source = ''
        elif self._subscription is None:
            self._subscribe()
        elif self._info is None and time.monotonic() > self._since + PATIENCE:
            self._tell(f"no camera_info on '{self._topic}'; publish it there or remap it")

    def _subscribe(self) -> None:
        # Best effort receives from every kind of publisher.
        profile = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        try:
            self._subscription = self._node.create_subscription(
                CameraInfo, self._topic, self._on_info, profile)
            self._since = time.monotonic()
        except RCLError as error:
            # As where the permissions of SROS 2 do not have it.
            self._tell(f"camera_info on '{self._topic}' cannot be subscribed to: {error}")

    def _on_info(self, message: CameraInfo) -> None:
        self._info = message

    def _unsubscribe(self) -> None:
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def _tell(self, what: str) -> None:
        """Log once what is wrong with camera_info, and what follows from it."""
        if what not in self._told and len(self._told) < 3:
            self._told.add(what)
            view = self._node.parameter_values[VIEW]
            self._node.get_logger().warning(
                f'{shown(what, 500)}. Until then distances and head poses are those of a camera '
                f'that sees {view:g} degrees from left to right ({VIEW})')
