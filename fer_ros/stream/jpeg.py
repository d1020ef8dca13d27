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

"""JPEG files: their segments, what their headers say, and where they end."""

from __future__ import annotations

import re
import struct
from typing import Any, Iterator, NamedTuple

from fer_ros.stream.image_limits import ImageError
from numpy.typing import NDArray

#: The most segments (tables, metadata, scans) that are looked at; a camera sends a dozen.
MOST_SEGMENTS = 1000

#: The most scans, and the most of a picture of the largest size that is decoded; smaller ones may
#: have as many more. Each one costs a pass over the whole picture. libjpeg itself writes 10.
MOST_SCANS, MOST_SCANS_OF_LARGEST = 100, 16

# Outside of coded data any two bytes like these are a marker; inside, stuffed zeros and
# restart markers belong to the data. Each expression looks at every byte once.
MARKER = re.compile(rb'\xff[^\x00\xff]')
END_OF_DATA = re.compile(rb'\xff[^\x00\xd0-\xd7\xff]')

_START_OF_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_FRAMES, _NO_FRAMES = range(0xC0, 0xD0), (0xC4, 0xC8, 0xCC)
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_LONE = (0x01, *range(0xD0, 0xDA))  # markers without a segment

# Bytes of a marker, and of the length that follows it.
_MARKER, _LENGTH = 2, 2

_EXIF_NAME = b'Exif'

# A frame header: bit depth, height, width and number of channels, then so many bytes of each
# channel: its name, its two factors in a byte, its table.
_FRAME, _FRAME_AT = '>HHB', 1
_CHANNELS_AT = _FRAME_AT + struct.calcsize(_FRAME) - 1
_CHANNEL_LIST, _CHANNEL, _FACTORS_AT = _CHANNELS_AT + 1, 3, 1
_HALF_BYTES, _HALF_BYTE = (4, 0), 0b1111
_NUMBERS_OF_CHANNELS = (1, 3, 4)

# Each side of a block, in pixels.
_BLOCK = 8

START_OF_IMAGE, END_OF_IMAGE = b'\xff\xd8', b'\xff\xd9'

#: What pads a file, up to so many bytes of it without a search; the end stands in so many before.
_FILL, _PADDING, _TAIL = b'\0\xff', 1 << 14, 64


class Scan(NamedTuple):
    """One pass over the picture: where its marker stands, and the content of its header."""

    start: int
    content: bytes


class JpegHeader(NamedTuple):
    """
    What a JPEG says before its first coded data.

    `width` and `height` in pixels; `unit` is (width, height) in pixels of what is coded
    together (MCU); `channels` 1, 3 or 4; `one_scan` whether one scan holds all channels at
    full precision; `scan` is the first; `data_start` is where its coded data begin; `oriented`
    whether an EXIF segment comes before them.
    """

    width: int
    height: int
    unit: tuple[int, int]
    channels: int
    one_scan: bool
    scan: Scan
    data_start: int
    oriented: bool


def read_header(data: NDArray[Any]) -> JpegHeader:
    """
    Read a JPEG up to its first coded data, without decoding it.

    :param data: uint8 (N,), the file's bytes.
    :raises ImageError: it ends before that, or is no JPEG.
    """
    frame = None
    progressive = oriented = False
    for marker, start, end in segments(data, len(START_OF_IMAGE), MARKER):
        if marker == _EXIF:
            name = data[start:start + len(_EXIF_NAME)].tobytes()
            oriented = oriented or name == _EXIF_NAME
        elif marker in _FRAMES and marker not in _NO_FRAMES and frame is None:
            frame = _read_frame(data[start:end].tobytes())
            progressive = marker in _PROGRESSIVE
        elif marker == _START_OF_SCAN:
            if frame is None:
                break
            width, height, unit, channels = frame
            together = min(end, data.size) > start and data[start] == channels
            return JpegHeader(
                width, height, unit, channels, bool(together and not progressive),
                _scan(data, start, end), end, oriented)
    raise ImageError(
        f'JPEG of {data.size} bytes is truncated (no picture in it); check the camera driver '
        'and the network')


