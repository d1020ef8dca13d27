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

"""The last minute of a number, and rates: of bounded size whatever comes."""

from __future__ import annotations

from collections import deque
from statistics import median

#: Seconds that a history goes back, and seconds of one of its steps.
SPAN, STEP = 60.0, 0.5

#: Seconds that rates and latencies are taken over.
WINDOW = 5.0


class Step:
    """Half a second of a face: sums of its numbers, the label last shown, whether it changed."""

    def __init__(self, number: int):
        self.number = number
        self.sums = {'valence': 0.0, 'confidence': 0.0}
        self.counts = dict.fromkeys(self.sums, 0)
        self.label = ''
        self.changed = False


class Column:
    """
    One character of a sparkline.

    :param value: mean of the number; None where it is unknown or the face was not seen.
    :param label: last shown in it; '' where the face was not seen.
    :param changed: the label changed in it.
    """

    def __init__(self, value: float | None = None, label: str = '', changed: bool = False):
        self.value, self.label, self.changed = value, label, changed


class History:
    """Keep the last minute of a face in steps of half a second."""

    def __init__(self):
        self._steps: deque[Step] = deque(maxlen=round(SPAN / STEP) + 1)

    def add(self, at: float, label: str, changed: bool, **numbers: float | None) -> None:
        """
        Take what one message says.

        :param at: monotonic seconds.
        :param numbers: `valence` and `confidence`; None where unknown.
        """
        number = int(at // STEP)
        if not self._steps or self._steps[-1].number != number:
            self._steps.append(Step(number))
        step = self._steps[-1]
        step.label = label
        step.changed |= changed
        for name, value in numbers.items():
            if value is not None:
                step.sums[name] += value
                step.counts[name] += 1

    def columns(self, at: float, width: int, number: str) -> list[Column]:
        """
        Return the last minute as so many columns, the newest last.

        :param number: `valence` or `confidence`.
        """
        parts: list[list[Step]] = [[] for _ in range(width)]
        newest = int(at // STEP)
        steps = SPAN / STEP
        for step in self._steps:
            place = width - 1 - int((newest - step.number) * width // steps)
            if 0 <= place < width:
                parts[place].append(step)
        return [Column(
            _mean(part, number), part[-1].label, any(step.changed for step in part))
            if part else Column() for part in parts]


def _mean(steps: list[Step], number: str) -> float | None:
    count = sum(step.counts[number] for step in steps)
    return sum(step.sums[number] for step in steps) / count if count else None


class Arrivals:
    """Rate and latency of what arrived in the last seconds."""

    def __init__(self):
        self._recent: deque[tuple[float, float | None]] = deque(maxlen=500)

    def add(self, at: float, latency: float | None) -> None:
        """
        Take a message.

        :param at: monotonic seconds.
        :param latency: seconds since its stamp; None where it has none.
        """
        self._recent.append((at, latency))

    def clear(self) -> None:
        """Forget all."""
        self._recent.clear()

    def age(self, at: float) -> float | None:
        """Return the seconds since the last message; None before the first."""
        return max(0.0, at - self._recent[-1][0]) if self._recent else None

    def rate(self, at: float) -> float:
        """Return messages per second; 0 where they have ceased."""
        times = [time for time, _ in self._recent if time > at - WINDOW]
        if len(times) < 2 or times[-1] <= times[0]:
            return 0.0
        period = (times[-1] - times[0]) / (len(times) - 1)
        # A gap of many periods is no rate any more.
        return 0.0 if at - times[-1] > max(1.0, 5 * period) else 1.0 / period

    def latency(self, at: float) -> tuple[float, float] | None:
        """Return median and greatest latency in seconds; None where nothing was measured."""
        values = [value for time, value in self._recent
                  if time > at - WINDOW and value is not None]
        return (median(values), max(values)) if values else None
