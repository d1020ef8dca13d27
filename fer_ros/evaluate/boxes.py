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

"""Faces found in pictures with labelled boxes: recall and precision by size, tilt and kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
import csv
from dataclasses import dataclass, field
import math
from pathlib import Path

import cv2
from fer_ros.core.boxes import iou
from fer_ros.core.detector import FaceDetector
from fer_ros.core.types import Box, Detection, Frame
from fer_ros.evaluate import picture_files
from fer_ros.evaluate.csv_table import DataError, open_table
from fer_ros.stream.images import to_bgr

TABLE = 'boxes.csv'
COLUMNS = ('image_filename', 'xmin', 'ymin', 'xmax', 'ymax')

#: Coordinates are at most this far from 0, pixels.
MOST = 1e6

#: Faces smaller than this count neither as found nor as missed, pixels of the picture: many are
#: labelled in one picture and not in the next.
LEAST = 24.0
#: Intersection over union from which a detection is the labelled face.
LEAST_OVERLAP = 0.5
#: Bounds of the sizes that are told apart, pixels of the picture.
EDGES = (0, 16, 24, 32, 48, 96, math.inf)
#: Degrees by which faces of at least `TILTED` pixels are turned, one at a time.
TILTS = (0, 15, 30, 45, 60, 90, 180)
TILTED = 48.0


@dataclass(frozen=True)
class LabelledBox:
    """
    Hold one labelled face.

    :param box: pixels of the picture.
    :param kind: as the table says; '' where it does not.
    """

    box: Box
    kind: str = ''

    @property
    def size(self) -> float:
        """Return the root of width times height."""
        return math.sqrt(self.box.area)


@dataclass
class Share:
    """Count how many of some faces were found."""

    found: int = 0
    faces: int = 0

    def add(self, found: bool) -> None:
        """Count one more."""
        self.found += found
        self.faces += 1

    def as_row(self) -> dict:
        """Return it for JSON; `recall` is None where there are no faces."""
        recall = self.found / self.faces if self.faces else None
        return {'faces': self.faces, 'recall': recall}


@dataclass
class _Tally:
    """Add up the pictures."""

    counted: Share = field(default_factory=Share)
    false: int = 0
    pictures: int = 0
    sizes: list[Share] = field(default_factory=lambda: [Share() for _ in EDGES[1:]])
    kinds: dict[str, Share] = field(default_factory=dict)
    tilts: dict[int, Share] = field(default_factory=lambda: {tilt: Share() for tilt in TILTS})


def read_boxes(folder: Path) -> dict[str, list[LabelledBox]]:
    """
    Read `boxes.csv` of a folder: a row for each face, with a `kind` or without.

    :return: the faces of each picture by file name, in the order of the table.
    :raises DataError: the table is missing, lacks a column, or has a row that is not a box.
    """
    table = Path(folder) / TABLE
    if not table.is_file():
        raise DataError(
            f'{table} does not exist; --boxes must name a folder of pictures with {TABLE}')
    pictures: dict[str, list[LabelledBox]] = {}
    with open_table(table) as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{table} lacks the column {' and '.join(missing)}")
        for row in reader:
            try:
                left, top, right, bottom = (float(row[name]) for name in COLUMNS[1:])
            except (TypeError, ValueError):
                left = top = right = bottom = math.nan
            if not (-MOST <= left < right <= MOST and -MOST <= top < bottom <= MOST):
                raise DataError(
                    f'{table}, line {reader.line_num}: not a box with xmin < xmax, ymin < ymax')
            pictures.setdefault(row['image_filename'] or '', []).append(LabelledBox(
                Box(left, top, right - left, bottom - top), row.get('kind') or ''))
    if not pictures:
        raise DataError(f'{table} has no rows; give one row per face')
    return pictures


def match(
        labelled: Sequence[LabelledBox], found: Sequence[Detection]) -> tuple[set[int], int]:
    """
    Tell which labelled faces were found, and how many detections are none of them.

    Detections choose in the order of their scores, each the free face it overlaps most. One
    smaller than `LEAST` that is not a labelled face is not held against the detector.

    :return: indices of the faces that were found, and the number of false detections.
    """
    taken: set[int] = set()
    false = 0
    for detection in sorted(found, key=lambda each: -each.score):
        overlaps = [
            (iou(detection.box, each.box), index)
            for index, each in enumerate(labelled) if index not in taken]
        best, index = max(overlaps, default=(0.0, -1))
        if best >= LEAST_OVERLAP:
            taken.add(index)
        elif math.sqrt(detection.box.area) >= LEAST:
            false += 1
    return taken, false


def measure(
        detector: FaceDetector, folder: Path, pictures: dict[str, list[LabelledBox]],
        progress: Callable[[int, int], None] | None = None) -> tuple[dict, list[str]]:
    """
    Run a detector on every picture, then on each larger face turned about its centre.

    :param pictures: as `read_boxes` returns them.
    :param progress: called with (pictures done, pictures).
    :return: JSON-ready figures, and a line for each picture that could not be read.
    """
    tally, problems = _Tally(), []
    for done, (name, labelled) in enumerate(pictures.items(), start=1):
        try:
            pixels = to_bgr(picture_files.read(Path(folder) / name))
        except picture_files.UnreadableError as error:
            problems.append(str(error))
            continue
        tally.pictures += 1
        taken, false = match(labelled, detector.detect(Frame(pixels)))
        tally.false += false
        for index, each in enumerate(labelled):
            found = index in taken
            place = sum(each.size >= edge for edge in EDGES[1:])
            tally.sizes[place].add(found)
            if each.size >= LEAST:
                tally.counted.add(found)
                tally.kinds.setdefault(each.kind, Share()).add(found)
            if each.size >= TILTED:
                for tilt, frame in _tilted(pixels, each.box):
                    tally.tilts[tilt].add(
                        any(_is_there(each.box, other.box) for other in detector.detect(frame)))
        if progress:
            progress(done, len(pictures))
    return _summary(tally), problems


def _summary(tally: _Tally) -> dict:
    correct = tally.counted.found
    answers = correct + tally.false
    return {
        'pictures': tally.pictures, **tally.counted.as_row(), 'false': tally.false,
        'precision': correct / answers if answers else None,
        'sizes': {
            size_text(low, high): share.as_row()
            for low, high, share in zip(EDGES, EDGES[1:], tally.sizes)},
        'kinds': {kind: share.as_row() for kind, share in sorted(tally.kinds.items())},
        'tilts': {str(tilt): share.as_row() for tilt, share in tally.tilts.items()}}


def size_text(low: float, high: float) -> str:
    """Return the name of a range of sizes, such as `24-32`."""
    return f'{low}+' if math.isinf(high) else f'<{high}' if low == 0 else f'{low}-{high}'


def _tilted(pixels, box: Box) -> Iterator[tuple[int, Frame]]:
    """Return the picture turned about the middle of a face, its edge repeated, for each tilt."""
    height, width = pixels.shape[:2]
    for tilt in TILTS:
        turn = cv2.getRotationMatrix2D(box.center, tilt, 1.0)
        yield tilt, Frame(cv2.warpAffine(
            pixels, turn, (width, height), borderMode=cv2.BORDER_REPLICATE))


def _is_there(box: Box, other: Box) -> bool:
    """Tell whether a box is at the place of another of half to twice its size."""
    size, ratio = math.sqrt(box.area), math.sqrt(other.area / box.area)
    return math.dist(box.center, other.center) < size / 2.0 and 0.5 <= ratio <= 2.0
