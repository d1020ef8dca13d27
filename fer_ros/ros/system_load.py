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

"""How busy and how warm the machine is, and what this process uses of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
import errno
import os
from pathlib import Path
import time
from typing import TypeVar

import psutil

_Value = TypeVar('_Value')


@dataclass(frozen=True)
class SystemLoad:
    """
    Load since the last look; None is what the system does not tell.

    :param processors: logical ones.
    :param machine_percent: of all processors together, 0 to 100.
    :param process_percent: of one processor, so that 200 is two busy ones.
    :param memory_mb: resident memory of this process, 1 MB = 1e6 bytes.
    :param threads: of this process, also those that are not Python's.
    :param temperature: of the warmest thermal zone, degrees Celsius.
    :param can_open: this process may open another file; without, no new subscriber hears of it.
    """

    processors: int | None
    machine_percent: float | None
    process_percent: float | None
    memory_mb: float | None
    threads: int | None
    temperature: float | None
    can_open: bool = True


class SystemLoadMonitor:
    """Measure the load between two calls of `look`."""

    def __init__(self) -> None:
        self._self = psutil.Process()
        self._wall = time.monotonic()
        self._process = self._process_seconds()
        self._machine = _machine_seconds()

    def look(self) -> SystemLoad:
        """Return the load since the last call."""
        wall, process, machine = time.monotonic(), self._process_seconds(), _machine_seconds()
        machine_percent = process_percent = None
        if machine is not None and self._machine is not None and machine[1] > self._machine[1]:
            machine_percent = 100.0 * (machine[0] - self._machine[0]) / (
                machine[1] - self._machine[1])
        if process is not None and self._process is not None and wall > self._wall:
            process_percent = 100.0 * (process - self._process) / (wall - self._wall)
        memory = _told(self._self.memory_info)
        self._wall, self._process, self._machine = wall, process, machine
        return SystemLoad(
            processors=_told(psutil.cpu_count), machine_percent=machine_percent,
            process_percent=process_percent,
            memory_mb=None if memory is None else memory.rss / 1e6,
            threads=_told(self._self.num_threads), temperature=_told(_temperature),
            can_open=_can_open())

    def _process_seconds(self) -> float | None:
        times = _told(self._self.cpu_times)
        return None if times is None else times.user + times.system


def _told(read: Callable[[], _Value]) -> _Value | None:
    """Return what `read` returns, or None where the system does not tell."""
    try:
        return read()
    except (psutil.Error, OSError, ValueError):
        return None


def _machine_seconds() -> tuple[float, float] | None:
    """
    Return (busy, all) seconds of all processors together since the machine started.

    psutil.cpu_percent() keeps its last look for each thread since 5.9.6 and for the whole process
    before; these are the same figures without such a state.
    """
    times = _told(psutil.cpu_times)
    if times is None:
        return None
    # Linux counts guests as users, too, and tells of them once more.
    known = times._asdict()
    total = sum(known.values()) - known.get('guest', 0.0) - known.get('guest_nice', 0.0)
    return total - times.idle - known.get('iowait', 0.0), total


def _can_open() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno not in (errno.EMFILE, errno.ENFILE)
    return True


def _temperature() -> float | None:
    # psutil looks at the zones only where there are no sensors of hwmon at all: with an NVMe drive
    # it would tell of the drive and not of the processor.
    warmest = None
    for zone in Path('/sys/class/thermal').glob('thermal_zone*/temp'):
        try:
            degrees = int(zone.read_text()) / 1000.0
        except (OSError, ValueError):
            continue
        warmest = degrees if warmest is None else max(warmest, degrees)
    return warmest
