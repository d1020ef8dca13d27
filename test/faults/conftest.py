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

"""One node for the quick cases of a file, and what each shows before and after its fault."""

from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).parents[1] / 'ros'))

from needs_ros import pytest_pycollect_makemodule  # noqa: E402
import pytest  # noqa: E402

__all__ = ['pytest_pycollect_makemodule']


class Shared:
    """The node that many cases share: started when one asks for it, and ended for the others."""

    def __init__(self):
        self._world = None

    def world(self):
        """Return a world whose node runs."""
        from world import World
        if self._world is not None and not self._world.process.running:
            self.close()
        if self._world is None:
            self._world = World()
        return self._world

    def close(self):
        """End it: a second node of its name would answer the same images."""
        if self._world is not None:
            self._world.close()
        self._world = None


@pytest.fixture(scope='module')
def shared():
    """Hold the node that the cases of a file share."""
    one = Shared()
    yield one
    one.close()


@pytest.fixture
def world(shared):
    """
    Give a running node, a camera and an audience; afterwards all of it must still be well.

    Good images are all answered before the fault and after it, and the process lives.
    """
    world = shared.world()
    world.well()
    yield world
    # pytest shows it where the test fails.
    print(f'The node printed last:\n{world.process.log[-2000:]}')
    world.well()


@pytest.fixture
def alone(shared):
    """End the shared node; for cases that start their own."""
    shared.close()


@pytest.fixture
def own(alone):
    """Give a function that makes a `World` for this case; arguments go to its node."""
    from world import World
    worlds = []

    def make(**arguments):
        worlds.append(World(**arguments))
        return worlds[-1]
    yield make
    for world in worlds:
        world.close()
