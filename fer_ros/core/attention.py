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

"""Whether somebody attends to the robot: where a head points, over time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
import math

from fer_ros.core.options import option, Options

#: A point in metres, in the camera's optical frame of the upright picture.
Point = tuple[float, float, float]

# Longest time that one frame may stand for, seconds: a gap in the stream is no look. Of a stream
# that is slower than that, so many of the interval before it; and the slowest there is, seconds.
_LONGEST_STEP, _INTERVALS, _SLOWEST = 0.25, 1.5, 2.0


class Level(IntEnum):
    """How far somebody is engaged with the robot: the levels of hri_msgs/EngagementLevel."""

    UNKNOWN = 0
    DISENGAGED = 1
    ENGAGING = 2
    ENGAGED = 3
    DISENGAGING = 4

    @property
    def word(self) -> str:
        """Return the level as it is written for people."""
        return self.name.lower()


@dataclass(frozen=True)
class AttentionOptions(Options):
    """
    Say when somebody attends to the robot; times are those of the image stamps.

    Where the head points is known and where the eyes look is not. In a meeting the head makes
    two thirds of the way to what is looked at, and the head alone names the right person in 89 %
    of the time (R. Stiefelhagen and J. Zhu, 2002); so the cone is wider than one of the eyes.
    """

    cone: float = option(
        20.0, 1.0, 90.0,
        'Angle between where the head points and the target below which somebody looks at it, in '
        'degrees: half of the angle at the tip of the cone.')
    hysteresis: float = option(
        8.0, 0.0, 90.0,
        'By how many degrees more the head may turn away before the look has ended.')
    engage_time: float = option(
        0.5, 0.0, 60.0,
        'How long somebody must look at the target until engaged, in seconds; until then: '
        'engaging.')
    glance_time: float = option(
        0.8, 0.0, 60.0,
        'How long somebody engaged may look away until disengaging, in seconds: glances, and the '
        'moments in which a blink spoils the pose, end nothing.')
    disengage_time: float = option(
        2.0, 0.0, 600.0,
        'How long somebody engaged may look away until disengaged, in seconds.')
    memory: float = option(
        1.0, 0.0, 60.0,
        'How long the level holds while the pose of the head is not known, in seconds; after '
        'that: unknown.')
    min_confidence: float = option(
        0.2, 0.0, 1.0, 'Least confidence of a head pose that counts.')


@dataclass(frozen=True)
class Attention:
    """
    Say how one person attends to the target.

    :param level: over time.
    :param angle: between where the head points and the target, degrees, 0 to 180; None where it
        is not known now.
    """

    level: Level = Level.UNKNOWN
    angle: float | None = None


class AttentionTracker:
    """
    Follow how one person attends to a target.

    Two counts make the level: the seconds of looking, which looking away takes back, and the
    seconds of looking away, which looking takes back. What is seen in a frame holds until the
    next one, so that the level does not depend on the frame rate; but for a quarter of a second
    at most, or for half as long again as the frame before it, where frames come slower.
    `options` may be replaced at any time.
    """

    def __init__(self, options: AttentionOptions | None = None):
        self.options = options or AttentionOptions()
        # Seconds between the last two frames; 0 where that is not known.
        self._interval = 0.0
        self._restart()

    def _restart(self) -> None:
        self._level = Level.UNKNOWN
        self._stamp = self._seen = -math.inf
        self._looked = self._away = 0.0
        # Whether the last frame showed a look, None where nothing was known; and the last that
        # is known.
        self._looks: bool | None = None
        self._looked_last = False

    def update(self, angle: float | None, confidence: float, stamp: float) -> Attention:
        """
        Take what one frame shows.

        :param angle: between where the head points and the target, degrees; None, or not a
            number: not known.
        :param confidence: of the pose of the head, 0 to 1.
        :param stamp: of the frame, seconds; one smaller than that before starts over.
        :return: how the person attends now.
        """
        options = self.options
        if stamp < self._stamp:
            self._restart()
        step = max(_LONGEST_STEP, _INTERVALS * self._interval)
        interval = stamp - self._stamp
        self._interval = min(interval, _SLOWEST) if math.isfinite(interval) else 0.0
        known = angle is not None and math.isfinite(angle) and (
            confidence >= options.min_confidence)
        # However short the memory is, it is longer than the time between two frames.
        if stamp - self._seen > (max(options.memory, 2 * step) if known else options.memory):
            self._restart()
        if self._level and self._looks is not None:
            self._count(min(interval, step))
        self._stamp = stamp
        if not known or angle is None:
            # While nothing is known, nothing is counted.
            self._looks = None
            return Attention(self._level)
        edge = options.cone + (options.hysteresis if self._looked_last else 0.0)
        self._looks = self._looked_last = angle <= edge
        self._seen = stamp
        self._level = self._next()
        return Attention(self._level, angle)

    def _count(self, seconds: float) -> None:
        sign = 1.0 if self._looks else -1.0
        options = self.options
        self._looked = min(max(self._looked + sign * seconds, 0.0), options.engage_time)
        self._away = min(max(self._away - sign * seconds, 0.0), options.disengage_time)

    def _next(self) -> Level:
        """Return the level that the counts and the last look make."""
        options, looks = self.options, bool(self._looks)
        slack = 1e-6  # what is left of sums of frame times
        if self._level not in (Level.ENGAGED, Level.DISENGAGING):
            if looks and self._looked >= options.engage_time - slack:
                self._away = 0.0
                return Level.ENGAGED
            return Level.ENGAGING if looks or self._looked > slack else Level.DISENGAGED
        if not looks and self._away >= options.disengage_time - slack:
            self._looked = 0.0
            return Level.DISENGAGED
        if self._level is Level.ENGAGED:
            if looks or self._away < options.glance_time - slack:
                return Level.ENGAGED
            self._looked = 0.0
            return Level.DISENGAGING
        if looks and self._looked >= options.engage_time - slack:
            self._away = 0.0
            return Level.ENGAGED
        return Level.DISENGAGING
