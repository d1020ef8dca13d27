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

"""The Fast DDS profiles: raw best-effort images, which the default loses, arrive."""

from fer_ros.fast_dds import (
    BOTH_SIDES, ENOUGH, OUR_SIDE, profile_environment, receive_buffer, SETTINGS)
import pytest
from rclpy.utilities import get_rmw_implementation_identifier
from support import CameraProcess, FerProcess, Peer, ROOT, running, wait_for

CONFIG = ROOT / 'config'
#: Images a second of the camera.
RATE = 20.0


@pytest.mark.skipif(
    'fastrtps' not in get_rmw_implementation_identifier(), reason='another middleware is in use')
@pytest.mark.parametrize('camera, node', [
    (BOTH_SIDES, BOTH_SIDES), (BOTH_SIDES, OUR_SIDE), (None, OUR_SIDE)])
def test_raw_best_effort_images_arrive_with_the_profile(monkeypatch, camera, node):
    if camera is None and receive_buffer() < ENOUGH:
        pytest.skip('the kernel allows no large receive buffers')
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    theirs, ours = (profile_environment(CONFIG / profile) if profile else {}
                    for profile in (camera, node))
    with running(
            CameraProcess(RATE, theirs), FerProcess(env=ours), Peer()) as (_, process, peer):
        diagnostics = peer.diagnostics()

        def flows():
            status = diagnostics.get('fer: camera')
            values = {one.key: one.value for one in status.values} if status else {}
            return float(values.get('rate (Hz)', 0.0)) >= 0.9 * RATE
        wait_for(flows, f'images at {RATE:g} Hz')
        # Fast DDS only complains about a bad profile.
        assert 'XMLPARSER' not in process.log and 'DDS_QOS_CHECK' not in process.log
