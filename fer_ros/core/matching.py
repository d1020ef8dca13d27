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

"""Which detection can be which track, and the best pairs of all."""

from __future__ import annotations

import math

from fer_ros.core.assignment import assign
from fer_ros.core.track import Track
from fer_ros.core.types import Detection
import numpy as np

#: Share of the overlap in the cost of a match; the rest is distance.
IOU_WEIGHT = 0.5

#: Farthest a face may be from where it is expected, in face sizes.
MAX_DISTANCE = 0.7

#: How much `MAX_DISTANCE` grows while the face is not seen, in face sizes per second.
DISTANCE_GROWTH = 3.0

#: Largest ratio of the face sizes of a match.
MAX_SIZE_RATIO = 2.0

#: Coordinates beyond this are nonsense, pixels; products of a few of them are still finite.
_FARTHEST = 1e9

# The place where a face may come back grows for so long after it was last seen, seconds.
_WIDEST = 1.0


def usable(detection: Detection) -> bool:
    """Tell whether a detection can be a face at all: a box somewhere, with a size and a score."""
    box = detection.box  # comparisons with NaN are false
    return (all(abs(value) < _FARTHEST for value in box) and min(box.width, box.height) > 0.0
            and 0.0 <= detection.score <= 1.0)


def match_costs(
        tracks: list[Track], detections: list[Detection]) -> list[list[float]]:
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
        gate = MAX_DISTANCE + DISTANCE_GROWTH * min(track.unseen, _WIDEST)
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


def pair(costs: list[list[float]]) -> dict[int, int]:
    """Return the detection of each track that gets one, both by index."""
    pairs = [(t, d) for t, row in enumerate(costs) for d, cost in enumerate(row) if cost <= 1.0]
    partner = dict(pairs)
    if len(partner) == len(pairs) == len(set(partner.values())):
        return partner  # nobody competes, as in most frames
    rows, columns = assign(np.minimum(costs, 1.0))
    return {t: d for t, d in zip(rows.tolist(), columns.tolist()) if costs[t][d] <= 1.0}


def associate(turns: list[int], count: int, costs: list[list[float]]) -> dict[int, int]:
    """
    Return the detection, of so many, of each track that gets one, both by index.

    :param turns: of each track; those with a lower one choose first.
    """
    partner: dict[int, int] = {}
    for turn in sorted(set(turns)):
        rows = [index for index, one in enumerate(turns) if one == turn]
        free = [d for d in range(count) if d not in partner.values()]
        if rows and free:
            pairs = pair([[costs[t][d] for d in free] for t in rows])
            partner.update((rows[t], free[d]) for t, d in pairs.items())
    return partner
