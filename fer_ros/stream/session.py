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

"""The one way of a stamped image: header, rate, load, decoding, pipeline; live and replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
import time
from typing import Any

from fer_ros.core.attention import Point
from fer_ros.core.camera import Camera
from fer_ros.core.cues import CAMERA
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.pipeline import FacePipeline, PipelineOptions
from fer_ros.core.text import shown
from fer_ros.core.types import Frame
from fer_ros.stream import images
from fer_ros.stream.frame_rate import FrameRate
from fer_ros.stream.load_shedding import Effort, LoadShedder, RateLimiter
from fer_ros.stream.orientation import OrientationWatch
from fer_ros.stream.parameters import DETAIL, options_by_factor
from fer_ros.stream.rotation import point_after, rotate as turned
from fer_ros.stream.stamps import NANOSECONDS, nanoseconds, StampPolicy
from fer_ros.stream.stream_result import StreamResult

# Nanoseconds between the times that stamps may be counted from: twelve days.
_EPOCHS = NANOSECONDS << 20


class Session:
    """
    Take the image messages of one stream in the order of their arrival.

    `take`, `spent` and `restart` belong to one thread; `apply` may be called from any.

    :param pipeline: turns frames into faces; the session's from now on.
    :param parameters: the node's, by name.
    :param live: images come at their own pace and work must keep up with them; False for a
        recording, of which every image is taken however long that lasts.
    """

    def __init__(self, pipeline: FacePipeline, parameters: Mapping[str, Any], live: bool = True):
        self._pipeline = pipeline
        self._live = live
        self._stamps = StampPolicy()
        self._limiter = RateLimiter()
        self._shedder = LoadShedder()
        self._forget = False
        self._orientation = OrientationWatch()
        self._rate = FrameRate()
        self._epoch: int | None = None
        self.apply(parameters)

    def apply(self, parameters: Mapping[str, Any]) -> None:
        """Take over new parameters; the next image is processed with them."""
        # One assignment, so that another thread sees both or none.
        self._configured = parameters, options_by_factor(parameters)

    def restart(self) -> None:
        """Forget everybody and all stamps, as on activation."""
        self._pipeline.reset()
        self._stamps.restart()
        self._limiter = RateLimiter()
        self._shedder.restart()
        self._forget = False
        self._orientation = OrientationWatch()
        self._rate = FrameRate()
        self._epoch = None

    def take(
            self, message: Any, arrival: int, missed: int = 0, *, landmarks: bool = False,
            camera: Callable[[int, int], Camera] | None = None,
            target: Callable[[str, int], Point | None] | None = None) -> StreamResult:
        """
        Process one image message, or say why not; never raises because of what it holds.

        :param message: sensor_msgs Image or CompressedImage, or what has the same fields.
        :param arrival: when it came, nanoseconds of a clock that rises.
        :param missed: images since the one before for which there was no time.
        :param landmarks: whether points on faces and poses of heads are wanted.
        :param camera: returns that of the stream, for its picture of a (width, height) in
            pixels; None: nothing is known of it.
        :param target: returns what people attend to, metres in the optical frame of an image
            with a frame_id and a stamp in nanoseconds, None where that is not known; None: nothing
            is known of the robot's frames, only the camera itself can be the target.
        """
        parameters, options = self._configured
        header = message.header
        self._stamps.max_lateness = parameters['max_lateness']
        verdict = self._stamps.judge(nanoseconds(header.stamp), header.frame_id, arrival)
        if verdict.time is None:
            return StreamResult(verdict.refusal, header, reason=verdict.reason)
        # Also where this image is then left out: the next one processed is of the new time.
        self._forget |= verdict.reset
        about = {'header': header, 'stamp': verdict.time, 'reason': verdict.reason,
                 'reset': verdict.reset, 'jumped': verdict.jumped}
        self._limiter.rate = parameters['max_rate']
        if not self._limiter.passes(verdict.time / NANOSECONDS):
            return StreamResult('limited', **about)
        shedding = self._live and parameters['load_shedding']
        if shedding:
            self._shedder.configure(parameters['detection_interval'], parameters['max_rate'])
            if not self._shedder.passes(time.monotonic(), missed):
                return StreamResult('shed', **about, **self._effort())
        elif self._shedder.effort.level:
            self._shedder.restart()
        try:
            return self._process(message, about, parameters, options, shedding,
                                 camera, target, landmarks)
        except images.ImageError as error:
            if shedding:
                self._shedder.unread()
            return StreamResult('bad', **{**about, 'reason': str(error)})
        except Exception as error:  # noqa: B902 - no image may end the stream
            return StreamResult('failed', **{**about, 'reason': fault(error)})

    def spent(self, result: StreamResult, seconds: float) -> Effort | None:
        """
        Take note of the time that a processed image took until all of it was published.

        Now is the time for what no image has to wait for: seeing how the camera is mounted.

        :return: the effort from now on, where it changes.
        """
        if result.upright is None or result.result is None:
            return None
        if not result.effort.level:
            with suppress(ModelError):  # the next image tells
                self._orientation.look(
                    self._pipeline.detector, result.upright, time.monotonic())
        if result.load is None:
            return None
        changed = self._shedder.spent(time.monotonic(), seconds, result.result.detected)
        return self._shedder.effort if changed else None

    def _process(
            self, message: Any, about: dict[str, Any], parameters: Mapping[str, Any],
            options: Mapping[int, PipelineOptions], shedding: bool,
            camera: Callable[[int, int], Camera] | None,
            target: Callable[[str, int], Point | None] | None, landmarks: bool) -> StreamResult:
        started = time.perf_counter()
        frame, factor, size = _decode(message, parameters)
        chosen = options[factor]
        effort = self._effort() if shedding else {}
        if shedding and self._shedder.effort.level:
            chosen = replace(
                chosen, detection_interval=self._shedder.effort.detection_interval)
        self._pipeline.options = chosen
        if self._forget:
            self._pipeline.reset()
            self._forget = False
        decoded = time.perf_counter()
        rotate = parameters['rotate']
        upright = turned(frame, rotate)
        result = self._pipeline.process(
            upright, self._seconds(about['stamp']), landmarks=landmarks, **(
                _surroundings(camera, target, message.header, about['stamp'], frame, factor,
                              parameters) if landmarks else {}))
        seconds = {'decode': decoded - started, **result.stage_seconds,
                   'total': time.perf_counter() - started}
        return StreamResult(
            'processed', **about, frame=frame, upright=upright, rotate=rotate, factor=factor,
            size=size, result=result, stage_seconds=seconds,
            rate=self._rate.add(about['stamp'] / NANOSECONDS), turn=(
                self._orientation.needed, self._orientation.seconds), **effort)

    def _seconds(self, stamp: int) -> float:
        """
        Return a stamp in seconds since some time near the first one.

        Since 1970 they are so many that a float could not tell two stamps apart that differ by
        less than a quarter of a microsecond.
        """
        if self._epoch is None:
            # Live and replayed, it is the same one, whichever image comes first.
            self._epoch = stamp - stamp % _EPOCHS
        return (stamp - self._epoch) / NANOSECONDS

    def _effort(self) -> dict[str, Any]:
        return {'effort': self._shedder.effort, 'load': self._shedder.load}


def _surroundings(
        camera: Callable[[int, int], Camera] | None,
        target: Callable[[str, int], Point | None] | None, header: Any, stamp: int, frame: Frame,
        factor: int, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the pipeline is to know of the camera and of what people attend to."""
    there = target(header.frame_id, stamp) if target else (
        None if parameters['attention.target_frame'] else CAMERA)
    rotate = parameters['rotate']
    return {'camera': camera and _upright(camera, frame, factor, rotate),
            'target': there and point_after(there, rotate)}


def _upright(
        camera: Callable[[int, int], Camera], frame: Frame, factor: int, rotate: int) -> Camera:
    """Return the camera for the picture as it is processed: decoded smaller, and turned."""
    received = camera(factor * frame.width, factor * frame.height)
    return received.scaled(1.0 / factor).turned(rotate, frame.width, frame.height)


def fault(error: Exception) -> str:
    """Return what a frame failed with, for people: an error may quote what came from outside."""
    return f'{type(error).__name__}: {shown(str(error), 300)}'


def _decode(message: Any, parameters: Mapping[str, Any]) -> tuple[Frame, int, str]:
    """Return the frame, its reduction factor, and what the camera delivers."""
    most = parameters['max_megapixels'] * 1_000_000
    if hasattr(message, 'encoding'):
        frame = images.to_frame(message, max_pixels=most)
        return frame, 1, f'{message.width}x{message.height} {shown(message.encoding)}'
    frame, factor = images.decode(
        message, DETAIL * parameters['detector.long_side'], max_pixels=most)
    size = f'{frame.width * factor}x{frame.height * factor} {shown(message.format)}'
    return frame, factor, size + (f', decoded at 1/{factor}' if factor > 1 else '')
