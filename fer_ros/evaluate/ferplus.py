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

"""FER+ faces and votes on disk, and the majority protocol that papers report."""

from __future__ import annotations

import csv
from dataclasses import dataclass
import hashlib
from pathlib import Path

from fer_ros.core.colors import convert
from fer_ros.core.text import shown
from fer_ros.core.types import FERPLUS_LABELS
from fer_ros.evaluate.csv_table import DataError, open_table
from fer_ros.stream.images import ImageError, MAX_PIXELS, read_picture
import numpy as np

#: Side of a face in pixels, and faces in a row of the picture.
SIDE, ROW = 48, 128

#: Largest number that a table may hold.
MOST = 10**9

#: Columns of a split's table that hold votes: the eight expressions, then the two rejections.
VOTES = (*FERPLUS_LABELS, 'unknown', 'NF')


@dataclass(frozen=True, eq=False)
class Split:
    """
    Hold one split.

    :param faces: uint8 (N, 48, 48), grey.
    :param votes: int (N, 10), columns as `VOTES`.
    :param image_ids: int (N,), the faces' names in FER2013.
    """

    faces: np.ndarray
    votes: np.ndarray
    image_ids: np.ndarray

    def __len__(self) -> int:
        """Return the number of faces."""
        return len(self.faces)


def load_split(folder: Path, split: str) -> Split:
    """
    Read `<folder>/<split>.csv` and `<folder>/<split>.png`.

    :raises DataError: a file is missing, cannot be decoded, lacks a column or does not hold
        as many faces as the table has rows.
    """
    folder = Path(folder)
    table, picture = folder / f'{split}.csv', folder / f'{split}.png'
    for path in (table, picture):
        if not path.is_file():
            there = ', '.join(sorted(p.stem for p in folder.glob('*.csv'))) or 'none'
            raise DataError(
                f'{path} is missing; --data needs {split}.csv and {split}.png '
                f'(splits found there: {there})')
    image_ids, votes = _read_table(table)
    rows = -(-len(votes) // ROW)
    try:
        # The training split has 66 megapixels.
        frame = read_picture(picture, max_pixels=max(MAX_PIXELS, rows * SIDE * ROW * SIDE))
    except (ImageError, OSError) as error:
        raise DataError(
            f'{picture} cannot be decoded as a picture: {error}; copy it again') from error
    pixels = convert(frame.pixels, frame.color, 'gray')
    if pixels.shape != (rows * SIDE, ROW * SIDE):
        raise DataError(
            f'{picture} is {pixels.shape[1]}x{pixels.shape[0]} pixels, but the {len(votes)} rows '
            f'of {table.name} need {ROW * SIDE}x{rows * SIDE}; use files of one release')
    faces = pixels.reshape(rows, SIDE, ROW, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)
    return Split(np.ascontiguousarray(faces[:len(votes)]), votes, image_ids)


def majority(votes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Apply the majority protocol of FER+.

    A single vote for a class is an outlier and dropped. A face is kept when one expression
    holds more than half of the remaining votes, the two rejections included.

    :param votes: int (N, 10), columns as `VOTES`.
    :returns: (kept, labels): int (M,) rows kept, and their classes 0 to 7.
    """
    counted = np.where(votes == 1, 0, votes)
    top = counted.argmax(axis=1)
    # More than half of the votes means that no other class can tie with it.
    majority_held = 2 * counted.max(axis=1) > counted.sum(axis=1)
    kept = np.flatnonzero(majority_held & (top < len(FERPLUS_LABELS)))
    return kept, top[kept]


def calibration_half(image_ids: np.ndarray) -> np.ndarray:
    """
    Return a fixed, random-looking half of the faces, by the hash of each image id.

    The temperature of the shipped model is fitted on this half of `valid`; its calibration is
    reported on the other.

    :returns: bool (N,).
    """
    return np.array([
        hashlib.sha256(str(i).encode()).digest()[0] % 2 == 0 for i in image_ids], bool)


def _read_table(table: Path) -> tuple[np.ndarray, np.ndarray]:
    with open_table(table) as stream:
        reader = csv.DictReader(stream)
        missing = [
            name for name in ('image_id', *VOTES) if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(
                f'{table} lacks the column {", ".join(missing)}; '
                f'it needs image_id, {", ".join(VOTES)}')
        image_ids, votes = [], []
        for line, row in enumerate(reader, start=2):
            try:
                numbers = [int(row[name]) for name in ('image_id', *VOTES)]
                if not all(0 <= number <= MOST for number in numbers):
                    raise ValueError
                image_ids.append(numbers[0])
                votes.append(numbers[1:])
            except (TypeError, ValueError):
                raise DataError(
                    f'{table}, line {line}: image_id and votes must be whole numbers from 0, '
                    f"not {shown(str([row[name] for name in ('image_id', *VOTES)]), 200)}"
                ) from None
    if not votes:
        raise DataError(f'{table} has no rows; copy it again')
    return np.array(image_ids), np.array(votes)
