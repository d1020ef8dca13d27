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

"""Makes the helpers of the tests of recordings importable; a cluster that many tests share."""

from pathlib import Path
import sys

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / 'replay'))


@pytest.fixture(scope='session')
def scheduler():
    """Yield the address of a scheduler with two workers, started as people start them."""
    from study_support import dask_processes
    with dask_processes(workers=2) as address:
        yield address


def pytest_collection_modifyitems(items):
    """Give tests of clusters time: each of their processes loads all there is."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker('timeout'):
            item.add_marker(pytest.mark.timeout(400))
