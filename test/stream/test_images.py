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

"""Image messages to frames: every encoding, padding, byte order, and what is refused."""

import array

import cv2
from fer_ros.stream import encodings, images
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

RANDOM = np.random.default_rng(7)
#: Smooth, so that mosaics and shared colour lose little.
SCENE = cv2.resize(RANDOM.integers(0, 256, (4, 5, 3), np.uint8), (40, 32))
GRAY = cv2.cvtColor(SCENE, cv2.COLOR_BGR2GRAY)


def message(encoding, rows, width=40, height=32, big_endian=0, padding=0):
    """Return an image message of 2D bytes `rows`, each padded by some bytes."""
    rows = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), -1)
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=99)
    result = Image(width=width, height=height, encoding=encoding, step=padded.shape[1],
                   is_bigendian=big_endian)
    result.data = array.array('B', padded.tobytes())
    return result


def nv(order):
    """Return the scene as NV12 or NV21: one plane of Y, one of interleaved chroma."""
    planes = cv2.cvtColor(SCENE, cv2.COLOR_BGR2YUV_I420)
    luma, chroma = planes[:32], planes[32:].reshape(2, 16, 20)
    pairs = np.stack([chroma[i] for i in order], axis=-1).reshape(16, 40)
    return np.vstack([luma, pairs])


def packed(chroma_first):
    """Return the scene as 4:2:2: U Y V Y or Y U Y V."""
    planes = cv2.cvtColor(SCENE, cv2.COLOR_BGR2YUV_I420)
    chroma = planes[32:].reshape(2, 16, 20).repeat(2, axis=1)
    pairs = np.empty((32, 40, 2), np.uint8)
    pairs[..., 1 if chroma_first else 0] = planes[:32]
    pairs[:, 0::2, 0 if chroma_first else 1] = chroma[0]
    pairs[:, 1::2, 0 if chroma_first else 1] = chroma[1]
    return pairs


def mosaic(first, second):
    """Return the scene as a Bayer mosaic with these channels in the first row."""
    red, green, blue = SCENE[..., 2], SCENE[..., 1], SCENE[..., 0]
    rows = np.empty((32, 40), np.uint8)
    for (y, x), channel in zip(
            ((0, 0), (0, 1), (1, 0), (1, 1)),
            {'rg': (red, green, green, blue), 'bg': (blue, green, green, red),
             'gb': (green, blue, red, green), 'gr': (green, red, blue, green)}[first + second]):
        rows[y::2, x::2] = channel[y::2, x::2]
    return rows


def deep(pixels, order, bits):
    """Return 8-bit pixels in the upper bits of `bits`, 16 bits each, of this byte order."""
    return (pixels.astype(np.uint16) << (bits - 8)).astype(order + 'u2')


ENCODINGS = [
    # encoding, rows, big endian, allowed difference of a pixel
    ('bgr8', SCENE, 0, 0),
    ('8UC3', SCENE, 0, 0),  # unnamed channels are taken for bgr
    ('rgb8', SCENE[..., ::-1], 0, 0),
    ('bgra8', np.dstack([SCENE, GRAY]), 0, 0),
    ('8UC4', np.dstack([SCENE, GRAY]), 0, 0),
    ('rgba8', np.dstack([SCENE[..., ::-1], GRAY]), 0, 0),
    ('mono8', GRAY, 0, 0),
    ('mono8', GRAY, 1, 0),  # byte order means nothing to bytes
    ('8UC1', GRAY, 0, 0),
    ('mono16', deep(GRAY, '<', 16), 0, 1),
    ('mono16', deep(GRAY, '>', 16), 1, 1),  # big endian
    ('16SC1', GRAY.astype('<i2') - 300, 0, 1),  # signed
    ('32FC1', GRAY.astype('<f4') / 255, 0, 1),
    ('32FC1', (GRAY * 1000.0).astype('>f4'), 1, 1),
    ('32FC3', SCENE.astype('<f4') / 255, 0, 1),
    ('64FC1', GRAY.astype('<f8'), 0, 1),
    ('16UC1', deep(GRAY, '<', 12), 0, 1),  # twelve bits in sixteen are not dark
    ('bgr16', deep(SCENE, '<', 16), 0, 1),
    ('rgb16', deep(SCENE[..., ::-1], '>', 16), 1, 1),
    ('yuv422', packed(True), 0, 60),  # UYVY
    ('uyvy', packed(True), 0, 60),
    ('yuv422_yuy2', packed(False), 0, 60),
    ('yuyv', packed(False), 0, 60),
    ('nv12', nv((0, 1)), 0, 60),
    ('nv21', nv((1, 0)), 0, 60),
    ('bayer_rggb8', mosaic('r', 'g'), 0, 60),
    ('bayer_bggr8', mosaic('b', 'g'), 0, 60),
    ('bayer_gbrg8', mosaic('g', 'b'), 0, 60),
    ('bayer_grbg8', mosaic('g', 'r'), 0, 60),
    ('bayer_rggb16', deep(mosaic('r', 'g'), '<', 16), 0, 60),
]


