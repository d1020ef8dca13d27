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

"""Signals that end a command: when they raise, when they are collected, and that none is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
import signal
import sys
import threading
import time
from typing import Any

#: Signals that end a command in order.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

#: Seconds in which a further signal is the same wish: Ctrl-C comes from the terminal and from
#: launch, and must not cut short what the first one has begun to clear away.
ONCE = 1.0

#: Seconds after which a signal is sent again that came where nothing can be raised.
_AGAIN = 0.05


class _Wish:
    """Tells a signal from the echo of one."""

    def __init__(self) -> None:
        self._since = -ONCE

    def is_new(self) -> bool:
        """Return whether `ONCE` has passed since the last signal of which it was true."""
        now = time.monotonic()
        if now - self._since < ONCE:
            return False
        self._since = now
        return True

    def forget(self) -> None:
        """Have the next signal be new."""
        self._since = -ONCE


#: The signals that came to end the running command.
_signals: list[int] = []
_wish = _Wish()


class Stopped(KeyboardInterrupt):
    """
    A signal ended the command.

    :param number: the signal's.
    """

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number
        _signals.append(number)


def interrupted(error: BaseException) -> bool:
    """
    Return whether a signal that ends the command is behind an error.

    Other code can hide a KeyboardInterrupt: pybind11 raises a RuntimeError of its own, without a
    cause, where it was building an argument, and NumPy an ImportError while it is imported.
    """
    return isinstance(error, KeyboardInterrupt) or bool(_signals)


@contextmanager
def ending_signals() -> Iterator[list[int]]:
    """
    Let signals that end a command raise `Stopped`; yield the numbers of those that have.

    Where one comes in a method that cannot raise, such as `__del__`, it comes once more.
    """
    _signals.clear()
    _wish.forget()

    def raised(number: int, _frame: object) -> None:
        if _wish.is_new():
            raise Stopped(number)

    def unraisable(report: Any) -> None:
        if not isinstance(report.exc_value, Stopped):
            before(report)
            return
        _wish.forget()
        again = threading.Timer(_AGAIN, signal.pthread_kill, (
            threading.main_thread().ident, report.exc_value.number))
        again.daemon = True
        again.start()
    before, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        with handled(ENDING, raised):
            yield _signals
    finally:
        sys.unraisablehook = before


@contextmanager
def interruptions() -> Iterator[list[int]]:
    """
    Collect the signals that end a command, so that none raises in the middle of a file.

    Another one, `ONCE` later, raises: what is written to may be a pipe whose reader has stopped.
    """
    seen: list[int] = []

    def note(number: int, _frame: object) -> None:
        if _wish.is_new():
            if seen:
                raise Stopped(number)
            seen.append(number)

    with handled(ENDING, note):
        yield seen


@contextmanager
def handled(numbers: Iterable[int], handler: Any) -> Iterator[None]:
    """
    Let signals go to a handler for a while, as far as they are not ignored.

    Only the main thread may; in others nothing changes. Who ignores a signal, as nohup does,
    means it. What others would do, a measurement of the coverage for one, comes afterwards.

    :param handler: as of `signal.signal`.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, handler) for number in numbers
                  if signal.getsignal(number) not in (signal.SIG_IGN, None)}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
