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

"""How busy and how warm this machine is, from /proc and /sys; unknown where they are silent."""

from __future__ import annotations

from dataclasses import dataclass
import os
from pathlib import Path
import threading
import time


@dataclass(frozen=True)
class HostLoad:
    """
    Load since the last look.

    :param machine_percent: of all processors together, 0 to 100.
    :param process_percent: of one processor, so that 200 is two busy ones.
    :param temperature: of the warmest thermal zone in degrees Celsius; None: not told.
    """

    processors: int
    machine_percent: float
    process_percent: float
    memory_mb: float
    threads: int
    temperature: float | None


class HostMonitor:
    """Measure the load between two calls of `look`."""

    def __init__(self):
        self._wall = time.monotonic()
        self._process = time.process_time()
        self._machine = _machine_ticks()

    def look(self) -> HostLoad:
        """Return the load since the last call."""
        wall, process, machine = time.monotonic(), time.process_time(), _machine_ticks()
        seconds = max(wall - self._wall, 1e-9)
        ticks = machine[1] - self._machine[1]
        busy = (machine[0] - self._machine[0]) / ticks if ticks else 0.0
        load = HostLoad(
            processors=os.cpu_count() or 1, machine_percent=100.0 * busy,
            process_percent=100.0 * (process - self._process) / seconds,
            memory_mb=_resident_megabytes(), threads=threading.active_count(),
            temperature=_temperature())
        self._wall, self._process, self._machine = wall, process, machine
        return load


def _machine_ticks() -> tuple[int, int]:
    """Return (busy, all) clock ticks of all processors since boot; zeros where unknown."""
    try:
        with open('/proc/stat') as stat:
            ticks = [int(number) for number in stat.readline().split()[1:9]]
    except (OSError, ValueError):
        return 0, 0
    return sum(ticks) - sum(ticks[3:5]), sum(ticks)


def _resident_megabytes() -> float:
    try:
        with open('/proc/self/statm') as statm:
            return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6
    except (OSError, ValueError):
        return 0.0


def _temperature() -> float | None:
    warmest = None
    for zone in Path('/sys/class/thermal').glob('thermal_zone*/temp'):
        try:
            degrees = int(zone.read_text()) / 1000.0
        except (OSError, ValueError):
            continue
        warmest = degrees if warmest is None else max(warmest, degrees)
    return warmest
