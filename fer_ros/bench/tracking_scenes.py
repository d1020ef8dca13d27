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

"""Scenes that try the tracking: people of known identity, drawn from the embedded stills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import math
from typing import NamedTuple

import cv2
from fer_ros.core.types import Box
from fer_ros.demo.sprites import levels, paint, pose, shown_share, warp_of, warped_box
from fer_ros.demo.stills import load_stills, Still
import numpy as np

#: Width and height of the frames, pixels.
SIZE = (640, 480)

#: Somebody is there where this share of the face can be seen, and is not below the second;
#: in between either answer is right.
THERE, GONE = 0.7, 0.3

# A keyframe: seconds, x and y of the face's centre, its height (pixels), roll (degrees).
_Keys = tuple[tuple[float, float, float, float, float], ...]


class View(NamedTuple):
    """
    What the camera does.

    :param zoom: enlargement about the centre of the frame.
    :param right: how far it looks to the right, pixels of the scene; `down` likewise.
    :param light: factor on all pixels.
    """

    zoom: float = 1.0
    right: float = 0.0
    down: float = 0.0
    light: float = 1.0


@dataclass(frozen=True)
class Scene:
    """
    One scene.

    :param name: of the row of the table.
    :param people: (who, picture, keyframes), back to front; somebody is there from the first
        keyframe to the last.
    :param seconds: duration.
    :param board: (seconds, x) of the left edge of a board that passes before everybody, at its
        start and end, and its width in pixels.
    :param view: what the camera does at so many seconds.
    :param silent: spans of time, seconds, without frames.
    :param lost: share of the frames that get lost.
    """

    name: str
    people: tuple[tuple[str, str, _Keys], ...]
    seconds: float
    board: tuple[float, float, float, float, float] | None = None
    view: Callable[[float], View] = lambda seconds: View()
    silent: tuple[tuple[float, float], ...] = ()
    lost: float = 0.0


class Moment(NamedTuple):
    """
    One frame of a scene.

    :param pixels: uint8 (480, 640, 3), bgr.
    :param stamp: seconds.
    :param people: the boxes of those of whom something can be seen, by who they are.
    :param partly: those of them of whom one may say either.
    """

    pixels: np.ndarray
    stamp: float
    people: dict[str, Box]
    partly: frozenset[str]


def moments(scene: Scene, rate: float) -> Iterator[Moment]:
    """Draw the frames of a scene that arrive, at `rate` frames a second; always the same."""
    stills = _stills()
    sprites = {name: levels(still) for name, still in stills.items()}
    random = np.random.default_rng(1)
    for index in range(round(scene.seconds * rate)):
        stamp = index / rate
        lost = random.random() < scene.lost
        if lost or any(start <= stamp < end for start, end in scene.silent):
            continue
        yield _draw(scene, stamp, stills, sprites)


def _draw(scene: Scene, stamp: float, stills: dict[str, Still], sprites: dict) -> Moment:
    view = scene.view(stamp)
    camera = np.array([
        [view.zoom, 0.0, (1.0 - view.zoom) * SIZE[0] / 2 - view.zoom * view.right],
        [0.0, view.zoom, (1.0 - view.zoom) * SIZE[1] / 2 - view.zoom * view.down],
        [0.0, 0.0, 1.0]])
    pixels = cv2.warpAffine(_wall(), camera[:2], SIZE, borderMode=cv2.BORDER_REFLECT)
    owner = np.zeros(SIZE[::-1], np.uint8)
    shown = []
    for who, picture, keys in scene.people:
        if not keys[0][0] <= stamp <= keys[-1][0]:
            continue
        still = stills[picture]
        warp = warp_of(still, *pose(np.array(keys, float), stamp))
        warp = camera[:2] @ np.vstack((warp, (0.0, 0.0, 1.0)))
        paint(pixels, sprites[picture], warp)
        shown.append((who, still, warp))
        owner[cv2.warpAffine(still.mask, warp, SIZE) > 127] = len(shown)
    if scene.board is not None:
        start, x0, end, x1, width = scene.board
        left = round(x0 + (x1 - x0) * min(max((stamp - start) / (end - start), 0.0), 1.0))
        part = slice(max(left, 0), max(left + round(width), 0))
        pixels[:, part], owner[:, part] = (70, 90, 110), 0
    shares = {
        who: (shown_share(owner == number, still, warp), warped_box(still.box, warp))
        for number, (who, still, warp) in enumerate(shown, start=1)}
    if view.light != 1.0:
        pixels = cv2.convertScaleAbs(pixels, alpha=view.light)
    return Moment(
        pixels, stamp, {who: box for who, (share, box) in shares.items() if share > GONE},
        frozenset(who for who, (share, _) in shares.items() if GONE < share < THERE))


def _stills() -> dict[str, Still]:
    """Return the pictures that scenes use: both people, their mirror images, a photograph."""
    stills = load_stills()
    stills |= {f'{name}_mirrored': still.mirrored(f'{name}_mirrored')
               for name, still in stills.items()}
    portrait = stills['collins']
    x, y, width, height = (round(value) for value in portrait.box)
    frame = np.zeros_like(portrait.mask)
    frame[max(0, y - height // 2):y + 2 * height, max(0, x - width // 2):x + 3 * width // 2] = 255
    stills['photograph'] = Still(
        'photograph', portrait.pixels, frame, portrait.box, portrait.landmarks)
    return stills


def _wall() -> np.ndarray:
    """Return the empty room, without any edge that a detector could take for a face."""
    shade = np.linspace(170, 100, SIZE[1], dtype=np.float32)[:, None, None]
    return np.broadcast_to(shade * (0.95, 1.0, 1.0), (*SIZE[::-1], 3)).astype(np.uint8)


def _rest(x: float, y: float, height: float, seconds: float, roll: float = 3.0) -> _Keys:
    """Return keyframes of somebody who stays and moves a little."""
    count = max(2, round(seconds))
    return tuple(
        (index * seconds / (count - 1), x + 6 * (-1) ** index, y + 3 * (-1) ** index, height,
         roll * (-1) ** index) for index in range(count))


def _hidden(seconds: float) -> Scene:
    """Return a scene in which a board hides somebody wholly for so long."""
    height, speed = 110, 400.0
    width = 1.15 * height + speed * seconds
    start, travel = 1.5, (SIZE[0] + width) / speed
    return Scene(
        f'hidden for {seconds:g} s', (('a', 'hopper', _rest(320, 200, height, 8.0)),), 8.0,
        board=(start, -width, start + travel, float(SIZE[0]), width))


_TWO = (
    ('a', 'hopper', _rest(190, 230, 120, 8.0)), ('b', 'collins', _rest(440, 190, 105, 8.0)))

_CROSSING = (
    ('a', 'collins', (
        (0.0, 130, 190, 95, 2), (1.5, 200, 190, 95, -2), (4.5, 520, 195, 95, 3),
        (6.0, 470, 195, 95, -2), (9.0, 110, 190, 95, 2), (10.0, 150, 190, 95, -2))),
    ('b', 'hopper', (
        (0.0, 540, 250, 130, -2), (1.5, 470, 250, 130, 2), (4.5, 120, 245, 130, -3),
        (6.0, 170, 245, 130, 2), (9.0, 560, 250, 130, -2), (10.0, 520, 250, 130, 2))))

_CROWD = tuple(
    (f'{row} {column}',
     ('hopper', 'collins', 'hopper_mirrored', 'collins_mirrored')[(row + column) % 4],
     _rest(64 + 128 * column, 50 + 112 * row, 46, 6.0, 2.0))
    for row in range(4) for column in range(5))


def _cuts() -> tuple[tuple[str, str, _Keys], ...]:
    """Return two people in alternating shots, each at the place of the other."""
    return tuple(
        (picture, picture, (
            (1.2 * index, 320 + 10 * index, 220, 130, 2),
            (1.2 * index + 1.2 - 1e-3, 325 + 10 * index, 222, 132, -2)))
        for index, picture in enumerate(('hopper', 'collins') * 3))


#: All scenes, by the row of the table.
SCENES = (
    Scene('two people cross', _CROSSING, 10.0),
    _hidden(0.3), _hidden(0.8), _hidden(1.5),
    Scene('camera shaken', _TWO, 8.0, view=lambda t: View(
        1.0, 18 * math.sin(2 * math.pi * 3.1 * t), 12 * math.sin(2 * math.pi * 4.3 * t))),
    Scene('camera pans', _TWO, 8.0, view=lambda t: View(
        1.0, 420 * math.sin(2 * math.pi * t / 8) ** 3)),
    Scene('camera zooms', _TWO, 8.0, view=lambda t: View(1.3 - 0.4 * math.cos(math.pi * t))),
    Scene('flash, lights out', _TWO, 8.0, view=lambda t: View(
        light=2.4 if 2.0 <= t < 2.1 else 0.3 if 4.0 <= t < 5.0 else 1.0)),
    Scene('photograph on the wall', (
        ('photograph', 'photograph', ((0, 330, 150, 80, 0), (7, 330, 150, 80, 0))),
        ('a', 'hopper', (
            (0.5, -90, 230, 120, 0), (4.5, 760, 220, 125, 3)))), 7.0),
    Scene('leaves and returns', (
        ('a', 'collins', (
            (0.0, 460, 210, 110, 0), (1.5, 470, 210, 110, 2), (2.3, 760, 215, 110, 0),
            (3.1, 760, 215, 110, 0), (3.9, 470, 210, 110, 2), (7.0, 450, 210, 110, 0))),), 7.0),
    Scene('cuts between people', _cuts(), 7.2),
    Scene('20 faces', _CROWD, 6.0),
    Scene('30 % of frames lost', _CROSSING, 10.0, lost=0.3),
    Scene('camera stalls', _TWO, 8.0, silent=((2.0, 2.7), (4.0, 7.0))),
)
