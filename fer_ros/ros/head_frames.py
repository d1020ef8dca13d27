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

"""The frames of heads on /tf: face_<id> and gaze_<id>, as REP-155 says."""

from __future__ import annotations

from typing import Any

from fer_ros.ros import qos
from fer_ros.stream import messages
from fer_ros.stream.stream_result import StreamResult


class TransformsMissing(RuntimeError):
    """The package tf2_msgs is not installed."""


class HeadFramePublisher:
    """
    Publish where heads are and which way they are turned, in the frame of their image.

    :param node: lifecycle node that owns the publisher.
    :raises TransformsMissing: tf2_msgs is not installed.
    """

    def __init__(self, node: Any):
        self._node = node
        try:
            types = messages.transform_types()
        except ImportError as error:
            raise TransformsMissing(
                f'the frames of faces are not published on /tf: tf2_msgs cannot be imported '
                f'({error}); install ros-$ROS_DISTRO-tf2-msgs') from error
        # The depth that listeners of /tf expect.
        self._publisher = node.create_lifecycle_publisher(
            types.TFMessage, '/tf', qos.output_qos(100))

    @property
    def wanted(self) -> bool:
        """Return whether somebody subscribes to /tf."""
        return bool(self._publisher.get_subscription_count())

    def publish(self, result: StreamResult) -> None:
        """Publish the frames of the heads whose pose is known."""
        if not any(face.head_pose for face in result.faces):
            return
        if not result.header.frame_id:
            self._node.get_logger().warning(
                'images have no frame_id, so the frames of faces have no parent and are not '
                'published on /tf; set it in the driver of the camera', once=True)
            return
        self._publisher.publish(messages.head_frames(result.header, result.faces))

    def destroy(self) -> None:
        """Destroy the publisher."""
        self._node.destroy_lifecycle_publisher(self._publisher)
