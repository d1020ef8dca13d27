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

from fer_ros.core.assignment import assign
from fer_ros.core.options import require_integer, require_number
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.core.types import Box, Detection
import numpy as np

#: REP-155 wants ids that start with a letter.
ID_PREFIX = 'f'

# Slack for comparing spans of stamps: they are seconds since 1970 in a float64, good to 2.4e-7.
_STAMP_SLACK = 1e-6


@dataclass(frozen=True)
class TrackerOptions:
    """
    Say how detections become tracks. Times are seconds of the image stamps.

    :param max_gap: a confirmed track lives this long without a detection, 0.05 to 60 s. Frames
        further apart than this cannot be joined: a camera slower than `1 / max_gap` needs more.
    :param confirm_hits: detections in consecutive frames before a track counts, 1 to 100.
    :param iou_weight: share of the overlap in the matching cost, 0 to 1; the rest is distance.
    :param max_distance: farthest a face may be from where it is expected, in face sizes,
        0.05 to 10.
    :param distance_growth: how much `max_distance` grows with each second since the face was
        last seen, in face sizes per second, 0 to 100.
    :param max_size_ratio: largest ratio of the face sizes of a match, 1 to 10.
    :param velocity_time: averaging time of the velocity, 0.01 to 10 s.
    :param damping_time: time constant with which a face not seen slows down, 0.01 to 60 s.
    :param max_tracks: most tracks kept at once, 1 to 1000; further faces wait for a free place.
    :raises ValueError: a value is outside its range.
    """

    max_gap: float = 0.5
    confirm_hits: int = 2
    iou_weight: float = 0.5
    max_distance: float = 0.7
    distance_growth: float = 3.0
    max_size_ratio: float = 2.0
    velocity_time: float = 0.15
    damping_time: float = 0.5
    max_tracks: int = 50

    def __post_init__(self):
        require_number(self, 'max_gap', 0.05, 60.0)
        require_integer(self, 'confirm_hits', 1, 100)
        require_number(self, 'iou_weight', 0.0, 1.0)
        require_number(self, 'max_distance', 0.05, 10.0)
        require_number(self, 'distance_growth', 0.0, 100.0)
        require_number(self, 'max_size_ratio', 1.0, 10.0)
        require_number(self, 'velocity_time', 0.01, 10.0)
        require_number(self, 'damping_time', 0.01, 60.0)
        require_integer(self, 'max_tracks', 1, 1000)


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
    def landmarks(self) -> np.ndarray:
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
    `iou_weight * (1 - IoU) + (1 - iou_weight) * distance / gate`, from 0 to 1; leaving a track
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
            _expect(track, stamp, options) for track in self._tracks
            if stamp - track.last_seen <= options.max_gap + _STAMP_SLACK]
        partner = _pair(match_costs(tracks, detections, options))
        alive = []
        for index, track in enumerate(tracks):
            if index in partner:
                alive.append(_hit(track, detections[partner[index]], options))
            elif track.confirmed:
                alive.append(track)
        taken = set(partner.values())
        fresh = [d for index, d in enumerate(detections) if index not in taken]
        fresh.sort(key=lambda detection: -detection.score)
        for detection in fresh[:max(0, options.max_tracks - len(alive))]:
            track = Track.of(detection, self._ids, stamp)
            alive.append(replace(track, confirmed=options.confirm_hits == 1))
        self._tracks = alive
        return list(alive)


def match_costs(
        tracks: list[Track], detections: list[Detection],
        options: TrackerOptions) -> list[list[float]]:
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
        gate = options.max_distance + options.distance_growth * (track.stamp - track.last_seen)
        row = []
        for x, y, width, height, middle_x, middle_y, other in found:
            away = math.hypot(middle_x - middle[0], middle_y - middle[1])
            distance = away / math.sqrt(size * other)
            if distance > gate or max(size / other, other / size) > options.max_size_ratio:
                row.append(math.inf)
                continue
            shared = (
                max(0.0, min(right, x + width) - max(box.x, x))
                * max(0.0, min(bottom, y + height) - max(box.y, y)))
            iou = shared / max(size * size + other * other - shared, 1e-9)
            row.append(
                options.iou_weight * (1.0 - iou)
                + (1.0 - options.iou_weight) * distance / gate)
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


def _expect(track: Track, stamp: float, options: TrackerOptions) -> Track:
    """Return the track as a miss at `stamp`, moved to where the face should be by then."""
    # The integral of v * exp(-t / damping) from 0 to `unseen`.
    reach = options.damping_time * -math.expm1(-(stamp - track.last_seen) / options.damping_time)
    return replace(
        track, stamp=stamp, misses=track.misses + 1,
        shift=(track.velocity[0] * reach, track.velocity[1] * reach))


def _hit(track: Track, detection: Detection, options: TrackerOptions) -> Track:
    """Return the track with a detection at its `stamp`."""
    elapsed = max(track.stamp - track.last_seen, 1e-6)
    # Velocity starts at rest and is averaged over a fixed time, so a jitter of the box at a
    # high frame rate does not look like a fast face.
    gain = -math.expm1(-elapsed / options.velocity_time)
    before, now = track.detection.box.center, detection.box.center
    velocity = tuple(
        v + gain * ((b - a) / elapsed - v) for v, a, b in zip(track.velocity, before, now))
    hits = track.hits + 1
    return replace(
        track, detection=detection, last_seen=track.stamp, velocity=velocity, shift=(0.0, 0.0),
        hits=hits, misses=0, confirmed=track.confirmed or hits >= options.confirm_hits)
