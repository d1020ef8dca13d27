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

"""What libjpeg and libpng say of a picture while OpenCV decodes it: kept from flooding the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import ctypes
import fcntl
import os
import re
import sys
import threading
import time

import cv2
from fer_ros.core.text import shown

#: Seconds between two lines.
PERIOD = 5.0

#: Characters of a complaint that are kept.
_LONGEST = 160

#: Bytes that may be said before they are read: what a thousand damaged chunks make libpng say.
_ROOM = 1 << 20

#: `setvbuf`'s word for a file without a buffer.
_UNBUFFERED = 2

#: How the lines of the decoders begin: of libpng, and the warnings of libjpeg's jerror.h.
_DECODERS = re.compile(
    rb'libpng |Corrupt JPEG data: |Premature end of JPEG file|Warning: unknown JFIF revision|'
    rb'Inconsistent progression sequence|Invalid SOS parameters|Unknown Adobe color transform|'
    rb'Application transferred too many scanlines')

_LOGGING = getattr(getattr(cv2, 'utils', None), 'logging', None)


class _Ear:
    """
    A pipe that stands in for the C library's standard error.

    The libraries have no other way to complain that OpenCV leaves open. Only their variable
    `stderr` is another one meanwhile: descriptor 2 stays what it is for everybody else, and what
    others say in C while it is open is handed on to it.

    :raises OSError: there is no descriptor left.
    :raises AttributeError: there is no such call on this system.
    :raises ValueError: there is no such variable in this C library.
    """

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        self._stderr = ctypes.c_void_p.in_dll(library, 'stderr')
        library.fdopen.restype = ctypes.c_void_p
        self._said, said = os.pipe()
        for end in (self._said, said):
            os.set_blocking(end, False)
        with suppress(OSError, AttributeError):  # Python 3.9 and less lack the name
            fcntl.fcntl(said, fcntl.F_SETPIPE_SZ, _ROOM)
        self._file = library.fdopen(said, b'w')
        library.setvbuf(ctypes.c_void_p(self._file), None, _UNBUFFERED, ctypes.c_size_t(0))
        self._before: int | None = None
        self._level = 0

    def open(self) -> None:  # noqa: A003
        self._before, self._stderr.value = self._stderr.value, self._file
        # For TIFF, OpenCV itself says what is wrong, by a stream of C++.
        if _LOGGING is not None:
            self._level = _LOGGING.setLogLevel(_LOGGING.LOG_LEVEL_SILENT)

    def close(self) -> None:
        self._stderr.value = self._before
        if _LOGGING is not None:
            _LOGGING.setLogLevel(self._level)

    def take(self) -> str:
        """Return what decoders said since the last time, '' in most cases; hand on the rest."""
        try:
            heard = os.read(self._said, _ROOM)
        except BlockingIOError:
            return ''
        # An end of a line without one is libpng's, of which the pipe had no room for the rest.
        lines = [line for line in heard.splitlines(keepends=True) if line.strip()]
        others = b''.join(line for line in lines if not _DECODERS.match(line))
        if others:
            with suppress(OSError):  # closed, or a full disk
                os.write(2, others)
        said = b''.join(line for line in lines if _DECODERS.match(line))[:4 * _LONGEST]
        return shown(said.decode(errors='replace').strip(), _LONGEST)


def _make_ear() -> _Ear | None:
    try:
        return _Ear()
    except (OSError, AttributeError, ValueError):
        return None


class Complaints:
    """Hear what the decoders say; of pictures that are used nevertheless, tell now and then."""

    def __init__(self) -> None:
        self._ear = _make_ear()
        self._lock = threading.Lock()
        self._decoding = 0
        self._begun = 0
        self._due = 0.0
        self._passed_over = 0

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """
        Yield a list that holds, after the `with` block, what was said of a picture in it.

        Where several threads decode at the same time nobody knows of whose picture it was said:
        then the list stays empty. Where the system does not allow to listen, it goes to standard
        error as ever.
        """
        words: list[str] = []
        if self._ear is None:
            yield words
            return
        with self._lock:
            if not self._decoding:
                self._ear.open()
            self._decoding += 1
            self._begun += 1
            alone, begun = self._decoding == 1, self._begun
        try:
            yield words
        finally:
            with self._lock:
                self._decoding -= 1
                if not self._decoding:
                    self._ear.close()
                text = self._ear.take()
                if text and alone and begun == self._begun:
                    words.append(text)

    def tell(self, words: list[str], what: str) -> None:
        """Print what was heard of a picture that is used, one line every `PERIOD` seconds."""
        if not words:
            return
        with self._lock:
            now = time.monotonic()
            if now < self._due:
                self._passed_over += 1
                return
            more, self._passed_over = self._passed_over, 0
            self._due = now + PERIOD
        # Who closed standard error does not want to be told.
        if sys.stderr is not None:
            with suppress(OSError):
                print(f'the {what} is damaged, but used: {words[0]}'
                      + (f' ({more} more since)' if more else ''), file=sys.stderr, flush=True)


#: The process has one standard error.
COMPLAINTS = Complaints()
