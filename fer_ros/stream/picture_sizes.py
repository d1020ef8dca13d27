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


#: PNG: what comes after the signature, and where width, height and depth follow; the deepest.
_PNG_HEADER, _PNG_HEADER_AT, _PNG_SIZE_AT, _PNG_DEEP = b'\0\0\0\rIHDR', 8, 16, 16

#: BMP: where the header says how long it is, the length of OS/2's, and where the sides follow.
_BMP_HEADER_AT, _BMP_OLD_HEADER, _BMP_SIZE_AT = 14, 12, 18

#: WebP: a RIFF file of this name, which has a picture with further chunks, without losses or with
#: them; each has its sides elsewhere, in so many bytes or bits, the first two as one less.
_WEBP, _WEBP_AT, _WEBP_KIND_AT, _WEBP_DATA_AT = b'WEBP', 8, 12, 16
_EXTENDED, _EXTENDED_SIDES_AT, _EXTENDED_BYTES = b'VP8X', (24, 27), 3
_LOSSLESS, _LOSSLESS_BITS_AT = b'VP8L', 21
_LOSSY, _LOSSY_SIDES_AT = b'VP8 ', 26
_SIDE_BITS = 14
_SIDE = (1 << _SIDE_BITS) - 1

#: Bytes of a decoded pixel: four channels of 8 bits, of 16, or three of 16.
_FOUR, _FOUR_DEEP, _THREE_DEEP = 4, 8, 6


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
        if head.startswith(signatures) and (
                name != 'WebP' or head[_WEBP_AT:_WEBP_KIND_AT] == _WEBP):
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
    if bytes(content[_PNG_HEADER_AT:_PNG_SIZE_AT]) != _PNG_HEADER:
        raise ValueError('something before the header')
    width, height, depth = struct.unpack_from('>IIB', content, _PNG_SIZE_AT)
    return width, height, _FOUR_DEEP if depth == _PNG_DEEP else _FOUR


def _bmp(content: memoryview) -> tuple[int, int, int]:
    if struct.unpack_from('<I', content, _BMP_HEADER_AT)[0] == _BMP_OLD_HEADER:
        width, height = struct.unpack_from('<HH', content, _BMP_SIZE_AT)
    else:
        width, height = map(abs, struct.unpack_from('<ii', content, _BMP_SIZE_AT))
    return width, height, _FOUR


def _pnm(content: memoryview) -> tuple[int, int, int]:
    found = _PNM.match(content)
    if found is None:
        raise ValueError('no PNM header')
    width, height = found.groups()
    return int(width), int(height), _THREE_DEEP


def _webp(content: memoryview) -> tuple[int, int, int]:
    kind = bytes(content[_WEBP_KIND_AT:_WEBP_DATA_AT])
    if kind == _EXTENDED:
        width, height = (
            1 + int.from_bytes(content[at:at + _EXTENDED_BYTES], 'little')
            for at in _EXTENDED_SIDES_AT)
    elif kind == _LOSSLESS:
        bits, = struct.unpack_from('<I', content, _LOSSLESS_BITS_AT)
        width, height = 1 + (bits & _SIDE), 1 + (bits >> _SIDE_BITS & _SIDE)
    elif kind == _LOSSY:
        width, height = (
            side & _SIDE for side in struct.unpack_from('<HH', content, _LOSSY_SIDES_AT))
    else:
        raise ValueError('something before the picture')
    return width, height, _FOUR


_READERS = {'PNG': _png, 'TIFF': tiff_size, 'BMP': _bmp, 'WebP': _webp, 'PNM': _pnm}
