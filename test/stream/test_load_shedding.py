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

"""Load shedding against simulated hosts, and the limit of the rate."""

from fer_ros.stream.load_shedding import Effort, ladder, LoadShedder, RateLimiter
import pytest


class Host:
    """
    Simulate a camera of 30 Hz and a host that takes the latest frame when it is free.

    :param cost: cost(time) returns seconds for (a detected frame, a followed one).
    """

    def __init__(self, cost, shedder=None, camera=30.0):
        self.cost, self.camera = cost, camera
        self.shedder = shedder or LoadShedder()
        self.processed, self.changes = [], []
        self._now, self._detected = 0.0, -1.0

    def run(self, until):
        """Process frames up to a time and return self."""
        shedder, last = self.shedder, int(self._now * self.camera)
        while self._now < until:
            latest = int(self._now * self.camera + 1e-6)
            if latest <= last:
                self._now = (last + 1) / self.camera
                continue
            missed, last = latest - last - 1, latest
            if not shedder.passes(self._now, missed):
                continue
            full, followed = self.cost(self._now)
            due = self._now - self._detected >= shedder.effort.detection_interval - 1e-6
            busy = full if due else followed
            if due:
                self._detected = self._now
            self.processed.append(self._now)
            self._now += busy
            if shedder.spent(self._now, busy, due):
                self.changes.append((self._now, shedder.effort.level))
        return self

    def gaps(self, since):
        """Return seconds between the frames processed since then."""
        times = [time for time in self.processed if time >= since]
        return [later - earlier for earlier, later in zip(times, times[1:])]


@pytest.mark.parametrize('interval, steps', [
    # From detecting in every frame.
    (0.0, [(0.0, 1), (0.15, 1), (0.5, 1), (0.5, 2), (0.5, 3), (0.5, 5)]),
    # What is configured already is no step.
    (0.15, [(0.15, 1), (0.5, 1), (0.5, 2), (0.5, 3), (0.5, 5)]),
    (2.0, [(2.0, 1), (2.0, 2), (2.0, 3), (2.0, 5)]),
])
def test_detection_first_then_the_rate(interval, steps):
    assert ladder(interval) == tuple(Effort(n, *step) for n, step in enumerate(steps))


@pytest.mark.parametrize('full, followed, level', [
    (0.006, 0.003, 0),   # a fast host
    (0.032, 0.003, 0),   # busy all the time, but nothing is missed
    (0.040, 0.010, 1),   # detecting less is enough
    (0.150, 0.010, 2),
    (0.150, 0.040, 3),   # and so on
    (0.200, 0.070, 4),
    (0.400, 0.300, 5),   # nothing helps: the least effort
])
def test_level_on_a_steady_host(full, followed, level):
    host = Host(lambda time: (full, followed)).run(20.0)
    assert host.shedder.effort.level == level


def test_a_short_hiccup_changes_nothing():
    host = Host(lambda time: (0.2, 0.2) if 5.0 < time < 5.8 else (0.006, 0.003)).run(20.0)
    assert host.changes == []


def test_degrades_within_seconds_and_recovers():
    host = Host(lambda time: (0.2, 0.07) if 10.0 < time < 40.0 else (0.006, 0.003)).run(80.0)
    levels = [level for _, level in host.changes]
    assert levels[:4] == [1, 2, 3, 4] and levels[-1] == 0
    assert host.changes[3][0] < 20.0
    # Step by step, no further down once the host is well again.
    last = levels.index(0)
    assert levels[last - 3:last + 1] == [3, 2, 1, 0] and len(levels) == last + 1


def test_a_host_that_stays_slow_is_not_tried_again():
    # The step before is too much and this one leaves half of the time: what frames cost tells.
    host = Host(lambda time: (0.040, 0.010)).run(900.0)
    assert [level for _, level in host.changes] == [1]


def test_a_host_whose_load_comes_and_goes_does_not_swing():
    host = Host(lambda time: (0.060, 0.020) if time % 16.0 < 8.0 else (0.006, 0.003)).run(900.0)
    # Each step back that did not hold doubled the time before the next, until it was too long.
    assert [level for _, level in host.changes] == [1, 0, 1, 0, 1]


@pytest.mark.parametrize('camera', [0.3, 1.0, 1.5])
def test_recovers_with_a_camera_slower_than_the_window(camera):
    host = Host(lambda time: (0.2, 0.2) if time < 20.0 else (0.006, 0.003)).run(20.0)
    assert host.shedder.effort.level == 5
    host.camera = camera
    assert host.run(200.0).shedder.effort.level == 0


def test_left_out_frames_are_evenly_spaced():
    host = Host(lambda time: (0.05, 0.04)).run(30.0)
    assert host.shedder.effort.every == 2
    gaps = host.gaps(since=host.changes[-1][0] + 0.5)
    # A frame may wait for the one before it, half of a frame at most.
    assert min(gaps) > 1.4 / 30 and max(gaps) < 2.6 / 30
    assert sum(gaps) / len(gaps) == pytest.approx(2.0 / 30, rel=0.02)


@pytest.mark.parametrize('max_rate, level', [
    (0.0, 1),    # 25 of 30 frames a second is too slow
    (10.0, 0),   # 10 of 10 is not
])
def test_frames_that_nobody_wants_are_not_missed(max_rate, level):
    limiter, host = RateLimiter(max_rate), Host(lambda time: (0.045, 0.005))
    host.shedder = LoadShedder(max_rate=max_rate)
    passes = host.shedder.passes
    host.shedder.passes = lambda now, missed: limiter.passes(now) and passes(now, missed)
    assert host.run(10.0).shedder.effort.level == level


def test_what_was_known_is_forgotten_when_no_frame_comes_for_seconds():
    host = Host(lambda time: (0.2, 0.2) if time < 20.0 else (0.006, 0.003)).run(20.0)
    assert host.shedder.effort.level > 0
    assert host.shedder.passes(25.0)
    assert host.shedder.effort.level == 0


def test_a_host_that_takes_seconds_for_a_frame_is_not_idle():
    host = Host(lambda time: (3.0, 3.0)).run(120.0)
    assert host.shedder.effort.level == 5


def test_another_configuration_starts_afresh():
    host = Host(lambda time: (0.2, 0.07)).run(20.0)
    assert host.shedder.effort.level > 0
    host.shedder.configure(0.0, 0.0)
    assert host.shedder.effort.level > 0
    host.shedder.configure(0.1, 0.0)
    assert host.shedder.effort == Effort(0, 0.1, 1)


@pytest.mark.parametrize('rate, camera, seconds, kept', [
    (0, 30, 2, 60),  # off
    (30, 30, 2, 60),  # as fast as the camera
    (60, 30, 2, 60),  # faster than the camera
    (20, 30, 2, 40),  # no divisor of the camera's rate
    (10, 30, 2, 20),
    (1, 30, 3, 3),
])
def test_rate_limiter_keeps_the_rate_on_average(rate, camera, seconds, kept):
    limiter = RateLimiter(rate)
    stamps = [1e9 + index / camera for index in range(camera * seconds)]
    assert sum(limiter.passes(stamp) for stamp in stamps) == kept


def test_rate_limiter_does_not_make_up_for_a_pause_and_survives_a_loop():
    limiter = RateLimiter(10)
    assert limiter.passes(100.0)
    assert limiter.passes(200.0)
    assert not limiter.passes(200.05)
    assert limiter.passes(5.0)  # the recording started over
    assert not limiter.passes(5.05)
