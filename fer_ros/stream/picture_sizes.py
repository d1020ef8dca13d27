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

#: What a file starts with, by its format.
SIGNATURES = {
    'JPEG': (b'\xff\xd8\xff',), 'PNG': (b'\x89PNG\r\n\x1a\n',),
    'TIFF': (b'II*\0', b'MM\0*'), 'BMP': (b'BM',), 'WebP': (b'RIFF',),
    'PNM': (b'P2', b'P3', b'P5', b'P6'),
}

_PNM = re.compile(rb'P[2356](?:\s+|#[^\n]*\n)+(\d{1,9})(?:\s+|#[^\n]*\n)+(\d{1,9})\s')

#: Tags of a TIFF: sides of the picture and of a tile, rows of a strip, values per pixel.
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT, _CHANNELS = 256, 257, 322, 323, 277


def format_of(head: bytes) -> str:
    """Return which format of `SIGNATURES` a file's first 16 bytes belong to, '' for none."""
    for name, signatures in SIGNATURES.items():
        if head.startswith(signatures) and (name != 'WebP' or head[8:12] == b'WEBP'):
            return name
    return ''


def size_of(form: str, content: memoryview) -> tuple[int, int] | None:
    """
    Read a picture's size; not a JPEG's, which may stand far behind (`jpeg.read_header`).

    :param form: as `format_of` says.
    :param content: the file's bytes; a few of them are looked at.
    :return: (width, height) in pixels, of a tile where a TIFF's are larger than its picture;
        None where the header is damaged.
    """
    try:
        return _READERS[form](content)
    except (struct.error, TypeError, LookupError, AttributeError, ValueError):
        return None


def _png(content: memoryview) -> tuple[int, int]:
    return struct.unpack_from('>II', content, 16)


def _bmp(content: memoryview) -> tuple[int, int]:
    if struct.unpack_from('<I', content, 14)[0] == 12:
        width, height = struct.unpack_from('<HH', content, 18)
        return width, height
    width, height = struct.unpack_from('<ii', content, 18)
    return abs(width), abs(height)


def _pnm(content: memoryview) -> tuple[int, int]:
    found = _PNM.match(content)
    if found is None:
        raise ValueError('no PNM header')
    width, height = found.groups()
    return int(width), int(height)


def _webp(content: memoryview) -> tuple[int, int]:
    kind = bytes(content[12:16])
    if kind == b'VP8X':
        width, height = (
            1 + int.from_bytes(content[at:at + 3], 'little') for at in (24, 27))
        return width, height
    if kind == b'VP8L':
        bits, = struct.unpack_from('<I', content, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from('<HH', content, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff(content: memoryview) -> tuple[int, int]:
    order = '<' if bytes(content[:2]) == b'II' else '>'
    at, = struct.unpack_from(order + 'I', content, 4)
    count, = struct.unpack_from(order + 'H', content, at)
    tags: dict[int, int] = {}
    for index in range(count):
        tag, kind, _ = struct.unpack_from(order + 'HHI', content, at + 2 + 12 * index)
        # The first of two counts for libtiff, too; a short stands in the upper or lower half.
        tags.setdefault(tag, struct.unpack_from(
            order + ('H' if kind == 3 else 'I'), content, at + 10 + 12 * index)[0])
    if tags.get(_CHANNELS, 1) > 4:
        raise ValueError('more than four values per pixel')
    return (max(tags[_WIDTH], tags.get(_TILE_WIDTH, 0)),
            max(tags[_HEIGHT], tags.get(_TILE_HEIGHT, 0)))


_READERS = {'PNG': _png, 'TIFF': _tiff, 'BMP': _bmp, 'WebP': _webp, 'PNM': _pnm}
