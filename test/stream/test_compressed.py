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

"""Compressed pictures as cameras and files have them: padded, cut, turned, and bombs."""

import os
import struct
import zlib

import cv2
from fer_ros.demo.stills import ASSETS
from fer_ros.stream import images, jpeg as jpeg_file, picture_sizes
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage
from work import no_more_memory_than, no_more_work_than

PHOTO = cv2.imread(str(ASSETS / 'hopper.jpg'))
EOI = b'\xff\xd9'

#: Ways to write a JPEG.
WAYS = {
    'plain': (), 'progressive': (cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
    'optimised': (cv2.IMWRITE_JPEG_OPTIMIZE, 1),
    'restart markers': (cv2.IMWRITE_JPEG_RST_INTERVAL, 7),
}


def picture(kind, size=(633, 471)):
    """Return a picture; odd sizes leave the last coded units half outside."""
    width, height = size
    return {
        'photo': cv2.resize(PHOTO, size),
        'gray photo': cv2.cvtColor(cv2.resize(PHOTO, size), cv2.COLOR_BGR2GRAY),
        # The colour of missing data, everywhere.
        'gray': np.full((height, width, 3), 128, np.uint8),
    }[kind]


def jpeg(kind='photo', way='plain', size=(633, 471)):
    """Return the bytes of a JPEG."""
    return cv2.imencode('.jpg', picture(kind, size), list(WAYS[way]))[1].tobytes()


def message(data, form='jpeg'):
    """Return a compressed image message."""
    result = CompressedImage(format=form)
    result.data.frombytes(data)
    return result


@pytest.mark.parametrize('tail', [
    b'', bytes(63), bytes(500_000), b'\xff' * 63, b'\xff' * 40_000,  # buffers of V4L2
    b'{"exposure": 12}' * 2000,  # metadata
    jpeg(size=(160, 120)),  # a preview, as telephones append it
    b'\xff\xd8\xff', b'\xff',
], ids=len)
@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('kind', ['photo', 'gray photo', 'gray'])
def test_whatever_follows_the_end_marker_a_picture_is_whole(kind, way, tail):
    whole = cv2.imdecode(np.frombuffer(jpeg(kind, way), np.uint8), cv2.IMREAD_COLOR)
    frame, _ = images.decode(message(jpeg(kind, way) + tail))
    assert np.array_equal(frame.pixels, whole)
    assert images.decode(message(jpeg(kind, way) + tail), 300)[1] == 2


def cut(data, share):
    """Return a part of a JPEG, not ending within a marker."""
    return data[:int(share * len(data))].rstrip(b'\xff')


@pytest.mark.parametrize('tail', [b'', EOI, bytes(900), EOI + bytes(900), EOI + jpeg()],
                         ids=['bare', 'end marker', 'padded', 'padded end', 'next picture'])
@pytest.mark.parametrize('share', [0.3, 0.5, 0.7, 0.95])
@pytest.mark.parametrize('wanted', [0, 300, 70])
@pytest.mark.parametrize('kind, way', [
    *(('photo', way) for way in WAYS), ('gray photo', 'plain'), ('gray photo', 'progressive')])
def test_a_cut_picture_is_truncated_whatever_is_glued_to_it(kind, way, wanted, share, tail):
    # A table cut in half may take the rest from the next picture, which is nonsense then.
    words = 'truncated|cannot decode' if tail.endswith(jpeg()) else 'truncated'
    with pytest.raises(images.ImageError, match=words):
        images.decode(message(cut(jpeg(kind, way), share) + tail), wanted)


def test_an_empty_scan_is_truncated():
    data = jpeg()
    start = data.index(b'\xff\xda')
    header = data[:start + 2 + int.from_bytes(data[start + 2:start + 4], 'big')]
    with pytest.raises(images.ImageError, match='truncated'):
        images.decode(message(header + EOI))


def resized(data, width, height):
    """Return a JPEG whose header says another size."""
    for marker in (b'\xff\xc0', b'\xff\xc2'):
        at = data.find(marker + b'\0\x11')
        if at > 0:
            return data[:at + 5] + struct.pack('>HH', height, width) + data[at + 9:]
    raise AssertionError('no frame header')


def chunk(name, content):
    """Return a chunk of a PNG."""
    return struct.pack('>I', len(content)) + name + content + struct.pack(
        '>I', zlib.crc32(name + content))


def png_bomb(width, height):
    """Return a PNG of zeros."""
    packer = zlib.compressobj(9)
    rows = b''.join([packer.compress(bytes(1 + 3 * width)) for _ in range(100)])
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header)
            + chunk(b'IDAT', rows + packer.flush()) + chunk(b'IEND', b''))


