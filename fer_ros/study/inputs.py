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
from urllib.parse import unquote

from fer_ros.boundary import InputError, reason
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


# What in a URL lets everybody in who has it.
_SECRET = re.compile(
    r'x-(amz|goog)-|(aws|google)access|sig(nature)?=|expires=|[^=]*(token|key|secret)[^=]*=',
    re.IGNORECASE)


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
        """Return the path as text: bytes that are no UTF-8 are escaped, a password is left out."""
        return public(self.path).encode('utf-8', 'backslashreplace').decode()

    @property
    def size(self) -> int:
        """Return its bytes."""
        return sum(size for _, size, _ in self.files)

    @property
    def place(self) -> str:
        """Return the path that it is named after: of a file in an archive, that in there."""
        links = self.path.split('::') if is_url(self.path) else [self.path]
        return without_query(next((link for link in links if '://' in link), self.path))

    @property
    def stem(self) -> str:
        """Return its name without endings."""
        name = self.place.rstrip('/').rpartition('/')[2]
        low = name.lower()
        ending = next((each for each in (*BAGS[2:], *BAGS, *VIDEOS) if low.endswith(each)), '')
        return name[:len(name) - len(ending)] or name


def is_url(text: str) -> bool:
    """Tell whether an input is a URL, for fsspec."""
    return re.match(r'[A-Za-z][A-Za-z0-9+.-]*(::|://)', text) is not None


def local_path(text: str) -> str:
    """Return the path that a URL of this machine means; every other text as it is."""
    match = re.fullmatch(r'(?:file|local)://(?:localhost(?=/))?(/.*)', text, re.DOTALL)
    if match is None:
        return text
    path = match[1]
    # As file managers and browsers write it, or as it is.
    return path if os.path.lexists(path) else unquote(path)


def public(text: str) -> str:
    """Return a URL without passwords and what signs it; every other text as it is."""
    # What GitHub has before the @ is a repository.
    if not is_url(text) or text.startswith('github:'):
        return text
    head, mark, query = re.sub(r'(://[^/@:]*):[^/@]*@', r'\1@', text).partition('?')
    kept = '&'.join(part for part in query.split('&') if not _SECRET.match(part))
    return head + (mark + kept if kept or not query else '')


def without_query(text: str) -> str:
    """Return a URL of the web without what follows its path; every other text as it is."""
    return text.partition('?')[0] if re.match(r'https?://', text) else text


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
    text = local_path(text)
    try:
        there = os.path.lexists(text)
    except ValueError:
        there = False
    # Files may have names as URLs have them.
    if is_url(text) and not there:
        from fer_ros.study.remote import find_remote
        yield from find_remote(text)
        return
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
