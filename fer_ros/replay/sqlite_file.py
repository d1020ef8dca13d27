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

"""A sqlite3 file of a recording, as rosbag2 writes it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
import sqlite3
import sys
from typing import Collection, Iterator

from fer_ros.core.text import shown
from fer_ros.replay.compression import Expansion, MOST_IN_MESSAGE
from fer_ros.replay.problems import BagError, Problems
from fer_ros.replay.sqlite_repair import repair_command
from fer_ros.replay.storage import full_type, RawMessage, read_qos, Topic, whole_message


class SqliteFile:
    """
    Read a sqlite3 file.

    :param path: the file.
    :param problems: where broken messages are noted.
    :param recorded: the file that was recorded, where `path` is only unpacked from it.
    :raises BagError: it is damaged or no recording.
    """

    def __init__(self, path: Path, problems: Problems, recorded: Path | None = None):
        self._path = path
        self._recorded = recorded or path
        self._problems = problems
        self.topics: dict[str, Topic] = {}
        self.passed_over: dict[str, str] = {}
        self._ids: dict[int, Topic] = {}
        self._expansion = Expansion(path.stat().st_size)
        self._connection = sqlite3.connect(
            f'{path.absolute().as_uri()}?immutable=1', uri=True)
        if sys.version_info >= (3, 11):
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_IN_MESSAGE)
        try:
            with self._damage_told():
                self._read_topics()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """
        Yield the messages by log time.

        :param topics: which ones; None for all.
        :raises BagError: the file is damaged.
        """
        wanted = [key for key, topic in self._ids.items()
                  if topics is None or topic.name in topics]
        marks = ', '.join('?' * len(wanted))
        self._expansion.restart()
        with self._damage_told():
            for key, log_time, data in self._connection.execute(
                    'SELECT topic_id, timestamp, data FROM messages '
                    f'WHERE topic_id IN ({marks}) ORDER BY timestamp', wanted):
                topic = self._ids[key]
                if isinstance(data, bytes) and isinstance(log_time, int):
                    yield from whole_message(
                        topic, log_time, data, self._problems, self._expansion)
                else:
                    self._problems.add('broken messages', f'{shown(topic.name)}: no bytes')

    def _read_topics(self) -> None:
        self._require_tables()
        columns = {row[1] for row in self._rows('PRAGMA table_info(topics)')}
        qos = 'offered_qos_profiles' if 'offered_qos_profiles' in columns else "''"
        definitions = {}
        if self._is_table('message_definitions'):
            definitions = dict(self._rows(
                'SELECT topic_type, encoded_message_definition FROM message_definitions '
                "WHERE encoding = 'ros2msg'"))
        counts = dict(self._rows('SELECT topic_id, COUNT(*) FROM messages GROUP BY topic_id'))
        start = next(self._rows('SELECT MIN(timestamp) FROM messages'))[0]
        self.start = start if isinstance(start, int) else 0
        for key, name, kind, serialization, profiles in self._rows(
                f'SELECT id, name, type, serialization_format, {qos} FROM topics'):
            # A column of SQLite takes values of any type.
            if not (isinstance(key, int) and isinstance(name, str) and isinstance(kind, str)):
                self._problems.add('damaged topics', f'{name!r} of type {kind!r}')
                continue
            if serialization != 'cdr':
                self.passed_over[name] = str(serialization)
                continue
            definition = definitions.get(kind)
            topic = Topic(
                name, full_type(kind), counts.get(key, 0),
                definition if isinstance(definition, str) else '', read_qos(profiles))
            self._ids[key] = topic
            known = self.topics.get(name)
            self.topics[name] = topic if known is None else Topic(
                name, topic.type, topic.count + known.count, topic.definition, topic.qos)

    def _require_tables(self) -> None:
        """
        Check that what the queries name is a table and holds what is in the file.

        A view, and a column that is computed, would give whatever it likes, without end.
        """
        for name in ('topics', 'messages', 'message_definitions'):
            there = self._is_table(name)
            if not there and name != 'message_definitions':
                raise BagError(
                    f'{self._path.name} is an SQLite database, but no recording (it lacks the '
                    'tables topics and messages); name a rosbag2 directory, .mcap or .db3 file')
            if there and any(row[-1] for row in self._rows(f'PRAGMA table_xinfo({name})')):
                raise BagError(
                    f'{self._path.name} is an SQLite database whose table {name} has computed '
                    'columns, so no recorder wrote it; name another file')

    def _is_table(self, name: str) -> bool:
        # The text is what SQLite goes by, not the type beside it.
        return bool(next(self._rows(
            f"SELECT COUNT(*) FROM sqlite_master WHERE name = '{name}' COLLATE NOCASE "
            "AND upper(substr(sql, 1, 13)) = 'CREATE TABLE '"))[0])

    def _rows(self, query: str) -> Iterator[tuple]:
        return iter(self._connection.execute(query))

    @contextmanager
    def _damage_told(self):
        try:
            yield
        # Errors may quote what is no text, and sizes in the file may be any.
        except (sqlite3.Error, UnicodeDecodeError, MemoryError, OverflowError) as error:
            command, folder = repair_command(self._recorded)
            raise BagError(
                f'{self._recorded.name} is a damaged database ({shown(str(error))}); save what '
                f'can be read with: {command}; then name {folder} instead') from error