def tiff(width, height, order='<', tiles=None):
    """Return the head of a TIFF, with tiles of another size where given."""
    tags = [(256, 4, width), (257, 3, height), (259, 3, 1)]
    tags += [(322, 4, tiles), (323, 4, tiles)] if tiles else []
    entries = b''.join(
        struct.pack(order + 'HHI', tag, kind, 1)
        + (struct.pack(order + 'HH', value, 0) if kind == 3 else struct.pack(order + 'I', value))
        for tag, kind, value in tags)
    magic = b'II*\0' if order == '<' else b'MM\0*'
    return magic + struct.pack(order + 'IH', 8, len(tags)) + entries + bytes(4)


BOMBS = {
    'JPEG': resized(jpeg(size=(64, 48)), 30000, 30000),
    'progressive JPEG': resized(jpeg(way='progressive', size=(64, 48)), 30000, 30000),
    'PNG': png_bomb(30000, 30000),
    'TIFF': tiff(30000, 30000), 'big-endian TIFF': tiff(30000, 30000, '>'),
    'TIFF tiles': tiff(30000, 10, tiles=30000),
}


@pytest.mark.parametrize('name', BOMBS)
def test_a_bomb_is_refused_by_its_header(name):
    # Decoding one takes 900 MB and more.
    with no_more_memory_than(100 << 20), pytest.raises(images.ImageError) as caught:
        images.decode(message(BOMBS[name]))
    text = str(caught.value)
    assert '30000x30000' in text and '900.0 megapixels' in text and 'more than the 64' in text
    assert 'max_megapixels' in text


def text_bomb(name, head):
    """Return a PNG with a thousand texts of 7 MB each."""
    text = head + zlib.compress(bytes(7_000_000), 9)
    data = encoded('.png')
    return data[:33] + chunk(name, text) * 1000 + data[33:]


def encoded(suffix, size=(64, 48)):
    """Return the bytes of a picture."""
    return cv2.imencode(suffix, picture('photo', size))[1].tobytes()


@pytest.mark.parametrize('name, head', [
    (b'zTXt', b'key\0\0'), (b'iTXt', b'key\0\1\0\0\0'), (b'iCCP', b'key\0\0')])
def test_what_is_beside_the_picture_in_a_png_is_not_unpacked(name, head):
    packed, received = zlib.compress(bytes(7_000_000), 9), message(text_bomb(name, head), 'png')
    # All of them are a thousand.
    with no_more_work_than(100, lambda: zlib.decompress(packed)):
        frame, _ = images.decode(received)
    assert np.array_equal(frame.pixels, picture('photo', (64, 48)))


def test_further_pictures_of_an_animated_png_are_left_out():
    data = encoded('.png')
    control = chunk(b'acTL', struct.pack('>II', 100_000, 0))
    frames = b''.join(
        chunk(b'fcTL', struct.pack('>5I', number, 64, 48, 0, 0) + b'\0\1\0\1\0\0')
        + chunk(b'fdAT', struct.pack('>I', number + 1) + zlib.compress(bytes(48 * 193)))
        for number in range(0, 2000, 2))
    found, _ = images.decode(message(data[:33] + control + data[33:-12] + frames + data[-12:]))
    assert np.array_equal(found.pixels, picture('photo', (64, 48)))


