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

"""Sizes of pictures as their headers say, before anything is decoded."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from fer_ros.stream.tiff import tiff_size

#: What a file starts with, by its format.
SIGNATURES = {
    'JPEG': (b'\xff\xd8\xff',), 'PNG': (b'\x89PNG\r\n\x1a\n',),
    'TIFF': (b'II*\0', b'MM\0*'), 'BMP': (b'BM',), 'WebP': (b'RIFF',),
    'PNM': (b'P2', b'P3', b'P5', b'P6'),
}

# Each space is matched in one way only, and a comment ends where it ends for OpenCV, which would
# else read another size.
_GAP = rb'(?:\s|#[^\r\n]*[\r\n])+'
_PNM = re.compile(rb'P[2356]' + _GAP + rb'(\d{1,9})' + _GAP + rb'(\d{1,9})\s')


class PictureSize(NamedTuple):
    """
    Size of a picture as its header says.

    `width` and `height` in pixels, of a tile where a TIFF's are larger than its picture;
    `pixel_bytes` that a decoded pixel takes at most.
    """

    width: int
    height: int
    pixel_bytes: int


def format_of(head: bytes) -> str:
    """Return which format of `SIGNATURES` a file's first 16 bytes belong to, '' for none."""
    for name, signatures in SIGNATURES.items():
        if head.startswith(signatures) and (name != 'WebP' or head[8:12] == b'WEBP'):
            return name
    return ''


def size_of(form: str, content: memoryview) -> PictureSize | None:
    """
    Read a picture's size; not a JPEG's, which may stand far behind (`jpeg.read_header`).

    :param form: as `format_of` says.
    :param content: the file's bytes; a few of them are looked at.
    :return: None where the header is damaged, or speaks of what is not decoded.
    """
    try:
        return PictureSize(*_READERS[form](content))
    except (struct.error, TypeError, LookupError, AttributeError, ValueError):
        return None


def _png(content: memoryview) -> tuple[int, int, int]:
    if bytes(content[8:16]) != b'\0\0\0\rIHDR':
        raise ValueError('something before the header')
    width, height, depth = struct.unpack_from('>IIB', content, 16)
    return width, height, 8 if depth == 16 else 4


def _bmp(content: memoryview) -> tuple[int, int, int]:
    if struct.unpack_from('<I', content, 14)[0] == 12:
        width, height = struct.unpack_from('<HH', content, 18)
    else:
        width, height = map(abs, struct.unpack_from('<ii', content, 18))
    return width, height, 4


def _pnm(content: memoryview) -> tuple[int, int, int]:
    found = _PNM.match(content)
    if found is None:
        raise ValueError('no PNM header')
    width, height = found.groups()
    return int(width), int(height), 6


def _webp(content: memoryview) -> tuple[int, int, int]:
    kind = bytes(content[12:16])
    if kind == b'VP8X':
        width, height = (
            1 + int.from_bytes(content[at:at + 3], 'little') for at in (24, 27))
    elif kind == b'VP8L':
        bits, = struct.unpack_from('<I', content, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b'VP8 ':
        width, height = (side & 0x3FFF for side in struct.unpack_from('<HH', content, 26))
    else:
        raise ValueError('something before the picture')
    return width, height, 4


_READERS = {'PNG': _png, 'TIFF': tiff_size, 'BMP': _bmp, 'WebP': _webp, 'PNM': _pnm}
