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

"""Face detectors compared on labelled boxes, beside the time each takes for a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
import time

import cv2
from fer_ros.core.detector import DetectorOptions, load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Frame
from fer_ros.evaluate import boxes, picture_files
from fer_ros.stream.images import to_bgr
import numpy as np

#: Size of the frame that is timed, and how often.
WIDTH, HEIGHT = 640, 480
WARM_UP, RUNS = 10, 60


def compare(
        files: Sequence[Path], long_sides: Sequence[int], folder: Path, *,
        thresholds: Sequence[float] = (), options: DetectorOptions | None = None, threads: int = 1,
        progress: Callable[[int, int], None] | None = None) -> tuple[dict, list[str]]:
    """
    Measure detectors on the pictures of a folder and on one frame.

    :param files: ONNX files of detectors.
    :param long_sides: of the detectors' inputs, each tried with each file; none: the default.
    :param folder: of pictures and their `boxes.csv`.
    :param thresholds: least scores, each tried with each of these; none: the default.
    :param options: of every detector but for these two.
    :param progress: called with (pictures done, pictures) for each detector anew.
    :return: JSON-ready figures, and a line for each picture that could not be read.
    :raises DataError: the table of boxes cannot be used.
    :raises ModelError: a file is not a detector.
    """
    options = options or DetectorOptions()
    pictures = boxes.read_boxes(folder)
    rows: list[dict] = []
    problems: list[str] = []
    for file in files:
        model = OnnxModel(file, threads=threads)
        for long_side, score in product(
                long_sides or (options.long_side,), thresholds or (options.score_threshold,)):
            detector = load_detector(
                model, replace(options, long_side=long_side, score_threshold=score))
            measured, problems = boxes.measure(detector, folder, pictures, progress)
            rows.append({
                'file': model.path.name, 'sha256': model.sha256, 'long_side': long_side,
                'score_threshold': score, 'min_size': options.min_size,
                'ms_per_frame': milliseconds(detector, folder / next(iter(pictures))),
                **measured})
    return {'data': str(folder), 'threads': threads, 'detectors': rows}, problems


def milliseconds(detector, picture: Path) -> float:
    """Return the processor time of a frame of 640x480, milliseconds, the fastest tenth."""
    try:
        pixels = to_bgr(picture_files.read(picture))
    except picture_files.UnreadableError:
        pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels = cv2.resize(pixels, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    seconds = []
    for _ in range(WARM_UP + RUNS):
        frame = Frame(pixels.copy())
        started = time.process_time()
        detector.detect(frame)
        seconds.append(time.process_time() - started)
    return 1e3 * float(np.percentile(seconds[WARM_UP:], 10))


def table(result: dict) -> list[list[str]]:
    """Return the figures as rows of text, the head first."""
    first = result['detectors'][0]
    several = len({row['score_threshold'] for row in result['detectors']}) > 1
    head = [
        'detector', 'long side', *(['threshold'] if several else []), 'ms', 'recall', 'precision',
        *(f'{size} px' for size in first['sizes']), *(kind or 'all' for kind in first['kinds']),
        *(f'{tilt}°' for tilt in first['tilts'])]
    return [head] + [
        [row['file'], str(row['long_side']),
         *([f"{row['score_threshold']:g}"] if several else []), f"{row['ms_per_frame']:.1f}",
         _percent(row['recall']), _percent(row['precision']),
         *(_percent(share['recall']) for part in ('sizes', 'kinds', 'tilts')
           for share in row[part].values())]
        for row in result['detectors']]


def text(result: dict) -> str:
    """Return the figures for people: a column for each detector."""
    rows = list(zip(*table(result)))
    widths = [max(map(len, column)) for column in zip(*rows)]
    first = result['detectors'][0]
    lines = [
        '  '.join(cell.ljust(width) if index == 0 else cell.rjust(width)
                  for index, (cell, width) in enumerate(zip(row, widths))) for row in rows]
    return '\n'.join([*lines, '', _legend(first)])


def markdown(result: dict) -> list[str]:
    """Return the figures as the lines of a Markdown table, a column for each detector."""
    rows = list(zip(*table(result)))
    lines = ['| ' + ' | '.join(row) + ' |' for row in rows]
    return [lines[0], '|---' * len(rows[0]) + '|', *lines[1:], '', _legend(
        result['detectors'][0])]


def _legend(row: dict) -> str:
    return (
        f"Percent of {row['faces']:,} faces of {boxes.LEAST:g} pixels and more in "
        f"{row['pictures']:,} pictures, found with an intersection over union of "
        f'{boxes.LEAST_OVERLAP:g}; by size of all faces; turned: {row["tilts"]["0"]["faces"]:,} '
        f'faces of {boxes.TILTED:g} pixels and more. ms: a frame of {WIDTH}x{HEIGHT}.')


def _percent(value: float | None) -> str:
    return '-' if value is None else f'{100 * value:.1f}'
