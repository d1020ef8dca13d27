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
from types import SimpleNamespace
from typing import Any

from fer_ros.core.camera import Camera
from fer_ros.ros import qos
from fer_ros.stream.annotations import annotation_types, image_annotations
from fer_ros.stream.markers import FaceMarkers, marker_types
from fer_ros.stream.stream_result import StreamResult
from std_msgs.msg import Header


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

    `publish` and `clear` must not run at the same time.

    :param node: lifecycle node that owns the publisher.
    :param camera: returns the camera for its picture of a (width, height) in pixels.
    :raises MessagesMissing: visualization_msgs is not installed.
    """

    def __init__(self, node: Any, camera: Callable[[int, int], Camera]):
        self._node = node
        self._camera = camera
        types = _installed(marker_types, 'visualization_msgs', '~/markers')
        self._markers = FaceMarkers()
        self._publisher = node.create_lifecycle_publisher(
            types.MarkerArray, '~/markers', qos.output_qos(),
            qos_overriding_options=qos.output_overrides())

    @property
    def wanted(self) -> bool:
        """Return whether somebody subscribes."""
        return bool(self._publisher.get_subscription_count())

    def has_audience(self) -> bool:
        """Return whether somebody subscribes."""
        return bool(self._publisher.get_subscription_count())

    def publish(self, result: StreamResult, layers: Collection[str]) -> None:
        """Publish the faces of a processed image, with the layers that are wanted."""
        if not self.wanted:
            return
        self._publisher.publish(self._markers.array(
            result.header, result.faces, self._camera(*result.picture_size), result.rotate,
            layers))

    def clear(self) -> None:
        """Delete all markers."""
        if self._publisher.get_subscription_count():
            self._publisher.publish(self._markers.none(_now(self._node)))

    def destroy(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_lifecycle_publisher(self._publisher)


def _installed(types: Callable[[], SimpleNamespace], package: str, topic: str) -> SimpleNamespace:
    try:
        return types()
    except ImportError as error:
        raise MessagesMissing(
            f'{topic} is not published: {package} cannot be imported ({error}); install '
            f"ros-$ROS_DISTRO-{package.replace('_', '-')}") from error


def _now(node: Any) -> Header:
    return Header(stamp=node.get_clock().now().to_msg())
