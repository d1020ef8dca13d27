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

"""The pipeline, per stage and whole, beside its floor: the networks alone on the same tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fer_ros.bench.timing import CLOCKS, percentiles
from fer_ros.core.assets import DETECTOR_MODEL, EXPRESSION_MODEL, model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.pipeline import FacePipeline, PipelineOptions, STAGES
from fer_ros.core.types import Frame
import numpy as np

#: Seconds between the stamps of two frames.
PERIOD = 1 / 30


@dataclass(frozen=True)
class Setting:
    """
    Say what to measure.

    :param size: (width, height) of the frames, pixels.
    :param faces: in each frame.
    :param threads: of ONNX Runtime.
    :param frames: that count.
    :param warmup: frames before those.
    :param clock: one of `CLOCKS`.
    :param options: of the pipeline; by default both networks run in every frame.
    """

    size: tuple[int, int] = (640, 480)
    faces: int = 1
    threads: int = 1
    frames: int = 300
    warmup: int = 50
    clock: str = 'wall'
    options: PipelineOptions = PipelineOptions(detection_interval=0.0)


class RecordingModel(OnnxModel):
    """An `OnnxModel` that remembers what it was last fed, to be run again alone."""

    feeds: Mapping[str, np.ndarray] | None = None

    def run(self, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Run the network and remember its input."""
        self.feeds = feeds
        return super().run(feeds)

    def again(self) -> None:
        """Run the network alone on the same tensors, if it ran since `forget`."""
        if self.feeds is not None:
            super().run(self.feeds)

    def forget(self) -> None:
        """Forget the input."""
        self.feeds = None


def load(setting: Setting) -> tuple[FacePipeline, tuple[RecordingModel, RecordingModel]]:
    """Return a pipeline of the models that come with the package, and those models."""
    found = RecordingModel(model_path(DETECTOR_MODEL), threads=setting.threads)
    classified = RecordingModel(model_path(EXPRESSION_MODEL), threads=setting.threads)
    pipeline = FacePipeline(
        load_detector(found), ExpressionClassifier(classified), setting.options)
    return pipeline, (found, classified)


def measure(setting: Setting, frames: list[Frame]) -> dict:
    """
    Process frames, each followed by its floor, and return what they took.

    :param setting: what to measure.
    :param frames: played in a loop; the stamps go on rising.
    :return: for JSON; `ratio` is the median over the frames of frame time by floor time.
    :raises ValueError: the frames do not show as many faces as the setting says.
    """
    wanted = replace(
        setting.options.detector, max_faces=max(setting.faces, setting.options.detector.max_faces))
    setting = replace(setting, options=replace(setting.options, detector=wanted))
    pipeline, models = load(setting)
    clock = CLOCKS[setting.clock]
    whole, floor = [], []
    networks: tuple[list[float], list[float]] = ([], [])
    stages: dict[str, list[float]] = {name: [] for name in STAGES}
    seen = []
    # A face is shown from the frame on that confirms it; the frames before do not count.
    before = setting.warmup + setting.options.tracker.confirm_hits - 1
    for index in range(-before, setting.frames):
        for model in models:
            model.forget()
        frame = frames[index % len(frames)]
        started = clock()
        result = pipeline.process(frame, (index + before) * PERIOD)
        ended = clock()
        marks = [clock()]
        for model in models:
            model.again()
            marks.append(clock())
        if index < 0:
            continue
        seen.append(sum(face.observed for face in result.faces))
        whole.append(ended - started)
        floor.append(marks[-1] - marks[0])
        for times, start, end in zip(networks, marks, marks[1:]):
            times.append(end - start)
        for name in STAGES:
            stages[name].append(result.stage_seconds[name])
    found = float(np.median(seen))
    if found != setting.faces:
        raise ValueError(
            f'{found:.0f} faces were found where {setting.faces} are shown at '
            f'{setting.size[0]}x{setting.size[1]}; use fewer faces or a larger --size')
    return {
        'size': list(setting.size), 'faces': setting.faces, 'threads': setting.threads,
        'frames': setting.frames, 'clock': setting.clock,
        'stages': {name: percentiles(times) for name, times in stages.items()},
        'frame_ms': percentiles(whole), 'floor_ms': percentiles(floor)['p50'],
        'detector_floor_ms': percentiles(networks[0])['p50'],
        'classifier_floor_ms': percentiles(networks[1])['p50'],
        'ratio': round(float(np.median(np.array(whole) / np.array(floor))), 3)}
