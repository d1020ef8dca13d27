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
from typing import Collection, Iterator, NamedTuple

from fer_ros.core.text import shown
from fer_ros.replay.compression import Expansion
from fer_ros.replay.mcap_records import McapRecords
from fer_ros.replay.problems import BagError, Problems
from fer_ros.replay.storage import (
    full_type, NoRecording, RawMessage, read_qos, Topic, whole_message)
from mcap.records import Channel, Header, Message, Schema


#: Messages that wait for earlier ones of other chunks, bytes; a recorder's chunks hardly overlap.
_MOST_HELD = 1 << 30


class _Part(NamedTuple):
    """
    A chunk, or a message that is in none.

    :param start: log time of its first message in nanoseconds.
    :param place: where it starts in the file.
    :param channels: whose messages it holds; empty where nobody says.
    """

    start: int
    place: int
    channels: Collection[int]


class McapFile:
    """
    Read an MCAP file.

    A file without its index (the recorder lost power, the copy broke off) is read from the
    start, record by record, as far as it goes.

    :param path: the file.
    :param problems: where damage is noted; reading goes on behind it.
    :raises NoRecording: it was recorded with ROS 1, or holds nothing but other encodings than
        CDR.
    """

    def __init__(self, path: Path, problems: Problems):
        self._name = shown(path.name)
        self._problems = problems
        self._records = McapRecords(path, problems)
        # Of messages compressed by themselves; of chunks, the records know.
        self._expansion = Expansion(path.stat().st_size)
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, Channel] = {}
        self._topics: dict[int, Topic] = {}
        self._parts: list[_Part] = []
        self.topics: dict[str, Topic] = {}
        self.passed_over: dict[str, str] = {}
        try:
            self._refuse_ros1()
            counts = self._counts_by_index()
            if counts is None:
                counts = self._counts_by_reading()
            self._parts.sort()
            self.start = self._parts[0].start if self._parts else 0
            self._describe(counts)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._records.close()

    def messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """
        Yield the messages by log time, those of one time in the order of the file.

        :param topics: which ones; None for all.
        """
        wanted = {key: topic for key, topic in self._topics.items()
                  if topics is None or topic.name in topics}
        self._records.expansion.restart()
        self._expansion.restart()
        # A part is read when its time has come: (log time, place, number in it, message).
        waiting: list[tuple[int, int, int, Message]] = []
        held = 0
        for part in self._parts:
            while waiting and waiting[0] < part[:2]:
                message = heapq.heappop(waiting)[-1]
                held -= len(message.data)
                yield from self._whole(message, wanted)
            if part.channels and wanted.keys().isdisjoint(part.channels):
                continue
            for number, record in enumerate(self._records.at(part.place)):
                if isinstance(record, Message) and record.channel_id in wanted:
                    heapq.heappush(waiting, (record.log_time, part.place, number, record))
                    held += len(record.data)
            if held > _MOST_HELD:
                raise BagError(
                    f'{self._name} has chunks whose times overlap, with more than '
                    f'{_MOST_HELD >> 20} MiB of messages; put it in order with: mcap sort')
        while waiting:
            yield from self._whole(heapq.heappop(waiting)[-1], wanted)

    def _whole(self, message: Message, wanted: dict[int, Topic]) -> Iterator[RawMessage]:
        yield from whole_message(
            wanted[message.channel_id], message.log_time, bytes(message.data), self._problems,
            self._expansion)

    def _refuse_ros1(self) -> None:
        header = self._records.first()
        if isinstance(header, Header) and header.profile == 'ros1':
            raise NoRecording(
                f'{self._name} is an MCAP file of ROS 1; convert the .bag that it was made '
                'from with rosbags-convert --src OLD.bag --dst NEW')

    def _counts_by_index(self) -> dict[int, int] | None:
        """Read the summary at the end; return messages per channel, None without an index."""
        summary = self._records.summary()
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
        self._parts = [
            _Part(chunk.message_start_time, chunk.chunk_start_offset,
                  tuple(chunk.message_index_offsets)) for chunk in summary.chunk_indexes]
        return statistics.channel_message_counts

    def _counts_by_reading(self) -> dict[int, int]:
        counts: Counter = Counter()
        for place, records in self._records.from_the_start():
            times = []
            for record in records:
                if isinstance(record, Schema):
                    self._schemas[record.id] = record
                elif isinstance(record, Channel):
                    self._channels[record.id] = record
                elif isinstance(record, Message):
                    counts[record.channel_id] += 1
                    times.append(record.log_time)
            if times:
                self._parts.append(_Part(min(times), place, ()))
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
            qos = read_qos(channel.metadata.get('offered_qos_profiles', ''))
            topic = Topic(channel.topic, kind, counts.get(key, 0), definition, qos)
            self._topics[key] = topic
            known = self.topics.get(topic.name)
            self.topics[topic.name] = topic if known is None else replace(
                topic, count=topic.count + known.count)
        if self.passed_over and not self.topics:
            encodings = ', '.join(sorted({shown(each) for each in self.passed_over.values()}))
            raise NoRecording(
                f'{self._name} is an MCAP file whose messages are {encodings}, not CDR, so '
                'it was not recorded from ROS 2; record with ros2 bag record')
