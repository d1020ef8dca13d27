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
"""What is told and done about Fast DDS: profiles that agree, the right one, lines to paste."""

from pathlib import Path
import socket
from xml.etree import ElementTree

from fer_ros import fast_dds
from fer_ros.fast_dds import BOTH_SIDES, camera_line, KERNEL_LINE, OUR_SIDE, PROFILES
import pytest

ROOT = Path(__file__).resolve().parents[1]

#: As it stands in the pages, for every distribution.
CAMERA_LINE = camera_line({})
CONFIG = ROOT / 'config'


def values(name, tag):
    """Return the texts of a tag in a profile."""
    tree = ElementTree.parse(CONFIG / name)
    return [one.text for one in tree.iter() if one.tag.rpartition('}')[2] == tag]


@pytest.mark.parametrize('name', [BOTH_SIDES, OUR_SIDE])
def test_profiles_ask_for_the_buffers_that_the_lines_allow(name):
    assert values(name, 'receiveBufferSize') == [str(fast_dds.RECEIVE_BUFFER)]
    assert KERNEL_LINE.endswith(f'={fast_dds.RECEIVE_BUFFER}')
    for tag in ('segment_size', 'maxMessageSize', 'sendBufferSize', 'useBuiltinTransports',
                'nanosec', 'sec', 'transport_id'):
        assert values(name, tag) == values(BOTH_SIDES, tag) != []


@pytest.mark.parametrize('allowed, profile', [
    (212_992, BOTH_SIDES), (fast_dds.ENOUGH - 1, BOTH_SIDES), (fast_dds.ENOUGH, OUR_SIDE),
    (fast_dds.RECEIVE_BUFFER, OUR_SIDE)])
def test_the_node_receives_from_sockets_where_the_kernel_lets_it(monkeypatch, allowed, profile):
    monkeypatch.setattr(fast_dds, 'receive_buffer', lambda: allowed)
    assert Path(fast_dds.node_profile(CONFIG)) == CONFIG / profile


def test_the_buffer_is_what_the_kernel_gives():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        doubled = one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 65536
    limit = Path('/proc/sys/net/core/rmem_max')
    if doubled != 2 or not limit.exists():
        pytest.skip('another kernel, or a container')
    assert fast_dds.receive_buffer() == min(int(limit.read_text()), fast_dds.RECEIVE_BUFFER)


@pytest.mark.parametrize('middleware, environment, allowed, words, others', [
    ('rmw_cyclonedds_cpp', {}, 0, ('rmw_cyclonedds_cpp',), (KERNEL_LINE, CAMERA_LINE)),
    ('rmw_fastrtps_cpp', {}, 0, ('fer.launch.py',), (KERNEL_LINE, CAMERA_LINE)),
    ('rmw_fastrtps_cpp', {fast_dds.PROFILES[0]: 'a'}, 212_992, (KERNEL_LINE, CAMERA_LINE), ()),
    ('rmw_fastrtps_cpp', {fast_dds.PROFILES[1]: 'a'}, 8 << 20, (CAMERA_LINE,), (KERNEL_LINE,)),
])
def test_what_helps_is_named(monkeypatch, middleware, environment, allowed, words, others):
    monkeypatch.setattr(fast_dds, 'receive_buffer', lambda: allowed)
    remedy = fast_dds.remedy(middleware, environment)
    assert all(word in remedy for word in (*words, 'compressed', 'docs/dds.md'))
    assert not any(word in remedy for word in others)


@pytest.mark.parametrize('distribution, names', [
    ('humble', PROFILES[:1]), ('jazzy', PROFILES[:1]), ('kilted', PROFILES[1:]),
    ('lyrical', PROFILES[1:]), ('rolling', PROFILES[1:]), ('', PROFILES)])
def test_each_distribution_is_given_the_name_that_its_fast_dds_knows(distribution, names):
    environment = {'ROS_DISTRO': distribution}
    assert fast_dds.profile_environment(Path('/a.xml'), environment) == dict.fromkeys(
        names, '/a.xml')
    line = camera_line(environment)
    assert all((name in line) == (name in names) for name in PROFILES)
    assert line in fast_dds.remedy('rmw_fastrtps_cpp', {**environment, PROFILES[0]: 'a'})


def test_documents_have_the_same_lines():
    for page in ('README.md', 'docs/dds.md'):
        text = (ROOT / page).read_text(encoding='utf-8')
        assert KERNEL_LINE in text and f'\n{CAMERA_LINE}\n' in text
