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

"""How the cost of a frame grows with faces and pixels."""

from __future__ import annotations

from dataclasses import replace

from fer_ros.bench.imagery import MOST, scene
from fer_ros.bench.pipeline import measure, Setting
import numpy as np

FACES = (0, 1, 2, 3, 5, 10, 15, 20)
SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080))


def measure_scaling(setting: Setting) -> dict:
    """
    Measure the pipeline over faces at the size of the setting, and over sizes with one face.

    :return: for JSON; `per_face_ms` is the slope of the median frame over the faces,
        `per_face_share` that slope by the frame of one face.
    """
    # Faces of one size whatever their number: only the number shall matter.
    by_faces = [
        measure(replace(setting, faces=count), scene(setting.size, count, cells=MOST))
        for count in FACES]
    by_size = [
        measure(replace(setting, size=size), scene(size, setting.faces)) for size in SIZES]
    medians = [result['frame_ms']['p50'] for result in by_faces]
    some = [index for index, count in enumerate(FACES) if count]
    slope = float(np.polyfit([FACES[i] for i in some], [medians[i] for i in some], 1)[0])
    return {
        'faces': by_faces, 'sizes': by_size, 'per_face_ms': round(slope, 3),
        'per_face_share': round(slope / medians[FACES.index(1)], 3)}
