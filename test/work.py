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

"""What some work costs, told without a clock on the wall: by other work, or in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import resource
import time
from typing import Any


@contextmanager
def no_more_work_than(times: float, yardstick: Callable[[], Any]) -> Iterator[None]:
    """
    Assert that a `with` block takes no more processor time than other work, so many times over.

    The yardstick is measured in the same run, before and behind: what slows the machine down
    slows both down.
    """
    before = _seconds(yardstick)
    started = time.process_time()
    yield
    taken = time.process_time() - started
    unit = max(before, _seconds(yardstick))
    assert taken <= times * unit, f'{taken:.2f} s, of the yardstick {unit:.3f} s'


@contextmanager
def no_more_memory_than(size: int) -> Iterator[None]:
    """Assert that the peak of this process's memory rises by so many bytes at most."""
    before = _peak()
    yield
    assert _peak() - before <= size


def _seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
