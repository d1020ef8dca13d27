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

"""The embedded clip: people walk through a room, drawn from stills, with known faces."""

from __future__ import annotations

from typing import Iterator, NamedTuple

import cv2
from fer_ros.core.types import Box
from fer_ros.demo.expressions import PHOTOGRAPHED, reshape
from fer_ros.demo.play import shape_at
from fer_ros.demo.sprites import levels, paint, pose, shown_share, warp_of, warped_box
from fer_ros.demo.stills import load_stills, Still
import numpy as np

#: Size of the scene in which `WALKS` is written; other sizes scale it.
SCENE = (640, 480)

#: Row of the scene below which a counter hides everything.
COUNTER = 392

#: Keyframes: (seconds, x and y of the face box's centre, height of the face box, roll in
#: degrees, clockwise). Rows further down are painted over the rows above. Somebody is
#: present from the first keyframe to the last.
WALKS = {
    'collins_mirrored': (
        (6.9, -70, 232, 58, 0), (7.4, 60, 225, 60, 4), (8.4, 325, 205, 66, -9),
        (9.8, 350, 205, 70, 9), (11.3, 710, 225, 62, 0)),
    'collins': (
        (0.8, -90, 225, 100, 0), (2.2, 200, 200, 115, 4), (4.0, 240, 185, 130, -9),
        (5.2, 250, 175, 118, 7), (6.8, 470, 170, 108, 3), (9.1, 515, 200, 118, -6),
        (10.3, 740, 215, 108, 0)),
    'hopper': (
        (2.5, 760, 250, 112, 0), (4.0, 475, 240, 120, 6), (5.2, 450, 250, 112, -5),
        (6.8, 190, 255, 122, 3), (9.0, 165, 230, 140, 8), (10.4, -140, 240, 128, 0)),
}


class FaceTruth(NamedTuple):
    """
    Where one face of the clip is in one frame.

    `identity` is a key of `WALKS`; `box` and `landmarks` (float32 (4, 2), rows as
    `fer_ros.core.types.LANDMARKS`) are in pixels and may lie outside the frame; `visible` is
    the share of the face, 0 to 1, that is inside the frame and behind nobody.
    """

    identity: str
    box: Box
    landmarks: np.ndarray
    visible: float


