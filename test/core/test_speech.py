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

"""Who opens and closes the mouth speaks; who only opens it, or holds still, does not."""

from __future__ import annotations

import math

from fer_ros.core.speech import SpeechTracker
from hypothesis import given, strategies as st
import numpy as np
import pytest


def told(opening, rate, seconds, certainty=1.0, noise=0.004):
    """Return the probabilities that a function of time gives, seen with a little noise."""
    tracker, random = SpeechTracker(), np.random.default_rng(1)
    return [tracker.update(abs(opening(frame / rate) + random.normal(0.0, noise)), certainty,
                           1e6 + frame / rate) for frame in range(round(seconds * rate))]


def syllables(stamp):
    """Return the opening of a mouth that says four syllables a second, not all of one size."""
    return 0.08 * (1.0 - math.cos(2 * math.pi * 4.3 * stamp)) * (
        0.6 + 0.4 * math.sin(2 * math.pi * 0.9 * stamp))


def sentences(stamp):
    """Return the same with a pause of 0.4 s in every two seconds."""
    return syllables(stamp) if stamp % 2.0 < 1.6 else 0.0


@pytest.mark.parametrize('rate', [5, 7.5, 10, 15, 20, 30, 60])
@pytest.mark.parametrize('opening, speaks', [
    (syllables, True),
    (sentences, True),
    (lambda stamp: 0.0, False),
    # Surprised, and so for a while; a yawn; a smile that shows teeth.
    (lambda stamp: 0.4 if stamp > 2.0 else 0.0, False),
    (lambda stamp: 0.5 * max(0.0, math.sin(math.pi * (stamp - 1.0) / 4.0)), False),
    (lambda stamp: 0.12 if stamp % 8.0 > 3.0 else 0.02, False),
])
def test_speech_is_told_from_other_movement_at_any_rate(rate, opening, speaks):
    after = told(opening, rate, 6.0)[round(1.5 * rate):]
    share = np.mean([probability > 0.5 for probability in after])
    assert share > 0.8 if speaks else share < 0.1
    assert all(0.0 <= probability <= 1.0 for probability in after)


def test_it_begins_and_ends_with_the_speech():
    rate = 20
    found = told(lambda stamp: syllables(stamp) if 2.0 < stamp < 4.0 else 0.0, rate, 7.0)
    speaking = [frame / rate for frame, one in enumerate(found) if one > 0.5]
    assert 2.0 < speaking[0] < 3.0 and 4.0 < speaking[-1] < 6.0


def test_what_is_seen_badly_is_told_with_less():
    assert max(told(syllables, 20, 4.0, certainty=0.3)) <= 0.3


def test_a_mouth_that_is_lost_is_forgotten_after_half_a_second():
    tracker = SpeechTracker()
    for frame in range(60):
        last = tracker.update(syllables(frame / 20), 1.0, frame / 20)
    assert tracker.update(None, 0.0, 60 / 20) == last > 0.5
    assert tracker.update(math.nan, 0.0, 62 / 20) == last
    assert tracker.update(None, 0.0, 75 / 20) is None
    assert tracker.update(0.2, 1.0, 76 / 20) == 0.0


def test_time_that_goes_back_starts_over():
    tracker = SpeechTracker()
    for frame in range(60):
        tracker.update(syllables(frame / 20), 1.0, 1e9 + frame / 20)
    assert tracker.update(0.2, 1.0, 5.0) == 0.0


@given(st.lists(st.tuples(
    st.one_of(st.none(), st.floats(0, 1e150), st.sampled_from([math.nan, math.inf])),
    st.floats(0, 1), st.floats(-1, 2)), max_size=60))
def test_whatever_comes_the_answer_is_a_probability(frames):
    tracker, stamp = SpeechTracker(), 0.0
    for opening, certainty, step in frames:
        stamp += step
        found = tracker.update(opening, certainty, stamp)
        assert found is None or 0.0 <= found <= 1.0
