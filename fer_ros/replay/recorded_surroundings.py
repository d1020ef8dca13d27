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

"""What a recording holds beside its images: camera_info, and the frames of the robot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fer_ros.core.attention import Point
from fer_ros.core.camera import Camera
from fer_ros.core.text import shown
from fer_ros.replay.reading import Bag
from fer_ros.replay.storage import RawMessage, Topic
from fer_ros.stream.parameters import always_landmarks
from fer_ros.stream.surroundings import assuming, CameraSource, TARGET, TargetSource, VIEW
from rosbags.typesys import get_typestore, Stores

_INFO, _TF = 'sensor_msgs/msg/CameraInfo', 'tf2_msgs/msg/TFMessage'
_MOVING, _LASTING = '/tf', '/tf_static'
# Different sentences about them, at most.
_MOST_TOLD = 10

# These messages have had the same fields in every distribution of ROS 2.
_STORE = get_typestore(Stores.ROS2_JAZZY)


class RecordedSurroundings:
    """
    Give the images of a recording what the node would have had beside them.

    The latest camera_info before an image counts, the first one also for images before it, as
    drivers publish it together with the image or just after. Transforms of /tf_static hold for the
    whole recording.

    :param bag: open recording; broken messages are noted in its problems.
    :param image: the topic that is replayed.
    :param values: the node's parameters, by name; where they want no poses, nothing is read.
    :param tell: told once what is missing, for people.
    """

    def __init__(self, bag: Bag, image: Topic, values: Mapping[str, Any],
                 tell: Callable[[str], None]):
        self._bag, self._values, self._tell = bag, values, tell
        self._told: set[str] = set()
        self._camera = CameraSource(image.name.removesuffix('/compressed'))
        self._target = TargetSource()
        wanted = always_landmarks(values)
        self._info = self._topic(self._camera.topic, _INFO) if wanted else set()
        targeted = wanted and values[TARGET]
        self._moving = self._topic(_MOVING, _TF) if targeted else set()
        lasting = self._topic(_LASTING, _TF) if targeted else set()
        if self._info:
            for raw in bag.messages(self._info):
                self.take(raw)
                if self._camera.is_told:
                    break
        if lasting:
            for raw in bag.messages(lasting):
                message = self._message(raw)
                if message is not None:
                    self._target.take(message, lasting=True)

    def _topic(self, name: str, kind: str) -> set[str]:
        topic = self._bag.topics.get(name)
        return {name} if topic is not None and topic.type == kind and topic.count else set()

    @property
    def topics(self) -> set[str]:
        """Return the names of the topics whose messages `take` wants to have."""
        return self._info | self._moving

    def take(self, raw: RawMessage) -> None:
        """Take a message of one of these topics, in the order of the recording."""
        message = self._message(raw)
        if message is None:
            return
        if raw.topic in self._info:
            self._camera.take(message)
        else:
            self._target.take(message)

    def camera(self, width: int, height: int) -> Camera:
        """Return the camera for its picture of a size in pixels, assumed where nothing says."""
        view = float(self._values[VIEW])
        camera, wrong = self._camera.camera(width, height, view)
        if not self._camera.is_told:
            wrong = f"the recording has no camera_info on '{shown(self._camera.topic, 200)}'"
        if wrong:
            self._say(assuming(wrong, view))
        return camera

    def target(self, image_frame: str, stamp: int) -> Point | None:
        """
        Return what people attend to, in the frame of the image; None where it is not known.

        :param image_frame: frame_id of the image, an optical frame.
        :param stamp: of the image, nanoseconds.
        """
        place = self._target.place(self._values[TARGET], image_frame, stamp)
        if self._target.missing:
            self._say(f'in the recording, {self._target.missing}')
        return place

    def _message(self, raw: RawMessage) -> Any:
        """Return the message, None where it is broken."""
        try:
            return _STORE.deserialize_cdr(raw.data, raw.type)
        # Broken bytes break the reader in many ways.
        except Exception as error:  # noqa: B902
            self._bag.problems.add('broken messages', f'{shown(raw.topic)}: {error}')
            return None

    def _say(self, what: str) -> None:
        if what not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(what)
            self._tell(what)
