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

"""Which stamps are answered: a table of streams as cameras, networks and recordings make them."""

from fer_ros.stream.stamps import NANOSECONDS, StampPolicy
import pytest

#: How `play` writes what became of an image.
MARKS = {'': '.', 'repeated': '=', 'late': 'l', 'unstamped': 'u', 'foreign': 'f'}

START = 1_700_000_000 * NANOSECONDS
STEP = NANOSECONDS // 30


def play(stamps, frame_ids=None, max_lateness=1.0, every=STEP):
    """
    Judge images that arrive at an even rate.

    :param stamps: seconds after the start; None for no stamp.
    :return: a mark per image, 'r' for a reset, 'j' for a jump; and the times of the answers in
        nanoseconds.
    """
    policy, marks, times = StampPolicy(max_lateness), '', []
    for index, stamp in enumerate(stamps):
        verdict = policy.judge(
            0 if stamp is None else START + round(stamp * NANOSECONDS),
            frame_ids[index] if frame_ids else 'camera', index * every)
        assert (verdict.time is None) == bool(verdict.refusal)
        assert not verdict.refusal or verdict.reason
        marks += 'r' if verdict.reset else 'j' if verdict.jumped else MARKS[verdict.refusal]
        times += [] if verdict.time is None else [verdict.time]
    return marks, times


def rate(count, start=0.0):
    """Return the stamps of images at 30 Hz."""
    return [start + index / 30 for index in range(count)]


@pytest.mark.parametrize('stamps, marks', [
    # The normal case.
    (rate(4), '....'),
    # A stamp twice, and thrice.
    ([0.0, 0.1, 0.1, 0.1, 0.2], '..==.'),
    # Two neighbours swapped on their way: the older one is left out.
    ([0.0, 0.1, 0.3, 0.2, 0.4], '...l.'),
    # Two drivers' clocks, 0.4 s apart, in turn.
    ([0.0, -0.4, 0.1, -0.3, 0.2, -0.2, 0.3], '.l.l.l.'),
    # A burst of old images after a hiccup of the network.
    ([0.0, 0.1, 0.5, 0.2, 0.21, 0.22, 0.6], '...lll.'),
    # A recording starts over.
    ([*rate(3, 60.0), *rate(3)], '...r..'),
    # Just the bound is a restart, just below is not.
    ([1.0, 0.0], '.r'), ([1.0, 0.001], '.l'),
    # Ahead by an hour, in no time: answered, and told.
    ([0.0, 0.1, 3600.0, 3600.1], '..j.'),
    # One stamp out of place is a jump and a restart.
    ([0.0, 0.1, 60.0, 0.2, 0.3], '..jr.'),
    # The clock is set back by half a second: left out until it has caught up.
    ([*rate(15, 5.0), *rate(18, 5.0)], '.' * 15 + 'l' * 14 + '=...'),
    # So it was, and it is slow now: a recording played at a tenth of its speed.
    ([*rate(15, 5.0), *[5.0 + index / 300 for index in range(24)]],
     '.' * 15 + 'l' * 22 + 'r.'),
    # A loop shorter than the bound.
    ([*rate(20), *rate(20), *rate(20)], '.' * 20 + 'l' * 19 + '=' + 'l' * 7 + 'r' + '.' * 12),
    # Two drivers, the slow one ahead: everybody keeps the id.
    ([0.0, 0.4, *rate(12, 0.04), 0.8, *rate(12, 0.44)], '..' + 'l' * 11 + '..' + 'l' * 11 + '.'),
    # One stamp is half a second ahead.
    ([*rate(10), 0.9, *rate(20, 11 / 30)], '.' * 11 + 'l' * 16 + '=...'),
    # No stamps at all: by arrival.
    ([None] * 4, '....'),
    # No stamp now and then among stamped ones.
    ([0.0, None, 0.1, None, 0.2, None], '.u.u.u'),
    # Most have none: by arrival, also those few that have one.
    ([0.0, *([None] * 9 + [1.0]) * 3], '.' + 'u' * 8 + 'r' + '.' * 21),
    # Of one in ten it is missing.
    ([*rate(9), None, *rate(9, 0.4), None], ('.' * 9 + 'u') * 2),
    # In turn, the first one without, too.
    ([None, 0.0, None, 0.1], '....'),
    # The first one alone without.
    ([None, *rate(5)], '...r..'),
    # The driver stops stamping, and starts again.
    ([*rate(3), *[None] * 12, *rate(5, 9.0)], '...' + 'u' * 8 + 'r...' + '..r..'),
])
def test_streams(stamps, marks):
    said, times = play(stamps)
    assert said == marks
    assert len(times) == sum(marks.count(mark) for mark in '.rj')


