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

"""What the average frame costs when faces are followed between detections."""

from __future__ import annotations

from dataclasses import replace

from fer_ros.bench.pipeline import load, PERIOD, Setting
from fer_ros.bench.timing import CLOCKS
from fer_ros.core.types import Frame
from fer_ros.demo.clip import EmbeddedClip
import numpy as np

#: Seconds of the embedded clip in which one person walks in and talks.
PART = (2.0, 2.5)


def measure_interval(setting: Setting, interval: float) -> dict:
    """
    Play a part of the embedded clip forwards and backwards to two pipelines in turn.

    :param setting: what to measure; its frames count for each pipeline.
    :param interval: `PipelineOptions.detection_interval` of the second one, seconds.
    :return: for JSON; `share` is the mean frame with the interval by that without.
    """
    clip = EmbeddedClip(setting.size)
    indices = range(*(round(second * clip.rate) for second in PART))
    frames = [Frame(clip.frame(index)) for index in indices]
    frames += frames[-2:0:-1]
    clock = CLOCKS[setting.clock]
    pipelines = {
        name: load(replace(
            setting, options=replace(setting.options, detection_interval=seconds)))[0]
        for name, seconds in (('every_frame', 0.0), ('interval', interval))}
    times: dict[str, list[float]] = {name: [] for name in pipelines}
    detected = dict.fromkeys(pipelines, 0)
    for index in range(-setting.warmup, setting.frames):
        for name, pipeline in pipelines.items():
            started = clock()
            result = pipeline.process(
                frames[index % len(frames)], (index + setting.warmup) * PERIOD)
            if index >= 0:
                times[name].append(clock() - started)
                detected[name] += result.detected
    # Means: frames with and without detection both belong to the average.
    means = {name: float(np.mean(values)) * 1e3 for name, values in times.items()}
    return {
        'size': list(setting.size), 'threads': setting.threads, 'frames': setting.frames,
        'clock': setting.clock, 'detection_interval': interval,
        **{name: {
            'mean_ms': round(means[name], 3), 'p50_ms': round(
                float(np.median(times[name])) * 1e3, 3),
            'detected': detected[name]} for name in pipelines},
        'share': round(means['interval'] / means['every_frame'], 3)}
