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

"""The way of one frame: detect, align, track, classify, smooth; frames in, faces out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math
import os
from typing import Any

from fer_ros.core.alignment import align
from fer_ros.core.appearance import look_at
from fer_ros.core.assets import DETECTOR_MODEL, EXPRESSION_MODEL, model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import DetectorOptions, FaceDetector, load_detector
from fer_ros.core.face_order import FaceOrder
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.options import group, option, Options
from fer_ros.core.smoothing import SmoothingOptions
from fer_ros.core.stage_clock import StageClock
from fer_ros.core.template_follower import FaceFollower
from fer_ros.core.track import Track
from fer_ros.core.track_expressions import TrackExpressions
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.core.tracker import FaceTracker, TrackerOptions
from fer_ros.core.types import Detection, Frame, FrameResult
import numpy as np
from numpy.typing import NDArray

#: Stages of a frame, in order; the keys of `FrameResult.stage_seconds`, before `total`.
STAGES = ('detect', 'align', 'track', 'classify', 'smooth')


@dataclass(frozen=True)
class PipelineOptions(Options):
    """Hold the options of every stage; frozen, so that a change is a new object."""

    detector: DetectorOptions = group(DetectorOptions)
    detection_interval: float = option(
        0.15, 0.0, 10.0, 'Longest time between two detections, in seconds of message time: in '
        'between, faces are followed, and in case of doubt the detector runs at once; a new face '
        'is found that much later. 0: detect in every frame.')
    tracker: TrackerOptions = group(TrackerOptions)
    smoothing: SmoothingOptions = group(SmoothingOptions)
    min_confidence: float = option(
        0.0, 0.0, 1.0,
        'Least probability at which a label is shown; below it the label is `unsure`.')


class FacePipeline:
    """
    Turn frames into tracked faces with a smoothed expression.

    Faces are those of confirmed tracks that are present, the largest first; two of about the
    same size keep their order. One not detected in a frame stays for
    `TrackerOptions.presence_grace` with `observed` False, at the place where it is expected and
    with its last expression, since a frame without a detection does not mean that the person is
    gone. After that the face is not in the result, but remembered for `TrackerOptions.memory`: a
    person who comes back in that time has the same id. Only faces detected (or followed, see
    `PipelineOptions.detection_interval`) in the frame are classified, all in one batch.

    A stream of frames is processed by `process`, a picture by itself by `process_still`. Both,
    and `reset`, belong to one thread. `options` may be assigned from any thread; a frame is
    processed with the options it started with.

    :param detector: finds faces; its options are those of the pipeline from now on.
    :param classifier: names expressions.
    :param options: of every stage.
    :param ids: names the faces; with a seed of their own, two runs give the same names.
    """

    def __init__(
            self, detector: FaceDetector, classifier: ExpressionClassifier,
            options: PipelineOptions | None = None, ids: TrackIds = PROCESS_IDS):
        self.detector = detector
        self.classifier = classifier
        self.options = options or PipelineOptions()
        self.geometry = classifier.crop_geometry(detector.family, detector.default_crop)
        self._ids = ids
        self._tracker = FaceTracker(self._options.tracker, ids=ids)
        self._follower = FaceFollower()
        # All who are there were seen in the last frame and are believed: nothing to look for.
        self._settled = False
        self._order = FaceOrder()
        self._expressions = TrackExpressions()
        self._stamp = -math.inf

    @property
    def options(self) -> PipelineOptions:
        """Return the options the next frame will be processed with."""
        return self._options

    @options.setter
    def options(self, options: PipelineOptions) -> None:
        if not isinstance(options, PipelineOptions):
            raise ValueError(f'options of the pipeline are {options!r}; use PipelineOptions')
        self._options = options

    def reset(self) -> None:
        """Forget all faces, as at the start; ids are not used again."""
        self._tracker.reset()
        self._follower.forget()
        self._settled = False
        self._expressions.clear()
        self._order.clear()
        self._stamp = -math.inf

    def process(self, frame: Frame, stamp: float) -> FrameResult:
        """
        Return what the next frame of a stream shows.

        Stamps must rise: one equal to or smaller than the one before means that time was set
        back (a recording started over), so all faces are forgotten and the result says so.

        :param frame: the picture, in any of its colour orders.
        :param stamp: time of the picture in seconds.
        :raises ValueError: the stamp is not finite.
        :raises ModelError: a network failed.
        """
        if not math.isfinite(stamp):
            raise ValueError(f'stamp of the frame is {stamp!r}; it must be finite seconds')
        clock, options = StageClock(), self._options
        reset = stamp <= self._stamp < math.inf
        if reset:
            self.reset()
        self._stamp = stamp
        self._tracker.options = options.tracker

        detections, detected = self._detect_or_follow(frame, stamp, options)
        clock.lap('detect')
        crops = self._align(frame, detections)
        clock.lap('align')
        # Faces that were followed have been compared with their picture already.
        sights = look_at(frame, detections, crops) if detected else None
        tracks = self._tracker.update(detections, stamp, sights)
        present = self._order.sort([track for track in tracks if track.present], tracks)
        self._settle(frame, tracks, detected, options)
        clock.lap('track')
        place = {id(detection): index for index, detection in enumerate(detections)}
        observed = [track for track in present if track.observed]
        probabilities = self.classifier.classify(
            crops[[place[id(track.detection)] for track in observed]])
        clock.lap('classify')
        self._expressions.update(observed, probabilities, options.smoothing)
        self._expressions.keep({track.id for track in tracks})
        faces = self._expressions.faces(present, options.min_confidence)
        clock.lap('smooth')
        return FrameResult(faces, clock.stop(), detected, reset)

    def process_still(self, frame: Frame) -> FrameResult:
        """
        Return what a picture by itself shows; faces of streams are neither used nor changed.

        Every face that the detector finds is answered at once, nothing is smoothed.

        :param frame: the picture, in any of its colour orders.
        :raises ModelError: a network failed.
        """
        clock, options = StageClock(), self._options
        self.detector.options = options.detector
        detections = sorted(
            self.detector.detect_still(frame), key=lambda detection: -detection.box.area)
        clock.lap('detect')
        crops = self._align(frame, detections)
        clock.lap('align')
        tracks = [Track.of(detection, self._ids) for detection in detections]
        clock.lap('track')
        probabilities = self.classifier.classify(crops)
        clock.lap('classify')
        expressions = TrackExpressions()
        expressions.update(tracks, probabilities, options.smoothing)
        faces = expressions.faces(tracks, options.min_confidence)
        clock.lap('smooth')
        return FrameResult(faces, clock.stop())

    def _detect_or_follow(
            self, frame: Frame, stamp: float,
            options: PipelineOptions) -> tuple[list[Detection], bool]:
        """Return the faces seen in a frame, and whether the detector looked."""
        interval, expected = options.detection_interval, []
        if interval > 0.0 and self._settled:
            followed = self._follower.follow(frame, stamp, interval)
            if followed is not None:
                return followed, False
            expected = self._follower.expected(frame, stamp)
        # Should the detector fail, nothing older than it may be followed.
        self._follower.forget()
        self.detector.options = options.detector
        detections = self.detector.detect(frame, self._tracker.boxes)
        return self._follower.spread(detections, expected), True

    def _settle(
            self, frame: Frame, tracks: list[Track], detected: bool,
            options: PipelineOptions) -> None:
        """Note whether the next frames may be followed, and whom."""
        there = [track for track in tracks if track.present or not track.confirmed]
        self._settled = all(track.confirmed and track.observed for track in there)
        if detected and options.detection_interval > 0.0:
            seen = [track.detection for track in there if track.observed]
            self._follower.remember(frame, seen, self._stamp)

    def _align(self, frame: Frame, detections: list[Detection]) -> NDArray[Any]:
        size = self.classifier.input_size
        crops = np.empty((len(detections), size, size), np.uint8)
        for crop, detection in zip(crops, detections):
            crop[:] = align(frame, detection.box, detection.landmarks, self.geometry, size)
        return crops


def build_pipeline(
        expression_model_path: str | os.PathLike[str] | None = None,
        detector_model_path: str | os.PathLike[str] | None = None,
        options: PipelineOptions | None = None, *, threads: int = 1,
        providers: Sequence[str] = ('CPUExecutionProvider',),
        ids: TrackIds = PROCESS_IDS) -> FacePipeline:
    """
    Load both models and return a pipeline.

    :param expression_model_path: ONNX file of the expression classifier; None: the one that
        comes with the package.
    :param detector_model_path: likewise of the face detector.
    :param options: of every stage.
    :param threads: of each model, see `THREADS`.
    :param providers: of ONNX Runtime, the first that works is used.
    :param ids: names the tracks.
    :raises ModelError: a model is missing, damaged or unsuitable.
    :raises ValueError: `threads` is outside its range.
    """
    options = options or PipelineOptions()
    paths = [model_path(own) if path is None else path for path, own in (
        (expression_model_path, EXPRESSION_MODEL), (detector_model_path, DETECTOR_MODEL))]
    classifier_model, detector_model = (
        OnnxModel(path, threads=threads, providers=providers) for path in paths)
    return FacePipeline(
        load_detector(detector_model, options.detector), ExpressionClassifier(classifier_model),
        options, ids=ids)
