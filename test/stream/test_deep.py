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

"""More than eight bits: whatever a value means, the faces are those of the eight-bit picture."""

import warnings

import cv2
from fer_ros.core.assets import model_path
from fer_ros.core.pipeline import build_pipeline, PipelineOptions
from fer_ros.demo.stills import ASSETS
from fer_ros.stream import images
from fer_ros.stream.deep import to_8_bits
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

PHOTO = cv2.cvtColor(cv2.resize(cv2.imread(str(ASSETS / 'hopper.jpg')), (320, 320)),
                     cv2.COLOR_BGR2GRAY)


def spread(low, high):
    """Return the photograph with its values laid out between two others, uint16."""
    return (low + PHOTO / 255 * (high - low)).round().astype(np.uint16)


def with_hot_pixel(pixels):
    """Return the picture with a hot and a dead pixel."""
    pixels = pixels.copy()
    pixels[5, 5], pixels[250, 40] = 65535, 0
    return pixels


def floats(scale=1.0):
    """Return the photograph as a float picture with holes."""
    pixels = (PHOTO * scale / 255).astype(np.float32)
    pixels[3, 10:20], pixels[4, 10:20], pixels[5, 10:20] = np.nan, np.inf, -np.inf
    return pixels


CAMERAS = {
    '16 bits': spread(0, 65535),
    '12 bits': spread(0, 4095),
    '10 bits': spread(0, 1023),
    '10 bits, low': spread(40, 200),
    '14 bits, offset': spread(7200, 7900),
    'hundredths of a kelvin': spread(29000, 31500),
    'hot pixel': with_hot_pixel(spread(7200, 7900)),
    'hot pixel in the dark': with_hot_pixel(spread(0, 300)),
    'floats': floats(),
    'metres': floats(8.0),
}


@pytest.fixture(scope='module')
def faces_of():
    """Return a function from a frame to the boxes and labels of its faces."""
    pipeline = build_pipeline(
        model_path('expression.onnx'), model_path('face_detector.onnx'), PipelineOptions())
    return lambda frame: [
        (np.array(face.box), face.label) for face in pipeline.process_still(frame).faces]


def raw(pixels):
    """Return a raw message."""
    encoding = '32FC1' if pixels.dtype == np.float32 else 'mono16'
    height, width = pixels.shape
    message = Image(
        width=width, height=height, encoding=encoding, step=width * pixels.itemsize)
    message.data.frombytes(pixels.tobytes())
    return message


def compressed(pixels, suffix):
    """Return a compressed message."""
    message = CompressedImage(format=suffix[1:])
    message.data.frombytes(cv2.imencode(suffix, pixels)[1].tobytes())
    return message


@pytest.mark.parametrize('camera', CAMERAS)
def test_the_face_is_found_in_every_range_and_in_every_packing(camera, faces_of, tmp_path):
    (wanted, label), = faces_of(images.to_frame(raw(spread(0, 65535))))
    pixels = CAMERAS[camera]
    frames = [images.to_frame(raw(pixels)), images.decode(compressed(pixels, '.tiff'))[0]]
    cv2.imwrite(str(tmp_path / 'photo.tiff'), pixels)
    frames.append(images.read_picture(tmp_path / 'photo.tiff'))
    if pixels.dtype == np.uint16:
        frames.append(images.decode(compressed(pixels, '.png'), 160)[0])
        cv2.imwrite(str(tmp_path / 'photo.png'), pixels)
        frames.append(images.read_picture(tmp_path / 'photo.png'))
    for frame in frames:
        assert np.array_equal(frame.pixels, frames[0].pixels)
    (box, found), = faces_of(frames[0])
    assert box == pytest.approx(wanted, abs=4) and found == label


