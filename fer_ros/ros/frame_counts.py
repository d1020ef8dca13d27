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

"""Counters of what came in and what became of it, written by two threads, read once a second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
import threading
import time

from fer_ros.core.types import Face
from fer_ros.stream.load_shedding import Effort
from fer_ros.stream.stream_result import OUTCOMES, StreamResult

#: What is counted: images that came, were lost by the middleware or were replaced by a newer one
#: before there was time for them; what became of the others; how often everybody was forgotten
#: because time started over, and how often the stamps jumped ahead.
EVENTS = ('received', 'lost', 'dropped', *OUTCOMES, 'resets', 'jumps')


@dataclass(frozen=True)
class Window:
    """
    Say what happened since the last look. Times are in seconds, None where nothing was measured.

    :param events: how often each of `EVENTS` happened.
    :param zero_stamps: images without a stamp.
    :param frame_ids: of the images that came.
    :param age: of the newest image's stamp on arrival; negative: in the future.
    :param size: what the camera delivers, for people.
    :param stage_seconds: mean of each stage per processed frame.
    :param last_error: why the last bad or failed image was one.
    :param reasons: what was said of the last image of each kind of event.
    :param faces: of the last processed image; of how long ago that was, `faces_age` says.
    :param turn_needed: by how many degrees more, clockwise, images would have to be turned for
        the faces to be upright; `turn_seconds` says for how long that has been so.
    :param effort: what load shedding allowed for the last image.
    :param load: share of the time that images take, 0 to 1; None where none came lately.
    """

    seconds: float = 0.0
    events: Counter = field(default_factory=Counter)
    zero_stamps: int = 0
    frame_ids: tuple[str, ...] = ()
    longest_gap: float = 0.0
    age: float | None = None
    size: str = ''
    stage_seconds: dict[str, float] = field(default_factory=dict)
    last_error: str = ''
    reasons: Mapping[str, str] = field(default_factory=dict)
    faces: tuple[Face, ...] = ()
    faces_age: float | None = None
    turn_needed: int = 0
    turn_seconds: float = 0.0
    effort: Effort = Effort(0, 0.0, 1)
    load: float | None = None

    def per_second(self, event: str) -> float:
        """Return how often one of `EVENTS` happened in a second."""
        return self.events[event] / self.seconds if self.seconds else 0.0


class FrameCounts:
    """Count events of the executor's and the worker's thread; hand them out in windows."""

    def __init__(self):
        self._lock = threading.Lock()
        self.restart()

    def restart(self) -> None:
        """Start all counts and totals anew, as on activation."""
        with self._lock:
            now = time.monotonic()
            self._last_arrival = now
            self._totals: Counter = Counter()
            self._result: StreamResult | None = None
            self._processed: StreamResult | None = None
            self._processed_at = now
            self._begin(now)

    def _begin(self, now: float) -> None:
        self._started = now
        self._events: Counter = Counter()
        self._zero_stamps, self._longest_gap = 0, 0.0
        self._frame_ids: dict[str, None] = {}
        self._age: float | None = None
        self._seconds: Counter = Counter()
        self._taken = 0
        self._last_error = ''
        self._reasons: dict[str, str] = {}

    @property
    def totals(self) -> dict[str, int]:
        """Return how often each of `EVENTS` happened since activation."""
        with self._lock:
            return {event: self._totals[event] for event in EVENTS}

    @property
    def silence(self) -> float:
        """Return seconds since the last image arrived, or since activation."""
        return time.monotonic() - self._last_arrival

    def count(self, event: str, number: int = 1) -> None:
        """Count one of `EVENTS`."""
        with self._lock:
            self._count(event, number)

    def arrived(self, age: float | None, frame_id: str) -> None:
        """
        Count an image message.

        :param age: now minus its stamp, in seconds; None for a stamp of zero.
        """
        with self._lock:
            now = time.monotonic()
            self._count('received')
            self._longest_gap = max(self._longest_gap, now - self._last_arrival)
            self._last_arrival = now
            self._zero_stamps += age is None
            self._age = age
            # In the order of their first image; bounded, whatever the camera sends.
            if len(self._frame_ids) < 8:
                self._frame_ids[frame_id] = None

    def taken(self, result: StreamResult, stage_seconds: dict[str, float]) -> None:
        """
        Count what became of an image.

        :param stage_seconds: seconds of each stage, those of publishing included.
        """
        with self._lock:
            self._taken += 1
            self._count(result.outcome)
            self._count('resets', result.reset)
            self._count('jumps', result.jumped)
            self._result = result
            if result.outcome in ('bad', 'failed'):
                self._last_error = result.reason
            elif result.reason:
                event = 'resets' if result.reset else 'jumps' if result.jumped else result.outcome
                self._reasons[event] = result.reason
            if result.outcome == 'processed':
                self._processed, self._processed_at = result, time.monotonic()
                self._seconds.update(stage_seconds)

    def take(self) -> Window:
        """Return the window that ends now and start the next."""
        with self._lock:
            now = time.monotonic()
            result, last = self._result, self._processed
            frames = self._events['processed']
            window = Window(
                seconds=now - self._started, events=self._events, zero_stamps=self._zero_stamps,
                frame_ids=tuple(self._frame_ids), longest_gap=self._longest_gap, age=self._age,
                size=last.size if last else '',
                stage_seconds={stage: total / frames for stage, total in self._seconds.items()},
                last_error=self._last_error, reasons=self._reasons,
                faces=last.faces if last else (),
                faces_age=now - self._processed_at if last else None,
                turn_needed=last.turn[0] if last else 0,
                turn_seconds=last.turn[1] if last else 0.0,
                effort=result.effort if result else Effort(0, 0.0, 1),
                load=result.load if result and self._taken else None)
            self._begin(now)
        return window

    def _count(self, event: str, number: int = 1) -> None:
        self._events[event] += number
        self._totals[event] += number
