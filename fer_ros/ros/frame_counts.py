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

"""Counters of what came in and went out, written by two threads and read once a second."""

from __future__ import annotations

from dataclasses import dataclass, field
import threading
import time

from fer_ros.stream.load_shedding import Effort


@dataclass
class Window:
    """
    What happened since the last look.

    Counts are of this window; `total_*` are since activation. Times are in seconds; None
    where nothing was measured.
    """

    seconds: float = 0.0
    received: int = 0
    processed: int = 0
    bad: int = 0
    repeated: int = 0
    limited: int = 0
    left_out: int = 0
    failed: int = 0
    zero_stamps: int = 0
    longest_gap: float = 0.0
    age: float | None = None
    size: str = ''
    timings: dict[str, float] = field(default_factory=dict)
    last_error: str = ''

    @property
    def rate(self) -> float:
        """Return images received in a second."""
        return self.received / self.seconds if self.seconds else 0.0


class Statistics:
    """Count events of the executor's and the worker's thread; hand them out in windows."""

    #: Counters that also have a total since activation.
    TOTALS = (
        'received', 'processed', 'bad', 'repeated', 'limited', 'left_out', 'failed', 'resets')

    def __init__(self):
        self._lock = threading.Lock()
        self.restart()

    def restart(self) -> None:
        """Forget everything, as on activation."""
        with self._lock:
            now = time.monotonic()
            self._window = Window()
            self._window_start = now
            self._last_arrival = now
            self.totals = dict.fromkeys(self.TOTALS, 0)
            self.faces: tuple = ()
            #: Of the frame budget: what is done for a frame, and the share of time it takes.
            self.effort = Effort(0, 0.0, 1)
            self.load = 0.0

    @property
    def silence(self) -> float:
        """Return seconds since the last image arrived, or since activation."""
        return time.monotonic() - self._last_arrival

    @property
    def wanted(self) -> int:
        """
        Return images since activation that were to be processed, whether or not there was time.

        Those not to be: no picture, a stamp seen before, more than the rate asked for.
        """
        totals = self.totals
        return totals['received'] - totals['bad'] - totals['repeated'] - totals['limited']

    def arrived(self, age: float | None) -> None:
        """
        Count an image message.

        :param age: now minus its stamp, in seconds; None for a stamp of zero.
        """
        with self._lock:
            now = time.monotonic()
            window = self._window
            window.received += 1
            self.totals['received'] += 1
            window.longest_gap = max(window.longest_gap, now - self._last_arrival)
            self._last_arrival = now
            window.zero_stamps += age is None
            window.age = age

    def count(self, event: str, error: str = '') -> None:
        """Count one of `TOTALS`, with the error's text where it is one."""
        with self._lock:
            self.totals[event] += 1
            if hasattr(self._window, event):
                setattr(self._window, event, getattr(self._window, event) + 1)
            if error:
                self._window.last_error = error

    def finished(self, faces: tuple, timings: dict[str, float], size: str) -> None:
        """
        Count a processed frame.

        :param timings: seconds a stage.
        :param size: what the camera delivers, for people.
        """
        with self._lock:
            self._window.processed += 1
            self.totals['processed'] += 1
            self._window.size = size
            self.faces = faces
            for stage, seconds in timings.items():
                self._window.timings[stage] = self._window.timings.get(stage, 0.0) + seconds

    def take(self) -> Window:
        """Return the window that ends now, timings as means a frame, and start the next."""
        with self._lock:
            now = time.monotonic()
            window, self._window = self._window, Window()
            window.seconds = now - self._window_start
            self._window_start = now
        if window.processed:
            window.timings = {
                stage: total / window.processed for stage, total in window.timings.items()}
        return window
