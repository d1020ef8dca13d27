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

"""How the camera is mounted, as faces tell: the embedded clip, turned, and both detectors."""

import cv2
from fer_ros.core.assets import model_path
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Frame
from fer_ros.demo.clip import EmbeddedClip
from fer_ros.stream.orientation import OrientationWatch
from fer_ros.stream.rotation import rotate
import numpy as np
import pytest

SECONDS = range(2, 9)


@pytest.fixture(scope='module', params=['face_detector.onnx', 'face_detector_blaze.onnx'])
def detector(request):
    return load_detector(OnnxModel(model_path(request.param)))


@pytest.fixture(scope='module')
def scenes():
    """Return a frame of the clip for each second in which somebody is there."""
    clip = EmbeddedClip(rate=1.0)
    frames = [Frame(pixels) for pixels, _ in clip]
    return [frames[second] for second in SECONDS]


class Counted:
    """A detector that counts how often it looks."""

    def __init__(self, detector):
        self.detector, self.looks = detector, 0

    def detect(self, frame):
        """Look, and count."""
        self.looks += 1
        return self.detector.detect(frame)


@pytest.mark.parametrize('mounted', [0, 90, 180, 270])
def test_the_camera_is_seen_to_be_mounted_so(detector, scenes, mounted):
    watch = OrientationWatch()
    for second, frame in enumerate(scenes):
        watch.look(detector, rotate(frame, mounted), 100.0 + second)
    assert watch.needed == -mounted % 360
    assert watch.seconds >= 3.0


def test_where_faces_stand_upright_it_hardly_ever_looks(detector, scenes):
    counted, watch = Counted(detector), OrientationWatch()
    for index in range(600):
        watch.look(counted, scenes[index // 30 % len(scenes)], index / 30)
    # 20 seconds: certain after three looks, of up to four pictures.
    assert counted.looks <= 12 and watch.needed == 0


def test_a_room_without_people_says_nothing(detector, scenes):
    wall = Frame(np.full((480, 640, 3), 120, np.uint8))
    counted, watch = Counted(detector), OrientationWatch()
    for second in range(40):
        watch.look(counted, wall, float(second))
    assert watch.needed == 0 and counted.looks <= 4 * 20
    for second, frame in enumerate(scenes[:5]):
        watch.look(detector, rotate(frame, 180), 100.0 + second)
    for second in range(200, 210):
        watch.look(detector, wall, float(second))
    # Still what was last seen.
    assert watch.needed == 180 and watch.seconds < 5.0


def test_somebody_upright_starts_anew(detector, scenes):
    watch = OrientationWatch()
    for second, frame in enumerate(scenes):
        watch.look(detector, rotate(frame, 180), float(second))
    watch.look(detector, scenes[-1], 20.0)
    assert (watch.needed, watch.seconds) == (0, 0.0)


def test_a_handstand_beside_somebody_upright_is_no_camera(detector, scenes):
    frame = scenes[3].pixels
    both = Frame(np.hstack([frame, cv2.rotate(frame, cv2.ROTATE_180)]))
    watch = OrientationWatch()
    for second in range(5):
        watch.look(detector, both, float(second))
    assert watch.needed == 0
