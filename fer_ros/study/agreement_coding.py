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
"""What an annotator noted of a person, brought to the times of frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

#: Samples of valence further apart than this, in seconds and in usual steps, are not joined.
LONGEST_STEP, MOST_STEPS = 5.0, 3.0

#: Ends and starts nearer than this, in seconds, are one time: ELAN counts milliseconds.
_SAME = 0.0015


class Without(IntEnum):
    """Why there is no class at a time, as a negative number in place of one."""

    NOTHING = -1
    LEFT_OUT = -2
    UNKNOWN = -3
    OVERLAP = -4

    @property
    def words(self) -> str:
        """Return the reason for people."""
        return {
            Without.NOTHING: 'nothing annotated', Without.LEFT_OUT: 'left out by the map',
            Without.UNKNOWN: 'a code that the map lacks',
            Without.OVERLAP: 'overlapping annotations that differ'}[self]


@dataclass
class Coding:
    """
    What an annotator noted of a person in a recording about one measure.

    :param spans: (start, end, value): index of a class or a `Without`; for valence a number.
    :param points: (time, value), likewise.
    :param nothing: class where nothing is noted, or `Without.NOTHING`.
    :param between: seconds that were annotated.
    """

    spans: list[tuple[float, float, float]] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    nothing: int = int(Without.NOTHING)
    between: tuple[float, float] = (-np.inf, np.inf)

    def classes(self, seconds: np.ndarray) -> np.ndarray:
        """
        Return the class at each time, or why there is none.

        A span holds from its start to before its end. Where spans of a class and of
        `Without.LEFT_OUT` or `UNKNOWN` overlap, the class holds.

        :param seconds: float (N,), rising.
        :return: int (N,), an index of a class or a `Without`.
        """
        result = np.full(len(seconds), self.nothing)
        inside = (seconds >= self.between[0]) & (seconds <= self.between[1])
        result[~inside] = Without.NOTHING
        values = {int(value) for _, _, value in self.spans}
        # The classes last, as they hold over the others; UNKNOWN over what is meant to be out.
        for value in (int(Without.LEFT_OUT), int(Without.UNKNOWN)):
            if value in values:
                result[self._covered(seconds, value) & inside] = value
        taken = np.zeros(len(seconds), bool)
        for value in sorted(value for value in values if value >= 0):
            covered = self._covered(seconds, value) & inside
            result[covered] = np.where(taken[covered], int(Without.OVERLAP), value)
            taken |= covered
        return result

    def near_change(self, seconds: np.ndarray, tolerance: float) -> np.ndarray:
        """
        Return which times are nearer to a change of what is noted than a tolerance.

        :param seconds: float (N,), rising.
        :param tolerance: seconds; 0 for none.
        :return: bool (N,).
        """
        near = np.zeros(len(seconds), bool)
        if tolerance > 0:
            for change in self._changes():
                left = np.searchsorted(seconds, change - tolerance, 'right')
                near[left:np.searchsorted(seconds, change + tolerance, 'left')] = True
        return near

    def numbers(self, seconds: np.ndarray) -> np.ndarray:
        """
        Return the value of spans at each time; NaN without one, or with several that differ.

        :param seconds: float (N,), rising.
        """
        result = np.full(len(seconds), np.nan)
        differs = np.zeros(len(seconds), bool)
        for start, end, value in self.spans:
            span = slice(*np.searchsorted(seconds, (start, end), 'left'))
            before = result[span]
            differs[span] |= ~np.isnan(before) & (before != value)
            result[span] = value
        result[differs] = np.nan
        result[(seconds < self.between[0]) | (seconds > self.between[1])] = np.nan
        return result

    def trace(self, seconds: np.ndarray) -> np.ndarray:
        """
        Return the value on the lines between samples; NaN where they are too far apart.

        :param seconds: float (N,), rising.
        """
        result = np.full(len(seconds), np.nan)
        if not self.points:
            return result
        samples = np.array(sorted(self.points))
        times, where = np.unique(samples[:, 0], return_inverse=True)
        values = np.bincount(where, samples[:, 1]) / np.bincount(where)
        if len(times) < 2:
            return result
        steps = np.diff(times)
        longest = min(LONGEST_STEP, MOST_STEPS * float(np.median(steps)))
        after = np.clip(np.searchsorted(times, seconds, 'left'), 1, len(times) - 1)
        inside = (seconds >= times[0]) & (seconds <= times[-1]) & (steps[after - 1] <= longest)
        inside &= (seconds >= self.between[0]) & (seconds <= self.between[1])
        result[inside] = np.interp(seconds[inside], times, values)
        return result

    def _covered(self, seconds: np.ndarray, value: int) -> np.ndarray:
        steps = np.zeros(len(seconds) + 1, int)
        for start, end, other in self.spans:
            if other == value:
                left, right = np.searchsorted(seconds, (start, end), 'left')
                steps[left] += 1
                steps[right] -= 1
        return np.cumsum(steps[:-1]) > 0

    def _changes(self) -> list[float]:
        """Return the times at which what is noted changes: borders between the same are none."""
        by_value: dict[float, list[tuple[float, float]]] = {}
        for start, end, value in sorted(self.spans):
            if value == self.nothing:
                continue
            merged = by_value.setdefault(value, [])
            if merged and start <= merged[-1][1] + _SAME:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return [time for merged in by_value.values() for span in merged for time in span]
