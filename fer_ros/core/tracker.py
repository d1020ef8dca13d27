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

"""Faces over time: which face of this frame is which face of the frames before."""

from __future__ import annotations

from dataclasses import dataclass, replace
import math
from typing import Any

from fer_ros.core.assignment import assign
from fer_ros.core.options import option, Options
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.core.types import Box, Detection
import numpy as np
from numpy.typing import NDArray

#: REP-155 wants ids that start with a letter.
ID_PREFIX = 'f'

# Slack for comparing spans of stamps: they are seconds since 1970 in a float64, good to 2.4e-7.
_STAMP_SLACK = 1e-6

#: Share of the overlap in the cost of a match; the rest is distance.
IOU_WEIGHT = 0.5

#: Farthest a face may be from where it is expected, in face sizes.
MAX_DISTANCE = 0.7

#: How much `MAX_DISTANCE` grows while the face is not seen, in face sizes per second.
DISTANCE_GROWTH = 3.0

#: Largest ratio of the face sizes of a match.
MAX_SIZE_RATIO = 2.0

#: Averaging time of the velocity, in seconds.
VELOCITY_TIME = 0.15

#: Time constant with which a face that is not seen slows down, in seconds.
DAMPING_TIME = 0.5

#: Most tracks kept at once; further faces wait for a free place.
MAX_TRACKS = 50


@dataclass(frozen=True)
class TrackerOptions(Options):
    """
    Say how detections become tracks; times are those of the image stamps.

    Frames further apart than `max_gap` cannot be joined: a camera slower than `1 / max_gap`
    needs more.
    """

    max_gap: float = option(
        0.5, 0.05, 60.0,
        'How long a track survives without being seen, in seconds of message time.')
    confirm_hits: int = option(
        2, 1, 100, 'Frames that must show a face before it is published.')


@dataclass(frozen=True, eq=False)
class Track:
    """
    One face over time, as of `stamp`.

    :param id: never given twice within a process, also not after a reset.
    :param detection: the last detection of the face.
    :param first_seen: stamp of the first detection, seconds.
    :param last_seen: stamp of the last detection, seconds.
    :param stamp: stamp of the frame this track was last updated with, seconds.
    :param velocity: of the centre of the box, (x, y) in pixels per second.
    :param shift: how far the face is expected to have moved since `last_seen`, (x, y) pixels.
    :param hits: detections so far.
    :param misses: frames since the last detection; 0 when it was seen in this frame.
    :param confirmed: it has had enough hits to be believed.
    """

    id: str  # noqa: A003
    detection: Detection
    first_seen: float
    last_seen: float
    stamp: float
    velocity: tuple[float, float] = (0.0, 0.0)
    shift: tuple[float, float] = (0.0, 0.0)
    hits: int = 1
    misses: int = 0
    confirmed: bool = False

    @classmethod
    def of(cls, detection: Detection, ids: TrackIds, stamp: float = 0.0) -> Track:
        """Return the first moment of a face under a new id."""
        return cls(ID_PREFIX + ids.next(), detection, stamp, stamp, stamp)

    @property
    def observed(self) -> bool:
        """Return whether the face was detected in this very frame."""
        return self.misses == 0

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
        """Return the detector's confidence at the last detection, 0 to 1."""
        return self.detection.score

    @property
    def age(self) -> float:
        """Return the seconds since the first detection."""
        return self.stamp - self.first_seen


