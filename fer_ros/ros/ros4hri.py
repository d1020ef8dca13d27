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
from fer_ros.ros.face_publishers import FacePublishers
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
    :param action_units: whether facial action units are.
    :param pictures: of a face, by the last part of their topics: each makes one of (frame, face,
        width, height), as uint8 bgr.
    :param ids: names the faces.
    :raises Ros4HriUnavailable: hri_msgs is not installed.
    """

    def __init__(self, node, landmarks: bool, action_units: bool,
                 pictures: Mapping[str, Callable[[Frame, Face, int, int], Any]], ids: TrackIds):
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
        self._node = node
        self._pictures = pictures
        self._faces = FacePublishers(node, {
            name: (f'/humans/faces/{{id}}/{name}', kind) for name, kind in types.items()})
        self._tracked = TrackedList(node, IdsList, ids)

    @property
    def landmarks_wanted(self) -> bool:
        """Return whether somebody subscribes to what is made of the points of a face."""
        return self._faces.wanted(('landmarks', 'facs'))

    def publish(self, result: StreamResult, values: Mapping[str, Any]) -> None:
        """
        Publish everything about the faces of a processed image.

        :param values: the node's parameters, by name.
        """
        header, (frame, faces) = result.header, result.decoded()
        # Pictures of faces are upright, whatever way up the camera is.
        upright, upright_faces = result.turned()
        ids = [face.id for face in faces]
        self._faces.make(ids)
        self._tracked.publish(header, ids)
        self._faces.end_all_but(ids)
        subscribed = self._faces.look()
        for face, upright_face in zip(faces, upright_faces):
            publishers, heard = self._faces[face.id], subscribed[face.id]
            publishers['roi'].publish(messages.hri_roi(header, face, frame.width, frame.height))
            publishers['expression'].publish(messages.hri_expression(header, face))
            if 'landmarks' in heard:
                publishers['landmarks'].publish(
                    messages.hri_landmarks(header, face, frame.width, frame.height))
            if face.cues and 'facs' in heard:
                publishers['facs'].publish(messages.hri_action_units(header, face.cues))
            for name, picture in self._pictures.items():
                if name in heard:
                    pixels = picture(
                        upright, upright_face,
                        values['humans.faces.width'], values['humans.faces.height'])
                    publishers[name].publish(messages.bgr_image(header, pixels))

    def has_audience(self) -> bool:
        """Return whether somebody who does not publish the same list subscribes to anything."""
        return self._faces.wanted() or self._tracked.has_audience()

    def clear(self) -> None:
        """Tell that nobody is tracked any more and destroy the faces' publishers."""
        self._tracked.clear()
        self._faces.end_all_but(())

    def destroy(self) -> None:
        """Destroy every publisher."""
        self.clear()
        self._tracked.destroy()
