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

"""SIGINT and SIGTERM: the process ends within two seconds, whatever it is doing."""

from __future__ import annotations

import os
import signal
import threading
import time

#: Seconds from the signal until the process ends without having said goodbye to everybody.
GRACE = 1.3

#: Seconds from the signal until the kernel ends the process, which needs no Python for that.
LAST_RESORT = 1.9

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def leave_at_once() -> None:
    """
    From now on a signal ends the process at once with status 0: nobody knows of it yet.

    To be called in the main thread before anything that takes time, such as imports.
    """
    for number in _SIGNALS:
        signal.signal(number, lambda *_: os._exit(0))


class Ending:
    """
    The end of the process, which the first SIGINT or SIGTERM begins; further ones change nothing.

    From then on the process has `GRACE` seconds to say goodbye. It is ended after that with
    status 0, as it was asked to end and did: whoever waits in native code, for a lock or for a
    file cannot be woken, and ending the interpreter beside such a thread may abort.

    To be made in the main thread.
    """

    def __init__(self) -> None:
        self._begun = threading.Event()
        # Python runs a handler in the main thread between any two steps, also while that thread
        # holds the lock of the very Event the handler would set. The bytes that the interpreter
        # writes into a pipe, whatever the main thread does, have no such lock.
        self._signals, end = os.pipe()
        os.set_blocking(end, False)
        signal.set_wakeup_fd(end, warn_on_full_buffer=False)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        threading.Thread(target=self._watch, name='fer_ending', daemon=True).start()

    @property
    def begun(self) -> bool:
        """Return whether a signal has come."""
        return self._begun.is_set()

    def wait(self) -> None:
        """Wait for a signal."""
        self._begun.wait()

    def ignore_signals(self) -> None:
        """
        Ignore further signals also while the interpreter ends, when it gives up its handlers.

        Ctrl-C often comes twice, from the terminal and from launch. To be called in the main
        thread.
        """
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def _watch(self) -> None:
        os.read(self._signals, 1)
        signal.setitimer(signal.ITIMER_REAL, LAST_RESORT)
        self._begun.set()
        time.sleep(GRACE)
        os._exit(0)
