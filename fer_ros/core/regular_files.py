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

"""Files from outside: regular ones of a bounded size, and nothing that never ends or waits."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO, cast

#: What else a path may lead to, in the words of an error.
_KINDS = (
    (stat.S_ISDIR, 'a directory'), (stat.S_ISFIFO, 'a named pipe'), (stat.S_ISSOCK, 'a socket'),
    (stat.S_ISCHR, 'a device'), (stat.S_ISBLK, 'a device'))


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """
    Open a regular file for reading, through symbolic links, too.

    A named pipe would make an opener wait for ever, and some devices act when they are opened:
    what a path leads to is looked at before, and once more behind it, should it have changed.

    :raises OSError: there is none, it may not be read, or is something else; `strerror` says
        what in a few words.
    """
    try:
        _require_regular(os.stat(path), path)
        file = cast(BinaryIO, open(path, 'rb', opener=_open_without_waiting))
    except ValueError as error:  # a path with a NUL, or that no file system can hold
        raise OSError(errno.EINVAL, f'no file can have this name: {error}', str(path)) from None
    try:
        _require_regular(os.fstat(file.fileno()), path)
    except OSError:
        file.close()
        raise
    return file


def read_regular(path: str | os.PathLike[str], most: int) -> bytes:
    """
    Return the content of a regular file.

    :param most: bytes that it may have; not more are read, whatever the file system says.
    :raises OSError: as `open_regular`, or it is larger.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        # None where a file of the kernel's has nothing to say at the moment.
        content = (file.read(most + 1) if size <= most else b'') or b''
    if len(content) > most or size > most:
        raise OSError(
            errno.EFBIG, f'it has {max(size, len(content))} bytes, more than the {most} '
            f'({most >> 20} MiB) that such a file may have', str(path))
    return content


def path_for_opencv(path: str | os.PathLike[str]) -> str:
    """
    Return a path as OpenCV takes it.

    :raises OSError: it is not UTF-8; OpenCV ends the process where it is given such a name.
    """
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        raise OSError(
            errno.EILSEQ, 'OpenCV takes no path that is not UTF-8; rename it', name) from None
    return name


def _require_regular(status: os.stat_result, path: str | os.PathLike[str]) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kind = next((name for test, name in _KINDS if test(status.st_mode)), 'something else')
    raise OSError(errno.EINVAL, f'it is {kind} and not a regular file', str(path))


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
