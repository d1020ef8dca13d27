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

"""Read a rosbag2 recording: its files, its topics, its messages in order."""

from __future__ import annotations

from contextlib import ExitStack
import heapq
from os.path import exists, isdir, isfile
from pathlib import Path
import re
import resource
import tempfile
from typing import Collection, Iterator

from fer_ros.boundary import InputError, reason
from fer_ros.core.regular_files import open_regular
from fer_ros.core.text import natural_order, shown
from fer_ros.replay.bag_metadata import read_metadata
from fer_ros.replay.compression import copy_decompressed, Expansion, ExpansionError
from fer_ros.replay.problems import BagError, Problems
from fer_ros.replay.storage import (
    NoRecording, open_storage, RawMessage, Storage, Topic, ZSTD_MAGIC)

#: Message types whose images are read.
IMAGE_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')

#: Pictures that fer_ros publishes itself; never taken for the camera by themselves.
OWN_PICTURES = re.compile(
    r'/image_annotated(/compressed)?$|^/humans/faces/[^/]+/(cropped|aligned)$')

#: Image transports whose topics hold no pictures that can be decoded, by the end of their names.
UNDECODABLE = (
    '/zstd', '/compressedDepth', '/theora', '/ffmpeg', '/h264', '/h265', '/hevc', '/av1', '/draco')

_SUFFIXES = ('.mcap', '.db3', '.mcap.zstd', '.db3.zstd')


class Bag:
    """
    A recording, open while used as a context manager.

    :param path: the recording's directory, its metadata.yaml, or one storage file.
    :raises BagError: nothing there that can be read.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        self.problems = Problems()
        self.notes: list[str] = []
        self.topics: dict[str, Topic] = {}
        self._storages: list[Storage] = []
        self._stack = ExitStack()

    def __enter__(self) -> Bag:
        try:
            files, promised = self._find_files()
            self._open(files)
            self._merge_topics()
            self._compare_with(promised)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    def messages(self, topics: Collection[str] | None = None) -> Iterator[RawMessage]:
        """Yield the messages of some topics, or of all, by log time, over all files."""
        merged = heapq.merge(*(
            _timed(storage, number, topics) for number, storage in enumerate(self._storages)))
        for *_, message in merged:
            if message is not None:
                yield message

    def _open(self, files: list[Path]) -> None:
        """Open the storage files; one that is none is a problem where others are left."""
        refused, allowed = [], resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if len(files) + 64 > allowed >= 0:
            raise BagError(f'{len(files)} files are too many for the {allowed} that may be open; '
                           f'allow more: ulimit -n {len(files) + 64}')
        expansion = Expansion(sum(file.stat().st_size for file in files))
        for file in files:
            try:
                storage = open_storage(self._unpacked(file, expansion), self.problems, file)
            except NoRecording as error:
                refused.append(str(error))
                continue
            self._stack.callback(storage.close)
            self._storages.append(storage)
            for name, encoding in storage.passed_over.items():
                self.notes.append(
                    f'{shown(name)} is passed over: its messages are {shown(encoding)}, not CDR')
        if not self._storages:
            raise BagError('; '.join(refused))
        for refusal in refused:
            self.problems.add('damaged files', refusal)

    def _find_files(self) -> tuple[list[Path], dict[str, int]]:
        """Return the storage files in order, and topic to count as the metadata promise."""
        path = self.path
        if path.name == 'metadata.yaml':
            path = path.parent
        name = shown(str(path), 200)
        # The tests of os.path, as those of pathlib raise errors for names that cannot be.
        if not exists(path):
            raise BagError(f'{name} does not exist; name a rosbag2 directory, .mcap or .db3 file')
        if not isdir(path):
            return [path], {}
        listed, promised = self._metadata(path)
        if listed is None:
            listed = [file for file in path.iterdir() if file.name.endswith(_SUFFIXES)]
            listed.sort(key=lambda file: natural_order(file.name))
        files = [file for file in listed if isfile(file)]
        for file in listed:
            if not isfile(file):
                self.problems.add('missing files', shown(file.name) + (
                    ' (a directory has its name)' if isdir(file) else ''))
        if not files:
            raise BagError(f'{name} holds no .mcap or .db3 file; it is not a rosbag2 recording')
        return files, promised

    def _metadata(self, path: Path) -> tuple[list[Path] | None, dict[str, int]]:
        """Return the storage files, None if metadata.yaml is of no use; and topic to count."""
        try:
            names, promised = read_metadata(path / 'metadata.yaml')
            # Only their names count: whoever copied the recording copied the files beside it.
            # Each once: a recorder has no reason to name one twice, and it would be read twice.
            files = list(dict.fromkeys(path / Path(name).name for name in names))
            if not all(file.name.endswith(_SUFFIXES) for file in files):
                raise InputError('relative_file_paths names no storage file')
        except FileNotFoundError:
            self.notes.append('no metadata.yaml; the storage files are taken by name')
            return None, {}
        except (OSError, InputError) as error:
            self.problems.add(
                'damaged files', f'metadata.yaml ({reason(error)}); the storage files are taken '
                'by name')
            return None, {}
        return files, promised

    def _unpacked(self, file: Path, expansion: Expansion) -> Path:
        """Return the file, decompressed into a temporary directory where it needs to be."""
        if file.suffix != '.zstd' or not _starts_with(file, ZSTD_MAGIC):
            return file
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix='fer_replay_'))
        target = Path(folder, file.stem)
        with open(file, 'rb') as source, open(target, 'wb') as destination:
            try:
                fault = copy_decompressed(source, destination, expansion)
            except ExpansionError as error:
                raise BagError(f'{shown(file.name)} is refused: {error}') from error
            except OSError as error:
                raise BagError(
                    f'{shown(file.name)} cannot be unpacked to {folder}: {error.strerror}; set '
                    'TMPDIR to a directory with more space') from error
        if fault:
            self.problems.add('damaged files', f'{shown(file.name)} ({fault})')
        return target

    def _merge_topics(self) -> None:
        for storage in self._storages:
            for topic in storage.topics.values():
                known = self.topics.get(topic.name)
                self.topics[topic.name] = Topic(
                    topic.name, topic.type, topic.count + (known.count if known else 0),
                    topic.definition or (known.definition if known else ''), topic.qos)

    def _compare_with(self, promised: dict[str, int]) -> None:
        for name, count in promised.items():
            found = self.topics[name].count if name in self.topics else 0
            if found < count:
                self.problems.add(
                    'incomplete topics',
                    f'{shown(name)} has {found} of the {count} messages that metadata.yaml names')


def _starts_with(file: Path, magic: bytes) -> bool:
    """Tell whether a file has a format's first bytes; not so where it cannot be read."""
    try:
        with open_regular(file) as opened:
            return opened.read(len(magic)) == magic
    except OSError:
        return False


