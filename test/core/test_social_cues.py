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

"""Lengths on faces, action units and cues: what geometry gives, nothing wild from bad input."""

from __future__ import annotations

from collections import namedtuple
import math

from fer_ros.core.action_units import ActionUnitTracker, BLINK, EYES_CLOSED, UNITS
from fer_ros.core.attention import AttentionOptions, Level
from fer_ros.core.cues import CAMERA, CueTracker
from fer_ros.core.face_measures import FaceMeasures, measure
from fer_ros.core.head import FaceMesh, HeadPose
from hypothesis import given, strategies as st
import numpy as np
import pytest

#: Millimetres on a face seen from the front: x to the right of the picture, y down.
MOUTH, LIDS = 10.0, 11.0


def face(mouth=MOUTH, lids=LIDS, chin=65.0, size=1.0, yaw=0.0, pitch=0.0, confidence=0.95):
    """Return points of a flat face, 63 mm between the eyes, and its pose, 1 m from the camera."""
    points = np.zeros((70, 2))
    for eye, x in ((36, -31.5), (42, 31.5)):
        points[[eye, eye + 3]] = (x - 14, 0), (x + 14, 0)
        points[[eye + 1, eye + 2]] = (x - 5, -lids / 2), (x + 5, -lids / 2)
        points[[eye + 5, eye + 4]] = (x - 5, lids / 2), (x + 5, lids / 2)
    points[33], points[8] = (0, 45), (0, 45 + chin)
    for upper, lower, x in ((61, 67, -8), (62, 66, 0), (63, 65, 8)):
        points[upper], points[lower] = (x, 70 - mouth / 2), (x, 70 + mouth / 2)
    a, b = math.radians(yaw), math.radians(pitch)
    forward = np.array([math.sin(a) * math.cos(b), -math.sin(b), -math.cos(a) * math.cos(b)])
    left = np.array([math.cos(a), 0.0, math.sin(a)])
    up = np.cross(forward, left)
    pose = HeadPose(np.column_stack([forward, left, up]), np.array([0, 0, 1.0]), confidence)
    seen = points @ np.array([left[:2], -up[:2]]) * size + 200.0
    facial = np.column_stack([seen, np.full(70, confidence)]).astype(np.float32)
    return FaceMesh(np.zeros((1, 3), np.float32), confidence, lambda: facial), pose


@pytest.mark.parametrize('yaw', [-30, 0, 30])
@pytest.mark.parametrize('pitch', [-20, 0, 20])
@pytest.mark.parametrize('size', [0.6, 1.0, 4.0])
def test_lengths_do_not_depend_on_size_and_turn(yaw, pitch, size):
    found = measure(*face(yaw=yaw, pitch=pitch, size=size))
    assert found.mouth == pytest.approx(MOUTH / 63, rel=0.02)
    assert found.eyes == pytest.approx(LIDS / 63, rel=0.02)
    assert found.jaw == pytest.approx(65 / 63, rel=0.02)


@pytest.mark.parametrize('certain, less', [
    ({}, {'yaw': 40}), ({}, {'pitch': -40}), ({}, {'size': 0.3}), ({}, {'confidence': 0.4}),
])
def test_what_is_seen_badly_is_less_certain(certain, less):
    assert measure(*face(**less)).certainty < measure(*face(**certain)).certainty


@pytest.mark.parametrize('seen', [
    {'yaw': 55}, {'yaw': -80}, {'pitch': 60}, {'size': 0.1}, {'size': 0.0}, {'confidence': 0.0},
    {'mouth': math.nan}, {'mouth': math.inf}, {'confidence': math.nan},
])
def test_what_is_not_seen_is_not_measured(seen):
    assert measure(*face(**seen)) is None


def test_without_a_pose_nothing_is_measured():
    assert measure(face()[0], None) is None


def units(*parts, rate=20.0):
    """Return the action units after parts of a sequence: seconds, and what the face does."""
    tracker, stamp = ActionUnitTracker(), 1e6
    for seconds, seen in parts:
        for _ in range(round(seconds * rate)):
            seen = dict(seen)
            mesh, pose = face(**{key: value for key, value in seen.items() if key != 'distance'})
            pose = HeadPose(pose.rotation, np.array([0, 0, seen.get('distance', 1.0)]), 0.95)
            found = tracker.update(measure(mesh, pose), pose, stamp)
            stamp += 1 / rate
    return {number: unit.intensity for number, unit in found.items()
            if unit.intensity > 0.3 and unit.confidence > (
                0.15 if number in (EYES_CLOSED, BLINK) else 0.5)}


REST = {'mouth': 0.5}


