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


"""Faces are cut out where they are: eyes level, nothing skipped, edges continued."""

from __future__ import annotations

import math

from fer_ros.core.alignment import align, CropGeometry, roll
from fer_ros.core.types import Box, Frame
from fer_ros.core.upright_crop import crop, pad
import numpy as np
import pytest

SIZE = 48
GEOMETRY = CropGeometry(scale=1.2, dx=0.05, dy=-0.1)


def face(x=320.0, y=240.0, side=120.0, angle=0.0):
    """Return a box and the landmarks of a face turned by degrees, clockwise in the picture."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    shape = np.array([[-.2, -.1], [.2, -.1], [0, .1], [0, .3]]) * side
    landmarks = shape @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
    return Box(x - side / 2, y - side / 2, side, side), landmarks.astype(np.float32)


def spot(points, width=640, height=480, sigma=3.0):
    """Return a gray frame that is dark but for a soft spot at each point (x, y)."""
    # The point (x, y) = (0.5, 0.5) is the centre of the first pixel.
    y, x = np.mgrid[:height, :width] + 0.5
    picture = sum(
        np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * sigma ** 2)) for px, py in points)
    return Frame((220 * np.minimum(picture, 1)).astype(np.uint8), 'gray')


def center(picture):
    """Return the centre of the light in a picture, (x, y)."""
    y, x = np.mgrid[:picture.shape[0], :picture.shape[1]] + 0.5
    weight = picture.astype(float)
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


def texture(width=640, height=480, channels=3):
    """Return a smooth colourful picture."""
    y, x = np.mgrid[:height, :width]
    planes = [
        127 + 100 * np.sin(x / (17 + 5 * k) + k) * np.cos(y / (23 - 4 * k)) for k in range(3)]
    picture = np.stack(planes, axis=2).astype(np.uint8)
    return picture if channels == 3 else picture[..., 0]


@pytest.mark.parametrize('angle', [0, 1, -20, 33, 90, -135, 180])
@pytest.mark.parametrize('side', [30.0, 120.0, 300.0])
@pytest.mark.parametrize('landmark', [0, 1, 3])
def test_landmarks_land_where_the_geometry_says(angle, side, landmark):
    box, landmarks = face(side=side, angle=angle)
    frame = spot([landmarks[landmark]], sigma=max(1.5, side / 40))
    found = center(align(frame, box, landmarks, GEOMETRY, SIZE))
    # The same landmark of the upright face, in units of the box about its centre.
    upright = (face()[1][landmark] - (320.0, 240.0)) / 120.0
    expected = ((upright - (GEOMETRY.dx, GEOMETRY.dy)) / GEOMETRY.scale + 0.5) * SIZE
    assert found == pytest.approx(expected, abs=0.35)


def test_a_crop_that_needs_no_change_is_the_frame_itself():
    frame = Frame(texture())
    landmarks = face(200.0, 100.0, SIZE)[1]
    found = align(frame, Box(176, 76, SIZE, SIZE), landmarks, CropGeometry(1.0), SIZE, 'bgr')
    assert (found == frame.pixels[76:124, 176:224]).all()


def test_an_oblong_box_gives_a_square_of_its_mean_side():
    frame = Frame(texture())
    _, landmarks = face(200.0, 150.0, 80.0)
    square = align(frame, Box(160, 110, 80, 80), landmarks, GEOMETRY, SIZE)
    oblong = align(frame, Box(168, 100, 64, 100), landmarks, GEOMETRY, SIZE)
    assert (square == oblong).all()


@pytest.mark.parametrize('angle', [0, 25])
@pytest.mark.parametrize('factor', [2, 3.3, 7])
def test_a_large_face_is_averaged_and_not_sampled(factor, angle):
    side = factor * SIZE
    box, landmarks = face(side=side, angle=angle)
    checkers = (np.indices((480, 640)).sum(axis=0) % 2 * 255).astype(np.uint8)
    stripes = np.tile(np.array([[0, 255]], np.uint8), (480, 320))
    for pattern in (checkers, stripes):
        found = align(Frame(pattern, 'gray'), box, landmarks, CropGeometry(1.0), SIZE)
        # Sampling would give black and white; fractions of pixels leave a little.
        assert np.abs(found.astype(int) - 127).max() < 32 / factor + 20
        assert found.mean() == pytest.approx(127.5, abs=2)


@pytest.mark.parametrize('factor', [0.3, 0.8, 1.5, 4.0])
def test_size_changes_nothing_but_sharpness(factor):
    box, landmarks = face(side=100.0, angle=15)
    small = align(Frame(texture()), box, landmarks, GEOMETRY, SIZE)
    width, height = int(640 * factor), int(480 * factor)
    y, x = (np.mgrid[:height, :width] + 0.5) / factor - 0.5
    picture = (127 + 100 * np.sin(x / 17) * np.cos(y / 23)).astype(np.uint8)
    scaled = Box(*(value * factor for value in box))
    other = align(Frame(picture, 'gray'), scaled, landmarks * factor, GEOMETRY, SIZE)
    reference = align(Frame(texture(channels=1), 'gray'), box, landmarks, GEOMETRY, SIZE)
    assert np.abs(other.astype(int) - reference).mean() < 3
    assert small.shape == other.shape == (SIZE, SIZE)


@pytest.mark.parametrize('x, y', [
    (0, 0), (640, 0), (0, 480), (640, 480),      # the corners cut the face in four
    (320, -20), (700, 240),                      # only its rim is visible
    (-5000, -5000), (1e6, 240)])                 # nothing of it is
def test_beyond_the_frame_its_edge_goes_on(x, y):
    frame = Frame(texture(channels=1), 'gray')
    box, landmarks = face(float(x), float(y), 100.0, 10)
    found = align(frame, box, landmarks, GEOMETRY, SIZE)
    padded = np.pad(frame.pixels, 200, mode='edge')
    near_x, near_y = (float(np.clip(value, -140, limit + 140))
                      for value, limit in ((x, 640), (y, 480)))
    box, landmarks = face(near_x + 200, near_y + 200, 100.0, 10)
    expected = align(Frame(padded, 'gray'), box, landmarks, GEOMETRY, SIZE)
    # Averaging blurs the edge by a pixel of the crop; black would differ by a hundred.
    assert np.abs(found.astype(int) - expected).max() <= 10
    assert np.abs(found.astype(int) - expected).mean() < 4


def test_a_face_larger_than_the_frame_fits():
    frame = Frame(np.full((30, 20), 77, np.uint8), 'gray')
    box, landmarks = face(10.0, 15.0, 5000.0)
    assert (align(frame, box, landmarks, GEOMETRY, SIZE) == 77).all()


@pytest.mark.parametrize('shape', [(1, 1), (1, 640), (480, 1), (2, 3)])
def test_the_smallest_frames_are_frames(shape):
    frame = Frame(np.full(shape, 90, np.uint8), 'gray')
    assert (align(frame, *face(1.0, 1.0, 60.0, 45), GEOMETRY, SIZE) == 90).all()


def ordered(picture, color):
    """Return a frame of a BGR picture in another colour order."""
    if color == 'gray':
        return Frame(np.ascontiguousarray(picture[..., 0]), 'gray')
    pixels = picture[..., ::-1] if color.startswith('rgb') else picture
    if color.endswith('a'):
        pixels = np.dstack([pixels, np.full(picture.shape[:2], 13, np.uint8)])
    return Frame(np.ascontiguousarray(pixels), color)


@pytest.mark.parametrize('target', ['gray', 'bgr', 'rgb'])
@pytest.mark.parametrize('side', [60.0, 240.0])
@pytest.mark.parametrize('color', ['bgr', 'rgb', 'bgra', 'rgba'])
def test_every_colour_order_gives_the_same(color, side, target):
    box, landmarks = face(side=side, angle=-12)
    expected = align(Frame(texture()), box, landmarks, GEOMETRY, SIZE, target)
    found = align(ordered(texture(), color), box, landmarks, GEOMETRY, SIZE, target)
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert found.dtype == np.uint8
    assert found.shape == ((SIZE, SIZE) if target == 'gray' else (SIZE, SIZE, 3))
    assert np.ptp(found) > 50


@pytest.mark.parametrize('target', ['gray', 'bgr'])
def test_gray_frames_stay_gray(target):
    gray = np.repeat(texture(channels=1)[..., None], 3, axis=2)
    box, landmarks = face()
    found = align(ordered(gray, 'gray'), box, landmarks, GEOMETRY, SIZE, target)
    assert np.abs(
        found.astype(int) - align(Frame(gray), box, landmarks, GEOMETRY, SIZE, target)).max() <= 1


@pytest.mark.parametrize('side', [60.0, 240.0])
@pytest.mark.parametrize('view', [
    lambda wide: wide[:, :640],           # padded rows
    lambda wide: wide[::-1, :640],        # upside down, without a copy
    lambda wide: wide[:960:2, :640],      # every other row
])
def test_views_are_as_good_as_copies(view, side):
    wide = view(np.tile(texture(), (2, 2, 1)))
    box, landmarks = face(side=side, angle=7)
    for cut in (lambda frame: align(frame, box, landmarks, GEOMETRY, SIZE, 'bgr'),
                lambda frame: crop(frame, box, SIZE)):
        assert (cut(Frame(wide)) == cut(Frame(np.ascontiguousarray(wide)))).all()


def test_a_frame_that_must_not_be_written_to_is_not():
    pixels = texture()
    pixels.flags.writeable = False
    align(Frame(pixels), *face(), GEOMETRY, SIZE)
    crop(Frame(pixels), face()[0], SIZE)


@pytest.mark.parametrize('eyes, expected', [
    ([[0, 0], [10, 0]], 0),        # level
    ([[0, 0], [10, 10]], 45),      # head tilted clockwise
    ([[10, 0], [0, 0]], 180),      # upside down
    ([[5, 5], [5, 5]], 0),         # profile: both at one place
    ([[5, 5], [5, 6]], 0),         # profile: hardly apart, one above the other
])
def test_roll(eyes, expected):
    landmarks = np.array([*eyes, [5, 10], [5, 15]], np.float32)
    assert math.degrees(roll(Box(-5, -5, 25, 25), landmarks)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize('box', [
    Box(0, 0, 0, 10), Box(0, 0, 10, -1), Box(math.nan, 0, 10, 10), Box(0, 0, math.inf, 10)])
def test_an_impossible_box_is_refused(box):
    frame = Frame(texture())
    with pytest.raises(ValueError, match='Box'):
        align(frame, box, face()[1], GEOMETRY, SIZE)
    with pytest.raises(ValueError, match='Box'):
        crop(frame, box, SIZE)


def test_impossible_landmarks_are_refused():
    landmarks = face()[1]
    landmarks[3, 1] = math.nan
    with pytest.raises(ValueError, match='landmarks .*nan'):
        align(Frame(texture()), face()[0], landmarks, GEOMETRY, SIZE)


def test_an_unknown_colour_is_refused():
    with pytest.raises(ValueError, match="'yuv'"):
        align(Frame(texture()), *face(), GEOMETRY, SIZE, 'yuv')


def test_a_crop_is_the_box_upright():
    frame = Frame(texture())
    assert (crop(frame, Box(100, 50, 64, 64), 64) == frame.pixels[50:114, 100:164]).all()


@pytest.mark.parametrize('box, filled', [
    (Box(100, 50, 100, 100), (0, 0, 64, 64)),        # a square fills the picture
    (Box(100, 50, 50, 100), (16, 0, 48, 64)),        # high: black left and right
    (Box(100, 50, 100, 50), (0, 16, 64, 48)),        # wide: black above and below
    (Box(-50, 50, 100, 100), (32, 0, 64, 64)),       # half out on the left
    (Box(590, 430, 100, 100), (0, 0, 32, 32)),       # three quarters out, low right
    (Box(700, 50, 100, 100), (0, 0, 0, 0)),          # not in the picture
    (Box(-300, -300, 100, 100), (0, 0, 0, 0)),       # nor on the other side
    (Box(-160, -240, 960, 960), (11, 16, 53, 48)),   # around the whole frame
])
def test_a_crop_is_black_where_there_is_no_picture(box, filled):
    frame = Frame(np.full((480, 640, 3), 200, np.uint8))
    x0, y0, x1, y1 = filled
    expected = np.zeros((64, 64, 3), np.uint8)
    expected[y0:y1, x0:x1] = 200
    assert (crop(frame, box, 64) == expected).all()


@pytest.mark.parametrize('width, height, filled', [
    (96, 64, (16, 0, 80, 64)),      # wider than the face: black left and right
    (32, 64, (0, 16, 32, 48)),      # higher: black above and below
    (16, 1024, (0, 504, 16, 520)),
])
def test_a_crop_keeps_the_proportions_of_the_face(width, height, filled):
    frame = Frame(np.full((480, 640, 3), 200, np.uint8))
    x0, y0, x1, y1 = filled
    expected = np.zeros((height, width, 3), np.uint8)
    expected[y0:y1, x0:x1] = 200
    assert (crop(frame, Box(100, 50, 100, 100), width, height) == expected).all()
    square = np.full((min(width, height),) * 2 + (3,), 200, np.uint8)
    assert (pad(square, width, height) == expected).all()


@pytest.mark.parametrize('color', ['rgb', 'bgra', 'rgba'])
@pytest.mark.parametrize('side', [40, 200])
def test_crops_of_every_colour_order_agree(color, side):
    box = Box(100, 50, side, side)
    found = crop(ordered(texture(), color), box, 64)
    assert np.abs(found.astype(int) - crop(Frame(texture()), box, 64)).max() <= 1
