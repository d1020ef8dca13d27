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

"""The subscriber of the demo: pictures and answers are counted, shown and recorded."""

from __future__ import annotations

from collections import Counter, deque
import time

from fer_ros.core.affect import valence_arousal
from fer_ros.core.types import Box, Expression, Face, LABELS
import numpy as np
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

#: Pictures and answers that wait here while the machine is busy: a second of them.
_DEPTH = 30


#: Faces that are told of one by one at the end.
MOST_TOLD = 12


class Audience:
    """
    Subscribe to pictures and expressions, and hand them on to the view and the recorder.

    :param ros: rclpy node.
    :param topic: of the pictures.
    """

    def __init__(self, ros, topic: str, recorder, view):
        self.recorder, self.view = recorder, view
        self.messages = self.faces = self.most = 0
        #: Labels by id, of those who came last.
        self.people: dict[str, Counter] = {}
        self._came = 0
        self._first: float | None = None
        self._recent: deque[float] = deque(maxlen=30)
        # Deeper than a node that only wants the latest: the video wants them all.
        ros.create_subscription(Image, topic, self._on_image, QoSProfile(
            depth=_DEPTH, reliability=ReliabilityPolicy.BEST_EFFORT))
        ros.create_subscription(
            Detection2DArray, '/fer/expression', self._on_faces, QoSProfile(depth=_DEPTH))

    def summary(self, played: dict) -> str:
        """Return what happened, for people."""
        sent = f"{played['sent']} pictures sent, " if 'sent' in played else ''
        lines = [
            f'fer_demo: {sent}{self.messages} messages received, {self._came} faces followed, '
            f'at most {self.most} at once'
            + (f'; the last {len(self.people)}:' if self._came > len(self.people) else '')]
        for name, labels in self.people.items():
            total = sum(labels.values())
            shares = ', '.join(
                f'{label} {100 * count / total:.0f}%' for label, count in labels.most_common(3))
            lines.append(f'  {name}: in {total} pictures, {shares}')
        return '\n'.join(lines)

    def _on_image(self, message) -> None:
        stamp = _seconds(message.header.stamp)
        if self._first is None:
            self._first = stamp
        pixels = np.frombuffer(message.data, np.uint8)
        self.recorder.picture(stamp, pixels.reshape(message.height, message.width, 3))

    def _on_faces(self, message) -> None:
        stamp = _seconds(message.header.stamp)
        self._first = stamp if self._first is None else self._first
        faces = [_face(detection) for detection in message.detections]
        self.messages += 1
        self.faces += len(faces)
        self.most = max(self.most, len(faces))
        for face in faces:
            if face.id not in self.people:
                self._came += 1
                self.people[face.id] = Counter()
                if len(self.people) > MOST_TOLD:
                    del self.people[next(iter(self.people))]
            self.people[face.id][face.label] += 1
        now = time.monotonic()
        self._recent.append(now)
        rate = (len(self._recent) - 1) / max(now - self._recent[0], 1e-3)
        seconds = stamp - self._first
        self.recorder.faces(stamp, seconds, faces)
        self.view.show(seconds, rate, faces)


def _seconds(stamp) -> float:
    return stamp.sec + 1e-9 * stamp.nanosec


def _face(detection):
    """Return the Face that a vision_msgs/Detection2D describes, as far as it does."""
    center, box = detection.bbox.center.position, detection.bbox
    shown = detection.results[0].hypothesis
    scores = {each.hypothesis.class_id: each.hypothesis.score for each in detection.results}
    expression = Expression(np.array([scores.get(label, 0.0) for label in LABELS]))
    valence, arousal = valence_arousal(expression.probabilities)
    return Face(
        id=detection.id,
        box=Box(center.x - box.size_x / 2, center.y - box.size_y / 2, box.size_x, box.size_y),
        score=1.0, landmarks=np.zeros((4, 2), np.float32), expression=expression,
        label=shown.class_id, confidence=shown.score, valence=float(valence),
        arousal=float(arousal))
