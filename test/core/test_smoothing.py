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

"""The filter knows time, not frames; the label does not flicker."""

from __future__ import annotations

import math

from fer_ros.core.smoothing import ExpressionSmoother, SmoothingOptions
from fer_ros.core.types import LABELS
import numpy as np
import pytest

EPOCH = 1.7e9
NEUTRAL, HAPPY, SAD = 0, 1, 3


def distribution(**shares):
    """Return a distribution with the given shares, the rest spread over the other labels."""
    rest = (1.0 - sum(shares.values())) / (len(LABELS) - len(shares))
    return np.array([shares.get(label, rest) for label in LABELS])


def step_response(rate, time_constant, until):
    """Return the probability of happy after a change from neutral to happy at EPOCH."""
    smoother = ExpressionSmoother(SmoothingOptions(time_constant=time_constant))
    smoother.update(np.eye(8)[NEUTRAL], EPOCH)
    for step in range(1, round(until * rate) + 1):
        shown, _ = smoother.update(np.eye(8)[HAPPY], EPOCH + step / rate)
    return shown[HAPPY]


@pytest.mark.parametrize('time_constant', [0.1, 0.3, 1.0])
@pytest.mark.parametrize('until', [0.2, 0.5, 1.0])
def test_any_frame_rate_gives_the_same_answer(time_constant, until):
    expected = 1 - math.exp(-until / time_constant)
    for rate in (10, 30, 60):
        assert step_response(rate, time_constant, until) == pytest.approx(expected, abs=1e-5)


def test_irregular_frames_give_the_same_answer():
    smoother = ExpressionSmoother(SmoothingOptions(time_constant=0.3))
    smoother.update(np.eye(8)[NEUTRAL], 0.0)
    for stamp in (0.01, 0.2, 0.21, 0.5):
        shown, _ = smoother.update(np.eye(8)[HAPPY], stamp)
    assert shown[HAPPY] == pytest.approx(1 - math.exp(-0.5 / 0.3))


def test_the_result_is_a_new_distribution():
    random = np.random.default_rng(5)
    smoother = ExpressionSmoother()
    results = []
    for step in range(500):
        given = random.dirichlet(np.ones(8)).astype(np.float32)
        before = given.copy()
        shown, label = smoother.update(given, step / 30)
        results.append(shown)
        assert shown.dtype == np.float64 and 0 <= label < 8
        assert shown.sum() == pytest.approx(1.0, abs=1e-6) and shown.min() >= 0.0
        assert (given == before).all()
    assert len({id(each) for each in results}) == 500


def test_switched_off_it_passes_everything():
    random = np.random.default_rng(5)
    smoother = ExpressionSmoother(SmoothingOptions(time_constant=0.0, hysteresis=0.0))
    for step in range(100):
        given = random.dirichlet(np.ones(8))
        shown, label = smoother.update(given, step / 30)
        assert (shown == given).all() and label == given.argmax()


def changes(hysteresis, sequence, dwell=0.0):
    smoother = ExpressionSmoother(
        SmoothingOptions(time_constant=0.0, hysteresis=hysteresis, dwell=dwell))
    labels = [smoother.update(each, step / 30)[1] for step, each in enumerate(sequence)]
    return labels, sum(a != b for a, b in zip(labels, labels[1:]))


def test_a_toss_up_does_not_flicker():
    random = np.random.default_rng(2)
    tossed = [distribution(neutral=0.45 + shift, happy=0.45 - shift)
              for shift in random.uniform(-0.04, 0.04, 300)]
    assert changes(0.0, tossed)[1] > 100
    assert changes(0.1, tossed)[1] == 0


def test_a_small_lead_that_lasts_is_shown_later():
    def after(lead):
        sequence = [distribution(neutral=0.8)] + 60 * [
            distribution(neutral=0.45 - lead / 2, happy=0.45 + lead / 2)]
        return changes(0.2, sequence, dwell=0.3)[0].index(HAPPY)
    assert after(0.3) < 0.6 * after(0.1) and after(0.1) < 25


@pytest.mark.parametrize('lead, shown', [
    (0.05, NEUTRAL),  # ahead, yet within the margin
    (0.15, HAPPY),    # ahead by more than the margin
])
def test_the_label_changes_by_the_margin(lead, shown):
    sequence = [distribution(neutral=0.6), distribution(neutral=0.3, happy=0.3 + lead)]
    assert changes(0.1, sequence)[0] == [NEUTRAL, shown]


def played(rate, *parts, options=None):
    """Show a smoother distributions in turn, (seconds, distribution); return (stamp, label)."""
    smoother, stamp, shown = ExpressionSmoother(options), EPOCH, []
    for seconds, given in parts:
        for _ in range(round(seconds * rate)):
            shown.append((stamp - EPOCH, smoother.update(given, stamp)[1]))
            stamp += 1 / rate
    return shown


