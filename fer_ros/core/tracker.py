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

from collections.abc import Sequence
from dataclasses import dataclass, replace
import math

from fer_ros.core.appearance import Appearance, Sight
from fer_ros.core.boxes import shared_area
from fer_ros.core.matching import associate, match_costs, usable
from fer_ros.core.options import option, Options
from fer_ros.core.track import Track
from fer_ros.core.track_ids import PROCESS_IDS, TrackIds
from fer_ros.core.types import Box, Detection

# Slack for comparing spans of stamps: they are seconds since 1970 in a float64, good to 2.4e-7.
_STAMP_SLACK = 1e-6

# The time between two frames counts as absence up to here, seconds: a camera that stalls, or a
# recording that is paused, makes nobody leave.
_LONGEST_STEP = 0.5

# Frames at most this far apart show a face that has hardly changed, seconds.
_IN_SEQUENCE = 0.25

# A face not seen is hidden where a seen one covers this part of its expected box; one seen is
# whole where somebody known covers no more than the second.
_COVERED, _TOUCHED = 0.3, 0.1


#: Most tracks kept at once: those not seen for longest go first, further faces wait for a place.
MAX_TRACKS = 50


@dataclass(frozen=True)
class TrackerOptions(Options):
    """Say how detections become tracks; times are those of the image stamps."""

    presence_grace: float = option(
        0.2, 0.0, 10.0,
        'How long a face that is not seen is still published, in seconds of message time, for '
        'frames in which the detector misses it.')
    memory: float = option(
        2.0, 0.0, 60.0,
        'How long a face that is gone is remembered, in seconds of message time: a person who '
        'comes back in that time keeps the id. Of a pause between two images, at most half a '
        'second counts.')
    start_score: float = option(
        0.7, 0.0, 1.0,
        'Least confidence of a new face; a known one is kept down to `detector.score_threshold`.')
    confirm_hits: int = option(
        2, 1, 100, 'Frames that must show a face before it is published.')


