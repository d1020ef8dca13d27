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

"""ROS4HRI where a second node would disturb: two cameras, deactivation, switched off, leaks."""

import ctypes
from dataclasses import replace

from fer_ros.core.track_ids import PROCESS_IDS
from fer_ros.ros.ros4hri import Ros4HriPublisher
from fer_ros.stream import parameters
from fer_ros.stream.session import Session
import pytest
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidTopicNameException
from rclpy.lifecycle import LifecycleNode
from support import (
    CLIP, face_topics, FerProcess, image_message, Peer, running, shown_until, TWO_FACES, two_faces,
    wait_for)

hri = pytest.importorskip('hri_msgs.msg')

VALUES = {spec.name: spec.default for spec in parameters.TABLE}


def test_ids_of_two_cameras_differ_and_nothing_is_shared():
    """Two nodes in two namespaces: each answers its own camera only."""
    with running(FerProcess('/front'), FerProcess('/back'), Peer()) as (_, _, peer):
        worlds = {}
        for name in ('/front', '/back'):
            received = peer.expressions(f'{name}/fer/expression')
            worlds[name] = (peer.camera(received, f'{name}/image'), received)
        ids = {name: two_faces(*world, 6000.0) for name, world in worlds.items()}
        assert not set(ids['/front']) & set(ids['/back'])
        assert len(worlds['/front'][1]) == len(worlds['/back'][1]) == 10
        wait_for(lambda: set(face_topics(peer)) == {*ids['/front'], *ids['/back']},
                 'topics of four faces')


def test_deactivation_takes_the_faces_away():
    with running(FerProcess(), Peer()) as (_, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        tracked = peer.listen(hri.IdsList, '/humans/faces/tracked')
        two_faces(camera, received, 7000.0)
        shown_until(camera, received, lambda: tracked and len(tracked[-1].ids) == 2,
                    'both in the list')
        assert peer.transition('deactivate')
        wait_for(lambda: tracked[-1].ids == [], 'an empty list')
        wait_for(lambda: not face_topics(peer), 'the end of the topics')


def test_off_means_off():
    with running(FerProcess(ros4hri='off'), Peer()) as (_, peer):
        received = peer.expressions()
        two_faces(peer.camera(received), received, 8000.0)
        assert not peer.node.count_publishers('/humans/faces/tracked') and not face_topics(peer)


@pytest.fixture(scope='module')
def result():
    """Return what a session makes of a picture with two faces."""
    session = Session(parameters.pipeline_for(VALUES), VALUES, live=False)
    for number in range(10):
        found = session.take(
            image_message(CLIP.frame(TWO_FACES + number), stamp=1.0 + number / 30), number)
    assert len(found.faces) == 2
    return found


@pytest.fixture
def node():
    """Return a lifecycle node in this process that publishes nothing yet."""
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    made = LifecycleNode('faces', context=context)
    made.steady_clock = Clock(clock_type=ClockType.STEADY_TIME)
    yield made
    made.destroy_node()
    rclpy.try_shutdown(context=context)


def picture(frame, face, width, height):
    raise AssertionError('nobody has subscribed')


def test_publishers_that_are_half_made_are_destroyed(node, result):
    publisher = Ros4HriPublisher(
        node, False, False, {'cropped': picture, 'no name': picture}, PROCESS_IDS)
    before = len(list(node.publishers))
    for _ in range(3):
        # Two are made already when the name of the last one is refused.
        with pytest.raises(InvalidTopicNameException):
            publisher.publish(result, VALUES)
        assert len(list(node.publishers)) == before
    publisher.destroy()
    assert len(list(node.publishers)) == before - 2


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        'arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks',
        'fordblks', 'keepcost')]


def heap() -> int:
    """Return how many bytes of the C library's heap are in use."""
    library = ctypes.CDLL(None)
    if not hasattr(library, 'mallinfo2'):
        pytest.skip('this C library does not tell what is in use')
    library.mallinfo2.restype = _Mallinfo
    return library.mallinfo2().uordblks


def test_a_face_leaves_little_behind(node, result):
    publisher = Ros4HriPublisher(
        node, False, False, {'cropped': picture, 'aligned': picture}, PROCESS_IDS)
    # A StreamResult takes its faces from the pipeline's result.
    made = result.result

    def come_and_go(names):
        for name in names:
            faces = tuple(replace(face, id=f'{name}{number}')
                          for number, face in enumerate(made.faces))
            publisher.publish(
                replace(result, result=replace(made, faces=faces)), VALUES)

    come_and_go(f'w{number}' for number in range(50))
    before = heap()
    come_and_go(f'f{number}' for number in range(200))
    each = (heap() - before) / 400
    print(f'{each / 1000:.2f} kB per face')
    # Fast DDS keeps an entry of each topic name there has been, whoever ends its publishers.
    assert each < 3000
    publisher.destroy()