@pytest.mark.parametrize('rate', [5, 10, 30, 60])
@pytest.mark.parametrize('strength', [0.5, 0.7, 0.95])
def test_what_holds_a_second_is_shown_and_a_change_comes_soon(rate, strength):
    neutral, happy = distribution(neutral=strength), distribution(happy=strength)
    shown = played(rate, (2, neutral), (2, happy))
    came = next(stamp for stamp, label in shown if label == HAPPY)
    assert came - 2.0 <= 0.6 + 1 / rate
    # Somebody who changes all the time is followed later, but followed.
    shown = played(rate, *[(1, neutral), (1, happy)] * 4)
    assert sum(a[1] != b[1] for a, b in zip(shown, shown[1:])) == 7


@pytest.mark.parametrize('length, shows', [
    (0.1, False),   # a blink, a syllable
    (0.3, False),   # an open mouth
    (0.7, True),    # a smile
])
def test_what_passes_at_once_is_not_shown(length, shows):
    shown = played(30, (1, distribution(neutral=0.9)), (length, distribution(surprised=0.9)),
                   (1, distribution(neutral=0.9)))
    assert (2 in {label for _, label in shown}) == shows


@pytest.mark.parametrize('rate', [5, 10, 30])
@pytest.mark.parametrize('label, speech, latest', [
    ('happy', 0.0, 0.6), ('happy', 1.0, 1.0), ('surprised', 1.0, 1.0),
    # Other labels come as soon as ever.
    ('sad', 1.0, 0.6), ('angry', 1.0, 0.6),
])
@pytest.mark.parametrize('strength', [0.5, 0.7, 0.95])
def test_who_speaks_is_called_happy_or_surprised_later_but_not_never(
        rate, label, speech, latest, strength):
    smoother, came = ExpressionSmoother(), None
    for frame in range(4 * rate):
        given = distribution(**{label if frame >= 2 * rate else 'neutral': strength})
        _, shown = smoother.update(given, EPOCH + frame / rate, speech)
        if came is None and LABELS[shown] == label:
            came = frame / rate - 2.0
    assert came is not None and came <= latest + 1 / rate


def time_to_show(speech, before, after, strength):
    """Return how long, in seconds, `after` takes of somebody who showed `before`."""
    smoother = ExpressionSmoother()
    for frame in range(1, 400):
        given = distribution(**{before if frame <= 200 else after: strength})
        if LABELS[smoother.update(given, frame / 100, speech)[1]] == after:
            return frame / 100 - 2.0
    return math.inf


@pytest.mark.parametrize('label', ['happy', 'surprised'])
@pytest.mark.parametrize('strength', [0.5, 0.6, 0.8, 0.99])
def test_no_smile_comes_sooner_of_who_speaks_and_none_after_a_second(label, strength):
    silent, *spoken = (
        time_to_show(speech, 'neutral', label, strength) for speech in (0.0, 0.5, 1.0))
    assert all(silent - 0.011 <= wait < 1.0 for wait in spoken)
    # Nor does it take longer to see that the smile is over.
    assert time_to_show(1.0, label, 'neutral', strength) <= time_to_show(
        0.0, label, 'neutral', strength)


