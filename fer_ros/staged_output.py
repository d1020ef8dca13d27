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

"""What a command writes, under its name only when it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import re
import shutil
import stat
from typing import BinaryIO
import uuid

from fer_ros.boundary import OutputError, reason
from fer_ros.core.text import shown

#: Part of the names of what is not whole: being written, or left by an interruption.
PARTIAL = 'partial'

#: Names of a stream that this process has open.
_STREAM = re.compile(r'/(?:dev|proc/self)/(?:fd/(\d+)|std(out|err))')


class Staged:
    """
    One output, written beside its place and moved there when it is whole.

    A link at its place is followed. What is no regular file (`/dev/null`, `/dev/stdout`, a FIFO)
    is written as it is, without a move.

    :param place: where it shall be.
    :param folder: whether it is a folder, which must not exist yet.
    """

    def __init__(self, place: Path | str, folder: bool = False):
        self.place = Path(place)
        self._descriptor = stream_of(place)
        self._plain = self._descriptor is None and not is_special(self.place)
        self._target = Path(os.path.realpath(place)) if self._plain else self.place
        #: What is written to.
        self.path = self._target
        #: What is removed again.
        self._scratch = self._target
        if self._plain:
            name = f'.{self._target.stem[:60]}.{uuid.uuid4().hex[:8]}.{PARTIAL}'
            self._scratch = self._target.with_name(
                name + ('' if folder else self._target.suffix[:60]))
            # A recording names its files after its folder.
            self.path = self._scratch / self._target.name if folder else self._scratch
        if folder:
            with self.told():
                if os.path.lexists(self._target):
                    raise FileExistsError(0, 'it exists already')
                self._scratch.mkdir()

    def open(self) -> BinaryIO:
        """
        Return the file, open to be written.

        :raises OutputError: it cannot be opened.
        """
        with self.told():
            if self._descriptor is not None:
                # What is there already stays, as with any redirection by the shell.
                return os.fdopen(os.dup(self._descriptor), 'wb')
            return self.path.open('wb')

    def commit(self) -> None:
        """
        Put what was written in its place, after it has reached the disk.

        :raises OutputError: it could not be; nothing is left of it.
        """
        if self._plain:
            try:
                with self.told():
                    self._move(self._target)
            except BaseException:
                self.discard()
                raise

    def keep(self) -> Path | None:
        """Keep what was written under a name that says it is a part; return that, if any."""
        if not self._plain or not self.path.exists():
            return None
        stem, suffix = self._target.stem, self._target.suffix
        kept = self._target.with_name(f'{stem}.{PARTIAL}{suffix}')
        number = 1
        while os.path.lexists(kept):
            number += 1
            kept = self._target.with_name(f'{stem}.{PARTIAL}{number}{suffix}')
        with self.told():
            self._move(kept)
        return kept

    def discard(self) -> None:
        """Remove what was written."""
        if not self._plain:
            return
        if self._scratch.is_dir():
            shutil.rmtree(self._scratch, ignore_errors=True)
        else:
            with suppress(OSError):
                self._scratch.unlink()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Let errors of writing name the output."""
        try:
            yield
        except OSError as error:
            raise OutputError(
                f'{shown(str(self.place), 200)} cannot be written: {reason(error)}; see the disk '
                'and its permissions, or name another place') from error

    def _move(self, target: Path) -> None:
        if self.path.is_dir():
            if os.path.lexists(target):
                raise FileExistsError(0, 'it exists already')
            for file in self.path.iterdir():
                _sync(file)
            _sync(self.path)
            self.path.rename(target)
            self._scratch.rmdir()
        else:
            _sync(self.path)
            with suppress(OSError):
                shutil.copymode(target, self.path)
            self.path.replace(target)
        with suppress(OSError):
            _sync(target.parent)


@contextmanager
def staged(place: Path | str) -> Iterator[Path]:
    """
    Yield the path to write a file at; it is put in its place if all goes well, and else removed.

    :raises OutputError: it cannot be written.
    """
    output = Staged(place)
    try:
        with output.told():
            yield output.path
    except BaseException:
        output.discard()
        raise
    output.commit()


def write_whole(place: Path | str, content: bytes) -> None:
    """
    Write a file, or what is no regular file.

    :raises OutputError: it cannot be written.
    """
    output = Staged(place)
    try:
        with output.told(), output.open() as file:
            file.write(content)
    except BaseException:
        output.discard()
        raise
    output.commit()


def is_special(path: Path | str) -> bool:
    """Tell whether a path names something that is there and neither file nor folder."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def stream_of(place: Path | str) -> int | None:
    """Return the number of the stream that a path such as /dev/stdout names."""
    match = _STREAM.fullmatch(os.path.normpath(os.path.abspath(place)))
    if match is None:
        return None
    return int(match[1]) if match[1] else {'out': 1, 'err': 2}[match[2]]


def _sync(path: Path) -> None:
    """Wait until the disk has a file or the names in a folder; errors of a full one come now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
