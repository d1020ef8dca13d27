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

"""The time of drawing faces onto a picture, beside that of the frame they were found in."""

from __future__ import annotations

from functools import partial

from fer_ros.bench.imagery import scene
from fer_ros.bench.pipeline import load, PERIOD, Setting
from fer_ros.bench.timing import CLOCKS, percentiles
from fer_ros.core.display import LAYERS
from fer_ros.viz.draw import draw_faces
import numpy as np

#: What is said in the corner.
_RATE, _SECONDS = 30.0, 0.004


def measure_drawing(setting: Setting) -> dict:
    """
    Process frames, and draw what is found in each in turn: all layers, and each by itself.

    :param setting: what to measure.
    :return: for JSON. `layers`: by name, and `all`, milliseconds; `ratio`: the median over the
        frames of the time of drawing all by that of the frame.
    :raises ValueError: the frames do not show as many faces as the setting says.
    """
    pipeline, _ = load(setting)
    frames = scene(setting.size, setting.faces)
    clock = CLOCKS[setting.clock]
    ways = {'all': tuple(LAYERS), **{name: (name,) for name in LAYERS}}
    times: dict[str, list[float]] = {name: [] for name in ways}
    whole, seen = [], []
    before = setting.warmup + setting.options.tracker.confirm_hits - 1
    for index in range(-before, setting.frames):
        frame = frames[index % len(frames)]
        started = clock()
        result = pipeline.process(frame, (index + before) * PERIOD)
        taken = clock() - started
        for name, layers in ways.items():
            draw = partial(draw_faces, frame.pixels.copy(), result.faces, layers, _RATE, _SECONDS)
            started = clock()
            draw()
            if index >= 0:
                times[name].append(clock() - started)
        if index >= 0:
            whole.append(taken)
            seen.append(len(result.faces))
    if np.median(seen) != setting.faces:
        raise ValueError(
            f'{np.median(seen):.0f} faces were found where {setting.faces} are shown at '
            f'{setting.size[0]}x{setting.size[1]}; use fewer faces or a larger --size')
    return {
        'size': list(setting.size), 'faces': setting.faces, 'frames': setting.frames,
        'clock': setting.clock, 'frame_ms': percentiles(whole),
        'layers': {name: percentiles(taken) for name, taken in times.items()},
        'ratio': round(float(np.median(np.array(times['all']) / np.array(whole))), 3)}
