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

"""Zstandard and LZ4, never expanding further than a limit."""

from __future__ import annotations

from typing import BinaryIO, Iterator

import lz4.frame
import zstandard

#: The most that a message, a chunk and a small compressed file expand to, bytes.
MOST_IN_MESSAGE, MOST_IN_CHUNK, MOST_IN_FILE = 1 << 28, 1 << 28, 1 << 29

#: A large compressed file, and what a file holds in all, may expand by this factor. Pictures do so
#: by ten at best.
MOST_EXPANSION = 100

#: What a record takes in memory beside its bytes, at least, and counts as when it is unpacked.
RECORD_BYTES = 256

# A block of Zstandard expands 4 bytes to 128 KiB, so what one step gives is bounded.
_STEP = 1 << 10


class ExpansionError(ValueError):
    """Data expand to more than they may; the message says by how much and what the limit is."""

    def __init__(self, limit: int, size: int, what: str = 'its'):
        super().__init__(
            f'{what} {size} bytes expand to more than {limit >> 20} MiB, as no recording of a '
            'camera does')


class Expansion:
    """
    Add up what is unpacked of a file, so that a thousand bombs in it are one.

    :param size: of the file, bytes; of all files, where they are unpacked one after the other.
    """

    def __init__(self, size: int):
        self._size = size
        self._limit = most_of_file(size)
        self._sum = 0

    def restart(self) -> None:
        """Start at nothing, as the file is read once more."""
        self._sum = 0

    def add(self, plain: bytes) -> bytes:
        """
        Return what was unpacked.

        :raises ExpansionError: with it, the file has expanded to more than it may.
        """
        self.add_size(len(plain))
        return plain

    def add_size(self, size: int) -> None:
        """Count so many bytes more, as `add`."""
        self._sum += size
        self.require_more()

    def require_more(self) -> None:
        """Raise ExpansionError where the file has expanded to more than it may already."""
        if self._sum > self._limit:
            raise ExpansionError(self._limit, self._size, 'in all, the')


def most_of_file(size: int) -> int:
    """Return to how many bytes a file of a size, in bytes, may expand."""
    return max(MOST_IN_FILE, MOST_EXPANSION * size)


def decompress(data: bytes, limit: int) -> bytes:
    """
    Decompress a whole Zstandard stream.

    :param limit: the most bytes of the result.
    :raises ValueError: it is damaged, ends early, or expands further (`ExpansionError`).
    """
    plain, fault = decompress_partly(data, limit)
    if fault:
        raise ValueError(fault)
    return plain


def decompress_partly(data: bytes, limit: int) -> tuple[bytes, str]:
    """
    Return what a Zstandard stream holds up to its damage, and what is wrong, '' if nothing.

    :raises ExpansionError: it expands to more bytes than the limit.
    """
    decoder, parts, size = zstandard.ZstdDecompressor().decompressobj(), [], 0
    for start in range(0, len(data), _STEP):
        try:
            parts.append(decoder.decompress(data[start:start + _STEP]))
        except zstandard.ZstdError as error:
            return b''.join(parts), f'cannot be decompressed: {error}'
        size += len(parts[-1])
        if size > limit:
            raise ExpansionError(limit, len(data))
    return b''.join(parts), '' if decoder.eof else 'compressed data end early'


def decompress_lz4(data: bytes, limit: int) -> bytes:
    """Decompress a whole LZ4 frame; limit and errors as `decompress`."""
    decoder = lz4.frame.LZ4FrameDecompressor()
    try:
        plain = decoder.decompress(data, max_length=limit + 1)
    except RuntimeError as error:
        raise ValueError(f'cannot be decompressed: {error}') from error
    if len(plain) > limit:
        raise ExpansionError(limit, len(data))
    if not decoder.eof:
        raise ValueError('compressed data end early')
    return plain


def copy_decompressed(source: BinaryIO, destination: BinaryIO, expansion: Expansion) -> str:
    """
    Decompress a Zstandard file up to its damage and return what is wrong with it, '' if nothing.

    :param expansion: of the compressed files of the recording, all together.
    :raises ExpansionError: they expand further than a recording does.
    """
    decoder = zstandard.ZstdDecompressor().decompressobj()
    try:
        for block in _blocks(source):
            expansion.add_size(destination.write(decoder.decompress(block)))
    except zstandard.ZstdError as error:
        return str(error)
    return '' if decoder.eof else 'compressed data end early'


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(_STEP):
        yield block
