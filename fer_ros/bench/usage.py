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

"""What a process uses: processor time, memory, threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
import time

import numpy as np
import psutil


@dataclass
class Usage:
    """What a process has used: `cpu` seconds, resident memory in MB, threads, at a `time`."""

    cpu: float
    rss: float
    threads: int
    time: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, process: int) -> Usage:
        """
        Look at a process.

        :param process: its number.
        :raises OSError: it is gone.
        """
        try:
            one = psutil.Process(process)
            with one.oneshot():
                times = one.cpu_times()
                return cls(
                    times.user + times.system, one.memory_info().rss / 1e6, one.num_threads())
        except psutil.NoSuchProcess:
            raise ProcessLookupError(f'process {process} is gone') from None

    def percent_since(self, before: Usage) -> float:
        """Return the share of one core used since then, in percent."""
        return 100.0 * (self.cpu - before.cpu) / (self.time - before.time)


def memory(samples: Sequence[Usage]) -> dict[str, float | None]:
    """
    Return how resident memory went, for JSON.

    `mb_per_hour` is the slope of a straight line through the second half of the samples: what
    goes on growing, not what was still to be taken at the start.

    It is None where so few samples tell of no slope.

    :param samples: in the order of time, one or more.
    """
    first, last = samples[0], samples[-1]
    late = samples[len(samples) // 2:]
    slope = None
    if late[-1].time > late[0].time:
        slope = round(3600.0 * float(np.polyfit(
            [each.time - late[0].time for each in late], [each.rss for each in late], 1)[0]), 2)
    return {
        'seconds': round(last.time - first.time, 1), 'start_mb': round(first.rss, 2),
        'end_mb': round(last.rss, 2), 'growth_mb': round(last.rss - first.rss, 2),
        'most_mb': round(max(each.rss for each in samples), 2),
        'mb_per_hour': None if slope is None else slope + 0.0}
