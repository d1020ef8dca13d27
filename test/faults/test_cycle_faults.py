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

"""Lifecycle cycles by the hundred, asked for from outside, with images between them."""

from pathlib import Path

from fer_ros.core.assets import model_path
import pytest
from support import CLIP, image_message, PATIENCE, play, stamp_of, wait_for

#: Cycles that count as warm-up: pools fill, and caches.
WARM_UP = 10


def cycle(world, images: int) -> None:
    """Go once through all states by services; while active, have images answered."""
    for name in ('deactivate', 'cleanup', 'configure', 'activate'):
        assert world.peer.transition(name), f'{name} failed:\n{world.process.log[-2000:]}'
    if images:
        world.meet()
        stamps = play(world.camera, world.received, range(130, 130 + images))
        assert [stamp_of(one) for one in world.received] == stamps
    else:
        # In the midst of the next transition an image must do no harm either.
        world.camera.publish(image_message(CLIP.frame(0), stamp=3.0))


@pytest.mark.parametrize('count, every', [
    (30, 6),
    pytest.param(1000, 50, marks=[pytest.mark.slow, pytest.mark.timeout(1200)]),
])
@pytest.mark.fault('30 lifecycle cycles, 1,000 in the slow part, asked for from outside',
                   'each succeeds, images are answered; memory, threads and descriptors stay')
def test_cycles(own, count, every):
    world = own()
    looks = []
    for number in range(WARM_UP + count):
        cycle(world, 5 if number % every == 0 else 0)
        if number >= WARM_UP and (number - WARM_UP) % every == 0:
            looks.append(world.usage())
    looks.append(world.usage())
    world.meet()
    world.well()
    print(looks)
    first, last = looks[0], looks[-1]
    assert last['threads'] <= first['threads'] + 1
    assert last['descriptors'] <= first['descriptors'] + 2
    # What 30 cycles leave behind, 1,000 may not leave many times over.
    assert last['mb'] < first['mb'] + 15, looks


@pytest.mark.fault('configuring fails over and over, each time after the detector was loaded',
                   'each is refused, what was loaded is given up; memory, threads and descriptors '
                   'stay; once the model is there it answers')
def test_configures_that_fail(own, tmp_path):
    path = tmp_path / 'expression.onnx'
    whole = Path(model_path('expression.onnx')).read_bytes()
    path.write_bytes(whole)
    world = own(expression_model=path, detector__long_side=1280)
    for name in ('deactivate', 'cleanup'):
        assert world.peer.transition(name)
    # Metadata and graph are whole, so that the session is made and fails.
    path.write_bytes(whole[:-1000])
    looks = []
    for number in range(15):
        assert not world.peer.transition('configure')
        if number >= 4:
            looks.append(world.usage())
    print(looks)
    first, last = looks[0], looks[-1]
    assert last['threads'] <= first['threads'] + 1
    assert last['descriptors'] <= first['descriptors'] + 2
    # A detector that stayed would take 50 MB each time.
    assert last['mb'] < first['mb'] + 15, looks
    path.write_bytes(whole)
    for name in ('configure', 'activate'):
        assert world.peer.transition(name)
    world.meet()
    world.well()


@pytest.mark.slow
@pytest.mark.fault('the models are large, and no longer needed (cleanup)',
                   'their memory is given back to the system within half a minute')
def test_memory_of_models_is_given_back(own):
    world = own(detector__long_side=1280, detection_interval=0.0)
    world.well(10)
    taken = world.usage()['mb']
    for name in ('deactivate', 'cleanup'):
        assert world.peer.transition(name)
    # The detector takes some 50 MB for inputs of this size.
    wait_for(lambda: world.usage()['mb'] < taken - 40, 'memory that is given back', 2 * PATIENCE)
    for name in ('configure', 'activate'):
        assert world.peer.transition(name)
    world.meet()
    world.well()
