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

"""How often to work: at most at a given rate, and less when the host cannot keep up."""

from __future__ import annotations

from dataclasses import dataclass
import math

# Longest detection intervals that a slow host is given before it leaves out frames, seconds: with
# the first, new faces are still found within 0.2 s at 30 Hz.
_INTERVALS = (0.15, 0.5)
# Then only each second, third, fifth frame is processed.
_SHARES = (2, 3, 5)

# Seconds that load and losses are taken over.
_WINDOW = 1.0
# Windows in a row that must be bad: one is a hiccup.
_STRAIN = 2
# A window is bad when work filled at least this share of it and this share of the frames that
# were wanted was missed. Work that fills a window and misses nothing keeps up.
_LOAD, _MISSED = 0.8, 0.1
# A window is calm when work would fill less than this share of it one step up, by what frames
# cost now, and next to nothing was missed.
_CALM_LOAD, _CALM_MISSED = 0.85, 0.05
# Calm seconds before a step back. A step back that did not hold doubles them, up to the last.
_PATIENCE, _LONGEST_PATIENCE = 3.0, 60.0
# After so many seconds without a frame to process, what was known of the load is out of date.
_IDLE = 2.0
# A step back that held for this many seconds was right.
_HELD = 10.0


@dataclass(frozen=True)
class Effort:
    """
    Say how much is done for each frame.

    :param level: 0 as configured; each further one costs less.
    :param detection_interval: longest time between two detections, seconds; 0 every frame.
    :param every: one of so many frames is processed.
    """

    level: int
    detection_interval: float
    every: int


def ladder(detection_interval: float) -> tuple[Effort, ...]:
    """Return the efforts from the configured one down: detect less often, then process less."""
    longer = [interval for interval in _INTERVALS if interval > detection_interval]
    steps = [(interval, 1) for interval in (detection_interval, *longer)]
    steps += [(steps[-1][0], every) for every in _SHARES]
    return tuple(Effort(level, *step) for level, step in enumerate(steps))


class LoadShedder:
    """
    Lower the effort while the host cannot keep up, and raise it again when it can.

    Time is that of the caller's clock, in seconds, monotonic: the load is the host's, whatever
    the stamps of the frames say. For one thread.

    :param detection_interval: as configured, seconds.
    :param max_rate: most frames that are wanted a second; 0: all.
    """

    def __init__(self, detection_interval: float = 0.0, max_rate: float = 0.0):
        self._ladder = ladder(detection_interval)
        self._max_rate = max_rate
        self.restart()

    def configure(self, detection_interval: float, max_rate: float) -> None:
        """Take over what is configured now; a change starts afresh."""
        if (detection_interval, max_rate) != (self._ladder[0].detection_interval, self._max_rate):
            self._ladder, self._max_rate = ladder(detection_interval), max_rate
            self.restart()

    def restart(self) -> None:
        """Forget everything: the effort is the configured one."""
        self.effort = self._ladder[0]
        #: Share of the last window that work filled, 0 to 1.
        self.load = 0.0
        self._patience = _PATIENCE
        self._recovered = -math.inf
        self._calm_since: float | None = None
        self._strain = 0
        self._period = 0.0
        self._due = -math.inf
        # Mean seconds of a followed and of a detected frame, where last seen.
        self._costs = [0.0, 0.0]
        self._started: float | None = None
        #: Frames so far that were to be processed, those missed or left out included.
        self._offered = self._offered_before = 0
        self._active = -math.inf

    def passes(self, now: float, missed: int = 0) -> bool:
        """
        Return whether the frame that is there now is to be processed.

        :param missed: frames before it for which there was no time.
        """
        if now - self._active > _IDLE:
            self.restart()
        self._active = now
        self._offered += 1 + missed
        if self.effort.every == 1:
            return True
        # Half a frame early is in time: arrivals jitter.
        if now < self._due - 0.5 * self._period:
            return False
        step = self.effort.every * self._period
        self._due = now + step if now - self._due > step else self._due + step
        return True

    def spent(self, now: float, busy: float, detected: bool) -> bool:
        """
        Take note of a processed frame.

        :param busy: seconds that it took.
        :param detected: whether the detector looked.
        :return: whether the effort has changed.
        """
        self._active = now
        if self._started is None:
            self._begin(now)
            return False
        self._busy[detected] += busy
        self._frames[detected] += 1
        elapsed = now - self._started
        if elapsed < _WINDOW:
            return False
        arrived = float(self._offered - self._offered_before)
        if self._max_rate > 0.0:
            arrived = min(arrived, self._max_rate * elapsed)
        arrived = max(arrived, 1.0)
        self.load = min(sum(self._busy) / elapsed, 1.0)
        self._period = elapsed / arrived
        self._costs = [spent / frames if frames else known for spent, frames, known
                       in zip(self._busy, self._frames, self._costs)]
        before = self.effort
        missed = 1.0 - sum(self._frames) * before.every / arrived
        self.effort = self._ladder[self._judge(now, missed)]
        self._begin(now)
        return self.effort is not before

    def unread(self) -> None:
        """Take back the frame that just passed: it cannot be read and cost nothing."""
        self._offered -= 1

    def _begin(self, now: float) -> None:
        self._started, self._offered_before = now, self._offered
        # Of followed and of detected frames.
        self._busy, self._frames = [0.0, 0.0], [0, 0]

    def _load_at(self, effort: Effort) -> float:
        """Return the share of time that this effort would fill, by what frames cost now."""
        period = effort.every * self._period
        # Doubt calls the detector before its time; it will then, too.
        detections = max(
            self._frames[True] / sum(self._frames),
            min(period / max(effort.detection_interval, period), 1.0))
        followed, detected = self._costs
        return (detections * detected + (1.0 - detections) * followed) / period

    def _judge(self, now: float, missed: float) -> int:
        """Return the next level after a window in which this share of the frames was missed."""
        level = self.effort.level
        calm = missed < _CALM_MISSED and (
            self._load_at(self._ladder[max(level - 1, 0)]) < _CALM_LOAD)
        if not calm or self._calm_since is None:
            self._calm_since = now
        bad = self.load >= _LOAD and missed > _MISSED
        self._strain = self._strain + 1 if bad else 0
        if self._strain >= _STRAIN and level + 1 < len(self._ladder):
            if now - self._recovered < _HELD:
                self._patience = min(2.0 * self._patience, _LONGEST_PATIENCE)
            self._strain = 0
            return level + 1
        if level and now - self._calm_since >= self._patience:
            self._calm_since = self._recovered = now
            return level - 1
        if not level and now - self._recovered > _LONGEST_PATIENCE:
            self._patience = _PATIENCE
        return level


class RateLimiter:
    """
    Decide which stamps to keep so that at most `rate` a second pass, evenly on average.

    :param rate: passes per second; 0 lets everything pass.
    """

    def __init__(self, rate: float = 0.0):
        self.rate = rate
        self._due = float('-inf')
        self._last = float('-inf')

    def passes(self, stamp: float) -> bool:
        """
        Return whether the frame of this stamp is to be processed.

        :param stamp: seconds; a step back starts afresh.
        """
        if self.rate <= 0.0:
            return True
        period = 1.0 / self.rate
        if stamp < self._last:
            self._due = float('-inf')
        self._last = stamp
        # A hundredth of a period forgives the jitter of a camera that runs at just this rate.
        if stamp < self._due - 0.01 * period:
            return False
        late = stamp - self._due
        self._due = (self._due if late < period else stamp) + period
        return True
