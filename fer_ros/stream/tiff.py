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

"""The size of a TIFF, and whether it is one that decoding does no harm."""

from __future__ import annotations

import struct

# Tags: sides of the picture and of a tile, rows of a strip, values per pixel, bits of one.
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT, _ROWS = 256, 257, 322, 323, 278
_CHANNELS, _DEPTH, _COMPRESSION = 277, 258, 259
_TAGS = (
    _WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT, _ROWS, _CHANNELS, _DEPTH, _COMPRESSION)

# Compression: none, LZW, Deflate and its old number, PackBits, as cameras and OpenCV write.
# Others hold whole pictures of other formats, with sizes of their own.
_COMPRESSIONS = (1, 5, 8, 32946, 32773)

# Tags that a picture may have; libtiff itself writes 20.
_MOST_TAGS = 1000

# Size and letter of the types of numbers that these tags have.
_SHORT, _LONG = 3, 4
_TYPES = {_SHORT: (2, 'H'), _LONG: (4, 'I')}

# The least significant byte first; where the place of the first directory stands; bytes of its
# count, of an entry, and from the start of that to its type and to its value, which stands
# elsewhere where it is longer than the room for it.
_LITTLE, _DIRECTORY_AT = b'II', 4
_COUNT, _ENTRY, _TYPE_AT, _VALUE_AT, _VALUE_ROOM = 2, 12, 2, 8, 4

# The most values of a pixel, and the least bytes that one is decoded to.
_MOST_CHANNELS, _LEAST_PIXEL = 4, 4

# Bytes of the place of a strip or tile in the file's list, and bits of a byte.
_PLACE, _BYTE = 4, 8


def tiff_size(content: memoryview) -> tuple[int, int, int]:
    """
    Return width, height (of a tile where it is larger) and the bytes of a decoded pixel.

    :param content: the file's bytes; its first directory is looked at, as OpenCV does.
    :raises ValueError: it is damaged, or of a kind that is not decoded.
    :raises struct.error: it ends early.
    :raises LookupError: it lacks a size.
    """
    order = '<' if bytes(content[:len(_LITTLE)]) == _LITTLE else '>'
    at, = struct.unpack_from(order + 'I', content, _DIRECTORY_AT)
    count, = struct.unpack_from(order + 'H', content, at)
    if count > _MOST_TAGS:
        raise ValueError('too many tags')
    tags: dict[int, int] = {}
    first = at + _COUNT
    for place in range(first, first + _ENTRY * count, _ENTRY):
        tag, = struct.unpack_from(order + 'H', content, place)
        # The first of two counts for libtiff, too.
        if tag in _TAGS and tag not in tags:
            tags[tag] = _value(content, order, place)
    channels, depth = tags.get(_CHANNELS, 1), tags.get(_DEPTH, 1)
    if channels > _MOST_CHANNELS:
        raise ValueError('more than four values per pixel')
    if tags.get(_COMPRESSION, 1) not in _COMPRESSIONS:
        raise ValueError('compressed in another way')
    width, height = tags[_WIDTH], tags[_HEIGHT]
    tile_width = tags.get(_TILE_WIDTH, width)
    tile_height = tags.get(_TILE_HEIGHT, tags.get(_ROWS, height))
    if min(width, height, tile_width, tile_height) < 1:
        return width, height, 1
    # Of each strip and tile the file names the place and the length; libtiff takes memory for
    # all of them before it looks.
    pieces = -(-width // tile_width) * -(-height // tile_height)
    if pieces > max(1, len(content) // _PLACE):
        raise ValueError('more strips or tiles than the file can list')
    if _TILE_WIDTH in tags:
        width, height = max(width, tile_width), max(height, tile_height)
    return width, height, max(_LEAST_PIXEL, channels * -(-depth // _BYTE))


def _value(content: memoryview, order: str, place: int) -> int:
    """Return the first value of the tag at a place; some have one per channel, all the same."""
    kind, count = struct.unpack_from(order + 'HI', content, place + _TYPE_AT)
    if kind not in _TYPES or not 1 <= count <= _MOST_CHANNELS:
        raise ValueError('not a short or long number')
    size, letter = _TYPES[kind]
    start = place + _VALUE_AT
    if size * count > _VALUE_ROOM:
        start, = struct.unpack_from(order + 'I', content, start)
    value, = struct.unpack_from(order + letter, content, start)
    return int(value)
