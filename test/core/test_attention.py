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

"""Who looks is engaged after a while; blinks, glances and short losses end nothing."""

from __future__ import annotations

import math

from attention_table import PAGE, page_with, played, SEQUENCE
from fer_ros.core.attention import Attention, AttentionOptions, AttentionTracker, Level
from fer_ros.core.head import HeadPose
from hypothesis import given, strategies as st
import numpy as np
import pytest

UNKNOWN, DISENGAGED, ENGAGING, ENGAGED, DISENGAGING = Level


def levels(*sequence, rate=30.0):
    return [level for part in played(sequence, rate) for _, level in part]


def pose(yaw=0.0, pitch=0.0, place=(0.0, 0.0, 1.0)):
    """Return the pose of a head that is turned by angles in degrees from facing the picture."""
    a, b = math.radians(yaw), math.radians(pitch)
    forward = np.array([math.sin(a) * math.cos(b), -math.sin(b), -math.cos(a) * math.cos(b)])
    left = np.array([math.cos(a), 0.0, math.sin(a)])
    return HeadPose(np.column_stack([forward, left, np.cross(forward, left)]),
                    np.array(place), 1.0)


@pytest.mark.parametrize('turned, target, angle', [
    (pose(), (0, 0, 0), 0.0),
    (pose(30), (0, 0, 0), 30.0),
    (pose(0, -20), (0, 0, 0), 20.0),
    (pose(180), (0, 0, 0), 180.0),
    # Beside the camera's axis, the head that faces the plane of the picture looks past it.
    (pose(place=(1, 0, 1)), (0, 0, 0), 45.0),
    # A screen to the left of the camera.
    (pose(-45), (-1, 0, 0), 0.0),
    # The target is where the eyes are.
    (pose(), (0, 0, 1), 0.0),
    (pose(place=(math.nan, 0, 1)), (0, 0, 0), None),
    (pose(), (math.inf, 0, 0), None),
    (pose(math.nan), (0, 0, 0), None),
])
def test_the_angle_between_head_and_target(turned, target, angle):
    assert turned.angle_to(target) == (
        None if angle is None else pytest.approx(angle, abs=1e-5))


@pytest.mark.parametrize('rate', [5, 10, 15, 30, 60])
@pytest.mark.parametrize('sequence, expected', [
    ([(2, None)], [UNKNOWN]),
    ([(2, 60)], [DISENGAGED]),
    ([(2, 5)], [ENGAGING, ENGAGED]),
    # Neither a blink nor a glance nor a lost pose ends it.
    ([(2, 5), (0.2, None), (2, 5)], [ENGAGING, ENGAGED]),
    ([(2, 5), (0.6, 60), (2, 5)], [ENGAGING, ENGAGED]),
    ([(2, 5), (0.8, None), (2, 5)], [ENGAGING, ENGAGED]),
    ([(2, 5), *[(0.4, 60), (1, 5)] * 5], [ENGAGING, ENGAGED]),
    # Who looks away for longer leaves, or comes back.
    ([(2, 5), (1.4, 60), (2, 5)], [ENGAGING, ENGAGED, DISENGAGING, ENGAGED]),
    ([(2, 5), (3, 60)], [ENGAGING, ENGAGED, DISENGAGING, DISENGAGED]),
    ([(2, 5), (3, 60), (2, 5)],
     [ENGAGING, ENGAGED, DISENGAGING, DISENGAGED, ENGAGING, ENGAGED]),
    # Who mostly looks elsewhere leaves, too.
    ([(2, 5), *[(1, 60), (0.2, 5)] * 5],
     [ENGAGING, ENGAGED, DISENGAGING, DISENGAGED, ENGAGING, DISENGAGED, ENGAGING]),
    # A glance at the robot is no engagement.
    ([(1, 60), (0.2, 5), (1, 60)], [DISENGAGED, ENGAGING, DISENGAGED]),
    # Between the cones everything stays as it was.
    ([(1, 24)], [DISENGAGED]),
    ([(2, 19), (2, 24), (2, 19)], [ENGAGING, ENGAGED]),
    # Long gone is unknown, whoever it was before.
    ([(2, 5), (2, None)], [ENGAGING, ENGAGED, UNKNOWN]),
    ([(2, 60), (2, None), (2, 5)], [DISENGAGED, UNKNOWN, ENGAGING, ENGAGED]),
])
def test_levels_of_a_sequence_at_any_rate(rate, sequence, expected):
    found = levels(*sequence, rate=rate)
    assert found[:len(expected)] == expected if len(expected) > 5 else found == expected


