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

"""Memory that large inputs took comes back when they are over."""

import json
import subprocess
import sys

from fer_ros.core.input_sizes import InputSizes, WINDOW
import numpy as np
import pytest

LARGE, SMALL = ({'pixels': np.zeros((1, 3, side, side), np.float32)} for side in (256, 64))

# In a process of its own, where nothing else takes memory or gives it back.
CYCLES = """
import json, sys
import cv2, numpy as np
cv2.setNumThreads(1)
from fer_ros.core.assets import model_path
from fer_ros.core.input_sizes import WINDOW
from fer_ros.core.detector import DetectorOptions
from fer_ros.core.pipeline import build_pipeline, PipelineOptions
from fer_ros.core.types import Frame

pipeline = build_pipeline(detector_model_path=model_path(sys.argv[1]))
frame, stamp, used = Frame(np.full((720, 1280, 3), 90, np.uint8), 'bgr'), 0, []
# Every frame is looked at in two sizes.
for side, count in ((128, 3), (1280, 3), (128, WINDOW), (1280, 3), (128, WINDOW)):
    pipeline.options = PipelineOptions(
        detector=DetectorOptions(long_side=side), detection_interval=0.0)
    for _ in range(count):
        stamp += 1
        pipeline.process(frame, stamp)
    with open('/proc/self/statm') as statm:
        used.append(int(statm.read().split()[1]) / 256)
print(json.dumps(used))
"""


@pytest.mark.parametrize('model', ['face_detector.onnx', 'face_detector_blaze.onnx'])
def test_memory_follows_the_size_of_inputs_down_again(model):
    done = subprocess.run(
        [sys.executable, '-c', CYCLES, model], capture_output=True, text=True, timeout=300)
    assert not done.returncode, done.stderr
    start, first_large, first_small, _, last_small = json.loads(done.stdout)
    taken = first_large - start
    # Without giving it back, 50 MB and more stay taken.
    assert taken > 30
    assert first_small - start < 0.4 * taken and last_small - start < 0.4 * taken


def told(runs):
    """Return after which of some runs memory was to be given back."""
    sizes = InputSizes()
    return [number for number, feeds in enumerate(runs) if sizes.have_shrunk(feeds)]


@pytest.mark.parametrize('runs, times', [
    ([SMALL] * 10 * WINDOW, 0),
    ([SMALL] * WINDOW + [LARGE] * 10 * WINDOW, 0),
    ([SMALL, LARGE] * 10 * WINDOW, 0),             # a frame is looked at in two sizes
    ([LARGE] + [SMALL] * 10 * WINDOW, 1),
    (([LARGE] * WINDOW + [SMALL] * 2 * WINDOW) * 3, 3),
])
def test_memory_is_given_back_once_when_inputs_have_become_smaller(runs, times):
    assert len(told(runs)) == times


def test_it_is_given_back_at_the_latest_after_two_windows():
    for before in range(WINDOW):
        given = told([SMALL] * before + [LARGE] + [SMALL] * 2 * WINDOW)
        assert len(given) == 1 and given[0] <= before + 2 * WINDOW
