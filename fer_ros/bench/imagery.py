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

"""Frames with a known number of faces, made of the stills that come with the package."""

from __future__ import annotations

import math

import cv2
from fer_ros.core.types import Frame
from fer_ros.demo.stills import load_stills, Still
import numpy as np

#: Width of the picture around a face, in heights of the face.
_AROUND = 2.2

#: Most faces of a scene.
MOST = 20


def scene(size: tuple[int, int], faces: int, steps: int = 8, cells: int | None = None) -> list:
    """
    Return frames in which everybody sways a little, so that tracking has something to do.

    :param size: (width, height) in pixels.
    :param faces: 0 to `MOST`.
    :param steps: number of frames; the first follows the last without a jump.
    :param cells: places for faces; the more, the smaller each face. As many as there are faces
        when None, but not fewer than four.
    :raises ValueError: too many faces.
    """
    if not 0 <= faces <= MOST:
        raise ValueError(f'a scene of {faces} faces cannot be drawn; use 0 to {MOST}')
    width, height = size
    places = max(faces, 4) if cells is None else cells
    columns = math.ceil(math.sqrt(places * width / height))
    rows = math.ceil(places / columns)
    cell = (width // columns, height // rows)
    people = list(load_stills().values())
    people += [person.mirrored(person.name) for person in people]
    # The room has no edges a detector could take for a face.
    shade = np.linspace(150, 90, height, dtype=np.float32)[:, None, None]
    room = np.broadcast_to(shade * (0.95, 1.0, 1.0), (height, width, 3)).astype(np.uint8)
    frames = []
    for step in range(steps):
        pixels = room.copy()
        for index in range(faces):
            row, column = divmod(index, columns)
            left, top = column * cell[0], row * cell[1]
            part = pixels[top:top + cell[1], left:left + cell[0]]
            _paste(part, people[index % len(people)], 2 * math.pi * step / steps + index)
        frames.append(Frame(pixels))
    return frames


def _paste(part: np.ndarray, person: Still, phase: float) -> None:
    """Fill a cell with a person's head, swaying by 2 % of its width at the given phase."""
    height, width = part.shape[:2]
    ratio = min(width, height) / (_AROUND * person.box.height)
    shift = 0.02 * width * math.sin(phase)
    x, y = person.box.center
    matrix = np.array([
        [ratio, 0.0, width / 2 + shift - ratio * x],
        [0.0, ratio, height / 2 - ratio * y]])
    # Averaged, not sampled: the detector meets faces as a camera shows them.
    picture = person.pixels
    while ratio < 0.5:
        picture = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        ratio *= 2
        matrix[:, :2] *= 2
    cv2.warpAffine(
        picture, matrix, (width, height), dst=part, borderMode=cv2.BORDER_REPLICATE)
