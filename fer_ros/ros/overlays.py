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

"""Faces to be drawn by other programs: markers for rviz, image annotations for Foxglove."""

from __future__ import annotations

from collections.abc import Callable, Collection
import time
from types import SimpleNamespace
from typing import Any

from fer_ros.core.text import shown
from fer_ros.ros import qos
from fer_ros.ros.managed_node import RCLError
from fer_ros.stream.annotations import annotation_types, image_annotations
from fer_ros.stream.face_place import (
    assumed_pinhole, ASSUMED_VIEW, camera_info_topic, CameraInfoError, Pinhole, pinhole)
from fer_ros.stream.markers import FaceMarkers, marker_types
from fer_ros.stream.stream_result import StreamResult
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo
from std_msgs.msg import Header

#: Seconds that a driver may take to say what its camera is like.
PATIENCE = 3.0


class MessagesMissing(RuntimeError):
    """A package of messages is not installed; the message says which, and what is then missing."""


class AnnotationPublisher:
    """
    Publish boxes and labels that Foxglove lays over the raw image, while somebody subscribes.

    `publish` and `clear` must not run at the same time.

    :param node: lifecycle node that owns the publisher.
    :raises MessagesMissing: foxglove_msgs is not installed.
    """

    def __init__(self, node: Any):
        self._node = node
        types = _installed(annotation_types, 'foxglove_msgs', '~/annotations')
        self._publisher = node.create_lifecycle_publisher(
            types.ImageAnnotations, '~/annotations', qos.output_qos(),
            qos_overriding_options=qos.output_overrides())

    def has_audience(self) -> bool:
        """Return whether somebody subscribes."""
        return bool(self._publisher.get_subscription_count())

    def publish(self, result: StreamResult, layers: Collection[str]) -> None:
        """Publish the faces of a processed image, with the layers that are wanted."""
        if self._publisher.get_subscription_count():
            self._publisher.publish(image_annotations(result.header, result.faces, layers))

    def clear(self) -> None:
        """Say that nobody is there any more."""
        if self._publisher.get_subscription_count():
            self._publisher.publish(image_annotations(_now(self._node), ()))

    def destroy(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_lifecycle_publisher(self._publisher)


class MarkerPublisher:
    """
    Publish the faces as markers for rviz, while somebody subscribes.

    Only then the node subscribes to the camera's `camera_info`, too. Everything but `publish`
    belongs to the executor's thread, and `publish` and `clear` must not run at the same time.

    :param node: lifecycle node that owns the publisher.
    :raises MessagesMissing: visualization_msgs is not installed.
    """

    def __init__(self, node: Any):
        self._node = node
        types = _installed(marker_types, 'visualization_msgs', '~/markers')
        self._markers = FaceMarkers()
        self._publisher = node.create_lifecycle_publisher(
            types.MarkerArray, '~/markers', qos.output_qos(),
            qos_overriding_options=qos.output_overrides())
        self._topic = camera_info_topic(node.resolve_topic_name('image'))
        self._subscription: Any = None
        self._since = 0.0
        self._info: CameraInfo | None = None
        self._told: set[str] = set()
        # A publisher is told of its subscribers by nobody: it has to look.
        self._timer = node.create_timer(0.5, self._follow, clock=node.steady_clock)

    def has_audience(self) -> bool:
        """Return whether somebody subscribes."""
        return bool(self._publisher.get_subscription_count())

    def publish(self, result: StreamResult, layers: Collection[str]) -> None:
        """Publish the faces of a processed image; `layers` are those of pictures, and not used."""
        if not self._publisher.get_subscription_count():
            return
        self._publisher.publish(self._markers.array(
            result.header, result.faces, self._camera(*result.picture_size), result.rotate))

    def clear(self) -> None:
        """Delete all markers."""
        if self._publisher.get_subscription_count():
            self._publisher.publish(self._markers.none(_now(self._node)))

    def destroy(self) -> None:
        """Destroy publisher, subscription and timer."""
        self._node.destroy_timer(self._timer)
        self._unsubscribe()
        self._node.destroy_lifecycle_publisher(self._publisher)

    def _camera(self, width: int, height: int) -> Pinhole:
        info = self._info
        if info is not None:
            try:
                return pinhole(info, width, height)
            except CameraInfoError as error:
                self._tell(f"camera_info on '{self._topic}' cannot be used: {error}")
        return assumed_pinhole(width, height)

    def _follow(self) -> None:
        """Keep the node subscribed to camera_info while there is somebody to use it for."""
        if not self._publisher.get_subscription_count():
            self._unsubscribe()
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
            self._node.get_logger().warning(
                f'{shown(what, 500)}. Until then the distances of ~/markers are those of a camera '
                f'that sees {ASSUMED_VIEW:g} degrees from left to right')


def _installed(types: Callable[[], SimpleNamespace], package: str, topic: str) -> SimpleNamespace:
    try:
        return types()
    except ImportError as error:
        raise MessagesMissing(
            f'{topic} is not published: {package} cannot be imported ({error}); install '
            f"ros-$ROS_DISTRO-{package.replace('_', '-')}") from error


def _now(node: Any) -> Header:
    return Header(stamp=node.get_clock().now().to_msg())