def test_a_second_header_of_a_png_says_nothing():
    data, header = encoded('.png'), struct.pack('>IIBBBBB', 30000, 30000, 8, 2, 0, 0, 0)
    found, _ = images.decode(message(data[:33] + chunk(b'IHDR', header) + data[33:]))
    assert (found.width, found.height) == (64, 48)


@pytest.mark.parametrize('extra, words', [
    (chunk(b'tEXt', b'a\0b') * 100_001, 'more than 100000 chunks'),
    (chunk(b'IDAT', b'') * 100_001, 'more than 100000 chunks'),
    (struct.pack('>I4s', 0xFFFFFFFF, b'tEXt'), 'truncated'),
], ids=['texts', 'data', 'length'])
def test_chunks_of_a_png_are_bounded(extra, words):
    data = encoded('.png')
    with pytest.raises(images.ImageError, match=words):
        images.decode(message(data[:33] + extra + data[33:]))


def tagged(*tags):
    """Return a TIFF of 64x48 gray pixels with other tags: (tag, type, count, value) each."""
    known = {256: (4, 1, 64), 257: (4, 1, 48), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1),
             273: (4, 1, 8), 277: (3, 1, 1), 278: (4, 1, 48), 279: (4, 1, 3072)}
    known.update({tag: (kind, count, value) for tag, kind, count, value in tags})
    entries = b''.join(struct.pack('<HHII', tag, *known[tag]) for tag in sorted(known))
    return b'II*\0' + struct.pack('<IH', 8, len(known)) + entries + struct.pack(
        '<IQQ', 0, 30000, 30000) + bytes(4000)


@pytest.mark.parametrize('tags, words', [
    # the number stands where the value of shorter types is said to be: 30000x30000
    ([(256, 16, 1, 122), (257, 16, 1, 122)], 'damaged TIFF'),
    # values of 8 bytes: four times what 64 megapixels of 16-bit colour take
    ([(256, 4, 1, 8000), (257, 4, 1, 8000), (258, 3, 1, 64), (277, 3, 1, 4)], 'of 32 bytes'),
    # whole JPEGs in it
    ([(259, 3, 1, 7)], 'not decoded'),
    # one pixel per strip
    ([(256, 4, 1, 1), (257, 4, 1, 60_000_000), (278, 4, 1, 1)], 'not decoded'),
    ([(256, 4, 1, 8000), (257, 4, 1, 8000), (322, 4, 1, 1), (323, 4, 1, 1)], 'not decoded'),
    ([(256, 4, 1, 0)], 'size is 0x48'), ([(278, 4, 1, 0)], 'cannot decode'),
])
def test_a_tiff_that_would_take_memory_is_refused(tags, words):
    assert images.decode(message(tagged()))[0].width == 64
    with pytest.raises(images.ImageError, match=words):
        images.decode(message(tagged(*tags)))


@pytest.mark.parametrize('content, words', [
    (b'P5' + b' ' * 5000 + b'x', 'damaged PNM'),
    # For OpenCV the comment ends at the carriage return.
    (b'P5\n#\r30000 30000 255\n#\n10 10 255\n' + bytes(200), 'more than the 64'),
    (b'P5 99999999999 1 255\n', 'damaged PNM'), (b'P5 0 1 255\n', 'size is 0x1'),
    (encoded('.webp').replace(b'VP8L', b'JUNK', 1), 'damaged WebP'),
], ids=range(5))
def test_files_that_say_two_sizes_are_refused(content, words, tmp_path):
    (tmp_path / 'picture').write_bytes(content)
    with no_more_memory_than(100 << 20), pytest.raises(images.ImageError, match=words):
        images.read_picture(tmp_path / 'picture')