def require_end(data: NDArray[Any], header: JpegHeader, max_pixels: int) -> None:
    """
    Check that a JPEG has an end marker, and few passes; what comes after it is ignored.

    :param data: uint8 (N,), the file's bytes.
    :param header: of the file.
    :param max_pixels: the most that are decoded.
    :raises ImageError: there is none, or the passes over the picture are too many.
    """
    # Nearly always it stands at the end, or before padding: then nothing is searched.
    tail = data[-_PADDING:].tobytes().rstrip(_FILL)
    if not header.one_scan or END_OF_IMAGE not in tail[-_TAIL:]:
        count = len(all_scans(data, header)[0])
        pixels = header.width * header.height
        if count * pixels > MOST_SCANS_OF_LARGEST * max_pixels:
            raise ImageError(
                f'JPEG of {header.width}x{header.height} has {count} scans, more than the '
                f'{MOST_SCANS_OF_LARGEST * max_pixels // pixels} that are decoded at this size; '
                'save it again with fewer')


def segments(
        data: NDArray[Any], position: int,
        pattern: re.Pattern[bytes]) -> Iterator[tuple[int, int, int]]:
    """
    Yield (marker, where its content starts, where it ends), passing over what is none.

    :param position: where to start.
    :param pattern: `MARKER` before coded data, `END_OF_DATA` behind it.
    :raises ImageError: there are more than `MOST_SEGMENTS`.
    """
    for _ in range(MOST_SEGMENTS):
        found = pattern.search(data.data, position)
        if found is None:
            return
        marker, start = int(data[found.end() - 1]), found.end()
        if marker in _LONE:
            position = start
            yield marker, start, start
            continue
        content = start + _LENGTH
        if content > data.size:
            return
        length, = struct.unpack('>H', data[start:content].tobytes())
        position = start + max(_LENGTH, length)
        yield marker, content, position
    raise ImageError(
        f'JPEG of {data.size} bytes has more than {MOST_SEGMENTS} segments; check the camera '
        'driver')


def _read_frame(content: bytes) -> tuple[int, int, tuple[int, int], int]:
    """Return width, height, size of a coded unit and channels of a frame header."""
    if len(content) < _CHANNEL_LIST or len(content) < (
            _CHANNEL_LIST + _CHANNEL * content[_CHANNELS_AT]):
        raise ImageError('JPEG with a damaged frame header; check the camera driver')
    height, width, channels = struct.unpack_from(_FRAME, content, _FRAME_AT)
    if channels not in _NUMBERS_OF_CHANNELS:
        raise ImageError(f'JPEG has {channels} channels; 1, 3 and 4 are supported')
    factors = content[_CHANNEL_LIST + _FACTORS_AT:][:_CHANNEL * channels:_CHANNEL]
    if channels == 1:
        unit = (_BLOCK, _BLOCK)
    else:
        across, down = (
            _BLOCK * max([1, *(each >> shift & _HALF_BYTE for each in factors)])
            for shift in _HALF_BYTES)
        unit = (across, down)
    return width, height, unit, channels


def all_scans(data: NDArray[Any], header: JpegHeader) -> tuple[list[Scan], int]:
    """
    Return the scans of a JPEG and where its end marker stands.

    :raises ImageError: there is no end marker, or more scans than `MOST_SCANS`.
    """
    scans = [header.scan]
    for marker, start, end in segments(data, header.data_start, END_OF_DATA):
        if marker == _END:
            return scans, start - _MARKER
        if marker == _START_OF_SCAN:
            scans.append(_scan(data, start, end))
            if len(scans) > MOST_SCANS:
                raise ImageError(
                    f'JPEG has more than {MOST_SCANS} scans; save it again with fewer')
    raise truncated(data, 'no end marker')


def _scan(data: NDArray[Any], start: int, end: int) -> Scan:
    """Return the scan whose header's content stands there."""
    return Scan(start - _LENGTH - _MARKER, data[start:end].tobytes())


def truncated(data: NDArray[Any], how: str) -> ImageError:
    """Return the error for a JPEG that lacks something."""
    return ImageError(
        f'JPEG of {data.size} bytes is truncated ({how}); check the camera driver and the '
        'network')
