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

"""The demo's processes: an environment of their own, started together, ended for certain."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import suppress
import ctypes
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import threading

from fer_ros.fast_dds import BOTH_SIDES, profile_environment, SETTINGS

#: What must be the same in the environment of processes that are to hear each other.
SHARED = ('ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE', 'ROS_LOCALHOST_ONLY',
          'RMW_IMPLEMENTATION')


def isolate(environment: MutableMapping[str, str], domain: int | None = None) -> str:
    """
    Keep the demo and the tests away from every robot, unless the user chose a domain.

    :param environment: changed: a domain, seen on this machine alone; one thread for each
        library of arithmetic; Fast DDS fit for pictures.
    :param domain: its number; None: that of the environment, or else a random one.
    :returns: a word about the domain for people.
    """
    for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
        environment.setdefault(name, '1')
    profile = fast_dds_profile()
    if profile is not None and not any(name in environment for name in SETTINGS):
        # By default a good part of the pictures is lost on a busy machine: see docs/dds.md.
        environment.update(profile_environment(profile, environment))
    if domain is None and environment.get('ROS_DOMAIN_ID'):
        return f"ROS_DOMAIN_ID {environment['ROS_DOMAIN_ID']}, as the environment says"
    environment['ROS_DOMAIN_ID'] = str(
        random.SystemRandom().choice(_free_domains()) if domain is None else domain)
    if environment.get('ROS_DISTRO') == 'humble':
        environment['ROS_LOCALHOST_ONLY'] = '1'
    else:
        environment.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    return f"ROS_DOMAIN_ID {environment['ROS_DOMAIN_ID']}, on this machine alone"


def _free_domains() -> list[int]:
    """Return the domains that no process of this machine is in, or all where none is free."""
    # Above 101 the ports of a domain can collide with those Linux gives to clients.
    domains = list(range(1, 102))
    try:
        sockets = Path('/proc/net/udp').read_text().splitlines()[1:]
    except OSError:
        return domains
    ports = {int(line.split()[1].rsplit(':', 1)[1], 16) for line in sockets}
    # The ports of a domain, as the DDS interoperability wire protocol (DDSI-RTPS 9.6.1) has them.
    used = {(port - 7400) // 250 for port in ports}
    return [domain for domain in domains if domain not in used] or domains


def fast_dds_profile() -> Path | None:
    """Return the profile for pictures, of the installed package or the source tree, if any."""
    profiles = (
        folder / place / BOTH_SIDES for folder in Path(__file__).resolve().parents
        for place in ('share/fer_ros/config', 'config'))
    return next((profile for profile in profiles if profile.is_file()), None)


class ChildError(OSError):
    """A process did not do what it should; the message ends with its last lines."""


class Process:
    """
    Run a command and keep the last lines it printed.

    It is killed when this process dies without having stopped it.

    :param name: for messages.
    :param command: the program and its arguments.
    :param environment: of the process; None: this one's.
    :raises OSError: there is no such program.
    """

    def __init__(self, name: str, command: Sequence[str],
                 environment: Mapping[str, str] | None = None):
        self.name = name
        self.lines: deque[str] = deque(maxlen=40)
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors='replace', env=environment,
            # A group of its own: Ctrl-C reaches it through `stop`, in order, and only once.
            start_new_session=True, preexec_fn=_die_with_parent)
        self._reader = threading.Thread(target=self._read, daemon=True)

    def watch(self) -> None:
        """Start to collect its output; call after all children have been started."""
        self._reader.start()

    @property
    def process(self) -> int:
        """Return its process number."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Return its exit status; None while it runs."""
        return self._process.poll()

    def wait(self, patience: float) -> None:
        """Wait until it ends by itself, or so many seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)

    def stop(self, patience: float = 5.0) -> None:
        """Ask it to end, wait, and end it by force if it does not."""
        for number in (signal.SIGINT, signal.SIGKILL):
            if self.status is not None:
                break
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self._process.pid, number)
                self._process.wait(patience)
        if self._reader.ident is not None:
            self._reader.join(timeout=1.0)

    def tail(self, count: int = 15) -> str:
        """Return its last lines, indented."""
        return '\n'.join(f'    {line}' for line in list(self.lines)[-count:]) or '    (silent)'

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())


class Child(Process):
    """
    Run a Python module with this interpreter; see `Process`.

    :param name: for messages.
    :param module: its dotted name.
    :param arguments: passed to it.
    :param environment: as there.
    """

    def __init__(self, name: str, module: str, arguments: Sequence[str],
                 environment: Mapping[str, str] | None = None):
        super().__init__(name, [sys.executable, '-m', module, *arguments], environment)


def _die_with_parent() -> None:
    """Ask Linux to end this process with its parent; elsewhere nothing is lost but that."""
    # No politer signal: a parent killed while it held shared memory of the middleware may have
    # left this process waiting in there, deaf to all others.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
