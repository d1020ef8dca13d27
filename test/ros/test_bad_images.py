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

"""Bad images over real processes: named, counted, skipped, and nobody dies of them."""

from diagnostic_msgs.msg import DiagnosticStatus
import pytest
from support import CLIP, FerProcess, image_message, Peer, play, running, stamp_of


@pytest.fixture(scope='module')
def world():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer.diagnostics(), peer.camera(received), received


@pytest.mark.parametrize('fault, words', [
    # what is wrong, what the node says
    ({'width': 0}, 'image size is 0x480'),
    ({'step': 100}, 'step is 100'),
    ({'encoding': 'foo64'}, "'foo64'"),
    ({'data': b'123'}, 'truncated: 3 bytes'),
    ({'data': bytes(640 * 480 * 3 + 1)}, 'over-long: 921601 bytes'),
])
def test_bad_image_is_counted_and_skipped_with_a_reason(world, fault, words):
    process, diagnostics, camera, received = world
    received.clear()
    bad = image_message(CLIP.frame(0), stamp=5.0)
    for name, value in fault.items():
        setattr(bad, name, value)
    before = diagnostics.count
    camera.publish(bad)
    status = diagnostics.wait(
        'fer: camera', DiagnosticStatus.ERROR, 'images unusable', words, since=before)
    assert int({one.key: one.value for one in status.values}['bad (total)']) >= 1
    stamps = play(camera, received, range(2), start=6.0)
    assert [stamp_of(one) for one in received] == stamps
    assert 'image skipped' in process.log and process.running
