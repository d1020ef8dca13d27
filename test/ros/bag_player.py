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

import cv2
from fer_ros.replay.records import FaceRecord, FrameRecord, NANOSECONDS
import pytest
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage
from support import stamp_of, stamped, wait_for

# On a robot it may be missing: it comes by pip.
pytest.importorskip('rosbags')
from fer_ros.replay.image_messages import image_messages  # noqa: E402,I100
from fer_ros.replay.reading import Bag, choose_image_topic  # noqa: E402

#: Publications of /clock between images, a second of recorded time.
CLOCK_RATE = 50


class BagPlayer:
    """
    Play the compressed images of a recording.

    :param peer: whose node publishes.
    :param answers: of the node, as `peer.expressions()` returns them.
    :param path: the recording.
    :param topic: published on, without `/compressed`.
    """

    def __init__(self, peer, answers: list, path: Path, topic: str = '/image'):
        with Bag(path) as bag:
            recorded = list(image_messages(bag, choose_image_topic(bag.topics)))
        self._images = [(log_time, self._message(message)) for message, log_time in recorded]
        self._clock = peer.node.create_publisher(Clock, '/clock', 10)
        self._answers = answers
        self._camera = peer.camera(
            answers, f'{topic}/compressed', CompressedImage, make=self._greeting)

    def __len__(self):
        return len(self._images)

    def play(self, rate: float = 1.0) -> None:
        """
        Publish everything once.

        :param rate: how much faster than recorded.
        """
        start, first = time.monotonic(), self._images[0][0]
        now = first
        for log_time, message in self._images:
            while now < log_time:
                now = min(now + NANOSECONDS // CLOCK_RATE, log_time)
                due = start + (now - first) / NANOSECONDS / rate
                time.sleep(max(0.0, due - time.monotonic()))
                self._tell(now)
            self._publish(log_time, message)

    def play_in_bursts(self, size: int) -> None:
        """
        Publish everything once, as fast as the node answers.

        :param size: images published at once before the answer to the last one is awaited; the
            node takes the latest, so it drops some of a burst but never the last.
        """
        for start in range(0, len(self._images), size):
            burst = self._images[start:start + size]
            for log_time, message in burst:
                self._publish(log_time, message)
            last = stamp_of(burst[-1][1])
            wait_for(lambda: any(stamp_of(one) == last for one in self._answers[-size:]),
                     f'the answer to image {start + len(burst) - 1}')

    def _publish(self, log_time: int, message: CompressedImage) -> None:
        self._tell(log_time)
        self._camera.publish(message)

    def _tell(self, now: int) -> None:
        message = Clock()
        message.clock.sec, message.clock.nanosec = divmod(now, NANOSECONDS)
        self._clock.publish(message)

    def _greeting(self, pixels, stamp: float) -> CompressedImage:
        message = CompressedImage(format='jpeg')
        message.data = array.array('B', cv2.imencode('.jpg', pixels)[1].tobytes())
        # Of the recorded camera: images of another one would be left out for a while.
        return stamped(message, stamp, self._images[0][1].header.frame_id)

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