class FaceTracker:
    """
    Join the detections of successive frames into tracks.

    Each frame, every track says where its face should be by now (constant velocity, slowing
    down while the face is not seen), and the assignment of detections to tracks with the least
    total cost of all is taken, first for those who were present, then for those who are only
    remembered and those not yet confirmed. The cost of a match is
    `IOU_WEIGHT * (1 - iou) + (1 - IOU_WEIGHT) * distance / gate`, from 0 to 1; leaving a track
    and a detection without a partner costs 1. All is counted in time, not in frames, so a
    change of the frame rate changes nothing. Detected boxes are passed on as they are: nothing
    is smoothed.

    Where crops are given, nobody takes over the track of somebody else: a face that looks
    different from one frame to the next, or comes back after a gap, must resemble the views of
    that person that are remembered.
    """

    def __init__(
            self, options: TrackerOptions | None = None, ids: TrackIds = PROCESS_IDS):
        self.options = options or TrackerOptions()
        self._ids = ids
        self.reset()

    def reset(self) -> None:
        """Forget all tracks; their ids are not used again."""
        self._tracks: list[Track] = []
        self._appearances: dict[str, Appearance] = {}
        self._stamp = math.inf

    @property
    def boxes(self) -> list[Box]:
        """Return where the faces that are present or not yet confirmed were last seen."""
        return [track.detection.box for track in self._tracks if _recent(track)]

    def update(
            self, detections: list[Detection], stamp: float,
            sights: Sequence[Sight] | None = None) -> list[Track]:
        """
        Take the detections of one frame and return all living tracks.

        A confirmed track lives while it is remembered, see `TrackerOptions.memory`; one not yet
        confirmed dies at its first miss.

        :param detections: the faces of this frame, in any order; those whose numbers make no
            sense (NaN, no size, a score beyond 0 to 1) are passed over.
        :param stamp: of the frame, in seconds, larger than that of the call before.
        :param sights: of each detection; None where faces are told apart by their places alone.
        :return: oldest track first, remembered and unconfirmed ones included.
        """
        options = self.options
        if not all(map(usable, detections)):
            good = [index for index, each in enumerate(detections) if usable(each)]
            detections = [detections[index] for index in good]
            sights = None if sights is None else [sights[index] for index in good]
        tracks = self._expected(stamp)
        costs = match_costs(tracks, detections)
        refused = self._part_strangers(tracks, sights, costs) if sights is not None else set()
        turns = [_turn(track, options.confirm_hits) for track in tracks]
        partner = associate(turns, len(detections), costs)
        alive = []
        for index, track in enumerate(tracks):
            if index in partner:
                alive.append(track.seen(detections[partner[index]], options.confirm_hits))
            elif track.confirmed:
                alive.append(track)
        taken = set(partner.values())
        # A person who comes back from behind another is recognised once the whole face is there.
        fresh = [
            detection for index, detection in enumerate(detections)
            if index not in taken and detection.score >= options.start_score
            and not (index in refused and _covering(detection.box, alive, _TOUCHED))]
        alive = self._join(alive, fresh, stamp)
        self._tracks = [_judged(track, alive, options.presence_grace) for track in alive]
        self._learn(detections, sights, stamp)
        return list(self._tracks)

    def _expected(self, stamp: float) -> list[Track]:
        """Return the tracks that may be continued, each where its face should be by now."""
        options = self.options
        counted = max(0.0, min(stamp - self._stamp, _LONGEST_STEP))
        self._stamp = stamp
        limit = max(options.memory, options.presence_grace) + _STAMP_SLACK
        tracks = (track.missed(stamp, counted) for track in self._tracks)
        return [track for track in tracks if track.absence <= limit]

    def _part_strangers(
            self, tracks: list[Track], sights: Sequence[Sight],
            costs: list[list[float]]) -> set[int]:
        """Put matches of faces that cannot be the same out of question; return whose, by index."""
        refused = set()
        for track, row in zip(tracks, costs):
            known = self._appearances[track.id]
            in_sequence = track.misses == 1 and track.unseen <= _IN_SEQUENCE
            absence = None if in_sequence else track.unseen
            for index, sight in enumerate(sights):
                if row[index] <= 1.0 and not known.allows(sight, absence, track.hidden):
                    row[index] = math.inf
                    refused.add(index)
        return refused

    def _join(self, alive: list[Track], fresh: list[Detection], stamp: float) -> list[Track]:
        """Return the tracks with new ones, the largest first, as far as there are places."""
        if not fresh and len(alive) <= MAX_TRACKS:
            return alive
        fresh = sorted(fresh, key=lambda detection: -detection.score)
        places = max(0, MAX_TRACKS - sum(track.observed for track in alive))
        largest = sorted(fresh, key=lambda detection: -detection.box.area)[:places]
        fresh = [detection for detection in fresh if detection in largest]
        surplus = len(alive) + len(fresh) - MAX_TRACKS
        if surplus > 0:
            longest = sorted(alive, key=lambda track: -track.unseen)[:surplus]
            alive = [track for track in alive if track not in longest]
        confirmed = self.options.confirm_hits == 1
        new = (Track.of(detection, self._ids, stamp) for detection in fresh)
        return [*alive, *(replace(track, confirmed=confirmed) for track in new)]

    def _learn(
            self, detections: list[Detection], sights: Sequence[Sight] | None,
            stamp: float) -> None:
        """Take over how the faces of this frame look; forget those whose track is gone."""
        known = self._appearances
        self._appearances = {
            track.id: known.get(track.id) or Appearance() for track in self._tracks}
        if sights is None:
            return
        seen = {id(detection): sight for detection, sight in zip(detections, sights)}
        for track in self._tracks:
            if track.observed:
                self._appearances[track.id].learn(seen[id(track.detection)], stamp)


def _turn(track: Track, confirm_hits: int) -> int:
    """Return when a track may choose: who is present, comes back, is new, has just gone."""
    if track.present:
        return 0
    if not track.confirmed:
        return 2
    # A person who comes back and is not recognised at once may be in the next frame. Not at a cut:
    # the new face was there as soon as the old one was gone.
    return 1 if track.misses > confirm_hits else 3


def _recent(track: Track) -> bool:
    """Tell whether somebody was there in the frame before, not only remembered."""
    return track.present or not track.confirmed


def _covering(box: Box, tracks: list[Track], share: float, known: bool = True) -> list[Track]:
    """Return who is seen before so much of a face: those who are known, or everybody."""
    return [
        other for other in tracks if other.observed and (other.confirmed or not known)
        and shared_area(box, other.box) > share * box.area]


def _judged(track: Track, tracks: list[Track], grace: float) -> Track:
    """Return a track with what is true of its presence: seen, blinking, hidden or gone."""
    if track.observed:
        return track if track.present == track.confirmed else replace(track, present=True)
    if not track.present:
        return track
    box = track.box
    covering = _covering(box, tracks, _COVERED, known=False)
    if covering:
        # A face that appears there from nowhere does not stand before this one: it is a cut.
        hidden = any(other.confirmed for other in covering)
        return replace(track, present=False, hidden=hidden)
    there = track.unseen <= grace + _STAMP_SLACK
    return track if there else replace(track, present=False)
