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
import subprocess
import sys

from support import FerProcess, Peer, play, ROOT, running, wait_for


class Behaviour:
    """The README's only Python code that needs ROS, as a process of its own."""

    def __init__(self, directory):
        blocks = re.findall(r'```python\n(.*?)```', (ROOT / 'README.md').read_text(), re.DOTALL)
        block, = [block for block in blocks if 'rclpy' in block]
        script = directory / 'smile_back.py'
        script.write_text(block)
        self._path = directory / 'said.txt'
        self._log = self._path.open('w')
        self._process = subprocess.Popen(
            [sys.executable, script], stdout=self._log, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        return self._path.read_text()

    def close(self):
        self._process.kill()
        self._process.wait()
        self._log.close()


def test_the_behaviour_of_the_readme_sees_a_smile(tmp_path):
    with running(FerProcess(), Peer(), Behaviour(tmp_path)) as (_, peer, behaviour):
        received = peer.expressions()
        wait_for(lambda: peer.node.count_subscribers('/fer/expression') == 2, 'the behaviour')
        camera = peer.camera(received)

        def smiled():
            # Again and again: the node may know the behaviour before the behaviour knows it.
            play(camera, received, range(40, 60))  # one smiling face
            return re.search(r'(f[a-z]+) smiles', behaviour.said)
        said = wait_for(smiled, 'a smile')
        assert said[1] in {face.id for message in received for face in message.detections}
