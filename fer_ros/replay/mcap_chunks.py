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

"""Chunks of MCAP files, opened within limits; a chunk that a file ends in, as far as it goes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
import struct
from typing import BinaryIO
import zlib

from fer_ros.replay.compression import (
    decompress, decompress_lz4, decompress_partly, Expansion, MOST_IN_CHUNK, RECORD_BYTES)
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Chunk, McapRecord
from mcap.stream_reader import breakup_chunk, StreamReader

#: Bytes of an opcode and a length, before each record.
RECORD_HEAD = 9


def open_chunk(chunk: Chunk, expansion: Expansion) -> tuple[list[McapRecord], str]:
    """
    Return the records of a chunk, and what is wrong with it nevertheless, '' if nothing.

    The library would decompress without a limit, so it gets the chunk decompressed.

    :param expansion: of the file; one that was not compressed counts, too, since an index may
        name a chunk any number of times.
    :raises ValueError: its data cannot be decompressed, or they or the file expand too far.
    :raises Exception: its records are damaged, in as many ways as there are bytes.
    """
    expansion.require_more()
    if chunk.compression == 'zstd':
        plain = decompress(chunk.data, MOST_IN_CHUNK)
    elif chunk.compression == 'lz4':
        plain = decompress_lz4(chunk.data, MOST_IN_CHUNK)
    else:
        plain = chunk.data
    _count(plain, expansion)
    wrong = chunk.uncompressed_crc and zlib.crc32(plain) != chunk.uncompressed_crc
    return (breakup_chunk(replace(chunk, compression='', data=plain)),
            'the checksum of a chunk is wrong' if wrong else '')


def open_cut_chunk(file: BinaryIO, place: int, expansion: Expansion) -> list[McapRecord]:
    """
    Return the records of a chunk that a file ends in, as far as they go.

    :param place: where the last record of the file starts; there may be another than a chunk.
    :param expansion: as for `open_chunk`; none are returned where the file expands too far.
    """
    found: list[McapRecord] = []
    with suppress(Exception):
        expansion.require_more()
        file.seek(place)
        if file.read(RECORD_HEAD)[0] == Opcode.CHUNK:
            chunk = Chunk.read(ReadDataStream(file))
            plain = chunk.data
            if chunk.compression == 'zstd':
                plain, _ = decompress_partly(plain, MOST_IN_CHUNK)
            elif chunk.compression:
                return found
            _count(plain, expansion)
            for record in StreamReader(BytesIO(plain), skip_magic=True).records:
                found.append(record)
    return found


def _count(plain: bytes, expansion: Expansion) -> None:
    """
    Add a chunk to what the file has expanded to, before its records are made.

    A record of no content costs more memory than its bytes, and time.

    :raises ExpansionError: with it, the file has expanded to more than it may.
    """
    expansion.add(plain)
    place = 0
    while place + RECORD_HEAD <= len(plain):
        expansion.add_size(RECORD_BYTES)
        place += RECORD_HEAD + struct.unpack_from('<Q', plain, place + 1)[0]
