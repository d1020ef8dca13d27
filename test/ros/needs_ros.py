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

from domains import keep_domain
from fer_ros.demo.processes import isolate
import pytest

# Processes that run tests beside each other must not hear each other's nodes, nor those of a demo
# that one of them starts. What the process that started this one has chosen is not the user's.
if 'PYTEST_XDIST_WORKER' in os.environ:
    os.environ.pop('ROS_DOMAIN_ID', None)
if not os.environ.get('ROS_DOMAIN_ID'):
    isolate(os.environ, keep_domain())
else:
    isolate(os.environ)


class SkippedModule(pytest.Module):
    """A module that cannot even be imported here."""

    def collect(self):
        pytest.skip('needs ROS 2: make test, or source a workspace', allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    if importlib.util.find_spec('rclpy') is None:
        return SkippedModule.from_parent(parent, path=module_path)
