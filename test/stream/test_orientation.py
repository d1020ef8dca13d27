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

"""How faces stand, and what that says of the camera."""

import math

from fer_ros.core.types import Box, Expression, Face
from fer_ros.stream.orientation import OrientationWatch, roll
import numpy as np
import pytest


def face(degrees, observed=True):
    """Return a face that is tilted clockwise by so many degrees."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    upright = np.array([[-20, -10], [20, -10], [0, 5], [0, 25]])
    return Face(
        id='fa', box=Box(0, 0, 100, 100), score=0.9,
        landmarks=(upright @ turn.T + 50).astype(np.float32),
        expression=Expression(np.full(8, 0.125)), label='neutral', confidence=0.125,
        valence=0.0, arousal=0.0, observed=observed)


@pytest.mark.parametrize('degrees', [0, 30, -30, 90, -90, 150, 180])
def test_roll(degrees):
    assert math.cos(math.radians(roll(face(degrees)) - degrees)) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize('faces, needed', [
    ([0, 10], 0),            # people stand upright
    ([180], 180),            # a camera that hangs upside down
    ([170, -165], 180),
    ([90], 270),             # mounted sideways, either way
    ([-90], 90),
    ([180, 0], 0),           # one of them does a handstand
    ([44], 0),
])
def test_what_all_faces_do_for_seconds_tells_of_the_camera(faces, needed):
    watch = OrientationWatch()
    for index in range(31):
        watch.see([face(degrees) for degrees in faces], 100.0 + index / 10)
    assert watch.needed == needed
    if needed:
        assert watch.seconds == pytest.approx(3.0)


def test_frames_without_a_face_say_nothing_and_one_upright_starts_anew():
    watch = OrientationWatch()
    watch.see([face(180)], 1.0)
    watch.see([], 2.0)
    watch.see([face(0, observed=False)], 2.5)
    watch.see([face(180)], 3.0)
    assert (watch.needed, watch.seconds) == (180, 2.0)
    watch.see([face(0)], 4.0)
    watch.see([face(180)], 5.0)
    assert (watch.needed, watch.seconds) == (180, 0.0)