@pytest.mark.parametrize('padding', [0, 8])
@pytest.mark.parametrize('encoding, rows, big_endian, tolerance', ENCODINGS)
def test_encoding(encoding, rows, big_endian, tolerance, padding):
    frame = images.to_frame(message(encoding, rows, big_endian=big_endian, padding=padding))
    got = images.to_bgr(frame)
    wanted = cv2.cvtColor(GRAY, cv2.COLOR_GRAY2BGR) if frame.color == 'gray' else SCENE
    if encoding in encodings.DEEP:
        # The range in use becomes 0 to 255, but for a value at either end.
        ordered = np.sort(GRAY if frame.color == 'gray' else wanted, axis=None)
        low, high = float(ordered[1]), float(ordered[-2])
        wanted = np.clip((wanted - low) * 255 / (high - low), 0, 255).round().astype(np.uint8)
    difference = cv2.absdiff(got, wanted)
    assert difference.max() <= tolerance
    assert difference.mean() <= tolerance / 8


@pytest.mark.parametrize('encoding', sorted(images.VIEWS))
def test_eight_bit_encodings_are_not_copied(encoding):
    rows = {1: GRAY, 3: SCENE, 4: np.dstack([SCENE, GRAY])}[images.VIEWS[encoding][1]]
    source = message(encoding, rows, padding=4)
    before = images.to_frame(source).pixels
    source.data[0] = 255 - source.data[0]
    assert before.flat[0] == source.data[0]


def test_every_encoding_named_as_supported_is_tested():
    assert set(images.SUPPORTED) - {row[0] for row in ENCODINGS} == {
        # the same path as a sibling above
        '16UC3', 'bgra16', 'rgba16', 'bayer_bggr16', 'bayer_gbrg16', 'bayer_grbg16'}


def changed(**changes):
    """Return a good message with some fields changed."""
    result = message('bgr8', SCENE)
    for name, value in changes.items():
        setattr(result, name, value)
    return result


def odd(encoding):
    """Return a message of odd width for an encoding that shares colour between two pixels."""
    return message(encoding, np.zeros((48, 41), np.uint8), width=41)


@pytest.mark.parametrize('bad, words', [
    (changed(width=0), ('0x32', 'width')),
    (changed(height=0), ('40x0', 'height')),
    (changed(step=0), ('step is 0', '120')),
    (changed(step=119), ('step is 119', '120')),
    (changed(step=124), ('truncated', '3840', '3968')),  # a step the data does not have
    (changed(data=array.array('B', bytes(3839))), ('truncated', '3839', '3840')),
    (changed(data=array.array('B', bytes(3841))), ('over-long', '3841', '3840')),
    (changed(data=array.array('B')), ('truncated', '0 bytes')),
    (changed(height=4000000000), ('4000000000', '64', 'max_megapixels')),  # nor is memory
    (changed(encoding='foo64'), ("'foo64'", 'supported: bgr8')),
    (changed(encoding=''), ("''", 'supported: bgr8')),
    (changed(encoding='32SC1'), ("'32SC1'", 'supported: bgr8')),
    (changed(encoding='x\n' * 500_000), (r'x\nx', '(1000000 characters)', 'supported: bgr8')),
    (odd('nv12'), ('width is 41', 'even')),
    (odd('yuyv'), ('width is 41', 'even')),
])
def test_bad_image_is_refused_naming_the_value(bad, words):
    with pytest.raises(images.ImageError) as caught:
        images.to_frame(bad)
    for word in words:
        assert word in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_an_image_may_be_as_large_as_its_limit():
    assert images.to_frame(changed(), max_pixels=40 * 32).width == 40
    with pytest.raises(images.ImageError, match='40x32.*0.001279 that'):
        images.to_frame(changed(), max_pixels=40 * 32 - 1)


