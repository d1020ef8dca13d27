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

"""The records of an MCAP file, those in chunks, too: in the file's order, or of one place."""

from __future__ import annotations

from pathlib import Path
import struct
from typing import Iterator

from fer_ros.core.text import shown
from fer_ros.replay.compression import Expansion, MOST_IN_CHUNK
from fer_ros.replay.mcap_chunks import open_chunk, open_cut_chunk, RECORD_HEAD
from fer_ros.replay.problems import Problems
from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile
from mcap.opcode import Opcode
from mcap.reader import SeekingReader
from mcap.records import Chunk, McapRecord, Message
from mcap.stream_reader import StreamReader
from mcap.summary import Summary


class McapRecords:
    """
    Read the records of an open MCAP file, as far as they are whole.

    :param path: the file.
    :param problems: where damage is noted, each kind once; reading goes on behind it.
    """

    def __init__(self, path: Path, problems: Problems):
        self._name = path.name
        self._problems = problems
        self._file = open(path, 'rb')
        self._size = path.stat().st_size
        #: What chunks were unpacked to since the file was read from the start.
        self.expansion = Expansion(self._size)
        # No record is longer than the file, whatever it says, nor than what is read at once.
        self._most = min(self._size, MOST_IN_CHUNK)
        self._noted: set[str] = set()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def first(self) -> McapRecord | None:
        """Return the first record; None, with a note, where there is none."""
        try:
            return next(self._stream().records)
        # A damaged file fails in as many ways as it has bytes.
        except Exception as error:  # noqa: B902
            self._note(error)
            return None

    def summary(self) -> Summary | None:
        """Return the summary at the end, None where there is none to be read."""
        try:
            self._file.seek(0)
            return SeekingReader(self._file, record_size_limit=self._most).get_summary()
        except Exception:  # noqa: B902
            return None

    def from_the_start(self) -> Iterator[tuple[int, list[McapRecord]]]:
        """Yield (place, records): a chunk's, or a single one, as far as the file goes."""
        self.expansion.restart()
        place, reader = 0, self._stream().records
        while True:
            try:
                record = next(reader, None)
            except Exception as error:  # noqa: B902
                self._note(error)
                yield place, open_cut_chunk(self._file, place, self.expansion)
                return
            if record is None:
                return
            # The reader reads no further than the record.
            end = self._file.tell()
            yield place, self._opened(record) if isinstance(record, Chunk) else [record]
            self._file.seek(end)
            place = end

    def at(self, place: int) -> list[McapRecord]:
        """Return the records of a chunk, or the message, that starts at a place of the file."""
        try:
            self._file.seek(place)
            opcode, length = struct.unpack('<BQ', self._file.read(RECORD_HEAD))
            if place + RECORD_HEAD + length > self._size:
                return open_cut_chunk(self._file, place, self.expansion)
            if length > self._most:
                raise ValueError(
                    f'a record of {length} bytes is longer than the {self._most} that are read')
            stream = ReadDataStream(self._file)
            if opcode == Opcode.MESSAGE:
                return [Message.read(stream, length)]
            return self._opened(Chunk.read(stream))
        except Exception as error:  # noqa: B902
            self._note(error)
            return []

    def _stream(self) -> StreamReader:
        self._file.seek(0)
        return StreamReader(self._file, emit_chunks=True, record_size_limit=self._most)

    def _opened(self, chunk: Chunk) -> list[McapRecord]:
        """Return the records of a chunk; none, with a note, where it is damaged."""
        try:
            records, fault = open_chunk(chunk, self.expansion)
        except Exception as error:  # noqa: B902
            self._note(error)
            return []
        if fault:
            self._note(ValueError(fault))
        return records

    def _note(self, error: Exception) -> None:
        text = (shown(str(error)) or type(error).__name__).rstrip('.')
        if isinstance(error, EndOfFile):
            text = 'it ends early'
        if text not in self._noted:
            self._noted.add(text)
            self._problems.add(
                'damaged files', f'{shown(self._name)} ({text}); read as far as possible')
