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

"""Same conditions for all tests: signals, one thread per pool, how long properties are tried."""

import os
import signal
import sys

# A run started in the background of a script ignores SIGINT, and so would every process that
# the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Under nohup SIGHUP, likewise.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Two spinning pools on few cores slow each other down.
for pool in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ.setdefault(pool, '1')

import cv2  # noqa: E402

cv2.setNumThreads(1)

from hypothesis import HealthCheck, settings  # noqa: E402
import pytest  # noqa: E402

# Every run of the tests tries the same few examples, and so does each mutant, fewer (brief).
# FER_HYPOTHESIS=thorough tries many, other ones each time; what it finds is kept in .hypothesis
# and tried first the next time.
settings.register_profile(
    'quick', derandomize=True, max_examples=40, deadline=None, database=None)
settings.register_profile('brief', settings.get_profile('quick'), max_examples=8)
settings.register_profile(
    'thorough', max_examples=3000, deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large))
settings.load_profile(os.environ.get('FER_HYPOTHESIS', 'quick'))


@pytest.fixture
def uncovered(monkeypatch):
    """Leave signals to the processes of a test: a measurement of coverage takes SIGTERM."""
    for name in ('COVERAGE_PROCESS_CONFIG', 'COVERAGE_PROCESS_START'):
        monkeypatch.delenv(name, raising=False)


def pytest_sessionfinish() -> None:
    """Keep what a process beside others has covered: it may be killed at its end."""
    coverage = sys.modules.get('coverage')
    current = coverage.Coverage.current() if coverage else None
    if current is not None and 'PYTEST_XDIST_WORKER' in os.environ:
        current.save()
