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

"""The smallest pictures, which one release of OpenCV refuses: `make test-versions`."""

from fer_ros.core import alignment, letterbox, upright_crop
from fer_ros.core.colors import convert
from fer_ros.core.single_pixel import spread
from fer_ros.core.types import Box, Frame
import numpy as np
import pytest

CHANNELS = {'gray': 0, 'bgr': 3, 'rgb': 3, 'bgra': 4, 'rgba': 4}
SIZES = [(1, 1), (1, 2), (2, 1), (2, 2)]


def evenly(color, height, width):
    """Return a picture of one colour."""
    pixel = np.array([30, 90, 200, 255], np.uint8)[:CHANNELS[color]] if CHANNELS[color] else 90
    shape = (height, width) + ((CHANNELS[color],) if CHANNELS[color] else ())
    return np.full(shape, pixel, np.uint8)


@pytest.mark.parametrize('shape, same', [
    ((1, 1), True), ((1, 2, 3), True), ((2, 1, 3), True), ((1, 1, 3), False), ((1, 1, 4), False)])
def test_one_coloured_pixel_becomes_two(shape, same):
    pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    result = spread(pixels)
    assert (result is pixels) == same
    assert (result[:1, :1] == pixels[:1, :1]).all()
    if not same:
        assert result.shape == (1, 2, *shape[2:]) and (result[:, 1] == pixels[:, 0]).all()


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('source', CHANNELS)
@pytest.mark.parametrize('target', ['gray', 'bgr', 'rgb'])
def test_a_colour_does_not_depend_on_the_size(source, target, size):
    few, many = (convert(evenly(source, *shape), source, target) for shape in (size, (5, 7)))
    assert few.shape == size + many.shape[2:]
    assert (few == many[:1, :1]).all()


@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('source', CHANNELS)
def test_one_pixel_of_a_larger_picture(source, offset):
    large = np.repeat(np.repeat(evenly(source, 1, 1), 4, axis=0), 5, axis=1)
    part = large[offset:offset + 1, offset:offset + 1]
    assert (convert(part, source, 'bgr') == convert(large, source, 'bgr')[:1, :1]).all()


@pytest.mark.parametrize('size', [*SIZES, (1, 300), (300, 1), (3, 4000)])
@pytest.mark.parametrize('color', CHANNELS)
def test_tiny_pictures_are_put_into_a_network(color, size):
    frame = Frame(evenly(color, *size), color)
    out = np.full((1, 3, 32, 48), np.nan, np.float32)
    fit = letterbox.fit(frame.width, frame.height, 0, 1, (32, 48))
    letterbox.fill(frame, fit, 'rgb', 0.0, 1.0, out)
    red, green, blue = convert(evenly(color, 1, 1), color, 'rgb')[0, 0]
    assert np.abs(out[0, :, 0, 0] - (red, green, blue)).max() < 1.0


@pytest.mark.parametrize('side', [0.4, 1.0])
@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('source', CHANNELS)
def test_faces_are_cut_out_of_tiny_pictures(source, size, side):
    frame = Frame(evenly(source, *size), source)
    box = Box(0.5 - side / 2, 0.5 - side / 2, side, side)
    cut = upright_crop.crop(frame, box, 16)
    assert cut.shape == (16, 16, 3)
    assert (cut[8, 8] == convert(evenly(source, 1, 1), source, 'bgr')[0, 0]).all()


@pytest.mark.parametrize('target', ['gray', 'rgb'])
@pytest.mark.parametrize('side', [0.4, 1.0, 40.0, 4000.0])
@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('source', CHANNELS)
def test_faces_are_aligned_in_tiny_pictures(source, size, side, target):
    frame = Frame(evenly(source, *size), source)
    box = Box(0.5 - side / 2, 0.5 - side / 2, side, side)
    eyes = np.array([[0.3, 0.5], [0.7, 0.6], [0.5, 0.7], [0.5, 0.9]], np.float32)
    square = alignment.align(frame, box, eyes, alignment.CropGeometry(1.2), 16, target)
    expected = convert(evenly(source, 1, 1), source, target)[0, 0]
    assert np.abs(square.astype(int) - expected).max() <= 1
