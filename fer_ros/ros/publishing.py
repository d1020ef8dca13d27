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

"""One frame's way through the node: message, frame, faces, publishers; in the worker's thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
import time
from typing import Any

from fer_ros.core.alignment import align, crop
from fer_ros.core.pipeline import FacePipeline
from fer_ros.ros.diagnostics import effort_text
from fer_ros.ros.frame_counts import Statistics
from fer_ros.ros.ros4hri import HumansPublisher
from fer_ros.stream import images, messages
from fer_ros.stream.load_shedding import Effort, FrameBudget, RateLimiter
from fer_ros.stream.parameters import DETAIL, options_by_factor
from sensor_msgs.msg import CompressedImage


@dataclass
class Outputs:
    """Publishers of a processed frame; `humans` is None where ROS4HRI is off or missing."""

    expression: Any
    annotated: Any
    annotated_jpeg: Any
    humans: HumansPublisher | None = None


def seconds(stamp) -> float:
    """Return a builtin_interfaces/Time in seconds."""
    return stamp.sec + stamp.nanosec * 1e-9


class FrameProcessor:
    """
    Process image messages one at a time, in one thread.

    :param pipeline: turns frames into faces.
    :param outputs: where to publish.
    :param statistics: told of everything that happens.
    :param logger: of the node.
    :param values: the node's parameters by name.
    """

    def __init__(self, pipeline: FacePipeline, outputs: Outputs, statistics: Statistics,
                 logger, values: dict[str, Any]):
        self._pipeline = pipeline
        self._outputs = outputs
        self._statistics = statistics
        self._logger = logger
        self._limiter = RateLimiter()
        self._budget = FrameBudget()
        self._last_stamp: float | None = None
        self.apply(values)

    def apply(self, values: dict[str, Any]) -> None:
        """Take over new parameters; the next frame is processed with them. Any thread."""
        self._settings = values, options_by_factor(values)  # one assignment: both or none

    def restart(self) -> None:
        """Forget all faces and stamps, as on activation; the worker must not run."""
        self._pipeline.reset()
        self._budget.restart()
        self._last_stamp = None

    def __call__(self, message) -> None:
        """Process an image message and publish what it shows; never raises."""
        try:
            self._process(message)
        except images.ImageError as error:
            self._statistics.count('bad', str(error))
            self._logger.error(f'image skipped: {error}', throttle_duration_sec=5.0)
        except Exception as error:  # noqa: B902 - a frame must not end the node
            self._statistics.count('failed', f'{type(error).__name__}: {error}')
            self._logger.error(
                f'frame failed: {type(error).__name__}: {error}', throttle_duration_sec=5.0)

    def _process(self, message) -> None:
        values, options = self._settings
        stamp = self._time_of(message.header.stamp)
        if stamp is None:
            return
        self._limiter.rate = values['max_rate']
        if not self._limiter.passes(stamp):
            self._statistics.count('limited')
            return
        effort = self._effort(values)
        if values['frame_budget'] and not self._budget.passes(time.monotonic()):
            self._statistics.count('left_out')
            return
        started = time.perf_counter()
        frame, factor, size = self._frame_of(message, values)
        self._pipeline.options = options[factor] if not effort.level else replace(
            options[factor], detection_interval=effort.detection_interval)
        decoded = time.perf_counter()
        result = self._pipeline.process(frame, stamp)
        faces = result.faces
        processed = time.perf_counter()
        self._publish(message.header, frame, faces, factor, values)
        total = time.perf_counter() - started
        timings = {
            'decode': decoded - started, **result.stage_seconds,
            'publish': time.perf_counter() - processed, 'total': total}
        self._statistics.finished(faces, timings, size)
        if values['frame_budget']:
            self._account(total, result.detected)

    def _effort(self, values: dict[str, Any]) -> Effort:
        """Return how much to do for this frame."""
        if values['frame_budget']:
            self._budget.configure(values['detection_interval'], values['max_rate'])
        else:
            self._budget.restart()
            self._statistics.effort, self._statistics.load = self._budget.effort, 0.0
        return self._budget.effort

    def _account(self, busy: float, detected: bool) -> None:
        """Tell the budget of a frame, and people of what follows from it."""
        budget, before = self._budget, self._budget.effort.level
        changed = budget.spent(time.monotonic(), busy, self._statistics.wanted, detected)
        self._statistics.effort, self._statistics.load = budget.effort, budget.load
        if not changed:
            return
        if budget.effort.level > before:
            self._logger.warning(
                f'this machine is too slow: {effort_text(budget.effort)} from now on')
        else:
            self._logger.info(f'this machine has time again: {effort_text(budget.effort)}')

    def _time_of(self, stamp) -> float | None:
        """Return the time to process with, or None for a stamp that was just processed."""
        now = seconds(stamp)
        if now == 0.0:
            self._logger.warning(
                'image stamps are zero; tracking by time of arrival; the camera driver should '
                'stamp its images', once=True)
            return time.monotonic()
        last, self._last_stamp = self._last_stamp, now
        if last is not None and now == last:
            self._statistics.count('repeated')
            self._logger.warning(
                f'image stamp {now:.9f} repeats and is skipped; the camera driver must stamp '
                'each image, or the clock stands still', throttle_duration_sec=10.0)
            return None
        if last is not None and now < last:
            self._statistics.count('resets')
            self._logger.warning(
                f'image stamps went back by {last - now:.3f} s (a recording started over?); '
                'tracks and filters are reset')
        return now

    def _frame_of(self, message, values: dict[str, Any]):
        if isinstance(message, CompressedImage):
            frame, factor = images.decode(message, DETAIL * values['detector.long_side'])
            return frame, factor, (
                f'{frame.width * factor}x{frame.height * factor} {message.format}'
                + (f', decoded at 1/{factor}' if factor > 1 else ''))
        return images.to_frame(message), 1, f'{message.width}x{message.height} {message.encoding}'

    def _publish(self, header, frame, faces, factor: int, values: dict[str, Any]) -> None:
        outputs = self._outputs
        outputs.expression.publish(messages.detection_array(header, faces, factor))
        if outputs.humans is not None:
            outputs.humans.publish(header, frame, faces)
        plain = outputs.annotated.get_subscription_count()
        jpeg = outputs.annotated_jpeg.get_subscription_count()
        if not plain and not jpeg:
            return
        from fer_ros.viz.draw import draw_faces
        pixels = images.to_bgr(frame)
        draw_faces(pixels, faces)
        if plain:
            outputs.annotated.publish(messages.bgr_image(header, pixels))
        if jpeg:
            outputs.annotated_jpeg.publish(
                messages.jpeg_image(header, pixels, values['jpeg_quality']))


class FacePictures:
    """
    Cut the pictures of faces that ROS4HRI asks for.

    :param pipeline: whose crop geometry the aligned picture has.
    """

    def __init__(self, pipeline: FacePipeline):
        self._geometry = pipeline.classifier.crop_geometry(pipeline.detector.family)

    def cropped(self, frame, face, size: int):
        """Return the face's box, scaled, centred and zero-padded: uint8 bgr (size, size, 3)."""
        return crop(frame, face.box, size)

    def aligned(self, frame, face, size: int):
        """Return the face with its eyes level, framed as the classifier sees it."""
        return align(frame, face.box, face.landmarks, self._geometry, size, color='bgr')
