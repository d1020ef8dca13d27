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
"""With `publish_pictures` off no picture can leave the node, whatever is asked of it."""

import pytest
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.parameter import Parameter
from support import face_topics, FerProcess, Peer, running, two_faces, wait_for

pytest.importorskip('hri_msgs')


def picture_topics(peer, node: str = 'fer', namespace: str = '/') -> list[str]:
    """Return the topics of the node that could carry a picture."""
    return [name for name, kinds in
            peer.node.get_publisher_names_and_types_by_node(node, namespace)
            if any(kind.startswith('sensor_msgs/') for kind in kinds)]


@pytest.mark.parametrize('remap', [
    {},
    {'~/image_annotated': '/elsewhere', '~/image_annotated/compressed': '/elsewhere/small'},
])
def test_no_publisher_of_pictures_exists_in_any_state(remap):
    with running(FerProcess(remap=remap, publish_pictures=False), Peer()) as (process, peer):
        for start in (1000.0, 2000.0):
            received = peer.expressions()
            camera = peer.camera(received)
            ids = two_faces(camera, received, start)
            without = {'roi', 'expression', 'landmarks', 'facs'}
            wait_for(lambda: face_topics(peer) == dict.fromkeys(ids, without),  # noqa: B023
                     'what is said of two faces')
            assert not picture_topics(peer)
            peer.destroy(camera)
            # What is configured anew stays without pictures.
            for name in ('deactivate', 'cleanup', 'configure', 'activate'):
                assert peer.transition(name)
                assert not picture_topics(peer)
        assert process.log.count('pictures never') == 3


def test_nothing_at_run_time_switches_pictures_on():
    with running(FerProcess(publish_pictures=False), Peer()) as (_, peer):
        on = Parameter('publish_pictures', value=True).to_parameter_msg()
        live = Parameter('jpeg_quality', value=50).to_parameter_msg()
        answer = peer.call(
            SetParameters, '/fer/set_parameters', SetParameters.Request(parameters=[on]))
        assert not answer.results[0].successful and 'read-only' in answer.results[0].reason
        answer = peer.call(
            SetParametersAtomically, '/fer/set_parameters_atomically',
            SetParametersAtomically.Request(parameters=[live, on]))
        assert not answer.result.successful
        received = peer.expressions()
        two_faces(peer.camera(received), received, 3000.0)
        assert not picture_topics(peer)


def test_what_is_no_boolean_does_not_start():
    """A value that was meant to switch pictures off must not leave them on."""
    with running(FerProcess(publish_pictures='"false"')) as process:
        assert process.wait() == 1
        assert 'publish_pictures' in process.log
