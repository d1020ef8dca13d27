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

"""ROS4HRI where a second node would disturb: two cameras, deactivation, switched off."""

import pytest
from support import face_topics, FerProcess, Peer, running, two_faces, wait_for

hri = pytest.importorskip('hri_msgs.msg')


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
        wait_for(lambda: tracked and len(tracked[-1].ids) == 2, 'both in the list')
        assert peer.transition('deactivate')
        wait_for(lambda: tracked[-1].ids == [], 'an empty list')
        wait_for(lambda: not face_topics(peer), 'the end of the topics')


def test_off_means_off():
    with running(FerProcess(ros4hri='off'), Peer()) as (_, peer):
        received = peer.expressions()
        two_faces(peer.camera(received), received, 8000.0)
        assert not peer.node.count_publishers('/humans/faces/tracked') and not face_topics(peer)
