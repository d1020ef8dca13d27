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

"""Where one frame of a robot is in another, by what /tf told last."""

from __future__ import annotations

import math
from types import SimpleNamespace

from fer_ros.stream.frame_tree import FrameTree, LONGEST, MOST_FRAMES
import numpy as np
import pytest

HALF = math.sqrt(0.5)
#: Quarter turns about x, y and z.
X, Y, Z, NONE = (HALF, 0, 0, HALF), (0, HALF, 0, HALF), (0, 0, HALF, HALF), (0, 0, 0, 1)
#: From a body (x ahead) to the optical frame of its camera.
OPTICAL = (-0.5, 0.5, -0.5, 0.5)


def transform(parent, child, place=(0, 0, 0), turn=NONE, stamp=0.0):
    """Return what has the fields of a geometry_msgs/TransformStamped."""
    return SimpleNamespace(
        header=SimpleNamespace(frame_id=parent, stamp=SimpleNamespace(
            sec=int(stamp), nanosec=round(stamp % 1.0 * 1e9))), child_frame_id=child,
        transform=SimpleNamespace(
            translation=SimpleNamespace(**dict(zip('xyz', place))),
            rotation=SimpleNamespace(**dict(zip('xyzw', turn)))))


def tree(*transforms):
    made = FrameTree()
    made.add(transforms)
    return made


@pytest.mark.parametrize('frame, inside, place', [
    ('camera', 'camera', (0, 0, 0)),
    ('camera', 'base', (0.1, 0, 1)),
    ('base', 'camera', (-0.1, 0, -1)),
    # An optical frame has z ahead, x to the right and y down.
    ('screen', 'optical', (0.3, 0.4, 0.1)),
    ('optical', 'screen', (-0.1, 0.3, 0.4)),
    ('left', 'base', (0, 2, 0)),
    ('ahead_of_left', 'base', (0, 3, 0)),
    ('screen', 'ahead_of_left', (-3.3, -0.2, 0.6)),
    ('/screen', '/base', (0.2, -0.3, 0.6)),
    ('map', 'camera', None),
    ('nowhere', 'base', None),
    ('', 'base', None),
])
def test_where_a_frame_is(frame, inside, place):
    frames = tree(
        transform('base', 'camera', (0.1, 0, 1)), transform('camera', 'optical', turn=OPTICAL),
        transform('base', 'screen', (0.2, -0.3, 0.6)), transform('base', 'left', (0, 2, 0), Z),
        transform('left', 'ahead_of_left', (1, 0, 0)), transform('/map', '/odom', (5, 5, 0)))
    found = frames.position(frame, inside)
    assert found == (None if place is None else pytest.approx(place, abs=1e-12))


def test_many_turns_agree_with_matrices():
    random = np.random.default_rng(3)
    frames, whole, parent = FrameTree(), np.eye(4), 'f0'
    for number in range(1, 20):
        turn, shift = random.normal(size=4), random.normal(size=3)
        turn /= np.linalg.norm(turn)
        x, y, z, w = turn
        step = np.eye(4)
        step[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]]
        step[:3, 3] = shift
        frames.add([transform(parent, f'f{number}', shift, turn)])
        whole, parent = whole @ step, f'f{number}'
        assert frames.position(parent, 'f0') == pytest.approx(whole[:3, 3])
        assert frames.position('f0', parent) == pytest.approx(np.linalg.inv(whole)[:3, 3])


def test_the_latest_counts():
    frames = tree(transform('a', 'b', (1, 0, 0)))
    frames.add([transform('a', 'b', (2, 0, 0))])
    assert frames.position('b', 'a') == (2, 0, 0)
    frames.add([transform('c', 'b', (3, 0, 0))])
    assert frames.position('b', 'a') is None and frames.position('b', 'c') == (3, 0, 0)
    frames.clear()
    assert frames.position('b', 'c') is None


@pytest.mark.parametrize('bad', [
    transform('a', 'b', (math.nan, 0, 0)), transform('a', 'b', (0, math.inf, 0)),
    transform('a', 'b', turn=(0, 0, 0, 0)), transform('a', 'b', turn=(0, 0, 0, math.nan)),
    transform('a', 'b', turn=(1, 1, 1, 1)), transform('a', 'a', (1, 0, 0)),
    transform('', 'b'), transform('a', ''), transform('/a', 'a'),
])
def test_what_makes_no_sense_is_left_out(bad):
    assert tree(bad).position('b', 'a') is None
    frames = tree(transform('a', 'b', (1, 2, 3)), bad)
    assert frames.position('b', 'a') == (1, 2, 3)


def test_frames_in_a_circle_end():
    frames = tree(transform('a', 'b'), transform('b', 'c'), transform('c', 'a'))
    assert frames.position('a', 'nowhere') is None
    assert frames.position('c', 'b') is None
    frames.add([transform('root', 'a')])
    assert frames.position('c', 'b') == (0, 0, 0)


def test_places_beyond_every_number_are_none():
    frames = tree(transform('a', 'b', (1.7e308, 0, 0)), transform('b', 'c', (1.7e308, 0, 0)))
    assert frames.position('c', 'a') is None


def test_frames_without_end_are_not_all_kept():
    frames = FrameTree()
    for number in range(MOST_FRAMES + 10):
        frames.add([transform('root', f'f{number}', (1, 0, 0))])
    assert frames.position('f0', 'root') and frames.position(f'f{MOST_FRAMES + 5}', 'root') is None
    frames.add([transform('root', 'f0', (2, 0, 0))])
    assert frames.position('f0', 'root') == (2, 0, 0)


@pytest.mark.parametrize('told, now, known', [
    (100.0, 100.0, True), (100.0, 100.0 + LONGEST, True), (100.0, 100.1 + LONGEST, False),
    # A recording that starts over, and a simulation: the frame is of a time to come.
    (100.0, 100.0 - LONGEST, True), (100.0, 5.0, False),
    # Without a stamp there is nothing to be late by.
    (0.0, 1e9, True)])
def test_a_frame_that_nobody_renews_is_nowhere(told, now, known):
    frames = FrameTree()
    frames.add([transform('a', 'b', (1, 0, 0), stamp=told)])
    assert frames.position('b', 'a', now) == ((1, 0, 0) if known else None)
    assert frames.position('b', 'a') == (1, 0, 0)
    frames.add([transform('a', 'b', (2, 0, 0), stamp=told)], lasting=True)
    assert frames.position('b', 'a', now) == (2, 0, 0)


def test_frames_that_nobody_renews_make_room():
    frames = FrameTree()
    frames.add([transform('map', 'base', (1, 0, 0))], lasting=True)
    for number in range(MOST_FRAMES + 10):
        frames.add([transform('camera', f'face_{number}', (1, 0, 0), stamp=1.0 + number)])
    assert frames.position(f'face_{MOST_FRAMES + 9}', 'camera') and frames.position('base', 'map')
    assert frames.position('face_0', 'camera') is None
