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

"""One face over time: where it was seen, where it is expected, how sure one is of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
import math
from typing import Any

from fer_ros.core.track_ids import TrackIds
from fer_ros.core.types import Box, Detection
import numpy as np
from numpy.typing import NDArray

#: REP-155 wants ids that start with a letter.
ID_PREFIX = 'f'

#: Averaging time of the velocity, in seconds.
VELOCITY_TIME = 0.15

#: Time constant with which a face that is not seen slows down, in seconds.
DAMPING_TIME = 0.5

# Time constant with which the score of a face that is not seen falls, seconds: half in 0.1 s.
_SCORE_TIME = 0.1 / math.log(2.0)


@dataclass(frozen=True, eq=False)
class Track:
    """
    One face over time, as of `stamp`.

    :param id: never given twice within a process, also not after a reset.
    :param detection: the last detection of the face.
    :param last_seen: stamp of the last detection, seconds.
    :param stamp: stamp of the frame this track was last updated with, seconds.
    :param velocity: of the centre of the box, (x, y) in pixels per second.
    :param shift: how far the face is expected to have moved since `last_seen`, (x, y) pixels.
    :param hits: detections so far.
    :param misses: frames since the last detection; 0 when it was seen in this frame.
    :param absence: seconds since the last detection in which frames came.
    :param confirmed: it has had enough hits to be believed.
    :param present: it is there now: confirmed, and seen, or missed for no longer than a blink of
        the detector takes. Others are remembered only.
    :param hidden: somebody else stood before it when it was missed.
    """

    id: str  # noqa: A003
    detection: Detection
    last_seen: float
    stamp: float
    velocity: tuple[float, float] = (0.0, 0.0)
    shift: tuple[float, float] = (0.0, 0.0)
    hits: int = 1
    misses: int = 0
    absence: float = 0.0
    confirmed: bool = False
    present: bool = False
    hidden: bool = False

    @classmethod
    def of(cls, detection: Detection, ids: TrackIds, stamp: float = 0.0) -> Track:
        """Return the first moment of a face under a new id."""
        return cls(ID_PREFIX + ids.next(), detection, stamp, stamp)

    @property
    def observed(self) -> bool:
        """Return whether the face was detected in this very frame."""
        return self.misses == 0

    @property
    def unseen(self) -> float:
        """Return the seconds since the last detection."""
        return self.stamp - self.last_seen

    @property
    def box(self) -> Box:
        """Return the detected box, or while the face is not seen, the expected one."""
        box = self.detection.box
        if self.observed:
            return box
        return Box(box.x + self.shift[0], box.y + self.shift[1], box.width, box.height)

    @property
    def landmarks(self) -> NDArray[Any]:
        """Return float32 (4, 2) in pixels: detected, or moved along with the expected box."""
        if self.observed:
            return self.detection.landmarks
        return self.detection.landmarks + np.asarray(self.shift, np.float32)

    @property
    def score(self) -> float:
        """Return the detector's confidence, 0 to 1; that of a face not seen falls with time."""
        if self.observed:
            return self.detection.score
        return self.detection.score * math.exp(-self.unseen / _SCORE_TIME)

    def missed(self, stamp: float, counted: float) -> Track:
        """
        Return the track as a miss at `stamp`, moved to where the face should be by then.

        :param counted: seconds since the frame before that count as absence.
        """
        # The integral of v * exp(-t / damping) from 0 to the time since it was seen.
        reach = DAMPING_TIME * -math.expm1(-(stamp - self.last_seen) / DAMPING_TIME)
        return replace(
            self, stamp=stamp, misses=self.misses + 1, absence=self.absence + counted,
            shift=(self.velocity[0] * reach, self.velocity[1] * reach))

    def seen(self, detection: Detection, confirm_hits: int) -> Track:
        """
        Return the track with a detection at its `stamp`.

        :param confirm_hits: detections after which it is believed.
        """
        elapsed = max(self.unseen, 1e-6)
        # Velocity starts at rest and is averaged over a fixed time, so a jitter of the box at a
        # high frame rate does not look like a fast face.
        gain = -math.expm1(-elapsed / VELOCITY_TIME)
        before, now = self.detection.box.center, detection.box.center
        across, down = (
            v + gain * ((b - a) / elapsed - v) for v, a, b in zip(self.velocity, before, now))
        hits = self.hits + 1
        return replace(
            self, detection=detection, last_seen=self.stamp, velocity=(across, down),
            shift=(0.0, 0.0), hits=hits, misses=0, absence=0.0, hidden=False,
            confirmed=self.confirmed or hits >= confirm_hits)
