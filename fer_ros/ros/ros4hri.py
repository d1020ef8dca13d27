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

"""The ROS4HRI side (REP-155): faces under /humans, one set of publishers per tracked face."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fer_ros.core.types import Face, Frame
from fer_ros.ros import qos
from fer_ros.ros.face_publishers import FacePublishers
from fer_ros.stream import messages
from fer_ros.stream.stream_result import StreamResult
from sensor_msgs.msg import Image
from std_msgs.msg import Header

#: Width and height of the published face pictures, in pixels.
PICTURE_SIZE = 128


class Ros4HriUnavailable(RuntimeError):
    """The package hri_msgs is wanted and not installed."""


class Ros4HriPublisher:
    """
    Publish faces as REP-155 wants them.

    A face's publishers are made before its id is first listed as tracked and destroyed after
    the list without it went out. `publish` and `clear` must not run at the same time: the
    worker calls the first, and the second is called when the worker has stopped.

    :param node: lifecycle node that owns the publishers.
    :param landmarks: whether points on faces are published.
    :param action_units: whether facial action units are.
    :param pictures: of a face, by the last part of their topics: each makes one of (frame, face,
        pixels of a side), as uint8 bgr.
    :raises Ros4HriUnavailable: hri_msgs is not installed.
    """

    def __init__(self, node, landmarks: bool, action_units: bool,
                 pictures: Mapping[str, Callable[[Frame, Face, int], Any]]):
        try:
            from hri_msgs.msg import (
                Expression, FacialActionUnits, FacialLandmarks, IdsList,
                NormalizedRegionOfInterest2D)
        except ImportError as error:
            raise Ros4HriUnavailable(
                f'hri_msgs cannot be imported ({error}); install ros-$ROS_DISTRO-hri-msgs or '
                'set ros4hri to off') from error
        types = {
            'roi': NormalizedRegionOfInterest2D, 'expression': Expression,
            **({'landmarks': FacialLandmarks} if landmarks else {}),
            **({'facs': FacialActionUnits} if action_units else {}),
            **dict.fromkeys(pictures, Image)}
        self._ids_list = IdsList
        self._node = node
        self._pictures = pictures
        self._faces = FacePublishers(node, {
            name: (f'/humans/faces/{{id}}/{name}', kind) for name, kind in types.items()})
        self._tracked = node.create_lifecycle_publisher(
            IdsList, '/humans/faces/tracked', qos.output_qos())

    @property
    def landmarks_wanted(self) -> bool:
        """Return whether somebody subscribes to what is made of the points of a face."""
        return self._faces.wanted(('landmarks', 'facs'))

    def publish(self, result: StreamResult) -> None:
        """Publish everything about the faces of a processed image."""
        header, (frame, faces) = result.header, result.decoded()
        # Pictures of faces are upright, whatever way up the camera is.
        upright, upright_faces = result.turned()
        ids = [face.id for face in faces]
        self._faces.make(ids)
        self._tracked.publish(self._ids_list(header=header, ids=ids))
        self._faces.end_all_but(ids)
        for face, upright_face in zip(faces, upright_faces):
            publishers = self._faces[face.id]
            publishers['roi'].publish(messages.hri_roi(header, face, frame.width, frame.height))
            publishers['expression'].publish(messages.hri_expression(header, face))
            if 'landmarks' in publishers and publishers['landmarks'].get_subscription_count():
                publishers['landmarks'].publish(
                    messages.hri_landmarks(header, face, frame.width, frame.height))
            if face.cues and 'facs' in publishers and (
                    publishers['facs'].get_subscription_count()):
                publishers['facs'].publish(messages.hri_action_units(header, face.cues))
            for name, picture in self._pictures.items():
                publisher = publishers[name]
                if publisher.get_subscription_count():
                    pixels = picture(upright, upright_face, PICTURE_SIZE)
                    publisher.publish(messages.bgr_image(header, pixels))

    def clear(self) -> None:
        """Tell that nobody is tracked any more and destroy the faces' publishers."""
        if len(self._faces):
            header = Header(stamp=self._node.get_clock().now().to_msg())
            self._tracked.publish(self._ids_list(header=header))
        self._faces.end_all_but(())

    def destroy(self) -> None:
        """Destroy every publisher."""
        self.clear()
        self._node.destroy_lifecycle_publisher(self._tracked)
