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

"""Photographs with a label each, through the whole pipeline, detection included."""

from __future__ import annotations

from collections.abc import Sequence
import csv
from dataclasses import dataclass, field
import hashlib
from pathlib import Path

from fer_ros.core.pipeline import FacePipeline
from fer_ros.core.types import LABELS
from fer_ros.evaluate import picture_files
from fer_ros.evaluate.csv_table import DataError, open_table
from fer_ros.evaluate.expression_words import label_index
import numpy as np

#: Columns that the table of labels needs; others are ignored.
COLUMNS = ('image_filename', 'emotion')


@dataclass
class Listing:
    """
    Hold the usable rows of a table of labels.

    :param rows: (file name, index in `LABELS`).
    :param problems: one line for each row left out.
    """

    rows: list[tuple[str, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Answers:
    """
    Hold what the pipeline said.

    :param probabilities: float (N, 8) of the pictures with a face, columns as `LABELS`.
    :param truth: int (N,), their labels.
    :param names: their files.
    :param missed: labels of the pictures in which no face was found.
    :param unreadable: one line for each picture that could not be read.
    :param milliseconds: time of each readable picture, the whole pipeline.
    """

    probabilities: np.ndarray
    truth: np.ndarray
    names: list[str]
    missed: list[int]
    unreadable: list[str]
    milliseconds: list[float]


def read_labels(table: Path) -> Listing:
    """
    Read a CSV table with the columns `image_filename` and `emotion`.

    Rows with an unknown emotion or no file name are named in `problems` and left out.

    :raises DataError: the file is missing, is not text, lacks a column or has no rows.
    """
    if not Path(table).is_file():
        raise DataError(f'{table} does not exist; --labels must name a CSV file')
    listing = Listing()
    with open_table(table) as stream:
        reader = csv.DictReader(stream)
        fields = [name.strip() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS if name not in fields]
        if missing:
            raise DataError(
                f'{table} lacks the column {" and ".join(missing)}; it has: '
                f'{", ".join(fields) or "none"}; needed: {", ".join(COLUMNS)}')
        reader.fieldnames = fields
        for row in reader:
            _add(listing, table, reader.line_num, row)
    if not listing.rows and not listing.problems:
        raise DataError(f'{table} has no rows; give one row per picture')
    return listing


def calibration_half(names: Sequence[str]) -> np.ndarray:
    """
    Tell which photographs the shipped models' calibration may be fitted on, by their file names.

    :returns: bool (N,): the first byte of the SHA-256 of the name is even.
    """
    return np.array([
        hashlib.sha256(str(name).encode()).digest()[0] % 2 == 0 for name in names], bool)


def _add(listing: Listing, table: Path, line: int, row: dict) -> None:
    name, emotion = (row[column] or '' for column in COLUMNS)
    if not name.strip():
        listing.problems.append(f'{table}, line {line}: no file name')
        return
    try:
        listing.rows.append((name.strip(), label_index(emotion)))
    except ValueError as error:
        listing.problems.append(f'{table}, line {line}: {error}')


def answer(pipeline: FacePipeline, folder: Path, listing: Listing, progress=None) -> Answers:
    """
    Run every picture through the pipeline; the answer is that of the largest face.

    Files are judged by the rules that hold for messages, see `picture_files.read`.

    :param progress: called with (pictures done, pictures) after each one.
    """
    probabilities, truth, names, missed, unreadable, milliseconds = [], [], [], [], [], []
    for done, (name, label) in enumerate(listing.rows, start=1):
        path = Path(folder) / name
        try:
            frame = picture_files.read(path)
        except picture_files.UnreadableError as error:
            unreadable.append(str(error))
        else:
            result = pipeline.process_still(frame)
            milliseconds.append(1000 * result.stage_seconds['total'])
            if result.faces:
                probabilities.append(result.faces[0].expression.probabilities)
                truth.append(label)
                names.append(name)
            else:
                missed.append(label)
        if progress:
            progress(done, len(listing.rows))
    return Answers(
        np.array(probabilities, float).reshape(-1, len(LABELS)), np.array(truth, int), names,
        missed, unreadable, milliseconds)
