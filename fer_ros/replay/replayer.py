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

"""One recorded image's way through the pipeline, as the node would take it."""

from __future__ import annotations

from dataclasses import replace
import time
from typing import Any, Mapping, NamedTuple

from fer_ros.core.pipeline import FacePipeline
from fer_ros.core.types import Box, Face, Frame
from fer_ros.replay.problems import Problems
from fer_ros.replay.records import FaceRecord, FrameRecord, NANOSECONDS
from fer_ros.stream import images
from fer_ros.stream.load_shedding import RateLimiter
from fer_ros.stream.parameters import DETAIL, options_by_factor

#: A step of the stamps that differs by more than this from the recorder's is a jump, seconds.
JUMP = 1.0


class Replayed(NamedTuple):
    """
    What became of one image.

    `faces` lie in pixels of `frame`; times `factor` they lie in the image as recorded, where
    those of `record` lie. `log_time` is when the image was recorded, in nanoseconds.
    """

    record: FrameRecord
    header: Any
    log_time: int
    frame: Frame
    faces: tuple[Face, ...]
    factor: int


class Replayer:
    """
    Feed images in the order of the recording.

    :param pipeline: turns frames into faces.
    :param values: the node's parameters by name.
    :param problems: where unusable images and jumping stamps are noted.
    """

    def __init__(self, pipeline: FacePipeline, values: Mapping[str, Any], problems: Problems):
        self._pipeline = pipeline
        self._long_side = DETAIL * values['detector.long_side']
        self._options = options_by_factor(values)
        self._limiter = RateLimiter(values['max_rate'])
        self._problems = problems
        self._index = -1
        self._first: int | None = None
        self._last: tuple[int, int] | None = None

    def process(self, message, log_time: int) -> Replayed | None:
        """
        Process one image message.

        :param message: sensor_msgs Image or CompressedImage, or what has the same fields; None
            for one that could not be deserialised, which only counts.
        :param log_time: when it was recorded, nanoseconds.
        :return: None where the image is unusable, repeats a stamp or exceeds `max_rate`.
        """
        self._index += 1
        if message is None:
            return None
        stamp, reset = self._stamp(message.header.stamp, log_time)
        if stamp is None or not self._limiter.passes(stamp / NANOSECONDS):
            return None
        started = time.perf_counter()
        try:
            if hasattr(message, 'encoding'):
                frame, factor = images.to_frame(message), 1
            else:
                frame, factor = images.decode(message, self._long_side)
        except images.ImageError as error:
            self._problems.add('unusable images', f'image {self._index}: {error}')
            return None
        decoded = time.perf_counter()
        self._pipeline.options = self._options[factor]
        result = self._pipeline.process(frame, stamp / NANOSECONDS)
        faces = result.faces
        seconds = {'decode': decoded - started, **result.stage_seconds,
                   'total': time.perf_counter() - started}
        if self._first is None:
            self._first = stamp
        record = FrameRecord(
            index=self._index, stamp=stamp, time=round((stamp - self._first) / NANOSECONDS, 6),
            faces=tuple(FaceRecord.from_face(_scaled(face, factor)) for face in faces),
            latency_ms={stage: round(1e3 * value, 3) for stage, value in seconds.items()},
            reset=reset)
        return Replayed(record, message.header, log_time, frame, faces, factor)

    def _stamp(self, header_stamp, log_time: int) -> tuple[int | None, bool]:
        """Return the stamp in nanoseconds, None for a repeated one, and whether time went back."""
        stamp = header_stamp.sec * NANOSECONDS + header_stamp.nanosec
        if stamp == 0:
            self._problems.add(
                'images without a stamp', f'image {self._index}: the time of recording is used; '
                'the camera driver should stamp its images')
            stamp = log_time
        last, self._last = self._last, (stamp, log_time)
        if last is None:
            return stamp, False
        step, log_step = stamp - last[0], log_time - last[1]
        if step == 0:
            self._problems.add(
                'repeated stamps', f'image {self._index} is passed over; the camera driver must '
                'stamp each image')
            return None, False
        if step < 0:
            self._problems.add(
                'jumping stamps', f'image {self._index}: back by {-step / NANOSECONDS:.3f} s, '
                'faces are forgotten')
        elif abs(step - log_step) > JUMP * NANOSECONDS:
            self._problems.add(
                'jumping stamps', f'image {self._index}: stamp moves by {step / NANOSECONDS:.3f} '
                f's within {log_step / NANOSECONDS:.3f} s of recording')
        return stamp, step < 0


def _scaled(face: Face, factor: int) -> Face:
    if factor == 1:
        return face
    return replace(face, box=Box(*(factor * value for value in face.box)))