def damaged(pixels, how):
    """Return a picture, uint16 or float32, with what a real sensor puts beside the scene."""
    pixels, width, chance = pixels.copy(), pixels.shape[1], np.random.default_rng(3)
    lowest, highest = (
        (0, 65535) if pixels.dtype == np.uint16 else (np.finfo('f4').min, np.finfo('f4').max))
    if how == 'hot pixels':
        pixels[chance.random(pixels.shape) < 0.001] = highest
    elif how == 'dead columns':
        pixels[:, [width // 8, width // 3, width * 2 // 3]] = lowest
    elif how == 'dead and hot row':
        pixels[width // 2], pixels[width // 3] = lowest, highest
    elif how == 'telemetry':
        pixels[-2:] = chance.integers(0, 65535, pixels[-2:].shape)
    elif how == 'nothing measured at the border':
        pixels[:, :width // 12], pixels[:, -width // 12:] = lowest, highest
    return pixels


DAMAGES = (
    'hot pixels', 'dead columns', 'dead and hot row', 'telemetry',
    'nothing measured at the border')


@pytest.mark.parametrize('zoom', [0.5, 1, 2, 3])
@pytest.mark.parametrize('scene', ['14 bits, offset', 'floats'])
@pytest.mark.parametrize('how', DAMAGES)
def test_what_is_no_part_of_the_picture_does_not_set_its_scale(how, scene, zoom):
    pixels = spread(7200, 7900) if scene != 'floats' else (PHOTO / 255).astype(np.float32)
    pixels = cv2.resize(pixels, None, fx=zoom, fy=zoom)
    spoilt = damaged(pixels, how)
    intact = spoilt == pixels
    assert 0.7 < intact.mean() < 1.0
    wanted, found = (to_8_bits(each)[intact] for each in (pixels, spoilt))
    assert float(np.std(found)) == pytest.approx(float(np.std(wanted)), rel=0.25)


@pytest.mark.parametrize('how', DAMAGES)
def test_the_face_of_a_damaged_sensor_is_found(how, faces_of):
    (wanted, _), = faces_of(images.to_frame(raw(spread(7200, 7900))))
    (box, _), = faces_of(images.to_frame(raw(damaged(spread(7200, 7900), how))))
    assert box == pytest.approx(wanted, abs=6)


def test_an_alpha_channel_is_no_light():
    pixels = np.dstack([spread(100, 900)] * 3 + [np.full_like(spread(0, 1), 65535)])
    assert np.array_equal(to_8_bits(pixels)[..., :3], to_8_bits(pixels[..., :3]))


@pytest.mark.parametrize('size', [(480, 640), (720, 1280), (1080, 1920), (64, 64), (63, 65)])
@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_no_colour_of_a_mosaic_is_overlooked(pattern, size):
    height, width = size
    levels = {'r': 300, 'g': 700, 'b': 3900}
    pixels = np.zeros(size, np.uint16)
    ramp = np.linspace(0.5, 1.0, width)
    for index, color in enumerate(pattern):
        row, column = divmod(index, 2)
        pixels[row::2, column::2] = levels[color] * ramp[column::2]
    message = raw(pixels)
    message.encoding = f'bayer_{pattern}16'
    blue, green, red = images.to_frame(message).pixels[height // 2, width * 4 // 5]
    assert blue > green > red and 150 < blue < 255


def test_colours_keep_their_ratio():
    pixels = np.zeros((50, 50, 3), np.uint16)
    pixels[25:] = 200, 400, 800
    scaled = to_8_bits(pixels)
    assert scaled[40, 10].tolist() == [64, 128, 255] and not scaled[:25].any()


@pytest.mark.parametrize('pixels', [
    np.full((9, 9), 30000, np.uint16),
    np.zeros((9, 9), np.float32),
    np.full((9, 9), np.nan, np.float32),
    np.full((9, 9), np.inf, np.float64),
    np.full((1, 1), 5, np.uint16),
    np.array([[-1.7e308, 1.7e308]]),  # the range is no number
    np.array([[0.0, 5e-324]]),  # nor its inverse
])
def test_a_picture_of_one_value_is_black(pixels):
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert not to_8_bits(pixels).any()


@pytest.mark.parametrize('kind', ['<u2', '>u2', '<i2', '<i4', '<u4', '<f4', '>f4', '<f8'])
def test_every_type_of_value_is_scaled_alike(kind):
    ramp = np.arange(0, 20000, dtype=np.int32).reshape(100, 200)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        scaled = to_8_bits(ramp.astype(kind)).astype(int)
    assert scaled.min() == 0 and scaled.max() == 255
    assert np.abs(scaled - ramp * 255 / 20000).max() <= 1


def test_a_small_warm_face_in_a_cold_room_is_not_white():
    room = np.random.default_rng(0).normal(29500, 20, (480, 640))
    room[200:240, 300:330] = spread(30800, 31500)[100:260:4, 100:220:4]
    face = to_8_bits(room.astype(np.uint16))[200:240, 300:330]
    assert (face == 255).mean() < 0.3 and face.std() > 10
