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

"""The worker: one thread that always takes the latest item and forgets the ones it missed."""

from __future__ import annotations

from enum import Enum
import threading
from typing import Any, Callable


class Offer(Enum):
    """What became of an item that was offered to a worker."""

    TAKEN = 'taken'
    REPLACED_ANOTHER = 'replaced another'
    IGNORED = 'ignored'


class LatestWorker:
    """
    Hand the latest item to a function in a thread of its own; never queue.

    `offer` only swaps a slot, so the caller (the executor) never waits for the work. An item
    that is replaced before the thread came to it is missed.

    :param work: called in the thread with each item taken and the number of items since the
        one before that were replaced; must not raise.
    :param name: name of the thread, as `ps -T` and debuggers show it.
    """

    def __init__(self, work: Callable[[Any, int], None], name: str = 'fer_worker'):
        self._work = work
        self._name = name
        self._condition = threading.Condition()
        self._item: Any = None
        self._running = False
        self._thread: threading.Thread | None = None
        self._missed = 0

    def start(self) -> None:
        """
        Start the thread.

        :raises RuntimeError: it runs already.
        """
        if self._thread is not None:
            raise RuntimeError(f"worker '{self._name}' runs already; stop it first")
        self._running = True
        self._item, self._missed = None, 0
        self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
        self._thread.start()

    def offer(self, item: Any) -> Offer:
        """Put an item into the slot, replacing one that still waits there."""
        with self._condition:
            if not self._running:
                return Offer.IGNORED
            replaced = self._item is not None
            self._missed += replaced
            self._item = item
            self._condition.notify()
        return Offer.REPLACED_ANOTHER if replaced else Offer.TAKEN

    def stop(self, timeout: float = 5.0) -> bool:
        """
        End the thread after the item in work; an item still in the slot is forgotten.

        :param timeout: seconds to wait for the item in work.
        :return: whether the thread has ended; False leaves it to end by itself.
        """
        with self._condition:
            self._running = False
            self._item = None
            self._condition.notify()
        thread, self._thread = self._thread, None
        if thread is None:
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _loop(self) -> None:
        me = threading.current_thread()
        while True:
            with self._condition:
                # A thread that outlived stop()'s timeout must not serve its successor's slot.
                while self._thread is me and self._running and self._item is None:
                    self._condition.wait()
                if self._thread is not me or not self._running:
                    return
                item, missed = self._item, self._missed
                self._item, self._missed = None, 0
            self._work(item, missed)