class FaceTracker:
    """
    Join the detections of successive frames into tracks.

    Each frame, every track says where its face should be by now (constant velocity, slowing
    down while the face is not seen), and the assignment of detections to tracks with the least
    total cost of all is taken. The cost of a match is
    `IOU_WEIGHT * (1 - IoU) + (1 - IOU_WEIGHT) * distance / gate`, from 0 to 1; leaving a track
    and a detection without a partner costs 1. All is counted in time, not in frames, so a
    change of the frame rate changes nothing. Detected boxes are passed on as they are: nothing
    is smoothed.
    """

    def __init__(
            self, options: TrackerOptions | None = None, ids: TrackIds = PROCESS_IDS):
        self.options = options or TrackerOptions()
        self._ids = ids
        self._tracks: list[Track] = []

    def reset(self) -> None:
        """Forget all tracks; their ids are not used again."""
        self._tracks = []

    def update(self, detections: list[Detection], stamp: float) -> list[Track]:
        """
        Take the detections of one frame and return all living tracks.

        A track lives while it was seen within `max_gap`; one not yet confirmed dies at its
        first miss.

        :param detections: the faces of this frame, in any order.
        :param stamp: of the frame, in seconds, larger than that of the call before.
        :return: oldest track first, unconfirmed ones included.
        """
        options = self.options
        tracks = [
            _expect(track, stamp) for track in self._tracks
            if stamp - track.last_seen <= options.max_gap + _STAMP_SLACK]
        partner = _pair(match_costs(tracks, detections))
        alive = []
        for index, track in enumerate(tracks):
            if index in partner:
                alive.append(_hit(track, detections[partner[index]], options))
            elif track.confirmed:
                alive.append(track)
        taken = set(partner.values())
        fresh = [d for index, d in enumerate(detections) if index not in taken]
        fresh.sort(key=lambda detection: -detection.score)
        for detection in fresh[:max(0, MAX_TRACKS - len(alive))]:
            track = Track.of(detection, self._ids, stamp)
            alive.append(replace(track, confirmed=options.confirm_hits == 1))
        self._tracks = alive
        return list(alive)


def match_costs(tracks: list[Track], detections: list[Detection]) -> list[list[float]]:
    """
    Return the cost of giving each detection to each track.

    :return: for each track, for each detection: 0 to 1, or infinity where the match is out of
        question because of distance or size.
    """
    # Plain numbers: for the few faces of a frame, calls of NumPy cost more than all this.
    found = [(*d.box, *d.box.center, math.sqrt(max(d.box.area, 1e-9))) for d in detections]
    costs = []
    for track in tracks:
        box = track.box
        middle, size = box.center, math.sqrt(max(box.area, 1e-9))
        right, bottom = box.x + box.width, box.y + box.height
        gate = MAX_DISTANCE + DISTANCE_GROWTH * (track.stamp - track.last_seen)
        row = []
        for x, y, width, height, middle_x, middle_y, other in found:
            away = math.hypot(middle_x - middle[0], middle_y - middle[1])
            distance = away / math.sqrt(size * other)
            if distance > gate or max(size / other, other / size) > MAX_SIZE_RATIO:
                row.append(math.inf)
                continue
            shared = (
                max(0.0, min(right, x + width) - max(box.x, x))
                * max(0.0, min(bottom, y + height) - max(box.y, y)))
            iou = shared / max(size * size + other * other - shared, 1e-9)
            row.append(IOU_WEIGHT * (1.0 - iou) + (1.0 - IOU_WEIGHT) * distance / gate)
        costs.append(row)
    return costs


def _pair(costs: list[list[float]]) -> dict[int, int]:
    """Return the detection of each track that gets one, both by index."""
    pairs = [(t, d) for t, row in enumerate(costs) for d, cost in enumerate(row) if cost <= 1.0]
    partner = dict(pairs)
    if len(partner) == len(pairs) == len(set(partner.values())):
        return partner  # nobody competes, as in most frames
    rows, columns = assign(np.minimum(costs, 1.0))
    return {t: d for t, d in zip(rows.tolist(), columns.tolist()) if costs[t][d] <= 1.0}


def _expect(track: Track, stamp: float) -> Track:
    """Return the track as a miss at `stamp`, moved to where the face should be by then."""
    # The integral of v * exp(-t / damping) from 0 to `unseen`.
    reach = DAMPING_TIME * -math.expm1(-(stamp - track.last_seen) / DAMPING_TIME)
    return replace(
        track, stamp=stamp, misses=track.misses + 1,
        shift=(track.velocity[0] * reach, track.velocity[1] * reach))


def _hit(track: Track, detection: Detection, options: TrackerOptions) -> Track:
    """Return the track with a detection at its `stamp`."""
    elapsed = max(track.stamp - track.last_seen, 1e-6)
    # Velocity starts at rest and is averaged over a fixed time, so a jitter of the box at a
    # high frame rate does not look like a fast face.
    gain = -math.expm1(-elapsed / VELOCITY_TIME)
    before, now = track.detection.box.center, detection.box.center
    across, down = (
        v + gain * ((b - a) / elapsed - v) for v, a, b in zip(track.velocity, before, now))
    hits = track.hits + 1
    return replace(
        track, detection=detection, last_seen=track.stamp, velocity=(across, down),
        shift=(0.0, 0.0), hits=hits, misses=0,
        confirmed=track.confirmed or hits >= options.confirm_hits)
