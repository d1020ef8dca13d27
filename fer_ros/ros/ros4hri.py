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

from fer_ros.core.track_ids import TrackIds
from fer_ros.core.types import Face, Frame
from fer_ros.ros import qos
from fer_ros.ros.tracked_list import TrackedList
from fer_ros.stream import messages
from fer_ros.stream.stream_result import StreamResult
from sensor_msgs.msg import Image


class Ros4HriUnavailable(RuntimeError):
    """The package hri_msgs is wanted and not installed."""


class Ros4HriPublisher:
    """
    Publish faces as REP-155 wants them.

    A face's publishers are made before its id is first told of as tracked and destroyed after
    it was told that it is not any more. `publish` and `clear` must not run at the same time: the
    worker calls the first, and the second is called when the worker has stopped.

    :param node: lifecycle node that owns the publishers.
    :param landmarks: whether points on faces are published.
    :param pictures: of a face, by the last part of their topics: each makes one of (frame, face,
        width, height), as uint8 bgr.
    :param ids: names the faces.
    :raises Ros4HriUnavailable: hri_msgs is not installed.
    """

    def __init__(self, node, landmarks: bool,
                 pictures: Mapping[str, Callable[[Frame, Face, int, int], Any]], ids: TrackIds):
        try:
            from hri_msgs.msg import (
                Expression, FacialLandmarks, IdsList, NormalizedRegionOfInterest2D)
        except ImportError as error:
            raise Ros4HriUnavailable(
                f'hri_msgs cannot be imported ({error}); install ros-$ROS_DISTRO-hri-msgs or '
                'set ros4hri to off') from error
        self._types = {
            'roi': NormalizedRegionOfInterest2D, 'expression': Expression,
            **({'landmarks': FacialLandmarks} if landmarks else {}),
            **dict.fromkeys(pictures, Image)}
        self._node = node
        self._pictures = pictures
        self._faces: dict[str, dict[str, Any]] = {}
        #: Whether somebody subscribed to the points of a face, or to anything of one, when the last
        #: image was published; unlike the publishers they may be looked at from any thread.
        self.landmarks_wanted = self._heard = False
        self._tracked = TrackedList(node, IdsList, ids)

    def publish(self, result: StreamResult, values: Mapping[str, Any]) -> None:
        """
        Publish everything about the faces of a processed image.

        :param values: the node's parameters, by name.
        """
        header, (frame, faces) = result.header, result.decoded()
        # Pictures of faces are upright, whatever way up the camera is.
        upright, upright_faces = result.turned()
        ids = [face.id for face in faces]
        for new in set(ids) - set(self._faces):
            self._faces[new] = self._create(new)
        self._tracked.publish(header, ids)
        for gone in set(self._faces) - set(ids):
            self._destroy(gone)
        wanted = False
        for face, upright_face in zip(faces, upright_faces):
            publishers = self._faces[face.id]
            publishers['roi'].publish(messages.hri_roi(header, face, frame.width, frame.height))
            publishers['expression'].publish(messages.hri_expression(header, face))
            if 'landmarks' in publishers and publishers['landmarks'].get_subscription_count():
                wanted = True
                publishers['landmarks'].publish(
                    messages.hri_landmarks(header, face, frame.width, frame.height))
            for name, picture in self._pictures.items():
                publisher = publishers[name]
                if publisher.get_subscription_count():
                    pixels = picture(
                        upright, upright_face,
                        values['humans.faces.width'], values['humans.faces.height'])
                    publisher.publish(messages.bgr_image(header, pixels))
        self.landmarks_wanted = wanted
        self._heard = any(publisher.get_subscription_count()
                          for publishers in self._faces.values()
                          for publisher in publishers.values())

    def has_audience(self) -> bool:
        """Return whether somebody who does not publish the same list subscribes to anything."""
        return self._heard or self._tracked.has_audience()

    def clear(self) -> None:
        """Tell that nobody is tracked any more and destroy the faces' publishers."""
        self._tracked.clear()
        for gone in list(self._faces):
            self._destroy(gone)
        self.landmarks_wanted = self._heard = False

    def destroy(self) -> None:
        """Destroy every publisher."""
        self.clear()
        self._tracked.destroy()

    def _create(self, face_id: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        try:
            # Publishers without events are in no wait set: this thread may end them at any time.
            for name, kind in self._types.items():
                made[name] = self._node.create_publisher(
                    kind, f'/humans/faces/{face_id}/{name}', qos.output_qos(),
                    event_callbacks=qos.quiet_publisher_events())
        except Exception:  # noqa: B902 - a policy may forbid one; the next frame tries again
            self._destroy_all(made)
            raise
        return made

    def _destroy(self, face_id: str) -> None:
        self._destroy_all(self._faces.pop(face_id))

    def _destroy_all(self, publishers: Mapping[str, Any]) -> None:
        for publisher in publishers.values():
            self._node.destroy_publisher(publisher)
