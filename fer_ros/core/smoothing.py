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

"""A steady expression from a flickering one: smoothing in time and hysteresis of the label."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import Any

from fer_ros.core.options import option, Options
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SmoothingOptions(Options):
    """Say how steady the expression of a track is."""

    time_constant: float = option(
        0.3, 0.0, 60.0,
        'Time constant of the exponential smoothing of the expression, in seconds; 0: off.')
    hysteresis: float = option(
        0.1, 0.0, 1.0,
        'Lead in probability that a new label needs to replace the shown one; 0: off.')


class ExpressionSmoother:
    """
    Smooth the distribution of one track and choose the label to show.

    The filter is a first-order low pass in time: `state += alpha * (new - state)` with
    `alpha = 1 - exp(-dt / time_constant)`, so that its answer does not depend on the frame
    rate. A mixture of distributions, its result is a distribution. `options` may be replaced
    at any time.
    """

    def __init__(self, options: SmoothingOptions | None = None):
        self.options = options or SmoothingOptions()
        self._probabilities: list[float] | None = None
        self._stamp = 0.0
        self._label = 0

    def update(self, probabilities: NDArray[Any], stamp: float) -> tuple[NDArray[Any], int]:
        """
        Take the distribution seen at `stamp` and return what to show.

        :param probabilities: array (8,), summing to 1.
        :param stamp: seconds, not smaller than that of the call before.
        :return: the smoothed distribution, a new float64 (8,), and the index of the label.
        """
        # Plain numbers: for eight of them, calls of NumPy cost more than all this.
        new = probabilities.tolist()
        options = self.options
        if self._probabilities is None:
            self._label = new.index(max(new))
        elif options.time_constant > 0.0:
            alpha = -math.expm1(-(stamp - self._stamp) / options.time_constant)
            new = [old + alpha * (now - old) for old, now in zip(self._probabilities, new)]
        lead = max(new) - new[self._label]
        if lead > options.hysteresis or options.hysteresis == 0.0:
            self._label = new.index(max(new))
        self._probabilities, self._stamp = new, stamp
        return np.array(new), self._label
