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
"""What the running node leaves behind: sockets of the middleware alone, and a log file."""

from collections import Counter
from contextlib import contextmanager
import os
from pathlib import Path
import stat
import subprocess
import sys

import psutil
import pytest
from sensor_msgs.msg import CompressedImage, Image
from support import FerProcess, Peer, running, shown_until, two_faces

#: A managed node that does nothing: what it opens is the middleware's.
BARE = """
import rclpy
from rclpy.lifecycle import LifecycleNode
rclpy.init()
node = LifecycleNode('bare')
print('up', flush=True)
rclpy.spin(node)
"""


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Start what follows with an empty home, temporary and working directory; return all."""
    for name in list(os.environ):
        # What scripts/env sets, a robot does not have: ONNX Runtime must be quiet without.
        if name.startswith(('ORT_', 'XDG_', 'MPL')) or name in ('ROS_LOG_DIR', 'ROS_HOME'):
            monkeypatch.delenv(name)
    for variable, name in (('HOME', 'home'), ('TMPDIR', 'tmp')):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    (tmp_path / 'cwd').mkdir()
    monkeypatch.chdir(tmp_path / 'cwd')
    # The modules of a checkout are compiled when first imported; those of a robot are already.
    monkeypatch.setenv('PYTHONDONTWRITEBYTECODE', '1')
    return tmp_path


@contextmanager
def bare_node():
    """Run the node that does nothing and yield its process id."""
    with subprocess.Popen([sys.executable, '-c', BARE], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b'up\n'
            yield process.pid
        finally:
            process.kill()


def sockets(pid: int) -> list:
    """Return the sockets that a process has open."""
    process = psutil.Process(pid)
    list_them = 'net_connections' if hasattr(process, 'net_connections') else 'connections'
    return getattr(process, list_them)(kind='all')


def kinds(pid: int) -> Counter:
    """Return how many sockets of each kind a process has open."""
    return Counter(
        (one.family.name, one.type.name, one.status, bool(one.raddr)) for one in sockets(pid))


def written_files(pid: int) -> set[Path]:
    """Return the regular files that a process has open for writing, shared memory left out."""
    found = set()
    for descriptor in Path(f'/proc/{pid}/fd').iterdir():
        try:
            flags = int((descriptor.parent.parent / 'fdinfo' / descriptor.name).read_text()
                        .split('flags:')[1].split()[0], 8)
            regular = stat.S_ISREG(descriptor.stat().st_mode)
            path = descriptor.readlink()
        except FileNotFoundError:  # closed meanwhile
            continue
        # What lies in memory alone is no file: shared memory, and what libraries say.
        if regular and flags & os.O_ACCMODE != os.O_RDONLY and not path.is_relative_to(
                '/dev/shm') and not path.name.startswith('memfd:'):
            found.add(path)
    return found


def heaps(pid: int) -> int:
    """Return how many heaps glibc has made for threads, beside the one of the process."""
    size = 64 << 20
    spans = []
    for line in Path(f'/proc/{pid}/maps').read_text().splitlines():
        place, rights, _, _, _, *name = line.split(maxsplit=5)
        start, end = (int(each, 16) for each in place.split('-'))
        spans.append((start, end, rights[:3] if not name else ''))
    # Each begins at a multiple of its largest size, of which it holds what it does not use yet.
    return sum(
        first[0] % size == 0 and first[1] == second[0] and second[1] - first[0] == size
        and (first[2], second[2]) == ('rw-', '---') for first, second in zip(spans, spans[1:]))


def files(folder: Path) -> set[Path]:
    """Return all files below a folder."""
    return {path for path in folder.rglob('*') if not path.is_dir()}


def test_the_node_opens_the_sockets_of_the_middleware_and_writes_its_log(places):
    with bare_node() as bare, running(FerProcess(), Peer()) as (process, peer):
        output = Path(f'/proc/{process.pid}/fd/1').readlink()
        usual = kinds(bare)
        assert usual and all(
            family in ('AF_INET', 'AF_INET6') and kind == 'SOCK_DGRAM' and not connected
            for family, kind, _, connected in usual), usual
        received = peer.expressions()
        camera = peer.camera(received)
        seen = [peer.listen(Image, '/fer/image_annotated'),
                peer.listen(CompressedImage, '/fer/image_annotated/compressed')]
        for start in (1000.0, 2000.0):
            two_faces(camera, received, start)
            assert kinds(process.pid) == usual
            log = written_files(process.pid) - {output}
            assert len(log) == 1 and log.pop().is_relative_to(places / 'home/.ros/log')
        # Others have some: of threads that begin while they import, at the latest.
        assert heaps(process.pid) == 0 < heaps(bare)
        shown_until(camera, received, lambda: all(seen), 'pictures')
        for name in ('deactivate', 'cleanup', 'configure', 'activate'):
            assert peer.transition(name)
            assert kinds(process.pid) == usual
    left = {path for path in files(places) if path != output}
    assert left and all(path.parent == places / 'home/.ros/log' for path in left), left
