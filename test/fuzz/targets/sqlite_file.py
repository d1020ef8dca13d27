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

"""An sqlite3 file of a recording, as it is or compressed as a whole."""

from pathlib import Path
import sqlite3
import tempfile

from targets import _bags
from targets._files import file_with
import zstandard

LONGEST = 1 << 14
TOKENS = [
    b'SQLite format 3\0', b'CREATE TABLE ', b'topics', b'messages', b'offered_qos_profiles',
    b'cdr', b'sensor_msgs/msg/Image', b'message_definitions', b'VIEW', b'TRIGGER', b'NULL',
    b'\x28\xb5\x2f\xfd', b'- history: 3', b'ros2msg']
_ZSTD = b'\x28\xb5\x2f\xfd'


def one_input(data: bytes) -> None:
    packed = data.startswith(_ZSTD)
    _bags.read(file_with(data, 'bag.db3.zstd' if packed else 'bag.db3'))


def database(*statements: str) -> bytes:
    """Return an sqlite3 file of the smallest pages."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'x.db3')
        connection = sqlite3.connect(path)
        connection.execute('PRAGMA page_size = 512')
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path.read_bytes()


TOPICS = ('CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT, type TEXT, '
          'serialization_format TEXT, offered_qos_profiles TEXT)')
MESSAGES = ('CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp INTEGER, '
            'data BLOB)')
IMAGE = "'/image', 'sensor_msgs/msg/Image', 'cdr', ''"


def seeds():
    yield database(
        TOPICS, MESSAGES, f'INSERT INTO topics VALUES (1, {IMAGE})',
        *(f"INSERT INTO messages VALUES ({number}, 1, {number}, x'{'00' * 40}')"
          for number in (1, 2)))
    # Columns of SQLite take values of any type.
    yield database(
        TOPICS.replace('INTEGER PRIMARY KEY', ''), MESSAGES,
        "INSERT INTO topics VALUES ('x', NULL, 5, x'00', 1.5)",
        f'INSERT INTO topics VALUES (1, {IMAGE})', f'INSERT INTO topics VALUES (NULL, {IMAGE})',
        "INSERT INTO messages VALUES (1, 1, 'soon', 'text')",
        "INSERT INTO messages VALUES (2, 'x', NULL, NULL)",
        "INSERT INTO messages VALUES (3, NULL, 1e300, x'28b52ffd')",
        "INSERT INTO messages VALUES (4, 1, 5, x'28b52ffd')")
    yield database(TOPICS)
    yield database('CREATE TABLE x(y)')
    # A view that never ends stands where a table should, and says that it is one.
    view = (TOPICS, f'INSERT INTO topics VALUES (1, {IMAGE})', (
        'CREATE VIEW messages AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) '
        "SELECT x AS id, 1 AS topic_id, x AS timestamp, x'00' AS data FROM n"))
    yield database(*view)
    yield database(*view, 'PRAGMA writable_schema = ON',
                   "UPDATE sqlite_master SET type = 'table' WHERE name = 'messages'")
    yield database(
        TOPICS, f'INSERT INTO topics VALUES (1, {IMAGE})', MESSAGES.replace(
            'data BLOB', 'data BLOB GENERATED ALWAYS AS (zeroblob(500000000))'),
        *(f'INSERT INTO messages VALUES ({number}, 1, 1)' for number in range(9)))
    for compression in ('none', 'message', 'file'):
        yield _bags.recording('SQLITE3', compression)[0]
    yield zstandard.compress(database(TOPICS, MESSAGES))
