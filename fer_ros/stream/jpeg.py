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
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
_LONE = (0x01, *range(0xD0, 0xDA))  # markers without a segment
_NO_FRAMES = (0xC4, 0xC8, 0xCC)

END_OF_IMAGE = b'\xff\xd9'

#: Padding of up to so many bytes costs no search.
_PADDING = 1 << 14


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
    for marker, start, end in segments(data, 2, MARKER):
        if marker == _EXIF:
            oriented = oriented or data[start:start + 4].tobytes() == b'Exif'
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES and frame is None:
            frame = _read_frame(data[start:end].tobytes())
            progressive = marker in _PROGRESSIVE
        elif marker == _START_OF_SCAN:
            if frame is None:
                break
            width, height, unit, channels = frame
            together = min(end, data.size) > start and data[start] == channels
            return JpegHeader(
                width, height, unit, channels, bool(together and not progressive),
                Scan(start - 4, data[start:end].tobytes()), end, oriented)
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
    tail = data[-_PADDING:].tobytes().rstrip(b'\0\xff')
    if not header.one_scan or END_OF_IMAGE not in tail[-64:]:
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
        if start + 2 > data.size:
            return
        position = start + max(2, struct.unpack('>H', data[start:start + 2].tobytes())[0])
        yield marker, start + 2, position
    raise ImageError(
        f'JPEG of {data.size} bytes has more than {MOST_SEGMENTS} segments; check the camera '
        'driver')


def _read_frame(content: bytes) -> tuple[int, int, tuple[int, int], int]:
    """Return width, height, size of a coded unit and channels of a frame header."""
    if len(content) < 6 or len(content) < 6 + 3 * content[5]:
        raise ImageError('JPEG with a damaged frame header; check the camera driver')
    height, width, channels = struct.unpack('>HHB', content[1:6])
    if channels not in (1, 3, 4):
        raise ImageError(f'JPEG has {channels} channels; 1, 3 and 4 are supported')
    factors = [content[7 + 3 * channel] for channel in range(channels)]
    if channels == 1:
        unit = (8, 8)
    else:
        across, down = (
            8 * max([1, *(each >> shift & 15 for each in factors)]) for shift in (4, 0))
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
            return scans, start - 2
        if marker == _START_OF_SCAN:
            scans.append(Scan(start - 4, data[start:end].tobytes()))
            if len(scans) > MOST_SCANS:
                raise ImageError(
                    f'JPEG has more than {MOST_SCANS} scans; save it again with fewer')
    raise truncated(data, 'no end marker')


def truncated(data: NDArray[Any], how: str) -> ImageError:
    """Return the error for a JPEG that lacks something."""
    return ImageError(
        f'JPEG of {data.size} bytes is truncated ({how}); check the camera driver and the '
        'network')
