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

"""Which recordings the inputs of a study mean: files, folders of them, globs, URLs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
import glob
import os
from pathlib import Path
import re
from typing import Any

from fer_ros.boundary import InputError, reason
from fer_ros.core.packages import missing_package
from fer_ros.core.text import natural_order, shown

#: Endings of the names of storage files of rosbag2, and of videos, as found in folders.
BAGS = ('.mcap', '.db3', '.mcap.zstd', '.db3.zstd')
VIDEOS = ('.3gp', '.avi', '.flv', '.gif', '.m2ts', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg',
          '.mpg', '.mts', '.ogv', '.ts', '.webm', '.wmv')

METADATA = 'metadata.yaml'

#: The most recordings of a study.
MOST = 200_000

# A recorder splits a recording into files that are named after its folder and counted.
_PART = re.compile(r'(.*)_\d+$')


@dataclass(frozen=True)
class Source:
    """
    One recording.

    :param path: absolute path, or URL, of a file or of the folder of a bag.
    :param kind: `bag` or `video`.
    :param files: of it: name within the folder ('' for a single file), and what changes when
        its content does: bytes, and time or checksum.
    """

    path: str
    kind: str
    files: tuple[tuple[str, int, str], ...] = field(default=())

    @property
    def label(self) -> str:
        """Return the path as text: a name that is no UTF-8 has its bytes escaped."""
        return self.path.encode('utf-8', 'backslashreplace').decode()

    @property
    def size(self) -> int:
        """Return its bytes."""
        return sum(size for _, size, _ in self.files)

    @property
    def stem(self) -> str:
        """Return its name without endings."""
        name = self.path.rstrip('/').rpartition('/')[2]
        low = name.lower()
        ending = next((each for each in (*BAGS[2:], *BAGS, *VIDEOS) if low.endswith(each)), '')
        return name[:len(name) - len(ending)] or name


def is_url(text: str) -> bool:
    """Tell whether an input is a URL, for fsspec."""
    return re.match(r'[A-Za-z][A-Za-z0-9+.-]*(::|://)', text) is not None


def kind_of(name: str, head: bytes = b'') -> str:
    """
    Return whether a file is a `bag` or a `video`; '' for neither, by its name.

    :param head: first bytes of the file, which decide where the name says nothing.
    """
    low = name.lower()
    if low.endswith(BAGS) or head.startswith((b'\x89MCAP', b'SQLite format 3')):
        return 'bag'
    return 'video' if low.endswith(VIDEOS) else ''


def find(text: str, output: str) -> Iterator[Source]:
    """
    Yield the recordings that an input means.

    :param text: a file, a folder, a glob, or a URL of one of these.
    :param output: folder of the study, in which no recording is looked for.
    :raises InputError: there is none, or, behind those that there are, a folder cannot be read;
        names the input and the remedy.
    """
    if is_url(text):
        yield from _find_remote(text)
        return
    try:
        there = os.path.lexists(text)
    except ValueError:
        there = False
    paths = [text] if there else sorted(
        glob.glob(text, recursive=True), key=natural_order) if _is_glob(text) else []
    if not paths:
        raise InputError(f'{shown(text, 300)} ' + (
            'matches nothing; quote a pattern, and see that there is what it means'
            if _is_glob(text) else 'does not exist; name a recording, a video or a folder'))
    found = False
    for path in paths:
        # What a pattern matches beside recordings is no mistake.
        for source in _find_local(Path(os.path.abspath(path)), output, strict=there):
            found = True
            yield source
    if not found:
        raise InputError(
            f"{shown(text, 300)} holds no recording ({', '.join(BAGS)}) and no video "
            f"({', '.join(VIDEOS)})")


def _is_glob(text: str) -> bool:
    return glob.has_magic(text)


def _find_local(path: Path, output: str, strict: bool) -> Iterator[Source]:
    if not path.is_dir():
        kind = kind_of(path.name, _head(path)) or ('video' if strict else '')
        if path.name == METADATA and path.is_file():
            yield _local_bag(path.parent)
        elif kind:
            yield Source(str(path), kind, (('', *_state(path)),))
        return
    unread: list[OSError] = []
    # Links are followed; who comes to a folder again goes no further.
    seen = {output}
    for folder, folders, names in os.walk(path, onerror=unread.append, followlinks=True):
        here, real = Path(folder), os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted((each for each in folders if each[0] != '.'), key=natural_order)
        names = sorted((each for each in names if each[0] != '.'), key=natural_order)
        bags = [name for name in names if kind_of(name) == 'bag']
        if METADATA in names or _are_parts(here.name, bags):
            yield _local_bag(here)
            names = [name for name in names if name not in bags]
        for name in names:
            if kind := kind_of(name):
                yield Source(str(here / name), kind, (('', *_state(here / name)),))
    for error in unread:
        raise InputError(f'{shown(str(error.filename), 300)} cannot be read: {reason(error)}; '
                         'what is in it is left out')


def _are_parts(folder: str, names: list[str]) -> bool:
    """Tell whether storage files are the parts of one recording, of a folder's name."""
    stems = [_PART.fullmatch(Source(name, 'bag').stem) for name in names]
    return bool(stems) and all(stem is not None and stem[1] == folder for stem in stems)


