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

"""How late a label is when a face turns from one expression to another and stays there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fer_ros.core.smoothing import ExpressionSmoother, SmoothingOptions
from fer_ros.core.types import LABELS
import numpy as np
from numpy.typing import NDArray

# Probability of the expression before and after the change, and the share of what is left after
# the change that the expression before keeps.
_SURE, _LEFT = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0), (0.0, 0.5, 1.0)
# Seconds before the change and after it; a label that has not come by then is lost.
_BEFORE, _AFTER = 4.0, 3.0

#: Columns of a frame rate: key of its row, heading.
COLUMNS = (
    ('median', 'median s'), ('p90', '90 % within s'), ('added', 'added by waiting, median s'),
    ('lost', 'lost'))


def measure_delays(
        rates: Sequence[float], options: SmoothingOptions | None = None) -> list[dict]:
    """
    Turn from one distribution to another at once, for faces read with more and less certainty.

    :param rates: frames a second.
    :return: for JSON, a row for each rate: seconds from the change to the label, what of it
        hysteresis and dwell add to the smoothing, and how many changes are never shown.
    """
    options = options or SmoothingOptions()
    bare = replace(options, hysteresis=0.0)
    rows = []
    for rate in rates:
        delays = _delays(rate, options)
        added = [delay - before for delay, before in zip(delays, _delays(rate, bare))
                 if np.isfinite(delay)]
        rows.append({
            'rate': f'{rate:g} Hz', 'median': _seconds(np.median(delays)),
            'p90': _seconds(np.quantile(delays, 0.9, method='lower')),
            'added': _seconds(np.median(added)), 'lost': int(np.isinf(delays).sum())})
    return rows


def _seconds(value) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None


def _delays(rate: float, options: SmoothingOptions) -> list[float]:
    """Return seconds from each change until its label is shown, infinite where it never is."""
    return [
        _delay(rate, options, _distribution(0, before, 0.0), _distribution(1, after, left))
        for before in _SURE for after in _SURE for left in _LEFT if (1 - after) * left < after]


def _distribution(label: int, sure: float, left: float) -> NDArray[np.float64]:
    """Return float64 (8,): so sure of 0 or 1, and so much of the rest on the other of them."""
    rest = 1.0 - sure
    values = np.full(len(LABELS), rest * (1.0 - left) / (len(LABELS) - 2))
    values[1 - label] = rest * left
    values[label] = sure
    return values / values.sum()


def _delay(
        rate: float, options: SmoothingOptions, before: NDArray[np.float64],
        after: NDArray[np.float64]) -> float:
    smoother = ExpressionSmoother(options)
    for index in range(round(_BEFORE * rate)):
        smoother.update(before, index / rate)
    for index in range(round(_AFTER * rate)):
        if smoother.update(after, _BEFORE + index / rate)[1] == 1:
            return index / rate
    return float('inf')
