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

"""One storage file of a recording, whichever format it has, and what is none."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any, Collection, Iterator, NamedTuple, Protocol

from fer_ros.core.regular_files import open_regular
from fer_ros.core.text import shown
from fer_ros.replay.compression import decompress, Expansion, MOST_IN_MESSAGE
from fer_ros.replay.problems import BagError, Problems
from rosbags.rosbag2.metadata import parse_qos

# Characters of the QoS profiles of a topic; one has 300, and each publisher its own.
_MOST_QOS = 1 << 16

MCAP_MAGIC, SQLITE_MAGIC, ZSTD_MAGIC = b'\x89MCAP0\r\n', b'SQLite format 3\0', b'\x28\xb5\x2f\xfd'


@dataclass(frozen=True)
class Topic:
    """
    A recorded topic.

    :param type: such as `sensor_msgs/msg/Image`, however the recorder wrote it.
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


class Storage(Protocol):
    """
    Hold a storage file open.

    `topics` by name; `start` is the log time of its first message in nanoseconds, at most;
    `passed_over` names topics whose messages are not CDR, each with what they are.
    """

    topics: dict[str, Topic]
    start: int
    passed_over: dict[str, str]

    def messages(self, topics: Collection[str] | None) -> Iterator[RawMessage]:
        """Yield the messages of some topics, or of all, by log time where it is known."""

    def close(self) -> None:
        """Close the file."""


class NoRecording(BagError):
    """A file is not a storage file of rosbag2; the message says what it is and what to do."""


def open_storage(path: Path, problems: Problems, recorded: Path | None = None) -> Storage:
    """
    Open an MCAP or sqlite3 file, told apart by their first bytes.

    :param path: the file, not compressed as a whole.
    :param problems: where damage is noted; reading goes on behind it.
    :param recorded: the file that was recorded, where `path` is only unpacked from it.
    :raises NoRecording: it is neither, or cannot be read.
    :raises BagError: it is, but cannot be used.
    """
    try:
        with open_regular(path) as file:
            head = file.read(4096)
    except OSError as error:
        raise NoRecording(
            f'{shown(path.name)} cannot be read: {error.strerror}; see its permissions and the '
            'disk') from error
    if head.startswith(MCAP_MAGIC):
        from fer_ros.replay.mcap_file import McapFile
        return McapFile(path, problems)
    if head.startswith(SQLITE_MAGIC):
        from fer_ros.replay.sqlite_file import SqliteFile
        return SqliteFile(path, problems, recorded)
    raise NoRecording(f'{shown(path.name)} {_what_else(head, path)}')


def full_type(name: str) -> str:
    """Return a type's full name: `sensor_msgs/msg/Image` also for `sensor_msgs/Image`."""
    package, _, kind = name.partition('/')
    return f'{package}/msg/{kind}' if kind and '/' not in kind else name


def read_qos(profiles: Any) -> tuple:
    """Return the QoS profiles that a file names, none where they are not to be read."""
    # YAML that whoever wrote the file made up.
    if not isinstance(profiles, str) or len(profiles) > _MOST_QOS:
        return ()
    try:
        return tuple(parse_qos(profiles))
    except Exception:  # noqa: B902
        return ()


def whole_message(
        topic: Topic, log_time: int, data: bytes, problems: Problems,
        expansion: Expansion) -> Iterator[RawMessage]:
    """
    Yield a message, decompressed where it was compressed by itself; nothing if broken.

    :param problems: where a broken message is noted.
    :param expansion: of the file that it is in.
    """
    # CDR starts with its encapsulation, never with this, so metadata is not needed to tell.
    if data.startswith(ZSTD_MAGIC):
        try:
            expansion.require_more()
            data = expansion.add(decompress(data, MOST_IN_MESSAGE))
        except ValueError as error:
            problems.add('broken messages', f'{shown(topic.name)} at {log_time} ns: {error}')
            return
    yield RawMessage(topic.name, topic.type, log_time, data)


def _what_else(head: bytes, path: Path) -> str:
    """Return what a file is that is not a storage file, and the remedy."""
    if not head:
        return 'is empty; the recorder wrote nothing, or copying it failed: copy it again'
    if head.startswith(b'version https://git-lfs'):
        return ("is a Git LFS pointer and not the recording itself; run 'git lfs pull' where it "
                'was cloned')
    if head.startswith(b'#ROSBAG V'):
        return (f'is a ROS 1 recording; convert it with rosbags-convert --src {shown(path.name)} '
                f'--dst {shown(path.stem)}_ros2')
    if head.startswith(ZSTD_MAGIC):
        return (f'is compressed with Zstandard; name it {shown(path.name)}.zstd, or unpack it '
                'with unzstd')
    text = _text(head)
    if re.search(r'<!doctype\s+html|<(html|head|body|title|meta)[\s>]', text):
        return ('is a web page (HTML) and not the recording; the link leads to a page, for '
                'example a login page: download the file itself')
    if text.startswith('<'):
        return ('is XML and not the recording, perhaps the answer of a server that refused the '
                'download: read it, and download the file again')
    if text.startswith(('{', '[')):
        return 'is JSON and not a recording; name a rosbag2 directory, .mcap or .db3 file'
    return (f"is neither MCAP nor SQLite (it starts with '{head[:8].hex()}'), so it is not a "
            'recording; copy it again')


def _text(head: bytes) -> str:
    """Return the first bytes of a file as text in small letters, without what may precede it."""
    utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode('utf-16' if utf16 else 'utf-8-sig', 'replace').strip().lower()
