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
import math
import os
from typing import Any

from fer_ros.core.alignment import align
from fer_ros.core.appearance import look_at
from fer_ros.core.assets import DETECTOR_MODEL, EXPRESSION_MODEL, LANDMARK_MODEL, model_path
from fer_ros.core.attention import Point
from fer_ros.core.camera import Camera
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.cues import CAMERA, CueTracker
from fer_ros.core.detector import FaceDetector, load_detector
from fer_ros.core.face_finder import FaceFinder
from fer_ros.core.face_order import FaceOrder
from fer_ros.core.heads import HeadTracker
from fer_ros.core.landmarks import FaceLandmarker
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.pipeline_options import PipelineOptions
from fer_ros.core.stage_clock import StageClock
from fer_ros.core.track import Track
from fer_ros.core.track_expressions import TrackExpressions
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.core.tracker import FaceTracker
from fer_ros.core.types import Detection, Frame, FrameResult
import numpy as np
from numpy.typing import NDArray

__all__ = ['build_pipeline', 'FacePipeline', 'PipelineOptions', 'STAGES']

#: Stages of a frame, in order; the keys of `FrameResult.stage_seconds`, before `total`.
STAGES = ('detect', 'align', 'track', 'classify', 'landmarks', 'cues', 'smooth')


class FacePipeline:
    """
    Turn frames into tracked faces with a smoothed expression.

    Faces are those of confirmed tracks that are present, the largest first; two of about the
    same size keep their order. One not detected stays for `TrackerOptions.presence_grace` with
    `observed` False, where it is expected and with its last expression. After that it is not in
    the result, but remembered for `TrackerOptions.memory`: who comes back in that time has the
    same id. Only faces detected (or followed, see `PipelineOptions.detection_interval`) in the
    frame are classified, all in one batch.

    A stream of frames is processed by `process`, a picture by itself by `process_still`. Both,
    and `reset`, belong to one thread. `options` may be assigned from any thread; a frame is
    processed with the options it started with.

    :param detector: finds faces; its options are those of the pipeline from now on.
    :param ids: names the faces; with a seed of their own, two runs give the same names.
    :param landmarker: places points on faces where they are asked for, if anything does.
    """

    def __init__(
            self, detector: FaceDetector, classifier: ExpressionClassifier,
            options: PipelineOptions | None = None, ids: TrackIds = PROCESS_IDS,
            landmarker: FaceLandmarker | None = None):
        self.classifier = classifier
        self.options = options or PipelineOptions()
        self.geometry = classifier.crop_geometry(detector.family, detector.default_crop)
        self._ids = ids
        self._tracker = FaceTracker(self._options.tracker, ids=ids)
        self._finder = FaceFinder(detector)
        self._order = FaceOrder()
        self._expressions = TrackExpressions()
        self._heads = HeadTracker(landmarker) if landmarker else None
        self._cues = CueTracker()
        # Of the last frame; and since when frames have that size.
        self._stamp, self._size, self._since = -math.inf, (0, 0), -math.inf

    @property
    def detector(self) -> FaceDetector:
        """Return what finds faces."""
        return self._finder.detector

    @property
    def landmarker(self) -> FaceLandmarker | None:
        """Return what places points on faces, if anything does."""
        return self._heads.landmarker if self._heads else None

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
        self._finder.forget()
        self._expressions.clear()
        self._order.clear()
        self._cues.clear()
        if self._heads:
            self._heads.clear()
        self._stamp, self._size = -math.inf, (0, 0)

    def process(
            self, frame: Frame, stamp: float, *, landmarks: bool = False,
            camera: Camera | None = None, target: Point | None = CAMERA) -> FrameResult:
        """
        Return what the next frame of a stream shows.

        Stamps must rise: one equal to or smaller than the one before means that time was set
        back (a recording started over), so all faces are forgotten and the result says so.

        :param frame: the picture, in any of its colour orders.
        :param stamp: time of the picture in seconds.
        :param landmarks: whether `Face.mesh`, `Face.head_pose` and `Face.cues` are wanted, which
            cost time; nothing happens where the pipeline has no landmark model.
        :param camera: that took the picture; None: see `HeadPoseOptions.field_of_view`.
        :param target: of attention, metres in the camera's optical frame; None: not known.
        :raises ValueError: the stamp is not finite.
        :raises ModelError: a network failed.
        """
        if not math.isfinite(stamp):
            raise ValueError(f'stamp of the frame is {stamp!r}; it must be finite seconds')
        clock, options = StageClock(), self._options
        reset = stamp <= self._stamp < math.inf
        if reset:
            self.reset()
        if self._size != (frame.width, frame.height):
            self._size, self._since = (frame.width, frame.height), stamp
        self._stamp = stamp
        self._tracker.options = options.tracker
        detections, detected = self._finder.find(frame, stamp, self._tracker.boxes, options)
        clock.lap('detect')
        crops = self._align(frame, detections)
        clock.lap('align')
        # Faces that were followed have been compared with their picture already.
        sights = look_at(frame, detections, crops) if detected else None
        tracks = self._tracker.update(detections, stamp, sights)
        # Where faces are expected that were last seen in a frame of another size, nobody is.
        present = self._order.sort([
            track for track in tracks if track.present and track.last_seen >= self._since], tracks)
        self._finder.settle(frame, stamp, tracks, detected, options)
        clock.lap('track')
        place = {id(detection): index for index, detection in enumerate(detections)}
        observed = [track for track in present if track.observed]
        probabilities = self.classifier.classify(
            crops[[place[id(track.detection)] for track in observed]])
        clock.lap('classify')
        known = {track.id for track in tracks}
        heads = {}
        if self._heads:
            self._heads.keep(known)
        if self._heads and landmarks:
            heads = self._heads.update(frame, observed, stamp, camera, options)
        clock.lap('landmarks')
        self._cues.keep(known)
        cues = self._cues.update(heads, stamp, target, options.attention)
        clock.lap('cues')
        self._expressions.update(observed, probabilities, options.smoothing, cues)
        self._expressions.keep(known)
        faces = self._expressions.faces(present, options, heads, cues)
        clock.lap('smooth')
        return FrameResult(faces, clock.stop(), detected, reset)

    def process_still(self, frame: Frame, *, landmarks: bool = False,
                      camera: Camera | None = None) -> FrameResult:
        """
        Return what a picture by itself shows; faces of streams are neither used nor changed.

        Every face that the detector finds is answered at once, nothing is smoothed.

        :param frame: the picture, in any of its colour orders.
        :param landmarks: as of `process`; likewise `camera`.
        :raises ModelError: a network failed.
        """
        clock, options = StageClock(), self._options
        self.detector.options = options.detector
        detections = sorted(self.detector.detect_still(frame), key=lambda one: -one.box.area)
        clock.lap('detect')
        crops = self._align(frame, detections)
        clock.lap('align')
        tracks = [Track.of(detection, self._ids) for detection in detections]
        clock.lap('track')
        probabilities = self.classifier.classify(crops)
        clock.lap('classify')
        heads = {}
        if landmarks and self.landmarker:
            heads = HeadTracker(self.landmarker).update(
                frame, tracks, 0.0, camera, options, rounds=2)
        clock.lap('landmarks')
        clock.lap('cues')
        expressions = TrackExpressions()
        expressions.update(tracks, probabilities, options.smoothing)
        faces = expressions.faces(tracks, options, heads)
        clock.lap('smooth')
        return FrameResult(faces, clock.stop())

    def _align(self, frame: Frame, detections: list[Detection]) -> NDArray[Any]:
        size = self.classifier.input_size
        crops = [align(frame, one.box, one.landmarks, self.geometry, size) for one in detections]
        return np.array(crops, np.uint8).reshape(len(crops), size, size)