class EmbeddedClip:
    """
    Draw the clip's frames on demand; the same arguments give the same pixels.

    :param size: (width, height) in pixels, at least 64 each.
    :param rate: frames a second.
    :param duration: seconds; the walks take 12.
    :param acted: whether expressions change as `fer_ros.demo.play` has it; else everybody looks
        as photographed. Places are the same.
    :raises ValueError: an argument is out of range.
    """

    def __init__(self, size=SCENE, rate=30.0, duration=12.0, acted=False):
        width, height = size
        if min(width, height) < 64:
            raise ValueError(f'clip size {width}x{height} is too small; use at least 64x64')
        if not rate > 0 or not duration > 0:
            raise ValueError(
                f'clip rate {rate} Hz and duration {duration} s must be greater than 0')
        self.size, self.rate, self.duration = (int(width), int(height)), rate, duration
        self._zoom = min(width / SCENE[0], height / SCENE[1])
        self._shift = ((width - SCENE[0] * self._zoom) / 2, height - SCENE[1] * self._zoom)
        stills = load_stills()
        stills['collins_mirrored'] = _other_suit(stills['collins'].mirrored('collins_mirrored'))
        self._stills = {name: stills[name] for name in WALKS}
        self._sprites = {name: levels(still) for name, still in self._stills.items()}
        self._acted, self._worn = acted, {}
        self._room = _room(self.size)
        self._counter = round(COUNTER * self._zoom + self._shift[1])

    def __len__(self) -> int:
        return max(1, round(self.duration * self.rate))

    def __iter__(self) -> Iterator[tuple[np.ndarray, float]]:
        """Yield (uint8 (H, W, 3) bgr frame, seconds since the start)."""
        for index in range(len(self)):
            yield self.frame(index), index / self.rate

    def frame(self, index: int) -> np.ndarray:
        """Return frame `index` as a new uint8 array (H, W, 3), bgr."""
        pixels = self._room.copy()
        for name, warp in self._warps(index):
            paint(pixels[:self._counter], self._sprite(name, index / self.rate), warp)
        return pixels

    def truth(self, index: int) -> tuple[FaceTruth, ...]:
        """Return every face in frame `index`, also those hidden or outside (visible 0)."""
        warps = self._warps(index)
        owner = np.zeros((self._counter, self.size[0]), np.uint8)
        for number, (name, warp) in enumerate(warps, start=1):
            mask = cv2.warpAffine(self._stills[name].mask, warp, owner.shape[::-1])
            owner[mask > 127] = number
        faces = []
        for number, (name, warp) in enumerate(warps, start=1):
            still = self._stills[name]
            box = warped_box(still.box, warp)
            landmarks = cv2.transform(still.landmarks[None], warp)[0]
            visible = shown_share(owner == number, still, warp)
            faces.append(FaceTruth(name, box, landmarks, visible))
        return tuple(faces)

    def _sprite(self, name, seconds):
        shape = shape_at(name, seconds) if self._acted else PHOTOGRAPHED
        if shape == PHOTOGRAPHED:
            return self._sprites[name]
        # Most of the time a face holds still, and this is the costly part of a frame.
        if self._worn.get(name, (None,))[0] != shape:
            self._worn[name] = shape, levels(reshape(self._stills[name], shape))
        return self._worn[name][1]

    def _warps(self, index):
        """Return (name, 2x3 matrix from still to frame) of all present, back to front."""
        seconds = index / self.rate
        warps = []
        for name, keys in WALKS.items():
            if keys[0][0] <= seconds <= keys[-1][0]:
                x, y, height, roll = pose(np.array(keys, float), seconds)
                warps.append((name, warp_of(
                    self._stills[name], x * self._zoom + self._shift[0],
                    y * self._zoom + self._shift[1], self._zoom * height, roll)))
        return warps


def _other_suit(still: Still) -> Still:
    """Dress somebody in blue instead of orange: swap red and blue below the chin."""
    chin = int(still.box.y + still.box.height) + 6
    pixels = still.pixels.copy()
    pixels[chin:] = pixels[chin:, :, ::-1]
    return Still(still.name, pixels, still.mask, still.box, still.landmarks)


def _room(size) -> np.ndarray:
    """Draw the empty room: a wall with windows in soft light, and the counter in front."""
    zoom = min(size[0] / SCENE[0], size[1] / SCENE[1])
    rows = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    columns = np.linspace(0, 1, size[0], dtype=np.float32)[None]
    light = 0.82 + 0.18 * np.cos(2.2 * (columns - 0.4)) - 0.18 * rows
    room = light[..., None] * np.array([186, 196, 200], np.float32)
    bottom = size[1] - SCENE[1] * zoom
    left = (size[0] - SCENE[0] * zoom) / 2
    for x in (70, 290, 510):
        a = (round(left + x * zoom), round(bottom + 30 * zoom))
        b = (round(left + (x + 95) * zoom), round(bottom + 215 * zoom))
        cv2.rectangle(room, a, b, (214, 208, 196), -1)
        cv2.rectangle(room, a, b, (140, 150, 156), max(1, round(5 * zoom)))
    room = cv2.GaussianBlur(room, (0, 0), max(0.5, 2.5 * zoom))
    counter = round(COUNTER * zoom + bottom)
    depth = np.linspace(0, 1, size[1] - counter, dtype=np.float32)[:, None, None]
    room[counter:] = (1 - 0.45 * depth) * np.array([70, 104, 142], np.float32)
    room[counter:counter + max(1, round(6 * zoom))] *= 1.25
    return np.clip(room, 0, 255).astype(np.uint8)
