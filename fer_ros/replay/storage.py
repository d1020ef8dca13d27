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

"""One storage file of a recording: read through rosbags, saved as far as possible where broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
import re
import tempfile
from typing import Collection, Iterator, NamedTuple

from fer_ros.replay.compression import decompress
from fer_ros.replay.problems import Problems
from fer_ros.replay.salvage import salvage
from rosbags.rosbag2 import Reader
import yaml

_ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'

#: Before 0.11, which needs Python 3.11, rosbags reads no file without its metadata.yaml.
_READS_FILES = 'dir' in Reader.STORAGE_PLUGINS


@dataclass(frozen=True)
class Topic:
    """
    A recorded topic.

    :param count: number of messages.
    :param definition: text of the message definition, '' where the file has none.
    :param qos: QoS profiles of the publishers, as rosbags has them.
    """

    name: str
    type: str  # noqa: A003
    count: int
    definition: str = ''
    qos: tuple = ()


class RawMessage(NamedTuple):
    """A recorded message: topic, type, log time in nanoseconds, CDR bytes."""

    topic: str
    type: str  # noqa: A003
    log_time: int
    data: bytes


class StorageFile:
    """
    Read an MCAP or sqlite3 file.

    :param path: the file, not compressed as a whole.
    :param problems: where damage is noted; reading goes on behind it.
    """

    def __init__(self, path: Path, problems: Problems):
        self._path = path
        self._problems = problems
        self._reader: Reader | None = None
        self._folder: tempfile.TemporaryDirectory | None = None
        self.topics: dict[str, Topic] = {}
        try:
            reader = Reader(path if _READS_FILES else self._as_directory())
            reader.open()
        # A damaged file fails in as many ways as it has bytes.
        except Exception as error:  # noqa: B902
            self._note(error)
            self.topics = self._salvaged_topics()
            return
        self._reader = reader
        for connection in reader.connections:
            known = self.topics.get(connection.topic)
            count = connection.msgcount + (known.count if known else 0)
            self.topics[connection.topic] = Topic(
                connection.topic, connection.msgtype, count, connection.msgdef.data,
                tuple(getattr(connection.ext, 'offered_qos_profiles', ())))

    def close(self) -> None:
        """Close the file."""
        if self._folder is not None:
            self._folder.cleanup()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """
        Yield the messages, by log time where the file's index is sound, else in file order.

        :param topics: which ones; None for all.
        """
        delivered: Counter = Counter()
        if self._reader is not None:
            wanted = [connection for connection in self._reader.connections
                      if topics is None or connection.topic in topics]
            if not wanted:
                return
            try:
                for connection, log_time, data in self._reader.messages(wanted):
                    delivered[connection.topic, log_time] += 1
                    yield from self._message(
                        connection.topic, connection.msgtype, log_time, bytes(data))
                return
            except GeneratorExit:
                raise
            except Exception as error:  # noqa: B902
                self._note(error)
        for saved in salvage(self._path):
            if topics is not None and saved.topic not in topics:
                continue
            if delivered[saved.topic, saved.log_time]:
                delivered[saved.topic, saved.log_time] -= 1
                continue
            yield from self._message(saved.topic, saved.type, saved.log_time, saved.data)

    def _message(self, topic: str, kind: str, log_time: int,
                 data: bytes) -> Iterator[RawMessage]:
        # CDR starts with its encapsulation, never with this, so metadata is not needed to tell.
        if data.startswith(_ZSTD_MAGIC):
            try:
                data = decompress(data)
            except ValueError as error:
                self._problems.add('broken messages', f'{topic} at {log_time} ns: {error}')
                return
        yield RawMessage(topic, kind, log_time, data)

    def _as_directory(self) -> Path:
        """Return a temporary recording of this one file, with the metadata old rosbags need."""
        self._folder = tempfile.TemporaryDirectory(prefix='fer_replay_')
        folder = Path(self._folder.name)
        (folder / self._path.name).symlink_to(self._path.absolute())
        topics = self._salvaged_topics().values()
        (folder / 'metadata.yaml').write_text(yaml.safe_dump({'rosbag2_bagfile_information': {
            'version': 5,
            'storage_identifier': 'mcap' if self._path.suffix == '.mcap' else 'sqlite3',
            'relative_file_paths': [self._path.name],
            'duration': {'nanoseconds': 0},
            'starting_time': {'nanoseconds_since_epoch': 0},
            'message_count': sum(topic.count for topic in topics),
            'topics_with_message_count': [
                {'topic_metadata': {
                    'name': topic.name, 'type': topic.type, 'serialization_format': 'cdr',
                    'offered_qos_profiles': ''},
                 'message_count': topic.count} for topic in topics],
            'compression_format': '', 'compression_mode': ''}}))
        return folder

    def _salvaged_topics(self) -> dict[str, Topic]:
        topics: dict[str, Topic] = {}
        for saved in salvage(self._path):
            known = topics.get(saved.topic)
            topics[saved.topic] = Topic(
                saved.topic, saved.type, 1 + (known.count if known else 0), saved.definition)
        return topics

    def _note(self, error: Exception) -> None:
        # The reader quotes whole paths, of temporary files too; the name is enough.
        text = re.sub(r"'?/\S*/", '', str(error)) or type(error).__name__
        self._problems.add(
            'damaged files', f'{self._path.name} ({text.rstrip(".")}); read as far as possible')