def build_pipeline(
        expression_model_path: str | os.PathLike[str] | None = None,
        detector_model_path: str | os.PathLike[str] | None = None,
        options: PipelineOptions | None = None, *, threads: int = 1,
        providers: Sequence[str] = ('CPUExecutionProvider',),
        ids: TrackIds = PROCESS_IDS, landmarks: bool = False,
        landmark_model_path: str | os.PathLike[str] | None = None) -> FacePipeline:
    """
    Load the models and return a pipeline.

    :param expression_model_path: ONNX file of the expression classifier; None: the one that
        comes with the package.
    :param detector_model_path: likewise of the face detector.
    :param threads: of each model, see `THREADS`.
    :param providers: of ONNX Runtime, the first that works is used.
    :param landmarks: whether to load the landmark model, too, of `landmark_model_path`.
    :raises ModelError: a model is missing, damaged or unsuitable.
    :raises ValueError: `threads` is outside its range.
    """
    options = options or PipelineOptions()

    def load(path: str | os.PathLike[str] | None, own: str) -> OnnxModel:
        return OnnxModel(
            model_path(own) if path is None else path, threads=threads, providers=providers)
    classifier = ExpressionClassifier(load(expression_model_path, EXPRESSION_MODEL))
    detector = load_detector(load(detector_model_path, DETECTOR_MODEL), options.detector)
    landmarker = FaceLandmarker(load(landmark_model_path, LANDMARK_MODEL), detector.family,
                                detector.default_crop) if landmarks else None
    return FacePipeline(detector, classifier, options, ids=ids, landmarker=landmarker)
