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

"""Whether somebody speaks, as far as a mouth shows it: how it opens and closes over time."""

from __future__ import annotations

import math

# Who speaks opens and closes the mouth two to seven times a second (C. Chandrasekaran et al.,
# 2009). Movement is what differs from a mean of the opening with this time constant, seconds.
_SLOW_TIME = 0.12
# Its energy is averaged with this one: over a syllable or two, and over the pause between words.
_WINDOW = 0.8
# Movement (root mean square, in distances between the eyes) at which speaking and not speaking
# are as likely, and by how much, as a natural logarithm, it must differ for odds of e.
# `fer_benchmark speech` measures what they give.
_EVEN, _WIDTH = 0.009, 0.25
# Larger movement counts no more: it would be remembered for long after it.
_MOST = 0.04
# No mouth opens wider, in distances between the eyes.
_WIDEST = 3.0
# A gap in what is seen of the mouth after which nothing before it counts, seconds.
_LONGEST_GAP = 0.5


class _Mean:
    """A mean of late, with the time constant `_SLOW_TIME`."""

    def __init__(self) -> None:
        self.value = 0.0

    def rest(self, value: float, elapsed: float) -> float:
        """
        Take a value and return by how much it differs from the mean.

        The mean is that half way between the ones before and after: so what is left of a
        movement depends least on how often it is seen. More than `_MOST` counts as that.
        """
        before = self.value
        self.value += -math.expm1(-elapsed / _SLOW_TIME) * (value - before)
        rest = value - (before + self.value) / 2.0
        return min(max(rest, -_MOST), _MOST)


class SpeechTracker:
    """
    Tell from the opening between the lips of one person whether they speak.

    The energy of the opening's quick changes counts, of two estimates the smaller one. The first
    is taken apart into opening and closing, of which the smaller half counts twice: a mouth that
    only opens, as of somebody surprised who then stays so, does not speak. The second is that of
    what is quick in the quick changes: a mouth that opens and closes slowly, as in a yawn, does
    not speak either. Filters know time and not frames; from 5 Hz on, the rate hardly matters.
    """

    def __init__(self) -> None:
        self._restart()

    def _restart(self) -> None:
        self._stamp = -math.inf
        self._mean, self._mean_quick = _Mean(), _Mean()
        self._opening = self._closing = self._quicker = 0.0
        self._probability: float | None = None

    def update(self, opening: float | None, certainty: float, stamp: float) -> float | None:
        """
        Take what a frame shows of the mouth and return the probability of speech, 0 to 1.

        :param opening: height of the opening between the lips, as `FaceMeasures.mouth`; None, or
            not a number: not known now.
        :param certainty: of that, 0 to 1; where it is small, the probability is.
        :param stamp: of the frame, seconds; one smaller than that before starts over.
        :return: None where nothing was known of the mouth for half a second.
        """
        if stamp < self._stamp or stamp - self._stamp > _LONGEST_GAP:
            self._restart()
        if opening is None or not math.isfinite(opening):
            return self._probability
        if self._probability is None:
            self._mean.value = min(opening, _WIDEST)
        elapsed = stamp - self._stamp if self._probability is not None else 0.0
        self._stamp = stamp
        quick = self._mean.rest(min(opening, _WIDEST), elapsed)
        quicker = self._mean_quick.rest(quick, elapsed)
        gain = -math.expm1(-elapsed / _WINDOW)
        self._opening += gain * (max(quick, 0.0) ** 2 - self._opening)
        self._closing += gain * (min(quick, 0.0) ** 2 - self._closing)
        self._quicker += gain * (quicker ** 2 - self._quicker)
        movement = math.sqrt(min(2.0 * self._opening, 2.0 * self._closing, self._quicker))
        self._probability = certainty * _odds(movement)
        return self._probability


def _odds(movement: float) -> float:
    """Return the probability of speech that goes with a movement."""
    if movement < 1e-6:
        return 0.0
    return 1.0 / (1.0 + math.pow(_EVEN / movement, 1.0 / _WIDTH))
