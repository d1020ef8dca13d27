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

"""Zstandard by whichever package rosbags brought along, and as far as the data are good."""

from __future__ import annotations

from typing import BinaryIO

try:
    from compression import zstd
except ImportError:
    try:
        from backports import zstd
    except ImportError:
        import zstandard as zstd

#: What damaged data raise.
ERRORS = (zstd.ZstdError, EOFError)

_BLOCK = 1 << 16


def decompress(data: bytes) -> bytes:
    """
    Decompress a whole stream.

    :raises ValueError: it is damaged or ends early.
    """
    decoder = _decoder()
    try:
        plain = decoder.decompress(data)
    except ERRORS as error:
        raise ValueError(f'not to be decompressed: {error}') from error
    if not decoder.eof:
        raise ValueError('compressed data end early')
    return plain


def decompress_partly(data: bytes) -> bytes:
    """Return what a stream holds up to its damage."""
    decoder, parts = _decoder(), []
    for start in range(0, len(data), _BLOCK):
        try:
            parts.append(decoder.decompress(data[start:start + _BLOCK]))
        except ERRORS:
            break
    return b''.join(parts)


def copy_decompressed(source: BinaryIO, destination: BinaryIO) -> str:
    """Decompress a file up to its damage and return what is wrong with it, '' if nothing."""
    decoder = _decoder()
    try:
        while block := source.read(_BLOCK):
            destination.write(decoder.decompress(block))
    except ERRORS as error:
        return str(error)
    return '' if decoder.eof else 'compressed data end early'


def _decoder():
    if hasattr(zstd.ZstdDecompressor, 'decompressobj'):
        return zstd.ZstdDecompressor().decompressobj()
    return zstd.ZstdDecompressor()
