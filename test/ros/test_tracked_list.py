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
"""One list of faces of several nodes, for a consumer that takes each message for the truth."""

import signal

import time

from fer_ros.core.track import ID_PREFIX
from fer_ros.core.track_ids import TrackIds
from fer_ros.ros.tracked_list import MAX_BYTES
import numpy as np
import pytest
from support import (
    CameraProcess, FerProcess, image_message, Peer, play, running, TWO_FACES, two_faces, wait_for)

hri = pytest.importorskip('hri_msgs.msg')

TRACKED = '/humans/faces/tracked'
NODES = '/front', '/left', '/right'


class Consumer:
    """What libhri makes of the list: faces that come and faces that are lost."""

    def __init__(self, peer):
        self.faces, self.come, self.lost, self.messages = set(), [], [], 0
        peer.node.create_subscription(hri.IdsList, TRACKED, self._take, 100)

    def _take(self, message):
        found = set(message.ids)
        self.come += found - self.faces
        self.lost += self.faces - found
        self.faces = found
        self.messages += 1

    def forget(self):
        self.come, self.lost, self.messages = [], [], 0


def seeded(node: str, count: int = 100) -> set[str]:
    """Return the first ids of a node that was started with `id_seed` 7."""
    source = TrackIds(seed=f'7 {node}/fer')
    return {ID_PREFIX + source.next() for _ in range(count)}


def test_three_nodes_agree_and_only_the_faces_of_those_that_are_killed_are_lost():
    with running(CameraProcess(10.0), Peer()) as (_, peer):
        consumer = Consumer(peer)
        nodes = {
            name: FerProcess(name, remap={'image': '/image'}, id_seed=7) for name in NODES}
        with running(*nodes.values()):
            own = {name: seeded(name) for name in NODES}
            wait_for(lambda: all(len(consumer.faces & own[name]) == 2 for name in nodes)
                     and len(consumer.faces) == 6, 'two faces of each node')
            # The first one publishes for all. Held up for a while, it counts as gone, comes back,
            # and takes nobody's place away.
            theirs = consumer.faces & own['/front']
            nodes['/front'].send(signal.SIGSTOP)
            wait_for(lambda: not consumer.faces & theirs, 'the end of its faces')
            nodes['/front'].send(signal.SIGCONT)
            wait_for(lambda: len(consumer.faces & own['/front']) == 2, 'its faces')
            assert set(consumer.lost) <= own['/front']
            # Then one that publishes for all is killed, and one that has been told of only.
            for victim in ('/front', '/right'):
                consumer.forget()
                wait_for(lambda: consumer.messages >= 30, 'lists')
                assert not consumer.come and not consumer.lost
                there = consumer.faces & own[victim]
                nodes.pop(victim).send(signal.SIGKILL)
                wait_for(lambda: not consumer.faces & own[victim], 'the end of its faces')
                wait_for(lambda: consumer.messages >= 60, 'lists of the others')
                assert set(consumer.lost) == there and len(consumer.lost) == 2
                assert not consumer.come
                assert all(len(consumer.faces & own[name]) == 2 for name in nodes)


def test_lists_of_other_programs_are_taken_up_and_echoes_are_not():
    with running(FerProcess(), Peer()) as (process, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        lists = peer.listen(hri.IdsList, TRACKED)
        other = peer.node.create_publisher(hri.IdsList, TRACKED, 10)
        ids = two_faces(camera, received, 1000.0)

        def look(first, *listed, make=None):
            """
            Show some frames, list ids as another program would, return the node's own list.

            A subscriber that was found late has none yet: one id that is nobody's.
            """
            received.clear()
            other.publish(hri.IdsList(ids=listed))
            play(camera, received, range(first, first + 2), make=make)
            return next(
                (set(one.ids) for one in reversed(lists) if one.header.frame_id == 'camera'),
                {'no list yet'})

        def somebody(*listed):
            return look(TWO_FACES + 10, *listed, *ids)

        def nobody():
            return look(0, *ids, make=lambda pixels, stamp: image_message(
                np.full_like(pixels, 90), stamp=stamp))
        wait_for(lambda: somebody('abcde') - set(ids) == {'abcde'}, 'the id of another program')
        other.publish(hri.IdsList(ids=['1', 'a/b', 'x' * 1000, '']))
        large = hri.IdsList(ids=[f'a{number}' for number in range(MAX_BYTES)])
        # Lists are heard best effort.
        wait_for(lambda: other.publish(large) or time.sleep(0.5)
                 or 'bytes is left out: more than' in process.log, 'a word about it')
        crowd = hri.IdsList(ids=[f'crowd_{number}' for number in range(300)])
        wait_for(lambda: other.publish(crowd) or time.sleep(0.5)
                 or 'of a list of 300 faces the first 256 count' in process.log, 'a word')
        wait_for(lambda: not any(one.startswith('crowd') for one in somebody('abcde')), 'its end')
        assert all(one in ('abcde', *ids) or len(one) == 6 for one in somebody('abcde'))
        wait_for(lambda: 'abcde' not in somebody(), 'the end of the id of another program')
        # Its own end, too, although another program goes on to list them.
        wait_for(lambda: nobody() == set(), 'an empty list')
