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

"""Attention and speech of each face, on topics below the node's own name."""

from __future__ import annotations

from typing import Any

from fer_ros.ros.face_publishers import FacePublishers
from fer_ros.stream import messages
from fer_ros.stream.stream_result import StreamResult
from std_msgs.msg import Float32


class CuePublisher:
    """
    Publish the social cues of faces for which the convention (REP-155) has no topic of a face.

    `publish` and `clear` must not run at the same time.

    :param node: that owns the publishers.
    """

    def __init__(self, node: Any):
        topics: dict[str, tuple[str, type]] = {'speech': ('~/faces/{id}/speech', Float32)}
        try:
            topics['attention'] = (
                '~/faces/{id}/attention', messages.cue_types().EngagementLevel)
        except ImportError as error:
            node.get_logger().info(
                f'attention is not published: hri_msgs cannot be imported ({error}); install '
                'ros-$ROS_DISTRO-hri-msgs', once=True)
        self._faces = FacePublishers(node, topics)

    @property
    def wanted(self) -> bool:
        """Return whether somebody subscribes to a cue of any face."""
        return self._faces.wanted()

    @property
    def attention_wanted(self) -> bool:
        """Return whether somebody subscribes to the attention of any face."""
        return self._faces.wanted(('attention',))

    def publish(self, result: StreamResult) -> None:
        """Publish the cues of the faces of a processed image, as far as they are known."""
        ids = [face.id for face in result.faces]
        self._faces.make(ids)
        self._faces.end_all_but(ids)
        subscribed = self._faces.look()
        for face in result.faces:
            if face.cues is None:
                continue
            publishers, heard = self._faces[face.id], subscribed[face.id]
            if 'speech' in heard and face.cues.speech is not None:
                publishers['speech'].publish(Float32(data=face.cues.speech))
            if 'attention' in heard:
                publishers['attention'].publish(messages.hri_engagement(result.header, face.cues))

    def clear(self) -> None:
        """Destroy the publishers of all faces."""
        self._faces.end_all_but(())
