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

"""The images of a recording through the node's session, each as a frame record."""

from __future__ import annotations

from collections import Counter
from typing import Any, Mapping, NamedTuple

from fer_ros.core.pipeline import FacePipeline
from fer_ros.replay.problems import Problems
from fer_ros.replay.recorded_surroundings import RecordedSurroundings
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.stream.parameters import always_landmarks
from fer_ros.stream.session import Session
from fer_ros.stream.stamps import NANOSECONDS
from fer_ros.stream.stream_result import StreamResult

#: What a problem of the recording is called, by what became of an image; the others are none.
_PROBLEMS = {
    'bad': 'unusable images', 'failed': 'failed images', 'repeated': 'repeated stamps',
    'late': 'late images', 'unstamped': 'images without a stamp',
    'foreign': 'images of another camera'}


class Replayed(NamedTuple):
    """What became of one image: its record, in pixels as recorded, and when it was recorded."""

    record: FrameRecord
    result: StreamResult
    log_time: int


class Replayer:
    """
    Feed images in the order of the recording.

    :param pipeline: turns frames into faces.
    :param parameters: the node's, by name.
    :param problems: where unusable images and jumping stamps are noted.
    :param surroundings: what was recorded beside the images; None: nothing is known of it.
    """

    def __init__(
            self, pipeline: FacePipeline, parameters: Mapping[str, Any], problems: Problems,
            surroundings: RecordedSurroundings | None = None):
        self._camera = surroundings.camera if surroundings else None
        self._target = surroundings.target if surroundings else None
        self._session = Session(pipeline, parameters, live=False)
        self._problems = problems
        # Nobody subscribes to a replay: `auto` has nothing to follow.
        self._landmarks = always_landmarks(parameters)
        #: Images by what became of them: the outcomes of the session, and `unreadable`.
        self.outcomes: Counter[str] = Counter()
        self._index = -1
        self._first: int | None = None

    def process(self, message, log_time: int) -> Replayed | None:
        """
        Process one image message.

        :param message: sensor_msgs Image or CompressedImage, or what has the same fields; None
            for one that could not be deserialised, which only counts.
        :param log_time: when it was recorded, nanoseconds.
        :return: None where the image is unusable, left out because of its stamp, or more than
            `max_rate`.
        """
        self._index += 1
        if message is None:
            self.outcomes['unreadable'] += 1
            return None
        result = self._session.take(
            message, log_time, landmarks=self._landmarks, camera=self._camera,
            target=self._target)
        self.outcomes[result.outcome] += 1
        if result.reason:
            kind = 'jumping stamps' if result.reset or result.jumped else _PROBLEMS.get(
                result.outcome, 'images without a stamp')
            self._problems.add(kind, f'image {self._index}: {result.reason}')
        if result.result is None or result.stamp is None:
            return None
        if self._first is None:
            self._first = result.stamp
        record = FrameRecord(
            index=self._index, stamp=result.stamp,
            time=round((result.stamp - self._first) / NANOSECONDS, 6),
            faces=tuple(FaceRecord.from_face(face) for face in result.faces),
            latency_ms={stage: round(1e3 * seconds, 3)
                        for stage, seconds in result.stage_seconds.items()},
            reset=result.reset)
        return Replayed(record, result, log_time)
