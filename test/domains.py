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


"""Domains of ROS that are kept for one process of the tests, or for one test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
import random
import socket

#: The last port of those that belong to a domain: DDS gives it to the 120th process there, so
#: never. Who chooses a free domain, as the demo does, sees that it is in use.
_FIRST, _PORTS, _LAST = 7400, 250, 249

# For as long as the process lives.
_kept: list[socket.socket] = []


def keep_domain() -> int:
    """Return a domain that is this process's until its end, whoever else asks for one."""
    domain, mark = _marked()
    _kept.append(mark)
    return domain


@contextmanager
def lent_domain() -> Iterator[int]:
    """Yield a domain that nobody else has meanwhile."""
    domain, mark = _marked()
    with mark:
        yield domain


def _marked() -> tuple[int, socket.socket]:
    # Above 101 the ports of a domain can collide with those Linux gives to clients.
    domains = random.SystemRandom().sample(range(1, 102), 101)
    for domain in domains:
        mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            mark.bind(('127.0.0.1', _FIRST + _PORTS * domain + _LAST))
        except OSError:
            mark.close()
            continue
        return domain, mark
    raise RuntimeError('every domain of ROS is in use on this machine')
