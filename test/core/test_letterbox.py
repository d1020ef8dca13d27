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


"""Frames go into a network's input, whole and undistorted, in its channels."""

from __future__ import annotations

from fer_ros.core import letterbox
from fer_ros.core.types import Frame
import numpy as np
import pytest


@pytest.mark.parametrize('frame, long_side, fixed, inner, outer', [
    ((640, 480), 256, None, (256, 192), (256, 192)),          # VGA fits exactly
    ((1280, 720), 256, None, (256, 144), (256, 160)),         # HD leaves a margin below
    ((480, 640), 256, None, (192, 256), (192, 256)),          # upright
    ((640, 480), 200, None, (200, 150), (224, 160)),          # margins on both sides
    ((64, 48), 256, None, (256, 192), (256, 192)),            # a small frame is enlarged
    ((4000, 5), 256, None, (256, 1), (256, 32)),              # a line stays a line
    ((1, 1), 256, None, (256, 256), (256, 256)),              # one pixel
    ((640, 480), 256, (640, 640), (640, 480), (640, 640)),    # a fixed input rules
    ((1920, 1080), 256, (96, 128), (128, 72), (128, 96)),     # wide into 4:3
    ((480, 640), 256, (96, 128), (72, 96), (128, 96)),        # upright into 4:3
])
def test_fit(frame, long_side, fixed, inner, outer):
    box = letterbox.fit(*frame, long_side, 32, fixed)
    assert ((box.width, box.height), (box.input_width, box.input_height)) == (inner, outer)
    assert (box.width * box.scale_x, box.height * box.scale_y) == pytest.approx(frame)


@pytest.mark.parametrize('side', range(64, 400, 37))
@pytest.mark.parametrize('frame', [(640, 480), (1920, 1080), (333, 777)])
def test_proportions_hold_and_sides_are_multiples(frame, side):
    box = letterbox.fit(*frame, side, 32)
    assert max(box.width, box.height) == side
    assert box.input_width % 32 == box.input_height % 32 == 0
    assert 0 <= box.input_width - box.width < 32 and 0 <= box.input_height - box.height < 32
    # Rounding moves the far edge by half a pixel of the input at most.
    scale = max(frame) / side
    assert abs(box.width * scale - frame[0]) <= scale / 2 + 1e-9
    assert abs(box.height * scale - frame[1]) <= scale / 2 + 1e-9


COLORS = {'r': 200, 'g': 100, 'b': 50, 'a': 7}


@pytest.mark.parametrize('wanted', ['rgb', 'bgr'])
@pytest.mark.parametrize('color', ['rgb', 'bgr', 'rgba', 'bgra', 'gray'])
def test_fill_puts_channels_in_order_and_leaves_a_margin(color, wanted):
    if color == 'gray':
        pixels, values = np.full((30, 40), 90, np.uint8), (90, 90, 90)
    else:
        pixels = np.empty((30, 40, len(color)), np.uint8)
        pixels[:] = [COLORS[channel] for channel in color]
        values = [COLORS[channel] for channel in wanted]
    box = letterbox.fit(40, 30, 80, 32)
    out = np.full((1, 3, box.input_height, box.input_width), np.nan, np.float32)
    letterbox.fill(Frame(pixels, color), box, wanted, 10.0, 2.0, out)
    for plane, value in zip(out[0], values):
        assert (plane[:60, :80] == (value - 10.0) / 2.0).all()
        assert (plane[60:] == 0).all() and (plane[:, 80:] == 0).all()


@pytest.mark.parametrize('factor', [0.5, 1.0, 1.6, 2.5, 7.5])
def test_a_place_in_the_frame_is_the_same_place_in_the_input(factor):
    width, height = round(256 * factor), round(192 * factor)
    x, y = 0.3 * width, 0.7 * height
    down, across = np.mgrid[:height, :width] + 0.5
    spot = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * (6 * factor) ** 2))
    box = letterbox.fit(width, height, 256, 32)
    out = np.empty((1, 3, box.input_height, box.input_width), np.float32)
    letterbox.fill(Frame((255 * spot).astype(np.uint8), 'gray'), box, 'rgb', 0.0, 1.0, out)
    down, across = np.mgrid[:box.input_height, :box.input_width] + 0.5
    found = [(place * out[0, 0]).sum() / out[0, 0].sum() for place in (across, down)]
    assert found[0] * box.scale_x == pytest.approx(x, abs=0.3 * factor)
    assert found[1] * box.scale_y == pytest.approx(y, abs=0.3 * factor)


@pytest.mark.parametrize('factor, most', [(2, 1), (4, 30), (6, 30)])
def test_noise_is_averaged_out_of_large_frames(factor, most):
    noise = np.random.default_rng(0).normal(128, 50, (192 * factor, 256 * factor))
    frame = Frame(noise.clip(0, 255).astype(np.uint8), 'gray')
    box = letterbox.fit(frame.width, frame.height, 256, 32)
    out = np.empty((1, 3, 192, 256), np.float32)
    letterbox.fill(frame, box, 'rgb', 0.0, 1.0, out)
    assert 3 < out.std() < (26 if factor == 2 else most)
