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

"""
Other expressions of the people of the stills: their features moved within the photograph.

Nobody acted these: brows, lips and the corners of the mouth of one photograph are shifted
by smooth fields, and an open mouth is filled with dark. Nothing outside of the face's box moves.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import cv2
from fer_ros.demo.stills import Still
import numpy as np

#: The inside of an open mouth, bgr: above and below.
INSIDE = np.array(((14, 12, 26), (42, 38, 80)), np.float32)

#: How far around a feature its surroundings move with it, across and along, in shares of the
#: distance between the eyes.
BROW, CORNER = (0.2, 0.12), (0.22, 0.2)

#: How far around its middle an eye keeps its form, likewise.
EYE = (0.26, 0.14)


@dataclass(frozen=True)
class Shape:
    """
    How far the features move, in shares of the distance between the eyes; 0: as photographed.

    :param inner: the inner ends of the brows, upwards.
    :param outer: the outer ends of the brows, upwards.
    :param squeeze: the inner ends of the brows, towards each other.
    :param corners: the corners of the mouth, upwards.
    :param wide: the corners of the mouth, outwards.
    :param open: the lips, apart; below 0: together.
    """

    inner: float = 0.0
    outer: float = 0.0
    squeeze: float = 0.0
    corners: float = 0.0
    wide: float = 0.0
    open: float = 0.0

    def towards(self, other: Shape, share: float) -> Shape:
        """Return what lies between two shapes; a share of 1 is the other one."""
        return Shape(*(
            (1 - share) * a + share * b for a, b in zip(astuple(self), astuple(other))))


#: Nothing moved.
PHOTOGRAPHED = Shape()


def reshape(still: Still, shape: Shape) -> Still:
    """
    Return the still with the face in another shape; box, landmarks and mask stay as they are.

    :raises ValueError: the features of the still are not known.
    """
    if still.features is None:
        raise ValueError(f'the features of {still.name} are not known; add them to people.json')
    left, top = (round(v) for v in still.box[:2])
    width, height = (round(v) for v in still.box[2:])
    y, x = np.mgrid[top:top + height, left:left + width].astype(np.float32)
    unit = float(np.hypot(*(still.landmarks[1] - still.landmarks[0])))
    # At the edge of the box nothing moves.
    edge = np.minimum.reduce([x - left, left + width - 1 - x, y - top, top + height - 1 - y])
    inside = np.clip(edge / (0.12 * width), 0, 1)
    inside = inside * inside * (3 - 2 * inside)

    for eye in still.landmarks[:2]:
        inside = inside * (1 - _around(x, y, eye, EYE, unit))
    at_x, at_y = x, y
    for place, (right, up), reach in _moves(still.features, shape):
        weight = unit * inside * _around(x, y, place, reach, unit)
        at_x, at_y = at_x - right * weight, at_y + up * weight
    moved, gap, depth = _parted(at_x, at_y, still.features, unit, shape.open)
    part = cv2.remap(
        still.pixels, at_x.astype(np.float32), (at_y + inside * moved).astype(np.float32),
        cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    gap, depth = gap[..., None], depth[..., None]
    dark = (1 - depth) * INSIDE[0] + depth * INSIDE[1]
    pixels = still.pixels.copy()
    pixels[top:top + height, left:left + width] = np.clip(part + gap * (dark - part), 0, 255)
    return replace(still, pixels=pixels)


def _around(x, y, place, reach, unit):
    """Return how near pixels are to a place: 1 there, falling to 0."""
    across, along = (x - place[0]) / (reach[0] * unit), (y - place[1]) / (reach[1] * unit)
    return np.exp(-(across ** 2 + along ** 2) / 2)


def _moves(face, e):
    """Return [(place, (right, up), reach across and along)], shares of the eyes' distance."""
    moves = [(brow, (0.0, e.outer), BROW) for brow in (face.brows[0], face.brows[3])]
    moves += [(brow, (side * e.squeeze, e.inner), BROW)
              for brow, side in zip(face.brows[1:3], (1, -1))]
    return moves + [
        (corner, (side * e.wide, e.corners), CORNER)
        for corner, side in zip(face.corners, (-1, 1))]


def _parted(x, y, face, unit, opening):
    """
    Return what an opening of the mouth does to pixels: (moved, gap, depth).

    `moved` is how far below them lies what they show, pixels; `gap` the share of the inside of
    the mouth in them, and `depth` where in the mouth, from 0 above to 1 below.
    """
    (right, right_y), (left, left_y) = face.corners
    upper, lower = face.lips
    # The lips part below the teeth of the upper jaw, and close over their middle.
    middle = lower if opening > 0 else (upper + lower) / 2
    across = np.clip((2 * x - right - left) / (left - right), -1, 1)
    arch = 1 - across ** 2
    line = (right_y * (1 - across) + left_y * (1 + across)) / 2
    line += (middle - (right_y + left_y) / 2) * arch
    half = opening * unit / 2 * arch ** 0.75
    away = y - line
    distance = np.abs(away)
    # The lower jaw moves, the upper one does not.
    reach = np.where(away > 0, 0.5, 0.25) * unit
    share = np.exp(-(np.maximum(distance - np.maximum(half, 0), 0) / reach) ** 2)
    # Nothing crosses the line between the lips.
    shown = np.maximum(distance - half * share, 0) if opening > 0 else distance - half * share
    gap = np.clip((half - distance) / (0.06 * unit), 0, 1) if opening > 0 else 0 * half
    depth = np.clip(away / np.maximum(np.abs(half), 1) / 2 + 0.5, 0, 1)
    return np.sign(away) * shown - away, gap, depth
