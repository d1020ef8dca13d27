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

"""What a folder of tests over real processes needs: ROS, or a skip; a domain of its own."""

import importlib.util
import os
import random

from fer_ros.demo.processes import isolate
import pytest

isolate(os.environ)
if 'PYTEST_XDIST_WORKER' in os.environ:
    # Processes that run tests beside each other must not hear each other's nodes, and two that
    # draw a domain at the same time can draw the same one.
    _domains = random.Random(os.environ['PYTEST_XDIST_TESTRUNUID']).sample(range(1, 102), 101)
    _worker = int(os.environ['PYTEST_XDIST_WORKER'].removeprefix('gw'))
    os.environ['ROS_DOMAIN_ID'] = str(_domains[_worker % len(_domains)])


class SkippedModule(pytest.Module):
    """A module that cannot even be imported here."""

    def collect(self):
        pytest.skip('needs ROS 2: make test, or source a workspace', allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    if importlib.util.find_spec('rclpy') is None:
        return SkippedModule.from_parent(parent, path=module_path)
