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
# Of somebody who certainly speaks: by what their odds are divided, a natural logarithm, and their
# dwell time is multiplied.
_SPOKEN_ODDS, _SPOKEN_DWELL = math.log(1.1), 1.35
# Added to probabilities before their odds are taken, so that one sure frame does not outweigh
# many; and odds that are certain, a natural logarithm. `fer_benchmark speech` tells what comes of
# all these.
_FLOOR, _CERTAIN = 0.5, math.log(2.4)
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
        'known, and only where points are always placed on faces (`landmarks` on). At 1, where a '
        'person certainly speaks, frames count by the odds of labels, and `dwell` of certain ones '
        'is enough, of happy and surprised 1.35 times as long with 1.1 times the odds; 0: as of '
        'somebody silent.')


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
        # How long each label has been ahead of the shown one, seconds, by the smoothed
        # distribution and by what frames count while somebody speaks; and how many changes are
        # not yet forgotten.
        self._ahead: list[float] = []
        self._evidence: list[float] = []
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
        seen = new = probabilities.tolist()
        elapsed = stamp - self._stamp
        if self._probabilities is None:
            self._show(new.index(max(new)), len(new))
        else:
            constant = self.options.time_constant
            if constant > 0.0:
                alpha = -math.expm1(-elapsed / constant)
                new = [
                    old + alpha * (now - old) for old, now in zip(self._probabilities, new)]
            self._choose(seen, new, elapsed, speech)
        self._probabilities, self._stamp = new, stamp
        return np.array(new), self._label

    def _choose(self, seen: list[float], smoothed: list[float], elapsed: float,
                speech: float) -> None:
        """Show the most probable label where it has been ahead for long enough."""
        options = self.options
        doubt = options.speech * speech
        shown = smoothed[self._label]
        margin = max(options.hysteresis, 1e-9)
        # A smaller lead counts for less, so that it takes longer, but no lead waits for ever.
        leads = [min(1.0, (probability - shown) / margin) if probability > shown else -_LOSS
                 for probability in smoothed]
        self._ahead = _added(self._ahead, leads, elapsed)
        self._evidence = self._ahead if doubt == 0.0 else _added(self._evidence, [
            lead + doubt * (weighed - lead)
            for lead, weighed in zip(leads, self._weigh(seen, doubt))], elapsed)
        self._restlessness *= math.exp(-elapsed / _CALMING_TIME)
        best = smoothed.index(max(smoothed))
        longest = max(options.dwell, _LONGEST_DWELL)
        wait = min(options.dwell * (1.0 + _RESTLESS * self._restlessness), longest)
        # Evidence that is weighed does not flicker: the changes before count for nothing.
        spoken = options.dwell * (_SPOKEN_DWELL if best in _SPOKEN else 1.0)
        wait += doubt * (spoken - wait)
        # A lead that lasts is enough, however the frames are weighed.
        ready = self._evidence[best] >= wait - 1e-6 or self._ahead[best] >= longest - 1e-6
        settled = ready and (wait > 0.0 or smoothed[best] - shown > options.hysteresis)
        if best != self._label and (settled or options.hysteresis == 0.0):
            self._show(best, len(smoothed))
            self._restlessness += 1.0

    def _weigh(self, seen: list[float], doubt: float) -> list[float]:
        """
        Return by how much each label is ahead of the shown one in what a frame shows.

        That is the logarithm of their odds: 1 where they are certain, so that a frame that is in
        doubt counts for little, and `_LOSS` times that where a label is behind. The smoothed
        distribution would bring the syllables before into it.
        """
        odds = [math.log(probability + _FLOOR) for probability in seen]
        for label in _SPOKEN:
            odds[label] -= doubt * _SPOKEN_ODDS
        leads = [(each - odds[self._label]) / _CERTAIN for each in odds]
        return [min(lead, 1.0) if lead > 0.0 else _LOSS * max(lead, -1.0) for lead in leads]

    def _show(self, label: int, count: int) -> None:
        self._label = label
        self._ahead = self._evidence = [0.0] * count


def _added(times: list[float], leads: list[float], elapsed: float) -> list[float]:
    """Return times that grew by leads, none below 0."""
    return [time if (time := before + elapsed * lead) > 0.0 else 0.0
            for before, lead in zip(times, leads)]
