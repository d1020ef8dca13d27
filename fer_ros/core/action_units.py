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

"""The action units that the shape of a face gives honestly: lips, jaw, lids and the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import math

from fer_ros.core.face_measures import FaceMeasures
from fer_ros.core.head import HeadPose
from fer_ros.core.ramp import ramp

LIPS_PART, JAW_DROP, EYES_CLOSED, BLINK = 25, 26, 43, 45
TURN_LEFT, TURN_RIGHT, HEAD_UP, HEAD_DOWN = 51, 52, 53, 54
TILT_LEFT, TILT_RIGHT, HEAD_FORWARD, HEAD_BACK = 55, 56, 57, 58

#: The units that are told, by their number in the Facial Action Coding System (P. Ekman and
#: W. Friesen). All others want to see the skin and not its outline.
UNITS = (LIPS_PART, JAW_DROP, EYES_CLOSED, BLINK, TURN_LEFT, TURN_RIGHT, HEAD_UP, HEAD_DOWN,
         TILT_LEFT, TILT_RIGHT, HEAD_FORWARD, HEAD_BACK)

# Lengths in distances between the eyes: an opening between the lips that is none, and one that is
# full; how far the chin sinks with a jaw that is dropped, and an opening with which it has not.
_LIPS_SHUT, _LIPS_APART = 0.03, 0.25
_JAW_DROPPED = 0.3
# Lids are shut at the first part of the opening that these eyes have, and open at the second.
_LIDS_SHUT, _LIDS_OPEN = 0.45, 0.8
# How far the lids are believed, at most: on rendered heads whose eyes close, the points of the
# lids hardly follow (training/measure_rendered_heads.py).
_LIDS_BELIEVED = 0.25
# Longest blink, seconds; lids shut for longer are closed eyes.
_LONGEST_BLINK = 0.5
# Angles at which the head is fully turned, lifted or lowered, and tilted, degrees.
_TURNED, _LIFTED, _TILTED = 60.0, 40.0, 40.0
# Metres by which a head that is fully forward or back has moved; more than the second is a walk.
_LEANT, _WALKED = 0.15, 0.3
# Time constants, seconds: with which the rest of a face is learnt, and with which the opening of
# eyes that is called open falls where they are never seen so wide again.
_REST_TIME, _OPEN_TIME = 3.0, 10.0
# Least time for which something must have been seen to be compared with, seconds.
_LEAST_SEEN = 1.0
# A gap after which a face is got to know anew, seconds.
_LONGEST_GAP = 2.0


@dataclass(frozen=True)
class ActionUnit:
    """
    Say how strong one unit is.

    :param intensity: 0 to 1.
    :param confidence: in that, 0 to 1.
    """

    intensity: float
    confidence: float


class ActionUnitTracker:
    """Tell action units of one face, some of which need to know how it was before."""

    def __init__(self) -> None:
        self._restart()

    def _restart(self) -> None:
        self._stamp = -math.inf
        # Means of a face at rest, and for how many seconds they were seen.
        self._jaw = self._jaw_seen = self._lids = self._lids_seen = 0.0
        self._distance = self._distance_seen = 0.0
        self._shut_since: float | None = None

    def update(
            self, measures: FaceMeasures | None, pose: HeadPose | None, stamp: float,
    ) -> Mapping[int, ActionUnit]:
        """
        Take what a frame shows and return what is known of each of `UNITS`, by its number.

        A unit of which nothing is known has intensity and confidence 0.

        :param measures: lengths on the face; None: not known.
        :param pose: of the head; likewise.
        :param stamp: of the frame, seconds; one smaller than that before starts over.
        """
        if not 0.0 <= stamp - self._stamp <= _LONGEST_GAP:
            self._restart()
        elapsed = stamp - self._stamp if math.isfinite(self._stamp) else 0.0
        self._stamp = stamp
        units = dict.fromkeys(UNITS, ActionUnit(0.0, 0.0))
        if measures is not None:
            self._mouth(units, measures, elapsed)
            self._eyes(units, measures, elapsed, stamp)
        if pose is not None and math.isfinite(float(pose.translation[2])):
            _head(units, pose)
            self._lean(units, pose, elapsed)
        return units

    def _mouth(self, units: dict[int, ActionUnit], measures: FaceMeasures,
               elapsed: float) -> None:
        mouth, jaw, certainty = measures.mouth, measures.jaw, measures.certainty
        units[LIPS_PART] = ActionUnit(ramp(mouth, _LIPS_SHUT, _LIPS_APART), certainty)
        if mouth < _LIPS_SHUT:
            self._jaw = _mean(self._jaw, jaw, elapsed, self._jaw_seen)
            self._jaw_seen += elapsed
        if self._jaw_seen > 0.0:
            # A jaw drops with the lips closed, too, but then chins are what one sees move most.
            drop = ramp(jaw - self._jaw, 0.0, _JAW_DROPPED)
            units[JAW_DROP] = ActionUnit(
                drop if mouth >= _LIPS_SHUT else 0.0,
                certainty * min(1.0, self._jaw_seen / _LEAST_SEEN))

    def _eyes(self, units: dict[int, ActionUnit], measures: FaceMeasures, elapsed: float,
              stamp: float) -> None:
        self._lids = max(measures.eyes, self._lids + (measures.eyes - self._lids) * (
            -math.expm1(-elapsed / _OPEN_TIME)))
        self._lids_seen += elapsed
        if not self._lids > 0.0:
            return
        shut = 1.0 - ramp(measures.eyes / self._lids, _LIDS_SHUT, _LIDS_OPEN)
        if shut < 0.5:
            self._shut_since = None
        elif self._shut_since is None:
            self._shut_since = stamp
        confidence = _LIDS_BELIEVED * measures.certainty * min(
            1.0, self._lids_seen / _LEAST_SEEN)
        closed = self._shut_since is not None and stamp - self._shut_since > _LONGEST_BLINK
        units[EYES_CLOSED] = ActionUnit(shut if closed else 0.0, confidence)
        units[BLINK] = ActionUnit(0.0 if closed else shut, confidence)

    def _lean(self, units: dict[int, ActionUnit], pose: HeadPose, elapsed: float) -> None:
        distance = float(pose.translation[2])
        self._distance = _mean(self._distance, distance, elapsed, self._distance_seen)
        self._distance_seen += elapsed
        nearer = self._distance - distance
        confidence = pose.confidence * min(1.0, self._distance_seen / _LEAST_SEEN) * (
            ramp(abs(nearer), _WALKED, _LEANT))
        units[HEAD_FORWARD] = ActionUnit(ramp(nearer, 0.0, _LEANT), confidence)
        units[HEAD_BACK] = ActionUnit(ramp(-nearer, 0.0, _LEANT), confidence)


def _head(units: dict[int, ActionUnit], pose: HeadPose) -> None:
    """Fill in what the pose alone tells."""
    for angle, full, more, less in ((pose.yaw, _TURNED, TURN_LEFT, TURN_RIGHT),
                                    (pose.pitch, _LIFTED, HEAD_UP, HEAD_DOWN),
                                    (pose.roll, _TILTED, TILT_LEFT, TILT_RIGHT)):
        units[more] = ActionUnit(ramp(angle, 0.0, full), pose.confidence)
        units[less] = ActionUnit(ramp(-angle, 0.0, full), pose.confidence)


def _mean(mean: float, value: float, elapsed: float, seen: float) -> float:
    """Return a mean in time: of all values at first, later with `_REST_TIME`."""
    if seen <= 0.0:
        return value
    return mean + (value - mean) * max(
        -math.expm1(-elapsed / _REST_TIME), elapsed / (seen + elapsed))
