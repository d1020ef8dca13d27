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

"""What a measurement was taken on: processor, load, versions."""

from __future__ import annotations

from datetime import datetime, timezone
import os
from pathlib import Path
import platform
import shlex
import subprocess
import sys

import cv2
import fer_ros
import numpy as np
import onnxruntime


#: Vector units by the flag of /proc/cpuinfo that tells them, the widest first. ONNX Runtime's
#: kernels for them differ by far more than two machines with the same one do.
_VECTOR_UNITS = (
    ('avx512f', 'AVX-512'), ('avx2', 'AVX2'), ('avx', 'AVX'), ('sse4_2', 'SSE4.2'),
    ('sve', 'SVE'), ('asimd', 'NEON'), ('neon', 'NEON'))


def describe() -> dict:
    """
    Return the machine and the versions that decide about speed, ready for JSON.

    `date` is of today (UTC), `command` the command line without its folder, `commit` that of the
    checkout, with a + where files differ from it, '' where there is none, `vector_units` the
    widest that the libraries may use: scripts/with_vector_units hides wider ones from them.
    """
    return {
        'date': f'{datetime.now(timezone.utc):%Y-%m-%d}',
        'command': shlex.join([*_runner(), Path(sys.argv[0]).name, *sys.argv[1:]]),
        'commit': _commit(),
        'processor': _processor(), 'vector_units': _vector_units(),
        'architecture': platform.machine(),
        'cores': os.cpu_count(), 'usable_cores': len(os.sched_getaffinity(0)),
        'load': round(os.getloadavg()[0], 2), 'governor': _governor() or 'unknown',
        'system': platform.platform(), 'python': platform.python_version(),
        'numpy': np.__version__, 'opencv': cv2.__version__,
        'onnxruntime': onnxruntime.__version__}


def version() -> dict[str, str]:
    """
    Return what was run, ready for JSON.

    Of fer_ros the release and, in a checkout of git, the `commit`, with a + where files differ
    from it; of the middleware the name. What is not known is `unknown`.
    """
    from rclpy.utilities import get_rmw_implementation_identifier
    return {
        'fer_ros': getattr(fer_ros, '__version__', 'unknown'), 'commit': _commit() or 'unknown',
        'ros': os.environ.get('ROS_DISTRO', 'unknown'),
        'middleware': get_rmw_implementation_identifier()}


def _commit() -> str:
    root = Path(fer_ros.__file__).parents[1]
    try:
        commit, changed = (
            subprocess.run(['git', *command], cwd=root, capture_output=True, text=True,
                           check=True).stdout.strip()
            for command in (
                ['rev-parse', '--short=12', 'HEAD'],
                ['status', '--porcelain', '--untracked-files=no', '.']))
    except (OSError, subprocess.CalledProcessError):
        return ''
    return commit + ('+' if changed else '')


def line(machine: dict) -> str:
    """Return the description in one line for people."""
    return (
        f"{machine['processor']} ({machine['vector_units'] or 'vector units unknown'}), "
        f"{machine['usable_cores']} of {machine['cores']} cores usable, "
        f"load {machine['load']}, ONNX Runtime {machine['onnxruntime']}, "
        f"OpenCV {machine['opencv']}, Python {machine['python']}")


def _processor() -> str:
    said = _cpuinfo()
    name = said.get('model name') or said.get('Model') or platform.processor()
    if 'cpu family' in said:
        # Names such as 'AMD EPYC', which virtual machines tell, hold for many generations.
        name += f" (family {said['cpu family']}, model {said.get('model', 'unknown')})"
    return name or platform.machine()


def _runner() -> list[str]:
    units = os.environ.get('FER_VECTOR_UNITS', '')
    return ['scripts/with_vector_units', units] if units else []


def _vector_units() -> str:
    said = _cpuinfo()
    flags = (said.get('flags') or said.get('Features', '')).split()
    there = [name for flag, name in _VECTOR_UNITS if flag in flags]
    left = os.environ.get('FER_VECTOR_UNITS', '')
    return left if left in there else next(iter(there), '')


def _cpuinfo() -> dict[str, str]:
    """Return what the system says of its first processor; nothing where it does not say."""
    try:
        entries = Path('/proc/cpuinfo').read_text().splitlines()
    except OSError:
        return {}
    pairs = (entry.partition(':') for entry in entries)
    found: dict[str, str] = {}
    for key, _, value in pairs:
        found.setdefault(key.strip(), value.strip())
    return found


def _governor() -> str:
    path = Path('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor')
    return path.read_text().strip() if path.is_file() else ''
