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

"""Save what can be read from a damaged storage file, where the regular reader gives up."""

from __future__ import annotations

from pathlib import Path
import sqlite3
import struct
from typing import BinaryIO, Iterator, NamedTuple

from fer_ros.replay.compression import decompress_partly
import lz4.frame

#: So many broken rows in succession are the end of a truncated file.
_MOST_BROKEN_ROWS = 100

_MCAP_MAGIC = b'\x89MCAP0\r\n'
_SCHEMA, _CHANNEL, _MESSAGE, _CHUNK, _DATA_END = 0x03, 0x04, 0x05, 0x06, 0x0F


class SavedMessage(NamedTuple):
    """One message of a damaged file: topic, type, definition (MCAP), log time in ns, CDR."""

    topic: str
    type: str  # noqa: A003
    definition: str
    log_time: int
    data: bytes


def salvage(path: Path) -> Iterator[SavedMessage]:
    """
    Yield the messages of a storage file in file order, until and around its damage.

    :param path: an MCAP or sqlite3 file, told apart by its first bytes.
    """
    with open(path, 'rb') as file:
        magic = file.read(8)
        if magic == _MCAP_MAGIC:
            yield from _salvage_mcap(file, path.stat().st_size)
            return
    if magic == b'SQLite f':
        yield from _salvage_sqlite3(path)


def _salvage_mcap(file: BinaryIO, size: int) -> Iterator[SavedMessage]:
    schemas: dict[int, tuple[str, str]] = {}
    channels: dict[int, tuple[str, int]] = {}
    while True:
        head = file.read(9)
        if len(head) < 9:
            return
        opcode, length = head[0], int.from_bytes(head[1:], 'little')
        if opcode == _DATA_END or opcode == 0:
            return
        if opcode != _CHUNK and file.tell() + length > size:
            return
        content = file.read(min(length, size - file.tell()))
        if opcode == _CHUNK:
            for inner, record in _records(_chunk_records(content)):
                yield from _take(inner, record, schemas, channels)
        else:
            yield from _take(opcode, content, schemas, channels)


def _take(opcode: int, record: bytes, schemas: dict, channels: dict) -> Iterator[SavedMessage]:
    """Note a schema or a channel, yield a message; a broken record is passed over."""
    try:
        if opcode == _SCHEMA:
            key, = struct.unpack_from('<H', record)
            name, at = _string(record, 2)
            _, at = _string(record, at)
            definition, _ = _string(record, at)
            schemas[key] = (name, definition)
        elif opcode == _CHANNEL:
            key, schema = struct.unpack_from('<HH', record)
            channels[key] = (_string(record, 4)[0], schema)
        elif opcode == _MESSAGE:
            key, _, log_time, _ = struct.unpack_from('<HIQQ', record)
            topic, schema = channels[key]
            name, definition = schemas[schema]
            yield SavedMessage(topic, name, definition, log_time, record[22:])
    except (struct.error, KeyError, UnicodeDecodeError, IndexError):
        return


def _chunk_records(content: bytes) -> bytes:
    """Return the decompressed records of a chunk, as far as they can be had."""
    try:
        compression, at = _string(content, 28)
        length, = struct.unpack_from('<Q', content, at)
    except (struct.error, UnicodeDecodeError):
        return b''
    data = content[at + 8:at + 8 + length]
    if compression == 'zstd':
        return decompress_partly(data)
    if compression == 'lz4':
        try:
            return lz4.frame.decompress(data)
        except RuntimeError:
            return b''
    return data


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 9 <= len(data):
        length, = struct.unpack_from('<Q', data, at + 1)
        if at + 9 + length > len(data):
            return
        yield data[at], data[at + 9:at + 9 + length]
        at += 9 + length


def _string(data: bytes, at: int) -> tuple[str, int]:
    """Return the length-prefixed string at an offset and the offset behind it."""
    length, = struct.unpack_from('<I', data, at)
    end = at + 4 + length
    if end > len(data):
        raise IndexError(f'string of {length} bytes ends behind its record')
    return data[at + 4:end].decode(), end


def _salvage_sqlite3(path: Path) -> Iterator[SavedMessage]:
    connection = sqlite3.connect(f'{path.absolute().as_uri()}?immutable=1', uri=True)
    try:
        # Recovery mode: without it, a file shorter than it says is not opened at all.
        connection.execute('PRAGMA writable_schema = ON')
        topics = {key: (name, kind) for key, name, kind
                  in connection.execute('SELECT id, name, type FROM topics')}
        for key, log_time, data in _rows(connection):
            if key in topics and isinstance(data, bytes):
                yield SavedMessage(*topics[key], '', log_time, data)
    except sqlite3.Error:
        return
    finally:
        connection.close()


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[int, int, bytes]]:
    """Walk the messages by row number, which needs no index, stepping over broken rows."""
    last, broken = 0, 0
    while broken < _MOST_BROKEN_ROWS:
        try:
            # One at a time: old Pythons read a row ahead and lose the good one before an error.
            row = connection.execute(
                'SELECT id, topic_id, timestamp, data FROM messages WHERE id > ? ORDER BY id '
                'LIMIT 1', (last,)).fetchone()
        except sqlite3.Error:
            last += 1
            broken += 1
            continue
        if row is None:
            return
        last, broken = row[0], 0
        yield row[1:]
