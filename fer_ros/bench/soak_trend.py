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

"""Whether what a process uses grows: slopes with their uncertainty, and a rule for 'flat'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import math
from typing import Any

import numpy as np

#: Share of the run that is left out as warm-up, and most seconds of it.
WARM_UP, MOST_WARM_UP = 1 / 6, 600.0

#: Most blocks whose means the line is laid through. Neighbouring samples resemble each other (a
#: pool fills, a face stays); means over minutes hardly do, so the interval is not made too narrow.
BLOCKS = 20

#: Fewest blocks that hold whole rounds of changes.
LEAST_ROUNDS = 4

#: Fewest samples that tell anything.
LEAST = 8

#: Megabytes a week that a robot can spare: 5 % of 4 GB, until somebody restarts it anyway.
SPARE_MB_PER_WEEK = 200.0

HOURS_PER_WEEK = 168.0

#: Resident; of that what is anonymous (heaps and stacks) and what lies in /dev/shm; resident,
#: each shared page divided among those who have it; resident pages nobody else has.
MEMORY = ('rss_mb', 'anonymous_mb', 'shm_mb', 'pss_mb', 'uss_mb')
COUNTED = ('threads', 'descriptors', 'shared_segments')


def trend(samples: Sequence[Mapping[str, Any]], round_seconds: float = 0.0) -> dict[str, Any]:
    """
    Judge what a process uses, for JSON.

    Memory: `mb_per_hour` is the slope of a least-squares line after the warm-up, `interval` the
    95 % confidence interval, `verdict`

    - flat: even its upper end is less than `SPARE_MB_PER_WEEK`, gone on for a week;
    - grows: its lower end is more than that;
    - undecided: neither; the run was too short, or the memory goes up and down too much.

    What is counted (threads, descriptors, segments of shared memory): flat where the median of
    the last quarter is no higher than that of the first one after the warm-up, else grows.

    :param samples: in the order of time, at least `LEAST`, each with `time` in seconds and the
        keys of `MEMORY` and `COUNTED`.
    :param round_seconds: after which changes begin anew. Memory goes up and down with them, so a
        block is made of whole rounds where there are enough.
    """
    times = np.array([sample['time'] for sample in samples], float)
    warm_up = min(WARM_UP * times[-1], MOST_WARM_UP)
    late = times >= warm_up
    judged: dict[str, Any] = {}
    for key in (*MEMORY, *COUNTED):
        values = np.array([sample[key] for sample in samples], float)[late]
        judged[key] = {
            'first': values[0].item(), 'last': values[-1].item(),
            'least': values.min().item(), 'most': values.max().item(),
            **(_line(times[late] / 3600.0, values, round_seconds / 3600.0)
               if key in MEMORY else _steps(values))}
    return {
        'warm_up_seconds': round(warm_up, 1), 'spare_mb_per_week': SPARE_MB_PER_WEEK, **judged}


def _line(hours: np.ndarray, values: np.ndarray, round_hours: float) -> dict[str, Any]:
    slope, half = slope_interval(hours, values, round_hours)
    spare = SPARE_MB_PER_WEEK / HOURS_PER_WEEK
    verdict = 'flat' if slope + half < spare else 'grows' if slope - half > spare else 'undecided'
    return {
        'mb_per_hour': round(slope, 3), 'interval': [round(slope - half, 3), round(
            slope + half, 3)], 'verdict': verdict}


def _steps(values: np.ndarray) -> dict[str, Any]:
    quarter = max(1, len(values) // 4)
    first, last = np.median(values[:quarter]).item(), np.median(values[-quarter:]).item()
    return {'first_quarter': first, 'last_quarter': last,
            'verdict': 'flat' if last <= first else 'grows'}


def slope_interval(
        times: np.ndarray, values: np.ndarray, whole: float = 0.0) -> tuple[float, float]:
    """
    Return the slope of a least-squares line and half the width of its 95 % interval.

    The line goes through the means of `BLOCKS` blocks, or of as many as hold two samples each.

    :param times: rising, four or more.
    :param values: at those times.
    :param whole: a block lasts as long or a multiple of it, where that gives `LEAST_ROUNDS`
        blocks; what is left over at the start is not used.
    """
    blocks = min(BLOCKS, max(3, len(times) // 2))
    edges = np.linspace(0, len(times), blocks + 1).round().astype(int)
    rounds = int((times[-1] - times[0]) / whole) if whole else 0
    if rounds >= LEAST_ROUNDS:
        each = -(-rounds // BLOCKS)
        blocks = rounds // each
        ends = times[-1] - whole * each * np.arange(blocks, -1, -1)
        edges = np.searchsorted(times, ends, side='right')
    x, y = (np.array([kind[start:end].mean() for start, end in zip(edges, edges[1:])])
            for kind in (times, values))
    spread = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
    residuals = y - y.mean() - slope * (x - x.mean())
    free = blocks - 2
    error = math.sqrt((residuals ** 2).sum() / free / spread)
    return float(slope), float(_student(free) * error)


def _student(free: int) -> float:
    """
    Return the 97.5 % quantile of Student's t.

    By its expansion about the normal quantile (Abramowitz and Stegun, 26.7.5): 0.2 % off at 5
    degrees of freedom and less above; below, from the tables.
    """
    if free < 5:
        return (12.706, 4.303, 3.182, 2.776)[free - 1]
    z = 1.959964
    return (z + (z ** 3 + z) / (4 * free) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * free ** 2)
            + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * free ** 3))
