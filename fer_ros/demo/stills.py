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

"""The embedded stills: photographs of people, their cut-outs and where their faces lie."""

from __future__ import annotations

from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

import cv2
from fer_ros.core.regular_files import path_for_opencv
from fer_ros.core.types import Box
import numpy as np

#: Where the pictures, their origins and their licences are.
ASSETS = Path(__file__).resolve().parent / 'assets'


#: A place in a picture, (x, y), pixels.
Point = tuple[float, float]


@dataclass(frozen=True)
class Features:
    """
    Where the features of a face lie that move with its expression, pixels of the photograph.

    Right and left are the person's own: the right brow lies left in the picture.

    :param brows: right outer end, right inner, left inner, left outer.
    :param corners: of the mouth, right and left.
    :param lips: rows where the upper lip ends and the lower one begins, in the middle of the
        mouth; the same where it is closed.
    """

    brows: tuple[Point, ...]
    corners: tuple[Point, ...]
    lips: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Still:
    """
    One photograph of one person.

    :param name: of the person.
    :param pixels: uint8 (H, W, 3), bgr.
    :param mask: uint8 (H, W), 255 where the person is.
    :param box: the face from brow to chin, pixels of the photograph.
    :param landmarks: float32 (4, 2), rows as `fer_ros.core.types.LANDMARKS`, pixels.
    :param features: what expressions move; None where it is not known.
    """

    name: str
    pixels: np.ndarray
    mask: np.ndarray
    box: Box
    landmarks: np.ndarray
    features: Features | None = None

    def mirrored(self, name: str) -> Still:
        """Return the mirror image under another name, without features; the eyes swap."""
        width = self.pixels.shape[1]
        x, y, w, h = self.box
        landmarks = self.landmarks[[1, 0, 2, 3]].copy()
        landmarks[:, 0] = width - 1 - landmarks[:, 0]
        return Still(
            name, np.ascontiguousarray(self.pixels[:, ::-1]),
            np.ascontiguousarray(self.mask[:, ::-1]), Box(width - x - w, y, w, h), landmarks)


def load_stills(folder: Path = ASSETS) -> dict[str, Still]:
    """
    Read the stills that `people.json` lists, by name.

    :raises FileNotFoundError: the list or a picture is missing or cannot be decoded.
    """
    listing = Path(folder) / 'people.json'
    if not listing.is_file():
        raise FileNotFoundError(f'{listing} is missing; install the package with its data')
    stills = {}
    for person in json.loads(listing.read_text(encoding='utf-8'))['people']:
        stills[person['name']] = Still(
            person['name'],
            _read(Path(folder) / person['file'], cv2.IMREAD_COLOR),
            _read(Path(folder) / person['mask'], cv2.IMREAD_GRAYSCALE),
            Box(*map(float, person['box'])),
            np.array(person['landmarks'], np.float32), _features(person))
    return stills


def _features(person: dict[str, Any]) -> Features | None:
    features = person.get('features')
    if features is None:
        return None
    (upper, lower), points = features['lips'], {
        name: tuple((float(x), float(y)) for x, y in features[name])
        for name in ('brows', 'corners')}
    return Features(**points, lips=(float(upper), float(lower)))


def _read(path: Path, flags: int) -> np.ndarray:
    pixels = cv2.imread(path_for_opencv(path), flags)
    if pixels is None:
        raise FileNotFoundError(
            f'{path} is missing or is not a picture; install the package with its data')
    return pixels