def test_times_rise_between_resets():
    said, times = play([0.0, None, 0.2, 0.1, 0.1, 0.3, -5.0, -4.9, -4.95, None, -4.8])
    assert said == '.u.ll.r.lu.'
    assert len(times) == 6
    assert times[:3] == sorted(set(times[:3])) and times[3:] == sorted(set(times[3:]))


def test_a_pause_is_no_jump():
    policy = StampPolicy()
    for seconds in (0, 1, 3600, 3601):
        verdict = policy.judge(START + seconds * NANOSECONDS, 'camera', seconds * NANOSECONDS)
        assert verdict.time is not None and not verdict.jumped and not verdict.reset


def test_every_step_back_is_a_restart_where_that_is_wanted():
    assert play([0.0, 0.1, 0.05, 0.2], max_lateness=0.0)[0] == '..r.'


def test_old_images_that_arrive_at_once_are_no_clock_set_back():
    # What waited in a queue of the network, half a second of it, comes within milliseconds.
    late = [0.1 * index for index in range(1, 6)]
    assert play([0.0, 0.7, *late, 0.8], every=NANOSECONDS // 1000)[0] == '..lllll.'


def test_unstamped_images_are_answered_at_their_arrival():
    assert play([None, None], every=STEP)[1] == [0, STEP]


def test_one_camera_of_two_is_followed_until_it_is_silent():
    names = ['left', 'right'] * 10 + ['right'] * 40
    stamps = [index / 30 for index in range(len(names))]
    said, _ = play(stamps, names)
    assert said[:20] == '.f' * 10
    silent = said[20:].index('r')
    assert said[20:20 + silent] == 'f' * silent
    # The last image of the left camera arrived with index 18.
    assert (20 + silent - 18) / 30 >= 1.0
    assert set(said[20 + silent + 1:]) == {'.'}


@pytest.mark.parametrize('period, offset', [(2.0, 1.0), (1.5, 0.7), (5.0, 2.0), (10.0, 0.1)])
def test_of_two_slow_cameras_one_is_followed(period, offset):
    policy, said = StampPolicy(), []
    for index in range(40):
        seconds = index // 2 * period + index % 2 * offset
        verdict = policy.judge(
            START + round(seconds * NANOSECONDS), ('left', 'right')[index % 2],
            round(seconds * NANOSECONDS))
        said.append('r' if verdict.reset else MARKS[verdict.refusal])
    assert said.count('r') <= 1 and said[10:].count('.') == said[10:].count('f') == 15


def test_sources_of_ever_new_names_are_forgotten():
    policy = StampPolicy()
    for index in range(1000):
        policy.judge(START + index, f'camera {index}', index * NANOSECONDS // 5)
    assert len(policy._sources) <= 8


@pytest.mark.parametrize('name', ['x' * 10**6, '\n' * 10**6], ids=['long', 'lines'])
def test_what_is_said_of_a_long_frame_id_is_short(name):
    policy = StampPolicy()
    policy.judge(START, 'camera', 0)
    verdicts = [
        policy.judge(START + seconds * NANOSECONDS // 2, name, seconds * NANOSECONDS // 2)
        for seconds in (1, 4)]
    # Left out at first, and followed when the other camera is silent; then the other way round.
    verdicts.append(policy.judge(START + 3 * NANOSECONDS, 'camera', 2 * NANOSECONDS))
    assert [one.refusal for one in verdicts] == ['foreign', '', 'foreign']
    assert all('1000000 characters' in one.reason and len(one.reason) < 300 and
               one.reason.isprintable() for one in verdicts)


def judged(*images, max_lateness=1.0):
    """Return the last verdict of (stamp or None, frame_id, arrival) each, all in seconds."""
    policy = StampPolicy(max_lateness)
    return [policy.judge(
        0 if stamp is None else START + round(stamp * NANOSECONDS), name,
        round(arrival * NANOSECONDS)) for stamp, name, arrival in images][-1]


@pytest.mark.parametrize('images, sentence', [
    ([(None, 'a', 0.0)], 'image stamps are zero; faces are tracked by time of arrival; the camera '
     'driver should stamp its images'),
    ([(0.0, 'a', 0.0)], ''),
    ([(None, 'a', 0.0), *[(index / 10, 'a', index / 10) for index in (1, 2, 3)]],
     'images now have stamps'),
    ([(0.0, 'a', 0.0), (None, 'a', 0.1)], 'an image without a stamp among stamped ones is left '
     'out; the camera driver should stamp every image'),
    ([(0.0, 'a', 0.0), (5.0, 'a', 0.5)], 'image stamp moves by 5.000 s within 0.500 s'),
    ([(0.5, 'a', 0.0), (0.5, 'a', 0.1)], 'image stamp 1700000000.500000000 repeats and is '
     'skipped; the camera driver must stamp each image, or the clock stands still'),
    ([(9.5, 'a', 0.0), (0.0, 'a', 0.1)],
     'image stamps went back by 9.500 s (a recording started over?)'),
    ([(0.5, 'a', 0.0), (0.25, 'a', 0.1)], 'an image 0.250 s older than the newest is left out: '
     'images overtake each other on their way, or two drivers share a topic'),
    ([(0.9, 'a', 0.0), *[(index / 10, 'a', 1.0 + index) for index in range(3)]],
     'all images that arrive are older than the newest one: the clock was set back'),
    ([(0.0, 'a', 0.0), (0.1, 'b', 0.1)], "an image of frame_id 'b' is left out, those of 'a' are "
     'followed: give each camera a topic of its own'),
    ([(0.0, 'a', 0.0), (9.1, 'b', 9.1)], "images now come from frame_id 'b'"),
])
def test_each_verdict_has_its_sentence(images, sentence):
    assert judged(*images).reason == sentence


@pytest.mark.parametrize('count, refusal', [(2, 'late'), (3, '')])
def test_three_late_images_set_the_clock_back_and_two_do_not(count, refusal):
    late = [(0.5 + index / 100, 'a', 5.0 + index) for index in range(count)]
    verdict = judged((0.9, 'a', 0.0), *late)
    assert (verdict.refusal, verdict.reset) == (refusal, refusal == '')


@pytest.mark.parametrize('images, refusal', [
    # After a second of silence, and not before.
    ([(0.0, 'a', 0.0), (1.0, 'b', 0.999)], 'foreign'),
    ([(0.0, 'a', 0.0), (1.0, 'b', 1.0)], ''),
    # A camera that comes every four seconds is waited for two and a half of its periods.
    ([(0.0, 'a', 0.0), (4.0, 'a', 4.0), (13.9, 'b', 13.9)], 'foreign'),
    ([(0.0, 'a', 0.0), (4.0, 'a', 4.0), (14.0, 'b', 14.0)], ''),
    # One met once may be as slow as the other one: half of that.
    ([(0.0, 'b', 0.0), (1.1, 'a', 1.1), (4.0, 'b', 2.0), (6.0, 'b', 6.0)], 'foreign'),
    ([(0.0, 'b', 0.0), (1.1, 'a', 1.1), (4.0, 'b', 2.0), (5.5, 'b', 5.5)], ''),
])
def test_a_source_is_waited_for(images, refusal):
    verdict = judged(*images)
    assert (verdict.refusal, verdict.reset) == (refusal, refusal == '')
