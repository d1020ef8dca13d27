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

"""The README's behaviour node does what the README says."""

import re

from support import FerProcess, PageBehaviour, Peer, play, running, wait_for


def test_the_behaviour_of_the_readme_sees_a_smile(tmp_path):
    with running(FerProcess(), Peer(), PageBehaviour('README.md', tmp_path)) as (
            _, peer, behaviour):
        received = peer.expressions()
        wait_for(lambda: peer.node.count_subscribers('/fer/expression') == 2, 'the behaviour')
        camera = peer.camera(received)

        def smiled():
            # Again and again: the node may know the behaviour before the behaviour knows it.
            play(camera, received, range(40, 60))  # one smiling face
            return re.search(r'(f[a-z]+) smiles', behaviour.said)
        said = wait_for(smiled, 'a smile')
        assert said[1] in {face.id for message in received for face in message.detections}
