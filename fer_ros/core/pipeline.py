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

"""The way of one frame: detect, track, align, classify, smooth; frames in, faces out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
import math
import os
import time

from fer_ros.core.affect import valence_arousal
from fer_ros.core.alignment import align
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import DetectorOptions, FaceDetector, load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.options import require_number, require_type
from fer_ros.core.smoothing import ExpressionSmoother, SmoothingOptions
from fer_ros.core.template_follower import FaceFollower
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.core.tracker import FaceTracker, Track, TrackerOptions
from fer_ros.core.types import Detection, Expression, Face, Frame, LABELS
import numpy as np


#: Stages of a frame, in order; each is a key of `FacePipeline.timings`, with `total` at last.
STAGES = ('detect', 'track', 'align', 'classify', 'smooth')


@dataclass(frozen=True)
class PipelineOptions:
    """
    Hold the options of every stage; frozen, so that a change is a new object.

    :param detector: of the face detector.
    :param tracker: of the tracker.
    :param smoothing: of the filter of each track.
    :param min_confidence: a face whose label is less probable than this gets the label ''
        ("unsure") with its distribution untouched, 0 to 1; 0 never does so.
    :param detection_interval: longest time between two detections, 0 to 10 s of the stamps; in
        between, faces are followed by their picture, and any doubt calls the detector at once.
        A new face is found that much later. 0 detects in every frame.
    :raises ValueError: a value is outside its range or of the wrong class.
    """

    detector: DetectorOptions = field(default_factory=DetectorOptions)
    tracker: TrackerOptions = field(default_factory=TrackerOptions)
    smoothing: SmoothingOptions = field(default_factory=SmoothingOptions)
    min_confidence: float = 0.0
    detection_interval: float = 0.15

    def __post_init__(self):
        require_type(self, 'detector', DetectorOptions)
        require_type(self, 'tracker', TrackerOptions)
        require_type(self, 'smoothing', SmoothingOptions)
        require_number(self, 'min_confidence', 0.0, 1.0)
        require_number(self, 'detection_interval', 0.0, 10.0)


@dataclass(eq=False)
class _Shown:
    """Hold what is known about the expression of one track."""

    smoother: ExpressionSmoother
    raw: Expression | None = None
    expression: Expression | None = None
    label: int = 0


class _Timed:
    """Note how long a stage took; cheaper than a generator."""

    __slots__ = ('_pipeline', '_stage', '_started')

    def __init__(self, pipeline: FacePipeline, stage: str):
        self._pipeline, self._stage = pipeline, stage

    def __enter__(self):
        self._started = time.perf_counter()

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        pipeline, seconds = self._pipeline, time.perf_counter() - self._started
        pipeline.timings[self._stage] = seconds
        if pipeline.on_stage is not None:
            pipeline.on_stage(self._stage, seconds)


class FacePipeline:
    """
    Turn frames into tracked faces with a smoothed expression.

    Faces are those of confirmed tracks, the largest first. One not detected in a frame stays
    for `TrackerOptions.max_gap` with `observed` False, at the place where it is expected and
    with its last expression: a blink of the detector is no disappearance. Only faces detected
    (or followed, see `PipelineOptions.detection_interval`) in the frame are classified, all in
    one batch.

    `process`, `reset` and `timings` belong to one thread. `options` may be assigned from any
    thread; a frame is processed with the options it started with.

    :param detector: finds faces; its options are those of the pipeline from now on.
    :param classifier: names expressions.
    :param options: of every stage.
    :param on_stage: called as `on_stage(stage, seconds)` after each stage, for measuring.
    :param ids: names the tracks; with a seed of their own, two runs give the same names.
    """

    def __init__(
            self, detector: FaceDetector, classifier: ExpressionClassifier,
            options: PipelineOptions | None = None,
            on_stage: Callable[[str, float], None] | None = None,
            ids: TrackIds = PROCESS_IDS):
        self.detector = detector
        self.classifier = classifier
        self.on_stage = on_stage
        self.timings: dict[str, float] = dict.fromkeys((*STAGES, 'total'), 0.0)
        self.resets = 0
        #: Frames so far in which the detector looked.
        self.detected = 0
        self.options = options or PipelineOptions()
        self._geometry = classifier.crop_geometry(detector.family)
        self._tracker = FaceTracker(self._options.tracker, ids=ids)
        self._follower = FaceFollower()
        # Every face alive was seen in the last frame and is believed: no reason to look closer.
        self._settled = False
        self._shown: dict[str, _Shown] = {}
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
        self._shown.clear()
        self._stamp = -math.inf

    def process(self, frame: Frame, stamp: float) -> tuple[Face, ...]:
        """
        Return the faces of one frame, the largest box first.

        Stamps must rise: one equal to or smaller than the one before means that time was set
        back (a recording started over), so all faces are forgotten and `resets` counts one.

        :param frame: the picture, in any of its colour orders.
        :param stamp: time of the picture in seconds.
        :raises ValueError: the stamp is not finite.
        """
        if not math.isfinite(stamp):
            raise ValueError(f'stamp of the frame is {stamp!r}; it must be finite seconds')
        started = time.perf_counter()
        options = self._options
        if stamp <= self._stamp:
            self.reset()
            self.resets += 1
        self._stamp = stamp
        self.detector.options = options.detector
        self._tracker.options = options.tracker

        with self._timed('detect'):
            detections = self._detect(frame, stamp, options.detection_interval)
        with self._timed('track'):
            tracks = self._tracker.update(detections, stamp)
            confirmed = [track for track in tracks if track.confirmed]
            observed = [track for track in confirmed if track.observed]
            self._settled = len(observed) == len(tracks)
        with self._timed('align'):
            crops = self._align(frame, observed)
        with self._timed('classify'):
            probabilities = self.classifier.classify(crops)
        with self._timed('smooth'):
            self._smooth(observed, probabilities, options.smoothing)
            alive = {track.id for track in confirmed}
            self._shown = {key: shown for key, shown in self._shown.items() if key in alive}
            faces = self._faces(confirmed, options.min_confidence)
        self.timings['total'] = time.perf_counter() - started
        return faces

    def _detect(self, frame: Frame, stamp: float, interval: float) -> list[Detection]:
        if interval > 0.0 and self._settled:
            followed = self._follower.follow(frame, stamp, interval)
            if followed is not None:
                return followed
        # Should the detector fail, nothing older than it may be followed.
        self._follower.forget()
        detections = self.detector.detect(frame)
        self.detected += 1
        if interval > 0.0:
            self._follower.remember(frame, detections, stamp)
        return detections

    def _align(self, frame: Frame, tracks: list[Track]) -> np.ndarray:
        size = self.classifier.input_size
        crops = np.empty((len(tracks), size, size), np.uint8)
        for crop, track in zip(crops, tracks):
            crop[:] = align(frame, track.box, track.landmarks, self._geometry, size)
        return crops

    def _smooth(
            self, tracks: list[Track], probabilities: np.ndarray,
            options: SmoothingOptions) -> None:
        for track, row in zip(tracks, probabilities):
            shown = self._shown.get(track.id)
            if shown is None:
                shown = self._shown[track.id] = _Shown(ExpressionSmoother(options))
            shown.smoother.options = options
            smoothed, shown.label = shown.smoother.update(row, track.stamp)
            shown.raw, shown.expression = Expression(row), Expression(smoothed)

    def _faces(self, tracks: list[Track], min_confidence: float) -> tuple[Face, ...]:
        # A frame that failed half-way may leave a track behind that was never classified.
        tracks = [track for track in tracks if track.id in self._shown]
        if not tracks:
            return ()
        tracks.sort(key=lambda track: -track.box.area)
        shown = [self._shown[track.id] for track in tracks]
        valences, arousals = valence_arousal(
            np.array([each.expression.probabilities for each in shown]))
        faces = []
        for track, each, valence, arousal in zip(tracks, shown, valences, arousals):
            confidence = float(each.expression.probabilities[each.label])
            faces.append(Face(
                id=track.id, box=track.box, score=track.score, landmarks=track.landmarks,
                expression=each.expression,
                label=LABELS[each.label] if confidence >= min_confidence else '',
                confidence=confidence, valence=float(valence), arousal=float(arousal),
                observed=track.observed, raw=each.raw if track.observed else None))
        return tuple(faces)

    def _timed(self, stage: str) -> _Timed:
        return _Timed(self, stage)


def build_pipeline(
        expression_model_path: str | os.PathLike, detector_model_path: str | os.PathLike,
        options: PipelineOptions | None = None, *, threads: int = 1,
        providers: Sequence[str] = ('CPUExecutionProvider',),
        ids: TrackIds = PROCESS_IDS) -> FacePipeline:
    """
    Load both models and return a pipeline.

    :param expression_model_path: ONNX file of the expression classifier.
    :param detector_model_path: ONNX file of the face detector.
    :param options: of every stage.
    :param threads: of each model, 1 or more.
    :param providers: of ONNX Runtime, the first that works is used.
    :param ids: names the tracks.
    :raises ModelError: a model is missing, damaged or unsuitable.
    """
    options = options or PipelineOptions()
    detector = load_detector(
        OnnxModel(detector_model_path, threads=threads, providers=providers), options.detector)
    classifier = ExpressionClassifier(
        OnnxModel(expression_model_path, threads=threads, providers=providers))
    return FacePipeline(detector, classifier, options, ids=ids)