@pytest.mark.parametrize('sequence, strong', [
    ([(2, REST)], set()),
    ([(2, REST), (0.2, {'mouth': 8})], {25}),
    ([(2, REST), (0.2, {'mouth': 20, 'chin': 85})], {25, 26}),
    ([(2, REST), (0.2, {**REST, 'lids': 2})], {45}),
    ([(2, REST), (1.0, {**REST, 'lids': 2})], {43}),
    ([(2, REST), (1.0, {**REST, 'lids': 2}), (0.2, REST)], set()),
    ([(2, {**REST, 'yaw': 25})], {51}),
    ([(2, {**REST, 'yaw': -25})], {52}),
    ([(2, {**REST, 'pitch': 20})], {53}),
    ([(2, {**REST, 'pitch': -20})], {54}),
    ([(3, REST), (0.2, {**REST, 'distance': 0.9})], {57}),
    ([(3, REST), (0.2, {**REST, 'distance': 1.1})], {58}),
    # Somebody who walks away leans nowhere.
    ([(3, REST), (0.2, {**REST, 'distance': 1.6})], set()),
])
def test_action_units_of_a_sequence(sequence, strong):
    assert set(units(*sequence)) == strong


@pytest.mark.parametrize('lean, unit', [(20.0, 55), (-20.0, 56)])
def test_a_head_that_leans(lean, unit):
    pose = face()[1]
    cos, sin = math.cos(math.radians(lean)), math.sin(math.radians(lean))
    # Clockwise in the picture: to the person's left shoulder.
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    leant = HeadPose(turn @ pose.rotation, pose.translation, 0.9)
    found = ActionUnitTracker().update(None, leant, 1.0)
    assert found[unit].intensity == pytest.approx(0.5) and found[unit].confidence == 0.9
    assert found[111 - unit].intensity == 0.0


NUMBERS = st.one_of(st.floats(0, 1e6), st.sampled_from([0.0, 0.1, 1.0]))
Seen = namedtuple('Seen', 'mouth jaw eyes certainty distance step')


@given(st.lists(st.builds(
    Seen, NUMBERS, NUMBERS, NUMBERS, st.floats(0, 1), st.floats(-1e3, 1e3), st.floats(-1, 3)),
    max_size=40))
def test_whatever_comes_units_are_shares(frames):
    tracker, stamp = ActionUnitTracker(), 0.0
    for seen in frames:
        stamp += seen.step
        pose = HeadPose(np.eye(3), np.array([0.0, 0.0, seen.distance]), seen.certainty)
        found = tracker.update(FaceMeasures(*seen[:4]), pose, stamp)
        assert set(found) == set(UNITS)
        assert all(0.0 <= value <= 1.0 for unit in found.values()
                   for value in (unit.intensity, unit.confidence))


def test_cues_follow_each_person_and_forget():
    tracker, options = CueTracker(), AttentionOptions()
    for frame in range(60):
        told = tracker.update({'fa': face(), 'fb': face(yaw=45)}, 1 + frame / 30, CAMERA, options)
    assert told['fa'].attention.level is Level.ENGAGED
    assert told['fb'].attention.level is Level.DISENGAGED
    assert told['fb'].attention.angle == pytest.approx(45.0)
    assert told['fa'].speech == 0.0
    tracker.keep({'fb'})
    told = tracker.update({'fa': face(), 'fb': face(yaw=45)}, 3.1, CAMERA, options)
    assert told['fa'].attention.level is Level.ENGAGING
    tracker.clear()
    assert tracker.update({'fb': face()}, 3.2, CAMERA, options)[
        'fb'].attention.level is Level.ENGAGING


def test_points_that_were_only_moved_tell_nothing_new_of_the_mouth():
    tracker, options = CueTracker(), AttentionOptions()
    mesh, pose = face()
    first = tracker.update({'fa': (mesh, pose)}, 1.0, CAMERA, options)['fa']
    moved = FaceMesh(mesh.points, mesh.confidence, lambda: mesh.facial * 0, placed=False)
    second = tracker.update({'fa': (moved, pose)}, 1.03, CAMERA, options)['fa']
    assert second.action_units is first.action_units and second.speech == first.speech


@pytest.mark.parametrize('pose, target', [
    (None, CAMERA),
    (face()[1], None),
    (HeadPose(np.full((3, 3), math.nan), np.full(3, math.nan), 0.9), CAMERA),
    (HeadPose(np.eye(3), np.array([0, 0, math.inf]), math.nan), CAMERA),
    (HeadPose(np.eye(3), np.array([0, 0, 1.0]), math.nan), CAMERA),
    (HeadPose(np.full((3, 3), math.nan), np.array([0, 0, 1.0]), 0.9), CAMERA),
    (face(confidence=0.1)[1], CAMERA),
])
def test_what_is_not_known_is_unknown_and_never_nan(pose, target):
    tracker = CueTracker()
    for frame in range(30):
        told = tracker.update(
            {'fa': (face()[0], pose)}, 1 + frame / 30, target, AttentionOptions())['fa']
        assert told.attention.level is Level.UNKNOWN and told.attention.angle is None
        assert told.speech is None or 0.0 <= told.speech <= 1.0
        assert all(math.isfinite(value) for unit in told.action_units.values()
                   for value in (unit.intensity, unit.confidence))


def test_lids_are_never_believed_much():
    told = ActionUnitTracker()
    for frame in range(90):
        found = told.update(FaceMeasures(0.0, 1.0, 0.02 if frame > 60 else 0.12, 1.0), None,
                            1.0 + frame / 30)
    assert found[EYES_CLOSED].intensity > 0.9 and found[EYES_CLOSED].confidence == 0.25
    assert found[BLINK].confidence == 0.25
