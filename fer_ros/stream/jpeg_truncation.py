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

"""Whether the coded data of a JPEG end early, which libjpeg hides and no marker tells."""

from __future__ import annotations

from typing import Any, Callable

from fer_ros.stream.jpeg import (
    all_scans, END_OF_DATA, END_OF_IMAGE, JpegHeader, MARKER, Scan, segments, START_OF_IMAGE,
    truncated)
import numpy as np
from numpy.typing import NDArray

#: Bytes that fill libjpeg's look-ahead, neither mark anything nor code the grey of nothing.
_FILL = bytes(97 + 37 * index % 101 for index in range(32))

#: libjpeg gives blocks that it has no data for this value, in every channel.
_MISSING = 128

#: Along the edges of a coded unit, colour is mixed with the neighbour's: at most by so much.
_MIXED = 8

_QUANTIZATION, _START_OF_SCAN = 0xDB, 0xDA

#: Channels of pictures for print, whose missing data are not grey.
_CMYK = 4

#: Numbers of a block; of a scan's header, bytes of each channel, and behind them the first and the
#: last number that it sends, and how many of the last bits it leaves out, in half a byte.
_COEFFICIENTS = 64
_SCAN_CHANNEL, _SCAN_HOW, _LACKING_BITS = 2, 3, 0b1111

#: Of a quantisation table: where its first byte has whether steps take two bytes; a low one.
_TABLE_PRECISION, _LOW_STEP = 4, 5

#: Decodes the bytes of a JPEG, each side reduced by a factor: uint8 (H, W, 3), or None.
Decode = Callable[[bytes, int], 'NDArray[Any] | None']


def require_whole(
        data: NDArray[Any], header: JpegHeader, pixels: NDArray[Any], factor: int,
        decode: Decode) -> None:
    """
    Check that a decoded JPEG's data do not end early.

    libjpeg fills what is missing with grey and calls it success, and an end marker may be
    glued on to half a picture. Data ended early exactly if more data, put behind them, change
    the picture. That costs another decoding, so it is only done where the picture ends in the
    grey of missing data, which hardly any whole picture does. A picture in several scans, as
    no camera sends it, always costs two more.

    :param data: uint8 (N,), the file's bytes, with an end marker.
    :param header: of the file.
    :param pixels: uint8 (H, W, 3), the whole file decoded, not turned.
    :param factor: by which each side of `pixels` was reduced in decoding.
    :param decode: as `pixels` were decoded.
    :raises ImageError: the data end early.
    """
    if not header.one_scan:
        _require_last_scan(data, header, min(factor, 2), decode)
    elif header.channels == _CMYK or _ends_in_gray(pixels, header, factor):
        found = END_OF_DATA.search(data.data, header.data_start)
        end = found.start() if found else data.size
        # With an end marker: without one OpenCV 4.10 leaves memory of whatever was there before,
        # often the same picture, where it waits for more data.
        _compare(data, pixels, decode(data[:end].tobytes() + _FILL + END_OF_IMAGE, factor))


def _ends_in_gray(pixels: NDArray[Any], header: JpegHeader, factor: int) -> bool:
    """Tell whether the picture's last coded unit may be missing."""
    if abs(int(pixels[-1, -1, 1]) - _MISSING) > _MIXED:
        return False
    left, top = ((size - 1) // unit * unit // factor for size, unit in zip(
        (header.width, header.height), header.unit))
    block = pixels[top:, left:]
    if factor == 1 and min(block.shape[:2]) == 1:
        return True
    inside = slice(1 if factor == 1 else 0, None)
    return bool((block[inside, inside] == _MISSING).all())


def _require_last_scan(
        data: NDArray[Any], header: JpegHeader, factor: int, decode: Decode) -> None:
    """Check that all scans are there and the last changes the picture down to its end."""
    scans, end = all_scans(data, header)
    if not _refined(scans):
        raise truncated(data, 'scans are missing')
    sharp = _without_smoothing(data)
    pixels = decode(sharp[:end] + END_OF_IMAGE, factor)
    before = None
    if len(scans) > 1:
        before = decode(sharp[:scans[-1].start] + END_OF_IMAGE, factor)
    top = (header.height - 1) // header.unit[1] * header.unit[1] // factor
    if (pixels is not None and before is not None
            and not np.array_equal(pixels[top:], before[top:])):
        return
    # Nothing at the end of an even picture needs the last scan. libjpeg does complain here.
    _compare(data, pixels, decode(sharp[:end] + _FILL + END_OF_IMAGE, factor))


def _refined(scans: list[Scan]) -> bool:
    """Tell whether all that some scan sends without its last bits gets them later."""
    missing: set[tuple[int, int]] = set()
    for _, content in scans:
        channels = content[0] if content else 0
        which = content[1:1 + _SCAN_CHANNEL * channels:_SCAN_CHANNEL]
        how = content[1 + _SCAN_CHANNEL * channels:][:_SCAN_HOW]
        if len(how) < _SCAN_HOW:
            return False
        first, last, bits = how
        sent = {(channel, coefficient) for channel in which
                for coefficient in range(first, min(last, _COEFFICIENTS - 1) + 1)}
        missing = missing | sent if bits & _LACKING_BITS else missing - sent
    return not missing


def _without_smoothing(data: NDArray[Any]) -> bytes:
    """
    Return a file of several scans that libjpeg does not smooth while scans are missing.

    It does not where a quantisation step of a low frequency is zero; here (0, 2).
    """
    changed = bytearray(data)
    for marker, start, end in segments(data, len(START_OF_IMAGE), MARKER):
        if marker == _START_OF_SCAN:
            break
        while marker == _QUANTIZATION and start < min(end, data.size):
            size = 2 if changed[start] >> _TABLE_PRECISION else 1
            step = start + 1 + _LOW_STEP * size
            changed[step:step + size] = bytes(size)
            start += 1 + _COEFFICIENTS * size
    return bytes(changed)


def _compare(data: NDArray[Any], pixels: NDArray[Any] | None, filled: NDArray[Any] | None) -> None:
    if pixels is None or filled is None or not np.array_equal(pixels, filled):
        raise truncated(data, 'its coded data end early')