@pytest.mark.parametrize('suffix', ['.jp2', '.exr', '.hdr', '.gif', '.avif', '.ras', '.pam'])
def test_formats_whose_size_is_not_read_are_refused(suffix, tmp_path):
    # OpenCV would decode them.
    try:
        pixels = picture('photo', (64, 48))
        data = cv2.imencode(suffix, pixels if suffix != '.hdr' else pixels.astype(np.float32))[1]
    except cv2.error:
        pytest.skip(f'this OpenCV does not write {suffix}')
    (tmp_path / 'picture').write_bytes(data.tobytes())
    with pytest.raises(images.ImageError, match='neither JPEG nor PNG'):
        images.decode(message(data.tobytes()))
    with pytest.raises(images.ImageError, match='neither JPEG nor PNG'):
        images.read_picture(tmp_path / 'picture')


@pytest.mark.parametrize('size, count, allowed', [
    ((8000, 8000), 3, True), ((8000, 8000), 30, False), ((1000, 1000), 30, True)])
def test_the_larger_a_picture_the_fewer_scans_it_may_have(size, count, allowed):
    data = resized(many_scans(count), *size)
    header = jpeg_file.read_header(np.frombuffer(data, np.uint8))
    if allowed:
        jpeg_file.require_end(np.frombuffer(data, np.uint8), header, images.MAX_PIXELS)
        return
    with pytest.raises(images.ImageError, match='8000x8000 has .* scans, more than the 16'):
        images.decode(message(data))


def test_two_channels_are_refused():
    data = jpeg()
    at = data.index(b'\xff\xc0')
    frame = struct.pack('>HBHHB', 14, 8, 48, 64, 2) + b'\1\x11\0\2\x11\0'
    with pytest.raises(images.ImageError, match='2 channels'):
        images.decode(message(data[:at + 2] + frame + data[at + 19:]))


def test_more_bytes_than_the_pixels_take_are_refused():
    data = jpeg(size=(64, 48)) + bytes(8_000_000)
    with pytest.raises(images.ImageError, match='longer than the 8000000 .*max_megapixels'):
        images.decode(message(data), max_pixels=1_000_000)
    assert images.decode(message(data))[0].width == 64


def many_segments(count):
    """Return a JPEG with empty comments before its picture."""
    data = jpeg()
    return data[:2] + b'\xff\xfe\0\2' * count + data[2:]


def many_scans(count):
    """Return a progressive JPEG that repeats its last scan."""
    data = jpeg(way='progressive', size=(64, 48))
    return data[:-2] + data[data.rindex(b'\xff\xda'):-2] * count + EOI


@pytest.mark.parametrize('data, words', [
    (b'\xff\xd8' + b'\xff' * 20_000_000, 'truncated'),
    (b'\xff\xd8\xff' + bytes(20_000_000), 'truncated'),
    (jpeg()[:-2] + b'\xff' * 20_000_000, 'truncated'),
    (jpeg()[:-2] + b'\xff\0' * 10_000_000, 'truncated'),
    (jpeg()[:-2] + b'\xff\xd0' * 10_000_000, 'truncated'),
    (jpeg(way='progressive')[:-2] + b'\xff' * 20_000_000, 'truncated'),
    (many_segments(5_000_000), 'more than 1000 segments'),
    (many_scans(3000), 'scans|segments'),
    (b'II*\0\x08\0\0\0\xff\xff' + bytes(20_000_000), 'damaged TIFF header'),
], ids=range(9))
def test_nonsense_of_any_length_is_refused_at_once(data, words):
    received = message(data)
    # Less than to look at each of 20 MB in Python, let alone to do something with it.
    with no_more_work_than(10, lambda: all(each == 9 for each in b'\t' * 2_000_000)):
        with pytest.raises(images.ImageError, match=words):
            images.decode(received)


def test_segments_that_a_camera_may_send_are_no_obstacle():
    assert images.decode(message(many_segments(300)))[0].width == 633


def tone(suffix, size):
    """Return what OpenCV writes into such a file; 4.5.4 refuses a TIFF of one coloured pixel."""
    gray = suffix == '.pgm' or suffix == '.tiff' and size == (1, 1)
    return 'gray photo' if gray else 'photo'


