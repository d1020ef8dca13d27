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

"""What holds for the smoothed expression whatever is seen, and whenever."""

import math

from fer_ros.core.smoothing import ExpressionSmoother, SmoothingOptions
from fer_ros.core.types import LABELS
from hypothesis import assume, given, strategies as st
import numpy as np
import pytest

SEEN = st.lists(st.floats(0.0, 1.0), min_size=len(LABELS), max_size=len(LABELS)).filter(
    lambda weights: sum(weights) > 1e-3).map(lambda weights: np.array(weights) / sum(weights))
STEPS = st.sampled_from([0.0, 1e-6, 1 / 120, 1 / 30, 0.1, 0.36, 1.0, 1e4])
OPTIONS = st.builds(
    SmoothingOptions, time_constant=st.sampled_from([0.0, 1e-3, 0.15, 60.0]),
    hysteresis=st.sampled_from([0.0, 1e-3, 0.3, 1.0]),
    dwell=st.sampled_from([0.0, 0.01, 0.35, 10.0]))
SEQUENCES = st.lists(st.tuples(STEPS, SEEN), min_size=1, max_size=20)


def shown(smoother, sequence, start=0.0):
    """Return (stamp, distribution, label) of each part of a sequence of (step, distribution)."""
    stamp, answers = start, []
    for step, seen in sequence:
        stamp += step
        answers.append((stamp, *smoother.update(seen, stamp)))
    return answers


@given(OPTIONS, SEQUENCES, st.sampled_from([0.0, 1.7e9]))
def test_the_answer_is_a_distribution_within_what_was_seen(options, sequence, start):
    answers = shown(ExpressionSmoother(options), sequence, start)
    everything = np.array([seen for _, seen in sequence])
    for index, (_, probabilities, label) in enumerate(answers):
        assert probabilities.dtype == np.float64 and probabilities.shape == (len(LABELS),)
        assert probabilities.sum() == pytest.approx(1.0, abs=1e-9)
        # Each is a mean of what has been seen so far.
        so_far = everything[:index + 1]
        assert (probabilities >= so_far.min(axis=0) - 1e-9).all()
        assert (probabilities <= so_far.max(axis=0) + 1e-9).all()
        assert 0 <= label < len(LABELS)


@given(OPTIONS, SEQUENCES, st.lists(st.floats(0.0, 1.0), min_size=20, max_size=20))
def test_a_higher_frame_rate_changes_nothing(options, sequence, parts):
    """Between two frames a further one shows what the second shows."""
    smoother, stamp, between = ExpressionSmoother(options), 0.0, []
    for (step, seen), part in zip(sequence, parts):
        if between:
            smoother.update(seen, stamp + part * step)
        stamp += step
        between.append(smoother.update(seen, stamp)[0])
    plain = [answer for _, answer, _ in shown(ExpressionSmoother(options), sequence)]
    assert np.array(between) == pytest.approx(np.array(plain), abs=1e-9)


@given(OPTIONS, SEQUENCES)
def test_a_new_label_has_been_ahead_for_the_dwell_time(options, sequence):
    assume(options.hysteresis > 0.0)
    answers = shown(ExpressionSmoother(options), sequence)
    since = 0
    for index in range(1, len(answers)):
        old, new = answers[index - 1][2], answers[index][2]
        if old == new:
            continue
        ahead = sum(
            answers[at][0] - answers[at - 1][0] for at in range(since + 1, index + 1)
            if answers[at][1][new] > answers[at][1][old])
        assert ahead >= options.dwell - 1e-5
        if options.dwell == 0.0 and answers[since][2] == old and since == index - 1:
            assert answers[index][1][new] > answers[index][1][old]
        assert answers[index][1].argmax() == new
        since = index


@given(OPTIONS, SEEN, SEEN)
def test_what_lasts_is_shown_in_the_end(options, first, second):
    smoother = ExpressionSmoother(options)
    best, runner_up = np.sort(second)[-1], np.sort(second)[-2]
    lead = best - runner_up
    # Without a dwell time only a lead beyond the hysteresis counts.
    assume(lead > max(1e-3, 0.0 if options.dwell else options.hysteresis + 1e-6))
    share = min(1.0, lead / max(options.hysteresis, 1e-3))
    lasts = 20 * options.time_constant + 4 * max(options.dwell, 0.7) / share + 1.0
    label = shown(smoother, [(0.0, first), *[(lasts / 40, second)] * 80])[-1][2]
    assert label == second.argmax()


@given(SEQUENCES)
def test_without_hysteresis_the_most_probable_is_shown(sequence):
    for _, probabilities, label in shown(
            ExpressionSmoother(SmoothingOptions(hysteresis=0.0)), sequence):
        assert probabilities[label] == probabilities.max()


@given(OPTIONS, SEQUENCES)
def test_only_differences_of_time_count(options, sequence):
    exact = [(math.ceil(step * 64) / 64, seen) for step, seen in sequence]
    early = shown(ExpressionSmoother(options), exact)
    late = shown(ExpressionSmoother(options), exact, start=2.0 ** 30)
    assert [label for *_, label in early] == [label for *_, label in late]
    assert all((one == other).all() for (_, one, _), (_, other, _) in zip(early, late))


@given(OPTIONS, SEQUENCES, st.permutations(range(len(LABELS))))
def test_no_label_is_special(options, sequence, order):
    # Of labels equally probable the first is taken; here no two are.
    assume(all(len(set(seen.tolist())) == len(LABELS) for _, seen in sequence))
    plain = shown(ExpressionSmoother(options), sequence)
    turned = shown(ExpressionSmoother(options), [(step, seen[order]) for step, seen in sequence])
    for (_, one, label), (_, other, other_label) in zip(plain, turned):
        assert (one[order] == other).all()
        assert order[other_label] == label