def _local_bag(folder: Path) -> Source:
    return Source(str(folder), 'bag', tuple(
        (file.name, *_state(file)) for file in sorted(folder.iterdir())
        if file.name == METADATA or kind_of(file.name) == 'bag'))


def _state(path: Path) -> tuple[int, str]:
    try:
        state = path.stat()
    except OSError as error:
        return 0, reason(error)
    return state.st_size, str(state.st_mtime_ns)


def _head(path: Path) -> bytes:
    try:
        if path.is_file():
            with open(path, 'rb') as file:
                return file.read(16)
    except (OSError, ValueError):
        pass  # whoever reads it tells
    return b''


def file_system(url: str) -> tuple[Any, str]:
    """
    Return the fsspec file system of a URL, and the path in it.

    :raises InputError: nothing is known of it, or it cannot be reached.
    """
    import fsspec
    name = shown(url, 300)
    try:
        return fsspec.url_to_fs(url)
    except ImportError as error:
        raise InputError(f'{name}: {missing_package(error) or reason(error)}') from error
    except Exception as error:  # noqa: B902 - each file system has its own
        raise InputError(f'{name} cannot be opened: {reason(error)}') from error


def _find_remote(url: str) -> Iterator[Source]:
    system, path = file_system(url)
    try:
        paths = system.glob(path) if _is_glob(path) else [path]
        found = [source for each in paths for source in _remote(system, each, not _is_glob(path))]
    except FileNotFoundError:
        found = []
    except Exception as error:  # noqa: B902 - each file system has its own
        raise InputError(
            f'{shown(url, 300)} cannot be read: {shown(reason(error), 300)}; see its address and '
            'the credentials') from error
    if not found:
        raise InputError(
            f'{shown(url, 300)} holds no recording and no video; see its address')
    yield from found


def _remote(system: Any, path: str, strict: bool) -> Iterator[Source]:
    details = system.find(path, detail=True)
    names = sorted(details, key=natural_order)
    folders = {name.rpartition('/')[0] for name in names if name.endswith('/' + METADATA)}
    bags: dict[str, list[tuple[str, int, str]]] = {}
    for name in names:
        folder, _, last = name.rpartition('/')
        kind = kind_of(last) or ('video' if strict and name == path else '')
        state = _remote_state(details[name])
        if folder in folders and (kind == 'bag' or last == METADATA):
            bags.setdefault(folder, []).append((last, *state))
        elif kind:
            yield Source(system.unstrip_protocol(name), kind, (('', *state),))
    for folder, files in bags.items():
        yield Source(system.unstrip_protocol(folder), 'bag', tuple(files))


def _remote_state(detail: dict[str, Any]) -> tuple[int, str]:
    mark = next((str(detail[key]) for key in (
        'ETag', 'etag', 'md5Hash', 'LastModified', 'last_modified', 'updated', 'mtime')
        if detail.get(key)), '')
    return int(detail.get('size') or 0), mark
