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

"""A small player: a recording's images and /clock into the graph, as `ros2 bag play --clock`."""

from __future__ import annotations

import array
from pathlib import Path
import time

from fer_ros.tools.bags.reading import Bag, choose_image_topic
from fer_ros.tools.bags.records import FaceRecord, FrameRecord, NANOSECONDS
from fer_ros.tools.bags.stream import image_messages
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage
from support import stamped

#: Publications of /clock between images, a second of recorded time.
CLOCK_RATE = 50


class BagPlayer:
    """
    Play the compressed images of a recording.

    :param peer: whose node publishes.
    :param path: the recording.
    :param topic: published on, without `/compressed`.
    """

    def __init__(self, peer, path: Path, topic: str = '/image'):
        with Bag(path) as bag:
            recorded = list(image_messages(bag, choose_image_topic(bag.topics)))
        self._images = [(log_time, self._message(message)) for message, log_time in recorded]
        self._clock = peer.node.create_publisher(Clock, '/clock', 10)
        self._camera = peer.camera(f'{topic}/compressed', CompressedImage)

    def __len__(self):
        return len(self._images)

    def play(self, rate: float | None = 1.0) -> None:
        """
        Publish everything once.

        :param rate: how much faster than recorded; None for as fast as it goes.
        """
        start, first = time.monotonic(), self._images[0][0]
        now = first
        for log_time, message in self._images:
            while now < log_time:
                now = min(now + NANOSECONDS // CLOCK_RATE, log_time)
                if rate is not None:
                    due = start + (now - first) / NANOSECONDS / rate
                    time.sleep(max(0.0, due - time.monotonic()))
                self._tell(now)
            self._tell(log_time)
            self._camera.publish(message)

    def _tell(self, now: int) -> None:
        message = Clock()
        message.clock.sec, message.clock.nanosec = divmod(now, NANOSECONDS)
        self._clock.publish(message)

    @staticmethod
    def _message(recorded) -> CompressedImage:
        message = CompressedImage(format=recorded.format)
        message.data = array.array('B', recorded.data.tobytes())
        stamp = recorded.header.stamp
        return stamped(message, (stamp.sec, stamp.nanosec), recorded.header.frame_id)


def records_of(messages) -> list[FrameRecord]:
    """Return what vision_msgs/Detection2DArray messages say as frame records."""
    return [_record(index, message, messages[0]) for index, message in enumerate(messages)]


def _record(index: int, message, first) -> FrameRecord:
    stamp = _nanoseconds(message)
    return FrameRecord(
        index=index, stamp=stamp, time=(stamp - _nanoseconds(first)) / NANOSECONDS,
        faces=tuple(_face(detection) for detection in message.detections))


def _face(detection) -> FaceRecord:
    best, center, box = detection.results[0].hypothesis, detection.bbox.center, detection.bbox
    return FaceRecord(
        id=detection.id, label=best.class_id, confidence=best.score,
        box=(center.position.x - box.size_x / 2, center.position.y - box.size_y / 2,
             box.size_x, box.size_y),
        expression={result.hypothesis.class_id: result.hypothesis.score
                    for result in detection.results})


def _nanoseconds(message) -> int:
    return message.header.stamp.sec * NANOSECONDS + message.header.stamp.nanosec
