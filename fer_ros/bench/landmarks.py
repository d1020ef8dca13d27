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

"""What points on faces and poses of heads cost, and that they cost nothing while not wanted."""

from __future__ import annotations

from dataclasses import replace

from fer_ros.bench.imagery import scene
from fer_ros.bench.pipeline import load, PERIOD, Setting
from fer_ros.bench.timing import CLOCKS
from fer_ros.core.assets import LANDMARK_MODEL, model_path
from fer_ros.core.landmarks import FaceLandmarker
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.pipeline import FacePipeline, PipelineOptions
import numpy as np

#: The ways that take turns: whether the model is there, is wanted, and the landmark interval.
WAYS: dict[str, tuple[bool, bool, float | None]] = {
    'without the model': (False, False, None), 'not wanted': (True, False, None),
    'wanted': (True, True, None), 'wanted, in every frame': (True, True, 0.0)}


def measure_landmarks(setting: Setting) -> dict:
    """
    Process each frame in all ways, one after the other.

    :param setting: what to measure; detection has its default interval.
    :return: for JSON. `mean_ms` of a frame by way, `off_ratio` the median of the quotients of
        `not wanted` and `without the model`, `on_ratio` the quotient of the means of `wanted`
        and that; `per_face_ms` what a face adds, beside `classifier_ms` of one; `share` is their
        quotient; `cues_ms` of that is for attention, speech and action units.
    :raises ValueError: the frames do not show as many faces as the setting says.
    """
    setting = replace(setting, options=PipelineOptions())
    frames, clock = scene(setting.size, setting.faces), CLOCKS[setting.clock]
    pipelines = {name: _pipeline(setting, *way) for name, way in WAYS.items()}
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    classified: list[float] = []
    classifier = pipelines['wanted'].classifier
    crops = np.zeros((setting.faces, classifier.input_size, classifier.input_size), np.uint8)
    cues: list[float] = []
    seen = 0
    before = setting.warmup + setting.options.tracker.confirm_hits - 1
    for index in range(-before, setting.frames):
        frame = frames[index % len(frames)]
        for name, (_, wanted, _) in WAYS.items():
            started = clock()
            result = pipelines[name].process(
                frame, (index + before) * PERIOD, landmarks=wanted)
            ended = clock()
            if index >= 0:
                times[name].append(ended - started)
                if name == 'wanted, in every frame':
                    cues.append(result.stage_seconds['cues'])
                seen += sum(face.mesh is not None for face in result.faces)
        started = clock()
        classifier.classify(crops)
        if index >= 0:
            classified.append(clock() - started)
    if round(seen / setting.frames / 2) != setting.faces:
        raise ValueError(
            f'{seen / setting.frames / 2:.1f} faces had points where {setting.faces} are shown at '
            f'{setting.size[0]}x{setting.size[1]}; use fewer faces or a larger --size')
    means = {name: float(np.mean(taken)) * 1e3 for name, taken in times.items()}
    base = np.array(times['without the model'])
    classifier_ms = float(np.mean(classified)) * 1e3 / setting.faces
    added = {name: (means[name] - means['without the model']) / setting.faces for name in WAYS}
    return {
        'size': list(setting.size), 'faces': setting.faces, 'frames': setting.frames,
        'clock': setting.clock, 'threads': setting.threads,
        'mean_ms': {name: round(mean, 3) for name, mean in means.items()},
        'off_ratio': round(float(np.median(np.array(times['not wanted']) / base)), 3),
        'on_ratio': round(means['wanted'] / means['without the model'], 3),
        'per_face_ms': {name: round(added[name], 3) for name in WAYS if WAYS[name][1]},
        'classifier_ms': round(classifier_ms, 3),
        'cues_ms': round(float(np.median(cues)) * 1e3 / setting.faces, 3),
        'share': {name: round(added[name] / classifier_ms, 3) for name in WAYS if WAYS[name][1]}}


def _pipeline(setting: Setting, there: bool, _: bool, interval: float | None) -> FacePipeline:
    base, _models = load(setting)
    options = setting.options
    if interval is not None:
        options = replace(options, landmark_interval=interval)
    landmarker = None
    if there:
        model = OnnxModel(model_path(LANDMARK_MODEL), threads=setting.threads)
        landmarker = FaceLandmarker(model, base.detector.family)
    return FacePipeline(base.detector, base.classifier, options, landmarker=landmarker)
