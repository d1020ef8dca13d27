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

"""Whom people attend to, heard for the monitor: only while somebody wants to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
import math
import time
from typing import Any

from fer_ros.core.attention import Level
from fer_ros.core.text import shown
from fer_ros.monitor.model import Monitor, MOST_TRACKS
from rclpy.exceptions import InvalidTopicNameException
from rclpy.qos import QoSProfile, ReliabilityPolicy

# Best effort is served by every publisher.
_QOS = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
_FACE = 'face_'


class AttentionListener:
    """
    Subscribe to the attention of each face, and to /tf for where heads point.

    A node places points on faces for that, which costs it time. All methods belong to the thread
    of the node.

    :param node: that subscribes.
    :param hear: hands out calls on a `Monitor`.
    """

    def __init__(self, node: Any, hear: Callable[[Callable[[Monitor], None]], None]):
        self._node, self._hear = node, hear
        self._faces: dict[str, Any] = {}
        self._frames: Any = None
        self._base = ''

    def follow(self, base: str, faces: Iterable[str]) -> None:
        """
        Listen to faces, and to those alone.

        :param base: full name of the node that sees them; '' for none.
        """
        wanted = list(faces)[:MOST_TRACKS] if base else []
        for face in [one for one in self._faces if one not in wanted or base != self._base]:
            self._node.destroy_subscription(self._faces.pop(face))
        self._base = base
        if base and self._frames is None:
            # Where the messages are not installed, nobody attends.
            with suppress(ImportError):
                from tf2_msgs.msg import TFMessage
                self._frames = self._node.create_subscription(
                    TFMessage, '/tf', self._on_frames, _QOS)
        for face in wanted:
            # An id that others gave may be no name of a topic; the other faces are listened to.
            with suppress(ImportError, InvalidTopicNameException, TypeError, ValueError):
                if face not in self._faces:
                    self._faces[face] = self._subscribed(base, face)
        if not base and self._frames is not None:
            self._node.destroy_subscription(self._frames)
            self._frames = None

    def _subscribed(self, base: str, face: str) -> Any:
        from hri_msgs.msg import EngagementLevel

        def told(message: EngagementLevel) -> None:
            try:
                word = Level(message.level).word
            except ValueError:
                word = 'unknown'
            at = time.monotonic()
            self._hear(lambda monitor: monitor.attend(at, face, word))
        return self._node.create_subscription(
            EngagementLevel, f'{base}/faces/{face}/attention', told, _QOS)

    def _on_frames(self, message: Any) -> None:
        for one in message.transforms:
            if one.child_frame_id.startswith(_FACE):
                beside = beside_camera(one.transform)
                if beside is not None:
                    self._hear(partial(
                        _point, face=shown(one.child_frame_id[len(_FACE):]), beside=beside))


def _point(monitor: Monitor, face: str, beside: tuple[float, float]) -> None:
    monitor.point(face, *beside)


def beside_camera(transform: Any) -> tuple[float, float] | None:
    """
    Return by how much a head points past the camera, to the right and down in the picture.

    :param transform: geometry_msgs/Transform of its frame, which has x out of the face, in the
        camera's optical frame.
    :return: each from -2 to 2, as parts of a length of 1; None where that is no place.
    """
    place, turn = transform.translation, transform.rotation
    x, y, z, w = turn.x, turn.y, turn.z, turn.w
    distance = math.hypot(place.x, place.y, place.z)
    right, down = 1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + z * w)
    if not (0.0 < distance < math.inf and math.isfinite(right + down)):
        return None
    return right + place.x / distance, down + place.y / distance