def _timed(
        storage: Storage, number: int, topics: Collection[str] | None) -> Iterator[tuple]:
    """Yield (log time, place, message), first without one: the file is not read before."""
    yield storage.start, (number, -1), None
    for place, message in enumerate(storage.messages(topics)):
        yield message.log_time, (number, place), message


def choose_image_topic(topics: dict[str, Topic], wanted: str | None = None) -> Topic:
    """
    Return the topic whose images are to be replayed.

    :param topics: all topics of the recording by name.
    :param wanted: its name, or None to find the only one. Of a camera recorded both raw and
        compressed, the raw one is taken; pictures published by fer_ros are passed over.
    :raises BagError: there is none, it is of another type, or several could be meant.
    """
    listing = shown(', '.join(
        f'{t.name} ({t.type}, {t.count})' for t in topics.values()) or 'none', 2000)
    if wanted is not None:
        name = shown(wanted)
        topic = topics.get(wanted) or topics.get('/' + wanted)
        if topic is None:
            raise BagError(f'no topic {name} in the recording; its topics: {listing}')
        if topic.name.endswith(UNDECODABLE):
            raise BagError(
                f'topic {name} cannot be decoded by fer_replay; record the raw topic or '
                f'/compressed; topics: {listing}')
        if topic.type not in IMAGE_TYPES:
            raise BagError(
                f'topic {name} has the type {shown(topic.type)}; fer_replay reads '
                f"{' and '.join(IMAGE_TYPES)}; topics: {listing}")
        if topic.count == 0:
            raise BagError(f'topic {name} holds no message; topics: {listing}')
        return topic
    if not any(topic.count for topic in topics.values()):
        raise BagError('the recording holds no message; record again')
    found = {t.name: t for t in topics.values()
             if t.type in IMAGE_TYPES and t.count and not OWN_PICTURES.search(t.name)
             and not t.name.endswith(UNDECODABLE)}
    chosen = [t for t in found.values()
              if not (t.name.endswith('/compressed') and t.name[:-len('/compressed')] in found)]
    if not chosen:
        raise BagError(
            f"no image topic in the recording; fer_replay reads {' and '.join(IMAGE_TYPES)}, but "
            f"not what ends in {', '.join(UNDECODABLE)}; topics: {listing}")
    if len(chosen) > 1:
        names = shown(', '.join(topic.name for topic in chosen), 2000)
        raise BagError(
            f'{len(chosen)} image topics in the recording ({names}); choose one with --topic')
    return chosen[0]
