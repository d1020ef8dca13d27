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

"""Times of work done in turn, so that a busy machine disturbs all of it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import time

import numpy as np

#: Clocks by name. `wall` is what a user waits for; `cpu` counts the time this process computed,
#: all threads together, and so leaves out what other processes on a busy machine took.
CLOCKS = {'wall': time.perf_counter, 'cpu': time.process_time}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """
    Return p50, p90 and p99 in milliseconds.

    :raises ValueError: there is nothing to take them of.
    """
    if not len(seconds):
        raise ValueError('nothing was measured; measure at least one frame')
    values = np.percentile(np.asarray(seconds) * 1e3, (50, 90, 99))
    return {name: round(float(value), 3) for name, value in zip(('p50', 'p90', 'p99'), values)}


def in_turn(
        works: Mapping[str, Callable[[], object]], repeats: int, warmup: int,
        clock: Callable[[], float] = time.perf_counter, block: int = 1) -> dict[str, list[float]]:
    """
    Run all works one after the other, again and again, and return the seconds of each.

    :param works: what to do, by name.
    :param repeats: rounds that count, 1 or more.
    :param warmup: rounds before those.
    :param clock: returns seconds.
    :param block: how often a work runs before the next one's turn. The last of these runs counts:
        with more than one, a work finds its own data in the processor's cache, not another's.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for index in range(-warmup, repeats):
        for name, work in works.items():
            for _ in range(block - 1):
                work()
            started = clock()
            work()
            elapsed = clock() - started
            if index >= 0:
                seconds[name].append(elapsed)
    return seconds
