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
from contextlib import contextmanager
import ctypes
import os
import sys
import threading
import time

import cv2
from fer_ros.core.text import shown

#: Seconds between two lines.
PERIOD = 5.0

#: Characters of a complaint that are kept.
_LONGEST = 160

#: `setvbuf`'s word for a file without a buffer.
_UNBUFFERED = 2

_LOGGING = getattr(getattr(cv2, 'utils', None), 'logging', None)


class _Ear:
    """
    A file in memory that stands in for the C library's standard error.

    The libraries have no other way to complain that OpenCV leaves open. Only their variable
    `stderr` is another one meanwhile: descriptor 2 stays what it is for everybody else.

    :raises OSError: there is no such file; also where no descriptor is left.
    :raises AttributeError: there is no such call on this system.
    :raises ValueError: there is no such variable in this C library.
    """

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        self._stderr = ctypes.c_void_p.in_dll(library, 'stderr')
        self._descriptor = os.memfd_create('fer_complaints')
        library.fdopen.restype = ctypes.c_void_p
        self._file = library.fdopen(self._descriptor, b'w')
        library.setvbuf(ctypes.c_void_p(self._file), None, _UNBUFFERED, ctypes.c_size_t(0))

    @contextmanager
    def open(self) -> Iterator[None]:  # noqa: A003
        before, self._stderr.value = self._stderr.value, self._file
        # For TIFF, OpenCV itself says what is wrong, by a stream of C++.
        level = None if _LOGGING is None else _LOGGING.setLogLevel(_LOGGING.LOG_LEVEL_SILENT)
        try:
            yield
        finally:
            self._stderr.value = before
            if _LOGGING is not None:
                _LOGGING.setLogLevel(level)

    def take(self) -> str:
        """Return what was heard since the last time, '' in most cases."""
        if not os.lseek(self._descriptor, 0, os.SEEK_CUR):
            return ''
        heard = os.pread(self._descriptor, 4 * _LONGEST, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.ftruncate(self._descriptor, 0)
        return shown(heard.decode(errors='replace').strip(), _LONGEST)


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
        self._due = 0.0
        self._passed_over = 0

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """
        Yield a list that holds, after the `with` block, what was said in it.

        Where another thread is listening already, or the system does not allow it, that goes to
        standard error as ever.
        """
        words: list[str] = []
        if self._ear is None or not self._lock.acquire(blocking=False):
            yield words
            return
        try:
            with self._ear.open():
                yield words
        finally:
            text = self._ear.take()
            self._lock.release()
            if text:
                words.append(text)

    def tell(self, words: list[str], what: str) -> None:
        """Print what was heard of a picture that is used, one line every `PERIOD` seconds."""
        if not words:
            return
        now = time.monotonic()
        if now < self._due:
            self._passed_over += 1
            return
        more, self._passed_over = self._passed_over, 0
        self._due = now + PERIOD
        print(f'the {what} is damaged, but used: {words[0]}'
              + (f' ({more} more since)' if more else ''), file=sys.stderr, flush=True)


#: The process has one standard error.
COMPLAINTS = Complaints()