@pytest.mark.parametrize('suffix', ['.png', '.tiff', '.bmp', '.webp', '.ppm', '.pgm'])
@pytest.mark.parametrize('size', [(1, 1), (3, 2), (633, 471)])
def test_sizes_are_those_that_opencv_wrote(suffix, size):
    data = cv2.imencode(suffix, picture(tone(suffix, size), size))[1]
    form = picture_sizes.format_of(data[:16].tobytes())
    assert picture_sizes.size_of(form, memoryview(data))[:2] == size


@pytest.mark.parametrize('suffix', ['.png', '.tiff', '.bmp', '.webp', '.ppm'])
def test_a_header_that_ends_early_is_damaged(suffix, tmp_path):
    data = cv2.imencode(suffix, picture('photo'))[1].tobytes()
    for length in range(16):
        (tmp_path / 'short').write_bytes(data[:length])
        with pytest.raises(images.ImageError):
            images.read_picture(tmp_path / 'short')


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.tiff'])
@pytest.mark.parametrize('size', [(1, 1), (1, 9), (2, 1)])
def test_tiny_pictures_are_pictures(suffix, size):
    data = cv2.imencode(suffix, picture(tone(suffix, size), size))[1]
    frame, factor = images.decode(message(data), 64)
    assert (frame.width, frame.height, factor) == (*size, 1)


def turned(data, orientation):
    """Return a JPEG with an EXIF orientation."""
    entry = struct.pack('>HHIHH', 0x0112, 3, 1, orientation, 0)
    exif = b'Exif\0\0MM\0*' + struct.pack('>IH', 8, 1) + entry + bytes(4)
    return data[:2] + b'\xff\xe1' + struct.pack('>H', 2 + len(exif)) + exif + data[2:]


@pytest.mark.parametrize('orientation, turn', [
    (1, None), (3, cv2.ROTATE_180), (6, cv2.ROTATE_90_CLOCKWISE),
    (8, cv2.ROTATE_90_COUNTERCLOCKWISE)])
def test_orientation_counts_in_files_and_not_in_messages(orientation, turn, tmp_path):
    data = turned(jpeg(), orientation)
    plain = cv2.imdecode(np.frombuffer(jpeg(), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(images.decode(message(data))[0].pixels, plain)
    (tmp_path / 'photo.jpg').write_bytes(data)
    upright = plain if turn is None else cv2.rotate(plain, turn)
    assert np.array_equal(images.read_picture(tmp_path / 'photo.jpg').pixels, upright)


@pytest.mark.parametrize('content, words', [
    (cut(jpeg(), 0.5) + EOI, 'truncated'), (BOMBS['PNG'], 'megapixels'),
    (b'', 'neither JPEG nor PNG'), (b'<!DOCTYPE html>', 'neither JPEG'),
])
def test_files_are_judged_by_the_rules_of_messages(content, words, tmp_path):
    (tmp_path / 'photo.jpg').write_bytes(content)
    with pytest.raises(images.ImageError, match=words):
        images.read_picture(tmp_path / 'photo.jpg')
    with pytest.raises(images.ImageError, match=words):
        images.decode(message(content))


@pytest.mark.parametrize('place, words', [
    ('absent.jpg', 'No such file'), ('.', 'directory and not a regular'),
    ('/dev/zero', 'device and not a regular'), ('pipe', 'named pipe and not a regular'),
    ('terabyte', '1099511627776 bytes, more than the 512000000'),
])
def test_what_is_no_file_of_a_pictures_size_is_not_read(place, words, tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    with open(tmp_path / 'terabyte', 'wb') as file:
        file.truncate(1 << 40)
    with pytest.raises(OSError, match=words):
        images.read_picture(tmp_path / place)


def test_a_format_of_a_megabyte_gives_a_short_error():
    with pytest.raises(images.ImageError) as caught:
        images.decode(message(b'GIF89a', 'x' * 1_000_000))
    assert len(str(caught.value)) < 400