def test_who_speaks_is_followed_through_many_changes():
    """A smile that comes and goes each second is shown each time, though changes are many."""
    smoother, shown = ExpressionSmoother(), []
    for frame in range(360):
        given = distribution(**{'happy' if frame // 30 % 2 else 'neutral': 0.8})
        shown.append(smoother.update(given, EPOCH + frame / 30, 1.0)[1])
    assert sum(a != b for a, b in zip(shown, shown[1:])) == 11


@pytest.mark.parametrize('cycle', [
    ((0.15, 'happy'), (0.05, 'sad'), (0.1, 'angry')),
    ((0.2, 'happy'), (0.1, 'neutral')),
    ((0.2, 'surprised'), (0.15, 'sad'), (0.1, 'angry')),
])
def test_what_leads_by_turns_for_seconds_is_shown_though_syllables_interrupt(cycle):
    smoother, frame, shown = ExpressionSmoother(), 0, []
    for seconds, label in ((2.0, 'neutral'), *cycle * 10):
        for _ in range(round(seconds * 30)):
            given = distribution(**{label: 0.9})
            shown.append(LABELS[smoother.update(given, EPOCH + frame / 30, 1.0)[1]])
            frame += 1
    assert shown[-1] == cycle[0][1]


def test_doubtful_frames_of_who_speaks_count_for_little():
    """Labels that lead by turns, the one clearly and the other hardly: the clear one stays."""
    smoother, shown = ExpressionSmoother(), set()
    for frame in range(300):
        given = (distribution(neutral=0.9) if frame % 20 < 6 else
                 distribution(neutral=0.4, surprised=0.5))
        shown.add(smoother.update(given, EPOCH + frame / 30, 1.0)[1])
    assert shown == {NEUTRAL}


@pytest.mark.parametrize('speech, changes', [(0.0, True), (1.0, False)])
def test_syllables_of_who_speaks_are_no_smiles(speech, changes):
    smoother, shown = ExpressionSmoother(), set()
    for frame in range(300):
        smiles = frame % 30 >= 15  # half a second of every second
        given = distribution(**{'happy' if smiles else 'neutral': 0.8})
        shown.add(smoother.update(given, EPOCH + frame / 30, speech)[1])
    assert (HAPPY in shown) == changes


def test_without_the_option_speech_counts_for_nothing():
    random = np.random.default_rng(4)
    one, other = (ExpressionSmoother(SmoothingOptions(speech=0.0)) for _ in range(2))
    for frame in range(300):
        given = random.dirichlet(np.full(8, 0.3))
        assert one.update(given, frame / 30, 1.0)[1] == other.update(given, frame / 30)[1]


def test_a_mouth_that_talks_does_not_flicker():
    """Syllables of 0.3 s by turns: without a dwell time each of them is a change."""
    parts = [(0.3, distribution(neutral=0.7)), (0.3, distribution(surprised=0.7))] * 20

    def count(dwell):
        shown = played(30, *parts, options=SmoothingOptions(dwell=dwell))
        return sum(a[1] != b[1] for a, b in zip(shown, shown[1:]))

    assert count(0.0) == 39
    assert count(SmoothingOptions().dwell) == 0


@pytest.mark.parametrize('dwell, calm, wait', [
    (0.35, 0.0, 0.7),     # right after a change twice as long, but no longer than this
    (0.1, 0.0, 0.29),     # 0.1 * (1 + 2 exp(-0.29 / 5))
    (0.1, 5.0, 0.171),    # it is forgotten in seconds
    (0.1, 60.0, 0.1),
    (2.0, 0.0, 2.0),      # nor shorter than the dwell time
])
def test_the_next_change_waits_longer_until_all_is_calm_again(dwell, calm, wait):
    smoother, stamp = ExpressionSmoother(SmoothingOptions(time_constant=0.0, dwell=dwell)), EPOCH

    def until_shown(label, **shares):
        nonlocal stamp
        start = stamp
        while smoother.update(distribution(**shares), stamp)[1] != label:
            stamp += 0.01
            assert stamp < start + 9.0
        return stamp - start

    until_shown(NEUTRAL, neutral=0.9)
    assert until_shown(HAPPY, happy=0.9) == pytest.approx(dwell, abs=0.015)
    stamp += calm
    smoother.update(distribution(happy=0.9), stamp)
    assert until_shown(NEUTRAL, neutral=0.9) == pytest.approx(wait, abs=0.015)


def test_each_change_adds_to_the_wait():
    smoother, stamp = ExpressionSmoother(SmoothingOptions(time_constant=0.0, dwell=0.1)), EPOCH
    smoother.update(distribution(neutral=0.9), stamp)
    waits = []
    for label, name in ((HAPPY, 'happy'), (SAD, 'sad'), (HAPPY, 'happy')):
        start = stamp
        while smoother.update(distribution(**{name: 0.9}), stamp)[1] != label:
            stamp += 0.01
        waits.append(stamp - start)
    # 0.1 * (1 + 2 r), where r counts the changes and fades with 5 s.
    assert waits == pytest.approx([0.1, 0.29, 0.455], abs=0.015)


def test_a_return_after_a_gap_is_shown_at_once():
    smoother = ExpressionSmoother()
    for step in range(30):
        smoother.update(distribution(happy=0.9), step / 30)
    assert smoother.update(distribution(neutral=0.9), 2.5)[1] == NEUTRAL


def test_options_may_be_replaced_on_the_way():
    smoother = ExpressionSmoother(SmoothingOptions(time_constant=10.0))
    smoother.update(np.eye(8)[NEUTRAL], 0.0)
    assert smoother.update(np.eye(8)[SAD], 0.1)[1] == NEUTRAL
    smoother.options = SmoothingOptions(time_constant=0.0, dwell=0.0)
    shown, label = smoother.update(np.eye(8)[SAD], 0.2)
    assert label == SAD and shown[SAD] == 1.0


@pytest.mark.parametrize('change, words', [
    ({'time_constant': -0.1}, ('time_constant', '-0.1', '0', '60')),  # time runs forward
    ({'time_constant': math.inf}, ('time_constant', 'inf')),          # would never move
    ({'hysteresis': 1.5}, ('hysteresis', '1.5', '0', '1')),           # no such lead exists
    ({'dwell': 11.0}, ('dwell', '11.0', '0', '10')),                  # would never change
    ({'hysteresis': None}, ('hysteresis', 'None')),                   # not a number
])
def test_options_are_checked(change, words):
    with pytest.raises(ValueError) as error:
        SmoothingOptions(**change)
    assert all(word in str(error.value) for word in ('SmoothingOptions', *words))
