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

"""Who is in front: faces by size, without two of about the same size changing places."""

from __future__ import annotations

from fer_ros.core.track import Track

# A face passes in front of another one when its area is larger by this factor.
_LEAD = 1.3


class FaceOrder:
    """Sort tracks by the size of the face, keeping the order of before where sizes are close."""

    def __init__(self) -> None:
        self._before: list[str] = []

    def clear(self) -> None:
        """Forget the order of before."""
        self._before = []

    def sort(self, tracks: list[Track], remembered: list[Track]) -> list[Track]:
        """
        Return tracks, the one in front first.

        :param tracks: to sort.
        :param remembered: whose place in the order is kept until they come back; `tracks` may
            be among them.
        """
        if len(tracks) == 1 and self._before == [tracks[0].id]:
            return tracks
        rank = {key: place for place, key in enumerate(self._before)}
        known = sorted((t for t in tracks if t.id in rank), key=lambda track: rank[track.id])
        # A new face has no place of before: its size alone counts.
        new = sorted((t for t in tracks if t.id not in rank), key=lambda track: -track.box.area)
        order: list[Track] = []
        for track in known:
            _insert(order, track, _LEAD)
        for track in new:
            _insert(order, track, 1.0)
        living = {track.id for track in remembered}
        self._before = _merged([track.id for track in order], self._before, living)
        return order


def _insert(order: list[Track], track: Track, lead: float) -> None:
    """Put a track before the first that it exceeds by a factor."""
    area = track.box.area
    place = next(
        (place for place, other in enumerate(order) if area > lead * other.box.area), len(order))
    order.insert(place, track)


def _merged(order: list[str], before: list[str], living: set[str]) -> list[str]:
    """Return an order with those who are not shown, each ahead of those it was ahead of."""
    merged, shown = list(order), set(order)
    for index in range(len(before) - 1, -1, -1):
        if before[index] in living - shown:
            behind = [merged.index(key) for key in before[index + 1:] if key in merged]
            merged.insert(min(behind, default=len(merged)), before[index])
    return merged
