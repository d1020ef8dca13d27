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

"""An MCAP file of a recording: by its index, or as far as it goes where it was cut off."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
import heapq
from pathlib import Path
from typing import Collection, Iterable, Iterator

from fer_ros.core.text import shown
from fer_ros.replay.mcap_chunks import open_chunk, open_cut_chunk, RECORD_HEAD
from fer_ros.replay.problems import BagError, Problems
from fer_ros.replay.storage import full_type, RawMessage, Topic, whole_message
from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile
from mcap.reader import SeekingReader
from mcap.records import Channel, Chunk, ChunkIndex, Header, McapRecord, Message, Schema
from mcap.stream_reader import StreamReader
from rosbags.rosbag2.metadata import parse_qos


class McapFile:
    """
    Read an MCAP file.

    A file without its index (the recorder lost power, the copy broke off) is read from the
    start, record by record, as far as it goes.

    :param path: the file.
    :param problems: where damage is noted; reading goes on behind it.
    :raises BagError: it was recorded with ROS 1, or holds nothing but other encodings than CDR.
    """

    def __init__(self, path: Path, problems: Problems):
        self._path = path
        self._problems = problems
        self._file = open(path, 'rb')
        self._size = path.stat().st_size
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, Channel] = {}
        self._topics: dict[int, Topic] = {}
        self._index: list[ChunkIndex] | None = None
        self._noted: set[str] = set()
        self.topics: dict[str, Topic] = {}
        self.passed_over: dict[str, str] = {}
        self.start = 0
        try:
            self._refuse_ros1()
            counts = self._counts_by_index()
            if counts is None:
                counts = self._counts_by_reading()
            self._describe(counts)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """
        Yield the messages, by log time where the file has an index, else in file order.

        :param topics: which ones; None for all.
        """
        wanted = {key: topic for key, topic in self._topics.items()
                  if topics is None or topic.name in topics}
        if self._index is None:
            found = (record for record in self._records() if isinstance(record, Message))
        else:
            # Ties stay in the order of the file; a chunk is read when its time has come.
            merged = heapq.merge(*(
                self._timed(chunk, wanted) for chunk in self._index
                if not chunk.message_index_offsets
                or not wanted.keys().isdisjoint(chunk.message_index_offsets)))
            found = (message for *_, message in merged if message is not None)
        for message in found:
            topic = wanted.get(message.channel_id)
            if topic is not None:
                yield from whole_message(
                    topic, message.log_time, bytes(message.data), self._problems)

    def _refuse_ros1(self) -> None:
        try:
            header = next(self._stream().records)
        # A damaged file fails in as many ways as it has bytes.
        except Exception as error:  # noqa: B902
            self._note(error)
            return
        if isinstance(header, Header) and header.profile == 'ros1':
            raise BagError(
                f'{self._path.name} is an MCAP file of ROS 1; convert the .bag that it was made '
                'from with rosbags-convert --src OLD.bag --dst NEW')

    def _counts_by_index(self) -> dict[int, int] | None:
        """Read the summary at the end; return messages per channel, None without an index."""
        try:
            self._file.seek(0)
            summary = SeekingReader(self._file, record_size_limit=self._size).get_summary()
        except Exception:  # noqa: B902
            return None
        if summary is None or summary.statistics is None:
            return None
        statistics = summary.statistics
        if not summary.chunk_indexes and statistics.message_count:
            return None
        described = {key for key, channel in summary.channels.items()
                     if not channel.schema_id or channel.schema_id in summary.schemas}
        if not statistics.channel_message_counts.keys() <= described:
            return None
        self._schemas, self._channels = summary.schemas, summary.channels
        self._index = sorted(summary.chunk_indexes, key=lambda chunk: chunk.chunk_start_offset)
        self.start = min((chunk.message_start_time for chunk in self._index), default=0)
        return statistics.channel_message_counts

    def _counts_by_reading(self) -> dict[int, int]:
        counts: Counter = Counter()
        first = None
        for record in self._records():
            if isinstance(record, Message):
                counts[record.channel_id] += 1
                first = record.log_time if first is None else min(first, record.log_time)
        self.start = first or 0
        return counts

    def _describe(self, counts: dict[int, int]) -> None:
        for key, channel in self._channels.items():
            schema = self._schemas.get(channel.schema_id)
            if channel.message_encoding != 'cdr':
                self.passed_over[channel.topic] = channel.message_encoding or 'unknown'
                continue
            definition = ''
            if schema is not None and schema.encoding == 'ros2msg':
                definition = schema.data.decode('utf-8', 'replace')
            kind = full_type(schema.name) if schema is not None else ''
            try:
                qos = tuple(parse_qos(channel.metadata.get('offered_qos_profiles', '')))
            # Profiles are YAML that whoever wrote the file made up.
            except Exception:  # noqa: B902
                qos = ()
            topic = Topic(channel.topic, kind, counts.get(key, 0), definition, qos)
            self._topics[key] = topic
            known = self.topics.get(topic.name)
            self.topics[topic.name] = topic if known is None else replace(
                topic, count=topic.count + known.count)
        if self.passed_over and not self.topics:
            encodings = ', '.join(sorted({shown(each) for each in self.passed_over.values()}))
            raise BagError(
                f'{self._path.name} is an MCAP file whose messages are {encodings}, not CDR, so '
                'it was not recorded from ROS 2; record with ros2 bag record')

    def _timed(self, chunk: ChunkIndex, wanted: Collection[int]) -> Iterator[tuple]:
        """Yield (log time, place in the file, message), first without one: nothing is read."""
        place = chunk.chunk_start_offset
        yield chunk.message_start_time, (place, -1), None
        found = [record for record in self._chunk_at(place)
                 if isinstance(record, Message) and record.channel_id in wanted]
        order = sorted(range(len(found)), key=lambda number: found[number].log_time)
        for number in order:
            yield found[number].log_time, (place, number), found[number]

    def _chunk_at(self, place: int) -> list[McapRecord]:
        try:
            self._file.seek(place + RECORD_HEAD)
            return self._opened(Chunk.read(ReadDataStream(self._file)))
        except Exception as error:  # noqa: B902
            self._note(error)
            return []

    def _records(self) -> Iterator[McapRecord]:
        """Yield the records from the start, those in chunks, too, as far as the file goes."""
        records, place = self._stream().records, 0
        while True:
            try:
                record = next(records, None)
            except Exception as error:  # noqa: B902
                self._note(error)
                yield from self._remembered(open_cut_chunk(self._file, place))
                return
            if record is None:
                return
            yield from self._remembered(
                self._opened(record) if isinstance(record, Chunk) else [record])
            # The reader reads no further than the record.
            place = self._file.tell()

    def _remembered(self, records: Iterable[McapRecord]) -> Iterator[McapRecord]:
        for record in records:
            if isinstance(record, Schema):
                self._schemas[record.id] = record
            elif isinstance(record, Channel):
                self._channels[record.id] = record
            yield record

    def _stream(self) -> StreamReader:
        self._file.seek(0)
        # No record is longer than the file, whatever it says.
        return StreamReader(self._file, emit_chunks=True, record_size_limit=self._size)

    def _opened(self, chunk: Chunk) -> list[McapRecord]:
        """Return the records of a chunk; none, with a note, where it is damaged."""
        try:
            records, fault = open_chunk(chunk)
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
                'damaged files', f'{self._path.name} ({text}); read as far as possible')
