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

"""Cameras and frames that make no sense: heads are told as of the assumed camera, never wildly."""

import math

from geometry_msgs.msg import TransformStamped
import pytest
from sensor_msgs.msg import CameraInfo
from support import FerProcess, Peer, running, shown_until, two_faces, wait_for
from test_cues import set_target

hri = pytest.importorskip('hri_msgs.msg')
TFMessage = pytest.importorskip('tf2_msgs.msg', reason='frames need it').TFMessage

INFO, SIZE = '/camera/camera_info', {'width': 640, 'height': 480}
GOOD = [500.0, 0.0, 320.0, 0.0, 500.0, 240.0, 0.0, 0.0, 1.0]


def matrix(fx=500.0, fy=500.0, cx=320.0, cy=240.0):
    return [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0]


def bent(model, *numbers):
    return {'k': GOOD, 'distortion_model': model, 'd': list(map(float, numbers))}


#: What the driver says, and whether its numbers are of use.
CAMERAS = {
    'zero': ({'k': [0.0] * 9}, False), 'nan': ({'k': [math.nan] * 9}, False),
    'negative': ({'k': matrix(-500.0, -500.0)}, False),
    'infinite': ({'k': matrix(math.inf)}, False), 'huge': ({'k': matrix(1e300, 1e300)}, False),
    'tiny': ({'k': matrix(1e-300, 1e-300)}, False), 'axis': ({'k': matrix(cx=5000.0)}, False),
    'uneven': ({'k': matrix(fy=5.0)}, False),
    'shape': ({'k': GOOD, 'width': 640, 'height': 360}, False),
    'size': ({'k': GOOD, 'width': 2**32 - 1, 'height': 2**32 - 1}, False),
    'model': (bent('kannala_brandt', 0.1, 0, 0, 0), False),
    'nan distortion': (bent('plumb_bob', *[math.nan] * 5), False),
    'long distortion': (bent('plumb_bob', *[0.1] * 1000), False),
    'no size': ({'k': GOOD, 'width': 0, 'height': 0}, True),
    'fisheye': (bent('fisheye', 0.01, 0, 0, 0), True),
    # Of use, but its distortion cannot be undone: no pose, rather than a wild one.
    'wild distortion': (bent('plumb_bob', -50, 1e6, 3, 3, 1e9), True)}


@pytest.fixture(scope='module')
def world():
    # The faces of the picture look past the camera by some degrees.
    parameters = {'attention.cone': 40.0, 'attention.engage_time': 0.3}
    with running(FerProcess(remap={'image': '/camera/image_raw'}, **parameters), Peer()) as (
            process, peer):
        received = peer.expressions()
        yield (process, peer, peer.camera(received, topic='/camera/image_raw'), received,
               peer.node.create_publisher(CameraInfo, INFO, 1), peer.listen(TFMessage, '/tf'),
               peer.diagnostics())


def sensible(message):
    """Tell whether all frames could be those of heads before the camera."""
    for one in message.transforms:
        if not one.child_frame_id.startswith(('face_', 'gaze_')):  # the tests' own
            continue
        place, turn = one.transform.translation, one.transform.rotation
        numbers = [place.x, place.y, place.z, turn.x, turn.y, turn.z, turn.w]
        if not (all(map(math.isfinite, numbers)) and 0.05 < place.z < 50.0
                and abs(sum(value ** 2 for value in numbers[3:]) - 1.0) < 1e-6):
            return False
    return True


@pytest.mark.parametrize('name', CAMERAS)
def test_no_camera_makes_a_wild_pose(world, name):
    process, peer, camera, received, info, frames, diagnostics = world
    said, of_use = CAMERAS[name]
    stamp = 1000.0 + 100.0 * list(CAMERAS).index(name)
    wait_for(lambda: peer.node.count_subscribers(INFO), 'a subscription to camera_info')
    two_faces(camera, received, stamp)
    frames.clear()

    def told():
        info.publish(CameraInfo(**{**SIZE, **said}))
        status = diagnostics.get('fer: camera')
        source = {each.key: each.value for each in status.values}.get(
            'intrinsics', '') if status else ''
        known = source == INFO if of_use else source.startswith('assumed')
        return known and (len(frames) > 5 or 'wild' in name)
    shown_until(camera, received, told, 'frames of heads')
    assert all(map(sensible, list(frames))) and process.running
    assert 'Traceback' not in process.log


def transform(parent, child, x=0.0, turn=(0.0, 0.0, 0.0, 1.0), stamp=0.0):
    made = TransformStamped(child_frame_id=child)
    made.header.frame_id = parent
    made.header.stamp.sec = int(stamp)
    made.transform.translation.x = x
    rotation = made.transform.rotation
    rotation.x, rotation.y, rotation.z, rotation.w = turn
    return made


#: What /tf tells about the frame that is attended to, of an image at 5000 s and later.
FRAMES = {
    'nan': [transform('camera', 'screen', math.nan)],
    'turn': [transform('camera', 'screen', turn=(math.nan, 0.0, 0.0, 1.0))],
    'no turn': [transform('camera', 'screen', turn=(0.0, 0.0, 0.0, 0.0))],
    'old': [transform('camera', 'screen', stamp=100.0)],
    'to come': [transform('camera', 'screen', stamp=9e6)],
    'itself': [transform('screen', 'screen')], 'apart': [transform('map', 'screen')],
    # The last, as what it says of the camera stays.
    'circle': [transform('camera', 'screen'), transform('screen', 'camera')]}


def test_no_frame_makes_a_wild_attention(world):
    _, peer, camera, received, _, frames, _ = world
    publisher = peer.node.create_publisher(TFMessage, '/tf', 10)
    set_target(peer, 'screen')
    first, _ = two_faces(camera, received, 5000.0)
    levels = peer.listen_to_publisher(
        hri.EngagementLevel, f'/fer/faces/{first}/attention')
    wait_for(lambda: peer.node.count_subscribers('/tf') > 1, 'a subscription to /tf')
    for bad in FRAMES.values():
        before = len(levels)

        def told(bad=bad, before=before):
            publisher.publish(TFMessage(transforms=bad))
            return len(levels) > before + 5
        shown_until(camera, received, told, 'levels')
    assert {one.level for one in levels} == {0}
    assert len(frames) > 5 and all(map(sensible, list(frames)))
