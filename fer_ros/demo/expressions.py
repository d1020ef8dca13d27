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

Nobody acted these: brows, lids, lips and the corners of the mouth of one photograph are shifted
by smooth fields, and an open mouth is filled with dark. Nothing outside of the face's box moves.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import cv2
from fer_ros.demo.stills import Still
import numpy as np

#: The inside of an open mouth, bgr.
INSIDE = (30, 26, 52)

#: How far around a feature its surroundings move with it, across and along, in shares of the
#: distance between the eyes.
BROW, LID, CORNER, NOSE = (0.2, 0.1), (0.15, 0.06), (0.22, 0.2), (0.2, 0.15)


@dataclass(frozen=True)
class Shape:
    """
    How far the features move, in shares of the distance between the eyes; 0: as photographed.

    :param inner: the inner ends of the brows, upwards.
    :param outer: the outer ends of the brows, upwards.
    :param squeeze: the inner ends of the brows, towards each other.
    :param lids: the upper lids, upwards.
    :param corners: the corners of the mouth, upwards.
    :param wide: the corners of the mouth, outwards.
    :param open: the lips, apart; below 0: together.
    :param nose: the middle of the upper lip and the nose, upwards.
    """

    inner: float = 0.0
    outer: float = 0.0
    squeeze: float = 0.0
    lids: float = 0.0
    corners: float = 0.0
    wide: float = 0.0
    open: float = 0.0
    nose: float = 0.0

    def towards(self, other: Shape, share: float) -> Shape:
        """Return what lies between two shapes; a share of 1 is the other one."""
        return Shape(*(
            a + share * (b - a) for a, b in zip(astuple(self), astuple(other))))


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

    moved_x, moved_y = np.zeros_like(x), np.zeros_like(y)
    for (at_x, at_y), (right, up), (wide, high) in _moves(still, still.features, shape):
        weight = unit * np.exp(-(
            ((x - at_x) / (wide * unit)) ** 2 + ((y - at_y) / (high * unit)) ** 2) / 2)
        moved_x -= right * weight
        moved_y += up * weight
    at_x, at_y = x + inside * moved_x, y + inside * moved_y
    part_y, gap = _parted(at_x, at_y, still.features, unit, shape.open)
    part = cv2.remap(
        still.pixels, at_x.astype(np.float32), (at_y + inside * part_y).astype(np.float32),
        cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    pixels = still.pixels.copy()
    pixels[top:top + height, left:left + width] = np.clip(
        part + gap[..., None] * (np.array(INSIDE, np.float32) - part), 0, 255)
    return replace(still, pixels=pixels)


def _moves(still, face, e):
    """Return [(place, (right, up), reach across and along)], shares of the eyes' distance."""
    moves = [(brow, (0.0, e.outer), BROW) for brow in (face.brows[0], face.brows[3])]
    moves += [(brow, (side * e.squeeze, e.inner), BROW)
              for brow, side in zip(face.brows[1:3], (1, -1))]
    moves += [(lid, (0.0, e.lids), LID) for lid in face.lids]
    moves += [(corner, (side * e.wide, e.corners), CORNER)
              for corner, side in zip(face.corners, (-1, 1))]
    moves.append((still.landmarks[2], (0.0, e.nose), NOSE))
    return moves


def _parted(x, y, face, unit, opening):
    """Return how far down lies what pixels show, and the share of open mouth in them."""
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
    return np.sign(away) * shown - away, gap
