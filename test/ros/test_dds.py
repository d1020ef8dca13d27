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

"""The Fast DDS profile: raw best-effort images, which the default loses, arrive."""

from fer_ros.fast_dds import PROFILES
import pytest
from rclpy.utilities import get_rmw_implementation_identifier
from support import CameraProcess, FerProcess, Peer, ROOT, running, wait_for

PROFILE = str(ROOT / 'config' / 'fastdds.xml')
#: Images a second of the camera.
RATE = 20.0


@pytest.mark.skipif(
    'fastrtps' not in get_rmw_implementation_identifier(), reason='another middleware is in use')
def test_raw_best_effort_images_arrive_with_the_profile():
    env = dict.fromkeys(PROFILES, PROFILE)
    with running(CameraProcess(RATE, env), FerProcess(env=env), Peer()) as (_, process, peer):
        diagnostics = peer.diagnostics()

        def flows():
            status = diagnostics.get('fer: camera')
            values = {one.key: one.value for one in status.values} if status else {}
            return float(values.get('rate (Hz)', 0.0)) >= 0.9 * RATE
        wait_for(flows, f'images at {RATE:g} Hz')
        assert 'XMLPARSER' not in process.log  # Fast DDS only complains about a bad profile