@pytest.mark.parametrize('options, sequence, expected', [
    ({'engage_time': 0.0}, [(1, 5)], [ENGAGED]),
    ({'disengage_time': 0.0}, [(1, 5), (0.1, 60)], [ENGAGING, ENGAGED, DISENGAGED]),
    ({'glance_time': 0.0}, [(1, 5), (0.1, 60)], [ENGAGING, ENGAGED, DISENGAGING]),
    ({'memory': 0.0}, [(1, 5), (0.1, None)], [ENGAGING, ENGAGED, UNKNOWN]),
    ({'cone': 90.0, 'hysteresis': 90.0}, [(1, 5), (5, 179)], [ENGAGING, ENGAGED]),
    ({'min_confidence': 1.0}, [(1, 5)], [UNKNOWN]),
])
def test_options_reach_their_ends(options, sequence, expected):
    tracker, found, frame = AttentionTracker(AttentionOptions(**options)), [], 0
    for seconds, angle in sequence:
        for _ in range(round(30 * seconds)):
            level = tracker.update(angle, 0.9, frame / 30).level
            found += [level] if [level] != found[-1:] else []
            frame += 1
    assert found == expected


def test_the_page_shows_the_sequence():
    text = PAGE.read_text(encoding='utf-8')
    assert text == page_with(text), 'run: scripts/env python test/core/attention_table.py'
    assert {level for part in played(SEQUENCE, 30) for _, level in part} == set(Level)


@pytest.mark.parametrize('gap', [0.9, 5.0, 1e9])
def test_a_gap_is_no_look(gap):
    tracker = AttentionTracker()
    tracker.update(5.0, 0.9, 1.0)
    assert tracker.update(5.0, 0.9, 1.0 + gap).level is ENGAGING


@pytest.mark.parametrize('rate', [0.6, 0.9, 1.0, 2.0, 3.0])
@pytest.mark.parametrize('jitter', [0.0, 0.3])
def test_levels_of_a_slow_stream(rate, jitter):
    """They come when they should, up to two frames later."""
    tracker, chance, stamp = AttentionTracker(), np.random.default_rng(4), 0.0
    for angle, level, most in ((5, ENGAGED, 0.5), (60, DISENGAGED, 2.0), (5, ENGAGED, 0.5)):
        began, since = stamp, None
        while stamp < began + 12.0:
            stamp += (1.0 + jitter * chance.uniform(-1.0, 1.0)) / rate
            told = tracker.update(angle, 0.9, stamp).level
            since = (since or stamp) if told is level else None
        # Until the first frame nobody knows of the change.
        assert since is not None and since - began <= most + 3.0 * (1.0 + jitter) / rate


def test_time_that_goes_back_starts_over():
    tracker = AttentionTracker()
    for frame in range(60):
        told = tracker.update(5.0, 0.9, 1e9 + frame / 30)
    assert told.level is ENGAGED
    assert tracker.update(60.0, 0.9, 3.0) == Attention(DISENGAGED, 60.0)


ANGLES = st.one_of(st.none(), st.floats(0, 180), st.sampled_from(
    [math.nan, math.inf, -math.inf]))


@given(st.lists(st.tuples(ANGLES, st.one_of(st.floats(0, 1), st.just(math.nan)),
                          st.floats(-1, 3)), max_size=60))
def test_whatever_comes_the_answer_is_sane(frames):
    tracker, stamp = AttentionTracker(), 100.0
    for angle, confidence, step in frames:
        stamp += step
        told = tracker.update(angle, confidence, stamp)
        assert told.level in Level
        assert told.angle is None or 0.0 <= told.angle <= 180.0
        known = angle is not None and math.isfinite(angle) and confidence >= 0.2
        assert (told.angle == angle) if known else told.angle is None
        assert told.level is not UNKNOWN or not known
