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

"""A steady expression from a flickering one: smoothing in time, and a label that dwells."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import Any

from fer_ros.core.options import option, Options
from fer_ros.core.types import LABELS
import numpy as np
from numpy.typing import NDArray

# Each change of the label makes the next one wait longer by this part of the dwell time; that is
# forgotten with this time constant, seconds. People who talk look surprised and happy in turn.
_RESTLESS, _CALMING_TIME = 2.0, 5.0
# Longest wait of a restless face, seconds: what holds a second is shown.
_LONGEST_DWELL = 0.7
# Labels that a mouth shows which opens, stretches and rounds in speech: happy and surprised.
_SPOKEN = frozenset(LABELS.index(label) for label in ('happy', 'surprised'))
# By how much, as a natural logarithm, their odds count less while somebody certainly speaks; more
# makes labels change as often as without, less takes fewer wrong ones (`fer_benchmark speech`).
_SPOKEN_ODDS = math.log(1.5)
# A label that is not ahead loses the time for which it was ahead, so many times as fast.
_LOSS = 3.0


@dataclass(frozen=True)
class SmoothingOptions(Options):
    """Say how steady the expression of a track is."""

    time_constant: float = option(
        0.15, 0.0, 60.0,
        'Time constant of the exponential smoothing of the expression, in seconds; 0: off.')
    hysteresis: float = option(
        0.3, 0.0, 1.0,
        'Lead in probability with which a new label replaces the shown one after `dwell`; half of '
        'that lead takes twice as long. Where `dwell` is 0, a smaller lead changes nothing. 0: '
        'the most probable label is always shown, whatever `dwell` is.')
    dwell: float = option(
        0.35, 0.0, 10.0,
        'How long a new label must have had that lead, in seconds of message time; up to twice '
        'as long, 0.7 s at most, right after another change.')
    speech: float = option(
        1.0, 0.0, 1.0,
        'How much more evidence happy and surprised need while a person speaks, as far as that is '
        'known, and only where points are always placed on faces (`landmarks` on): at 1, they '
        'need 1.5 times the odds and a lead of 0.7 s where a person certainly speaks; 0: no '
        'more.')


class ExpressionSmoother:
    """
    Smooth the distribution of one track and choose the label to show.

    The filter is a first-order low pass in time: `old + alpha * (new - old)` with
    `alpha = 1 - exp(-elapsed / time_constant)`, so that its answer does not depend on the frame
    rate. A mixture of distributions, its result is a distribution. `options` may be replaced
    at any time.
    """

    def __init__(self, options: SmoothingOptions | None = None):
        self.options = options or SmoothingOptions()
        self._probabilities: list[float] | None = None
        self._stamp = 0.0
        self._label = 0
        # How long each label has been ahead of the shown one, seconds, and how many changes
        # are not yet forgotten.
        self._ahead: list[float] = []
        self._restlessness = 0.0

    def update(self, probabilities: NDArray[Any], stamp: float,
               speech: float = 0.0) -> tuple[NDArray[Any], int]:
        """
        Take the distribution seen at `stamp` and return what to show.

        :param probabilities: array (8,), summing to 1.
        :param stamp: seconds, not smaller than that of the call before.
        :param speech: probability that the person speaks.
        :return: the smoothed distribution, a new float64 (8,), and the index of the label.
        """
        # Plain numbers: for eight of them, calls of NumPy cost more than all this.
        new = probabilities.tolist()
        elapsed = stamp - self._stamp
        if self._probabilities is None:
            self._show(new.index(max(new)), len(new))
        else:
            constant = self.options.time_constant
            if constant > 0.0:
                alpha = -math.expm1(-elapsed / constant)
                new = [
                    old + alpha * (now - old) for old, now in zip(self._probabilities, new)]
            self._choose(new, elapsed, speech)
        self._probabilities, self._stamp = new, stamp
        return np.array(new), self._label

    def _choose(self, probabilities: list[float], elapsed: float, speech: float) -> None:
        """Show the most probable label where it has been ahead for long enough."""
        options = self.options
        doubt = options.speech * speech
        if doubt > 0.0:
            share = math.exp(-_SPOKEN_ODDS * doubt)
            probabilities = [share * probability if label in _SPOKEN else probability
                             for label, probability in enumerate(probabilities)]
        shown = probabilities[self._label]
        # A smaller lead counts for less, so that it takes longer, but no lead waits for ever.
        self._ahead = [
            time + elapsed * min(1.0, (probability - shown) / max(options.hysteresis, 1e-9))
            if probability > shown else max(0.0, time - _LOSS * elapsed)
            for time, probability in zip(self._ahead, probabilities)]
        self._restlessness *= math.exp(-elapsed / _CALMING_TIME)
        wait = options.dwell * (1.0 + _RESTLESS * self._restlessness)
        longest = max(options.dwell, _LONGEST_DWELL)
        wait = min(wait, longest)
        best = probabilities.index(max(probabilities))
        if best in _SPOKEN:
            wait += doubt * (longest - wait)
        settled = self._ahead[best] >= wait - 1e-6 and (
            wait > 0.0 or probabilities[best] - shown > options.hysteresis)
        if best != self._label and (settled or options.hysteresis == 0.0):
            self._show(best, len(probabilities))
            self._restlessness += 1.0

    def _show(self, label: int, count: int) -> None:
        self._label = label
        self._ahead = [0.0] * count
