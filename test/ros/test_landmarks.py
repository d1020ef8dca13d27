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

"""Points on faces and frames of heads over real processes: who asks gets them, nobody else."""

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo
from support import FerProcess, Peer, running, shown_until, two_faces, wait_for

hri = pytest.importorskip('hri_msgs.msg')
TFMessage = pytest.importorskip('tf2_msgs.msg', reason='frames need it').TFMessage

INFO = '/camera/camera_info'
RIGHT_PUPIL, LEFT_PUPIL, MENTON = 68, 69, 8


@pytest.fixture(scope='module')
def world():
    with running(FerProcess(remap={'image': '/camera/image_raw'}), Peer()) as (process, peer):
        received = peer.expressions()
        yield process, peer, peer.camera(received, topic='/camera/image_raw'), received


# Before the node of all other tests is there.
def test_off_makes_no_topic():
    with running(FerProcess(landmarks='off'), Peer()) as (_, peer):
        received = peer.expressions()
        camera = peer.camera(received)
        first, _ = two_faces(camera, received, 1000.0)
        wait_for(lambda: peer.node.count_publishers(f'/humans/faces/{first}/roi'), 'a face')
        assert not peer.node.count_publishers(f'/humans/faces/{first}/landmarks')
        assert not peer.node.count_publishers('/tf')


def test_frames_can_be_left_out():
    with running(FerProcess(head_frames=False), Peer()) as (_, peer):
        received = peer.expressions()
        first, _ = two_faces(peer.camera(received), received, 1000.0)
        wait_for(lambda: peer.node.count_publishers(f'/humans/faces/{first}/landmarks'), 'a face')
        assert not peer.node.count_publishers('/tf')


def test_a_model_that_is_none_is_named(tmp_path):
    path = tmp_path / 'points.onnx'
    path.write_bytes(b'none')
    with running(FerProcess(landmark_model=str(path), autostart_retry=0.0)) as node:
        wait_for(lambda: str(path) in node.log, 'the name of the file')
        assert 'Traceback' not in node.log and node.running


def test_points_lie_on_the_face(world):
    _, peer, camera, received = world
    first, _ = two_faces(camera, received, 1000.0)
    landmarks = peer.listen(hri.FacialLandmarks, f'/humans/faces/{first}/landmarks')
    rois = peer.listen(hri.NormalizedRegionOfInterest2D, f'/humans/faces/{first}/roi')
    shown_until(camera, received, lambda: len(rois) > 2 and any(
        one.landmarks[MENTON].c > 0.5 for one in landmarks), 'points of the chin')
    message, roi = landmarks[-1], rois[-1]
    assert (message.width, message.height, message.header.frame_id) == (640, 480, 'camera')
    right, left, chin = (message.landmarks[each] for each in (RIGHT_PUPIL, LEFT_PUPIL, MENTON))
    # The person's right lies left in the picture.
    assert roi.xmin < right.x < left.x < roi.xmax
    assert roi.ymin < right.y < chin.y and roi.ymin < left.y < chin.y < roi.ymax + 0.1
    assert all(0.0 <= value <= 1.0 for one in message.landmarks for value in (one.x, one.y, one.c))
    assert np.mean([one.c > 0.5 for one in message.landmarks]) > 0.9


def test_frames_lie_before_the_camera_and_face_it(world):
    _, peer, camera, received = world
    info = peer.node.create_publisher(CameraInfo, INFO, 1)
    matrix = [500.0, 0.0, 320.0, 0.0, 500.0, 240.0, 0.0, 0.0, 1.0]
    frames = peer.listen(TFMessage, '/tf')
    wait_for(lambda: peer.node.count_subscribers(INFO), 'a subscription to camera_info')
    first, second = two_faces(camera, received, 2000.0)

    def both():
        info.publish(CameraInfo(width=640, height=480, k=matrix))
        return frames and len(frames[-1].transforms) == 4
    shown_until(camera, received, both, 'frames of two heads')
    transforms = {one.child_frame_id: one for one in frames[-1].transforms}
    assert set(transforms) == {f'{kind}_{face}' for kind in ('face', 'gaze')
                               for face in (first, second)}
    for face in (first, second):
        ahead, gaze = transforms[f'face_{face}'], transforms[f'gaze_{face}']
        assert ahead.header.frame_id == gaze.header.frame_id == 'camera'
        place = ahead.transform.translation
        assert 0.2 < place.z < 5.0 and gaze.transform.translation == place
        x, y, z, w = (getattr(ahead.transform.rotation, axis) for axis in 'xyzw')
        assert x * x + y * y + z * z + w * w == pytest.approx(1.0)
        # Third component of the first column: x out of the face, towards the camera.
        assert 2 * (x * z - y * w) < -0.7
        x, y, z, w = (getattr(gaze.transform.rotation, axis) for axis in 'xyzw')
        assert 1 - 2 * (x * x + y * y) < -0.7
