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

"""What holds for the headers of images in whatever order, with whatever stamps, they arrive."""

from fer_ros.stream.stamps import NANOSECONDS, StampPolicy
from hypothesis import given, settings, strategies as st
import pytest

SECOND = NANOSECONDS
#: All that the fields of a stamp can say, and what cameras do.
ANY_STAMP = st.integers(-2 ** 31 * SECOND, 2 ** 31 * SECOND + 2 ** 32)
NEAR = st.integers(-3 * SECOND, 3 * SECOND).map(lambda step: 1_700_000_000 * SECOND + step)
STAMPS = st.just(0) | NEAR | ANY_STAMP
NAMES = st.sampled_from(['camera', 'left', '']) | st.text(max_size=4)
PAUSES = st.sampled_from([0, 1, SECOND // 30, SECOND // 4, SECOND, 100 * SECOND])
HEADERS = st.lists(st.tuples(STAMPS, NAMES, PAUSES), max_size=40)
#: These cost next to nothing.
MANY = 3 * settings().max_examples
LATENESS = st.sampled_from([0.0, 0.1, 1.0, 60.0])


def judged(policy, headers, arrival=0):
    """Yield (arrival, frame_id, verdict) of each header."""
    for stamp, name, pause in headers:
        arrival += pause
        yield arrival, name, policy.judge(stamp, name, arrival)


@settings(max_examples=MANY)
@given(LATENESS, HEADERS)
def test_every_image_is_taken_or_refused_and_time_rises_between_resets(lateness, headers):
    newest = followed = None
    for _, name, verdict in judged(StampPolicy(lateness), headers):
        assert verdict.reason.isprintable() and len(verdict.reason) < 400
        assert (verdict.time is None) == bool(verdict.refusal)
        if verdict.time is None:
            assert verdict.refusal in ('repeated', 'late', 'unstamped', 'foreign')
            assert not verdict.reset and not verdict.jumped and verdict.reason
            assert newest is not None
            continue
        assert not (verdict.reset and newest is None)
        assert verdict.reset or newest is None or verdict.time > newest
        # Of one camera at a time.
        assert verdict.reset or followed in (None, name)
        newest, followed = verdict.time, name


@settings(max_examples=MANY)
@given(LATENESS, HEADERS, st.integers(1, 2 ** 30), st.sampled_from([5, 10, 30, 100]))
def test_a_steady_camera_is_answered_soon_whatever_came_before(lateness, headers, sec, rate):
    policy, arrival, period = StampPolicy(lateness), 0, 0
    for arrival, _, _ in judged(policy, headers):
        pass
    # Of a camera that has been silent for long nobody knows that it has gone.
    period = max([pause for _, _, pause in headers], default=0)
    patience = lateness + 1.0 + 2.5 * len(headers) * period / SECOND
    arrival += round(patience * SECOND)
    answered = []
    for index in range(int((lateness + 2.0) * rate) + 5):
        arrival += SECOND // rate
        answered.append(policy.judge(
            sec * SECOND + index * SECOND // rate, 'steady', arrival).time)
    assert answered[-1] == sec * SECOND + index * SECOND // rate
    assert None not in answered[-rate // 2:]


@given(LATENESS, HEADERS, st.integers(1, 10 ** 18))
def test_only_differences_of_arrival_count(lateness, headers, later):
    # Where images have no stamp, that of the arrival takes its place.
    plain = judged(StampPolicy(lateness), headers)
    moved = judged(StampPolicy(lateness), headers, later)
    for (*_, one), (*_, other) in zip(plain, moved):
        assert (one.refusal, one.jumped, one.reset) == (other.refusal, other.jumped, other.reset)


@given(LATENESS, HEADERS, HEADERS)
def test_a_restart_forgets_everything(lateness, before, after):
    used = StampPolicy(lateness)
    list(judged(used, before))
    used.restart()
    assert list(judged(used, after)) == list(judged(StampPolicy(lateness), after))


@pytest.mark.parametrize('lateness', [0.0, 1.0])
@given(st.lists(st.integers(1, SECOND), min_size=1, max_size=30))
def test_stamps_that_rise_with_the_arrivals_are_all_taken(lateness, steps):
    policy, time = StampPolicy(lateness), 10 ** 18
    for step in steps:
        time += step
        verdict = policy.judge(time, 'camera', time)
        assert (verdict.time, verdict.reset, verdict.jumped) == (time, False, False)
