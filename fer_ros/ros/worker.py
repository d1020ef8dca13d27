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

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
import threading
import time
from typing import Any, Callable

#: Seconds for which the executor waits for an item in work: some frames of a slow machine, and
#: not so long that callers of services and the readers of diagnostics take notice.
PATIENCE = 0.5

#: Seconds in one frame after which a worker counts as stuck.
STUCK = 3.0


class Offer(Enum):
    """What became of an item that was offered to a worker."""

    TAKEN = 'taken'
    REPLACED_ANOTHER = 'replaced another'
    IGNORED = 'ignored'


class WorkerStuckError(RuntimeError):
    """A worker that was stopped is still in a frame; the message is for people."""


def stuck_text(seconds: float) -> str:
    """Return what to tell of a worker that has been in a frame for so long."""
    return (
        f'worker stuck in a frame for {seconds:.0f} s; where it does not end by itself, restart '
        'the process; where it happens again, lower detector.long_side or choose another model '
        'or provider')


class Epoch:
    """
    The time from a start of a worker to its stop.

    Native code cannot be interrupted, so an item may be done long after its epoch is over. What
    comes of an item therefore leaves the worker's thread within `publishing` only.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over = False

    @property
    def over(self) -> bool:
        """Return whether the worker was stopped."""
        return self._over

    @contextmanager
    def publishing(self) -> Iterator[bool]:
        """Yield whether the epoch lasts; only then may anything be published or counted."""
        with self._lock:
            yield not self._over

    def end(self) -> None:
        """Let nothing more be published, but what is just being published."""
        self._over = True

    @property
    def quiet(self) -> bool:
        """Return whether the epoch is over and publishes nothing any more, ever."""
        return self._over and not self._lock.locked()


class LatestWorker:
    """
    Hand the latest item to a function in a thread of its own; never queue.

    `offer` only swaps a slot, so the caller (the executor) never waits for the work. An item
    that is replaced before the thread came to it is missed.

    A worker that is stopped while an item is in work lingers until that is done, and cannot be
    started before: there is never more than one thread.

    :param work: called in the thread with each item taken, the number of items since the one
        before that were replaced, and the epoch it belongs to; must not raise.
    :param name: name of the thread, as `ps -T` and debuggers show it.
    """

    def __init__(self, work: Callable[[Any, int, Epoch], None], name: str = 'fer_worker'):
        self._work = work
        self._name = name
        self._condition = threading.Condition()
        self._item: Any = None
        self._epoch = Epoch()
        self._epoch.end()
        self._thread: threading.Thread | None = None
        self._missed = 0
        self._taken_at: float | None = None

    @property
    def busy(self) -> float:
        """Return for how many seconds the item in work has been so; 0 without one."""
        since = self._taken_at
        return 0.0 if since is None else time.monotonic() - since

    @property
    def lingers(self) -> bool:
        """Return whether the worker was stopped and its thread is still in an item."""
        return self._epoch.over and self._alive()

    @property
    def stuck(self) -> float:
        """Return `busy` where that is too long: `STUCK`, or beyond the stop; 0 otherwise."""
        busy = self.busy
        return busy if busy >= STUCK or self.lingers else 0.0

    def start(self) -> None:
        """
        Start the thread.

        :raises RuntimeError: it runs already.
        :raises WorkerStuckError: the thread of before is still in an item.
        """
        if not self._epoch.over:
            raise RuntimeError(f"worker '{self._name}' runs already; stop it first")
        self.require_end()
        self._item, self._missed, self._epoch = None, 0, Epoch()
        self._thread = threading.Thread(
            target=self._loop, args=(self._epoch,), name=self._name, daemon=True)
        self._thread.start()

    def require_end(self) -> None:
        """
        Wait `PATIENCE` for a thread that lingers.

        :raises WorkerStuckError: it is still in an item.
        """
        if self._epoch.over and not self._ended(PATIENCE):
            raise WorkerStuckError(stuck_text(self.busy))

    def offer(self, item: Any) -> Offer:
        """Put an item into the slot, replacing one that still waits there."""
        with self._condition:
            if self._epoch.over:
                return Offer.IGNORED
            replaced = self._item is not None
            self._missed += replaced
            self._item = item
            self._condition.notify()
        return Offer.REPLACED_ANOTHER if replaced else Offer.TAKEN

    def stop(self, timeout: float = PATIENCE) -> bool:
        """
        End the thread after the item in work; an item still in the slot is forgotten.

        :param timeout: seconds to wait for the item in work; only the first time.
        :return: whether the thread has ended; where not, it `lingers` until it has.
        """
        if self._epoch.over:
            return self._ended(0.0)
        with self._condition:
            self._epoch.end()
            self._item = None
            self._condition.notify()
        return self._ended(timeout)

    @property
    def quiet(self) -> bool:
        """Return whether nothing is published until the next start; see `Epoch.quiet`."""
        return self._epoch.quiet

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _ended(self, timeout: float) -> bool:
        if self._thread is not None:
            self._thread.join(timeout)
        return not self._alive()

    def _loop(self, epoch: Epoch) -> None:
        while True:
            with self._condition:
                while not epoch.over and self._item is None:
                    self._condition.wait()
                if epoch.over:
                    return
                item, missed = self._item, self._missed
                self._item, self._missed = None, 0
                self._taken_at = time.monotonic()
            self._work(item, missed, epoch)
            self._taken_at = None
            # An image is large; the next may be long in coming.
            del item