TINY = [(1, 1), (2, 2), (1, 7), (7, 1), (2, 1), (3, 3)]


@pytest.mark.parametrize('width, height', TINY)
@pytest.mark.parametrize('encoding', images.SUPPORTED)
def test_tiny_images_are_images(encoding, width, height):
    if encoding in (*encodings.PACKED_YUV, *encodings.PLANAR_YUV):
        width = 2 * width
    if encoding in encodings.PLANAR_YUV:
        height = 2 * height
    bits = {'nv12': 12, 'nv21': 12}.get(encoding, 16 if encoding in encodings.PACKED_YUV else 8)
    if encoding in images.VIEWS:
        bits = 8 * images.VIEWS[encoding][1]
    if encoding in encodings.DEEP:
        _, channels, kind = encodings.DEEP[encoding]
        bits = 8 * channels * np.dtype(kind).itemsize
    size = width * height * bits // 8
    rows = height * 3 // 2 if encoding in encodings.PLANAR_YUV else height
    frame = images.to_frame(message(
        encoding, np.full((rows, size // rows), 128, np.uint8), width, height))
    assert (frame.width, frame.height) == (width, height)
    if encoding not in encodings.DEEP:
        # One value stays one value: nothing reads over an edge.
        assert len(np.unique(images.to_bgr(frame))) <= 2


BIG = cv2.resize(SCENE, (1280, 960), interpolation=cv2.INTER_CUBIC)


def compressed(suffix, pixels=BIG, cut=0, form='jpeg'):
    """Return a compressed image message, cut off after some bytes where asked."""
    data = cv2.imencode(suffix, pixels)[1].tobytes()
    result = CompressedImage(format=form)
    result.data = array.array('B', data[:cut] if cut else data)
    return result


@pytest.mark.parametrize('suffix, wanted, factor', [
    ('.jpg', 0, 1),  # full size asked for
    ('.jpg', 1280, 1),
    ('.jpg', 641, 1),  # half would be too small
    ('.jpg', 640, 2),
    ('.jpg', 320, 4),
    ('.jpg', 100, 8),  # no smaller than an eighth
    ('.png', 320, 1),  # PNG has no reduced scale
])
def test_compressed_image_is_decoded_no_larger_than_needed(suffix, wanted, factor):
    frame, got = images.decode(compressed(suffix), wanted)
    assert got == factor
    assert (frame.width, frame.height) == (1280 // factor, 960 // factor)
    small = cv2.resize(BIG, (frame.width, frame.height), interpolation=cv2.INTER_AREA)
    assert cv2.absdiff(frame.pixels, small).mean() < 4


def test_gray_jpeg_becomes_bgr():
    frame, _ = images.decode(compressed('.jpg', GRAY))
    assert frame.pixels.shape == (32, 40, 3)


@pytest.mark.parametrize('bad, words', [
    (compressed('.jpg', cut=2000), ('truncated', '2000')),
    (compressed('.png', cut=2000, form='png'), ('PNG', '2000')),
    (compressed('.bmp', form='bmp'), ('bmp', 'neither JPEG nor PNG')),
    (CompressedImage(format='jpeg'), ('0 bytes', 'neither JPEG nor PNG')),
])
def test_bad_compressed_image_is_refused(bad, words):
    with pytest.raises(images.ImageError) as caught:
        images.decode(bad)
    for word in words:
        assert word in str(caught.value)
