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

"""What a stream is to know beside its images: the camera, and what people attend to."""

from __future__ import annotations

from typing import Any

from fer_ros.core.attention import Point
from fer_ros.core.camera import Camera
from fer_ros.core.cues import CAMERA
from fer_ros.core.text import shown
from fer_ros.stream.face_place import (
    camera_info_topic, camera_of, CameraInfoError, is_rectified)
from fer_ros.stream.frame_tree import FrameTree, LONGEST
from fer_ros.stream.stamps import NANOSECONDS

#: How the angle is called that a camera is taken to see which does not say.
VIEW = 'head_pose.field_of_view'
#: Name of the parameter that says which frame people attend to.
TARGET = 'attention.target_frame'


class CameraSource:
    """
    Know the camera of a stream by the latest camera_info, or assume one.

    `take` may be called from another thread than `camera`.

    :param image: resolved name of the image's topic, without the suffix of a transport.
    """

    def __init__(self, image: str):
        #: Where camera_info is expected.
        self.topic = camera_info_topic(image)
        self._rectified = is_rectified(image)
        self._info: Any = None
        #: Where the numbers of the last camera asked for are from, for people.
        self.source = ''

    @property
    def is_told(self) -> bool:
        """Return whether there was a camera_info, of use or not."""
        return self._info is not None

    def take(self, info: Any) -> None:
        """Take a sensor_msgs/CameraInfo, or what has the same fields."""
        self._info = info

    def camera(self, width: int, height: int, view: float) -> tuple[Camera, str]:
        """
        Return the camera for its picture of a size in pixels, assumed where nothing says.

        :param view: degrees that an assumed camera sees from left to right.
        :return: the camera, and what is wrong with its camera_info, for people, or ''.
        """
        wrong, info = '', self._info
        if info is not None:
            try:
                camera = camera_of(info, width, height, self._rectified)
                self.source = self.topic
                return camera, ''
            except CameraInfoError as error:
                wrong = f"camera_info on '{shown(self.topic, 200)}' cannot be used: {error}"
        self.source = f'assumed: {view:g} degrees from left to right'
        return Camera.guessed(width, height, view), wrong


def assuming(what: str, view: float) -> str:
    """Return what is wrong with a camera_info, with what follows from it."""
    return (f'{what}. Without it, distances and head poses are those of a camera that sees '
            f'{view:g} degrees from left to right ({VIEW})')


class TargetSource:
    """
    Know where the frame is that people attend to, by transforms that were told.

    `take` may be called from another thread than `place`.
    """

    def __init__(self) -> None:
        self._tree = FrameTree()
        #: Why the target of the last image is not known, for people, or ''.
        self.missing = ''

    def take(self, message: Any, lasting: bool = False) -> None:
        """
        Take a tf2_msgs/TFMessage, or what has the same fields.

        :param lasting: it is of /tf_static.
        """
        self._tree.add(message.transforms, lasting)

    def clear(self) -> None:
        """Forget all frames."""
        self._tree.clear()

    def place(self, frame: str, image_frame: str, stamp: int) -> Point | None:
        """
        Return what people attend to, in the frame of the image; None where it is not known.

        :param frame: what they attend to; '' for the camera.
        :param image_frame: frame_id of the image, an optical frame.
        :param stamp: of the image, nanoseconds.
        """
        if not frame:
            self.missing = ''
            return CAMERA
        now = stamp / NANOSECONDS
        place = self._tree.position(frame, image_frame, now) if image_frame else None
        self.missing = ''
        if place is None:
            known = image_frame and self._tree.position(frame, image_frame) is not None
            late = (f' by transforms whose stamps are within {LONGEST:g} s of the image'
                    if known else '')
            self.missing = (
                f"frame '{shown(frame, 100)}' ({TARGET}) is not connected to the image's frame "
                f"'{shown(image_frame, 100)}' on /tf{late}, so attention is unknown; publish it "
                'there or name another')
        return place
