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

"""/diagnostics over real processes: once a second whatever happens, true, and small."""

from itertools import count, groupby
import shutil
from statistics import median
import time

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from fer_ros.core.assets import model_path
import pytest
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from support import (
    CLIP, Diagnostics, FerProcess, image_message, Peer, running, stamp_of, TWO_FACES, wait_for)

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE

CYCLE = {'configure': 'inactive', 'activate': 'active', 'deactivate': 'inactive',
         'cleanup': 'unconfigured'}


class Heard(Diagnostics):
    """What /diagnostics says."""

    def __init__(self, peer: Peer):
        super().__init__([])
        peer.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_array, 10)
        wait_for(lambda: self.arrays, 'the first diagnostics')

    def _on_array(self, message) -> None:
        self.arrays.append(message)

    def states(self, since: int = 0) -> list[str]:
        """Return the state that each array tells of."""
        return [next(one.value for status in message.status if status.name.endswith(': model')
                     for one in status.values if one.key == 'state')
                for message in self.arrays[since:]]

    def wait_for_state(self, state: str) -> None:
        """Wait for an array that is still to come and tells of this state."""
        seen = self.count
        wait_for(lambda: state in self.states(seen), f'a status that says {state}')

    def assert_steady(self) -> None:
        """
        Assert that arrays came once a second by their own stamps, and that they go on.

        The median, since a busy machine may hold a process up now and then.
        """
        seen = self.count
        wait_for(lambda: self.count > seen, 'another array')
        stamps = [seconds + nanoseconds * 1e-9
                  for seconds, nanoseconds in map(stamp_of, self.arrays)]
        assert len(stamps) > 2
        between = [after - before for before, after in zip(stamps, stamps[1:])]
        assert median(between) == pytest.approx(1.0, rel=0.2)


def images(camera, each=None):
    """Return a function that publishes one more image, 20 in a second at most."""
    numbers = count()

    def publish():
        time.sleep(0.05)
        message = image_message(CLIP.frame(TWO_FACES + next(numbers) % 30), stamp=time.time())
        if each is not None:
            each(message)
        camera.publish(message)
        return message
    return publish


def test_it_goes_on_without_a_model_and_through_five_cycles(tmp_path):
    path = tmp_path / 'later.onnx'
    with running(FerProcess(expression_model=str(path)), Peer()) as (process, peer):
        heard = Heard(peer)
        for _ in range(2):
            heard.wait('fer: model', ERROR, 'on_configure failed', str(path))
            assert not peer.transition('configure')
        shutil.copy(model_path('expression.onnx'), path)
        told = ['unconfigured']
        for _ in range(5):
            for name, state in CYCLE.items():
                assert peer.transition(name)
                told.append(state)
                heard.wait_for_state(state)
                assert heard.get('fer: model').level == OK
        assert peer.transition('shutdown unconfigured')
        heard.wait_for_state('finalized')
        # Each state was told of, in its turn, and none beside them.
        assert [state for state, _ in groupby(heard.states())] == [*told, 'finalized']
        heard.assert_steady()
        assert process.running


@pytest.fixture(scope='module')
def world():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        heard = Heard(peer)
        yield process, peer, heard, peer.camera(received), received


def test_faces_are_stale_when_images_stop_or_are_all_bad(world):
    _, _, heard, camera, _ = world

    def spoil(message):
        message.step = 1

    for meanwhile, level in ((None, ERROR), (images(camera, spoil), ERROR)):
        heard.wait('fer: faces', OK, '2 faces tracked', meanwhile=images(camera))
        stale = heard.wait('fer: faces', STALE, 'nobody is known', meanwhile=meanwhile)
        assert {one.key: one.value for one in stale.values} == {'tracked': 'unknown'}
        heard.wait('fer: camera', level, meanwhile=meanwhile)
    # Bad images are no silence: the two statuses name different causes.
    assert 'images unusable' in heard.get('fer: camera').message
    heard.assert_steady()


def test_totals_begin_anew_with_each_activation(world):
    _, peer, heard, camera, received = world

    def totals():
        return {one.key: int(one.value) for status in heard.arrays[-1].status
                for one in status.values if one.key.endswith('(total)')}

    publish = images(camera)
    last = [stamp_of(publish()) for _ in range(3)][-1]
    wait_for(lambda: received and stamp_of(received[-1]) == last, 'the answer to the last image')
    heard.wait_for_state('active')
    before = totals()
    assert before['received (total)'] >= 3 and before['processed (total)'] >= 3
    assert peer.transition('deactivate')
    heard.wait_for_state('inactive')
    # What was counted can still be read while nothing comes.
    assert totals() == before
    assert peer.transition('activate')
    heard.wait_for_state('active')
    assert totals() == dict.fromkeys(before, 0)


def test_two_publishers_on_the_topic_are_named(world):
    _, peer, heard, camera, _ = world
    with running(Peer()) as other:
        second = other.node.create_publisher(Image, '/image', 10)
        status = heard.wait('fer: camera', WARN, '2 publishers on /image', 'remap',
                            meanwhile=images(camera))
        assert peer.node.get_name() in status.message and other.node.get_name() in status.message
        assert {one.key: one.value for one in status.values}['publishers'] == '2'
        other.destroy(second)
        heard.wait('fer: camera', OK, 'images per second', meanwhile=images(camera))


def test_two_nodes_of_one_name_are_told_of(world):
    _, _, heard, camera, _ = world
    with running(FerProcess()):
        heard.wait('fer: inference', WARN, 'called /fer', 'namespace', meanwhile=images(camera))
    heard.wait('fer: inference', OK, 'frames per second', meanwhile=images(camera))


@pytest.mark.parametrize('field, text, level, words', [
    ('encoding', 'x' * 10**6, ERROR, 'images unusable'),
    ('encoding', '\n' * 10**6, ERROR, 'images unusable'),
    ('encoding', '\U0001f600' * (10**6 // 4), ERROR, 'images unusable'),
    ('frame_id', 'y' * 10**6, WARN, 'frame_ids'),
], ids=['encoding', 'line breaks', 'four bytes each', 'frame_id'])
def test_a_string_of_a_megabyte_makes_no_large_diagnostic(world, field, text, level, words):
    process, _, heard, camera, _ = world

    def enlarge(message):
        setattr(message if field == 'encoding' else message.header, field, text)

    publish, publish_large = images(camera), images(camera, enlarge)
    seen, logged = heard.count, len(process.log)
    heard.wait('fer: camera', level, words, f'({len(text)} characters)',
               meanwhile=lambda: (publish(), publish_large()))
    assert max(len(serialize_message(one)) for one in heard.arrays[seen:]) < 10_000
    assert 0 < len(process.log) - logged < 10_000 or field == 'encoding'
