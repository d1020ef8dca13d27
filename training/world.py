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
Faces as a camera meets them: `world.py CROPS.npz` cuts them once, for calibration and scores.

Labelled photographs, and people with medical masks, each found and cut out as the pipeline does
it. They are for choosing and calibrating, never for training.
"""

import argparse
import csv
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
from data import LABELS, REPOSITORY
from fer_ros.core.alignment import align
from fer_ros.core.assets import model_path
from fer_ros.core.boxes import iou
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Box
from fer_ros.evaluate.photographs import calibration_half, read_labels
from fer_ros.stream.images import read_picture
import numpy as np

DEFAULT_WORLD = REPOSITORY / 'runs/world.npz'
SHARED = REPOSITORY.parent / 'shared/data'
# Smaller masked faces are left out; a found box that overlaps a given one so much is its face.
SMALLEST, OVERLAP = 48, 0.3
# A confidence that a behaviour would act on.
SURE = 0.8


@dataclass(frozen=True, eq=False)
class World:
    """
    Hold what was cut out; pictures are uint8 [N, 48, 48].

    `photos`, `labels` [N], `names` [N] of the photographs with a face; `missed` [M], labels of
    those without; `masked`, people with a mask whose face was found.
    """

    photos: np.ndarray
    labels: np.ndarray
    names: np.ndarray
    missed: np.ndarray
    masked: np.ndarray

    @property
    def calibration_half(self) -> np.ndarray:
        """Return which photographs the calibration is fitted on, by the hash of their names."""
        return calibration_half(self.names)


class Cutter:
    """Find faces and cut them out as the pipeline does."""

    def __init__(self) -> None:
        self._classifier = ExpressionClassifier(OnnxModel(model_path('expression.onnx')))
        self._detector = load_detector(OnnxModel(model_path('face_detector.onnx')))
        self._geometry = self._classifier.crop_geometry(self._detector.family)

    def __call__(self, frame) -> list:
        """Return (box, crop uint8 [S, S]) of every face, the largest first."""
        found = sorted(self._detector.detect_still(frame), key=lambda one: -one.box.area)
        return [(one.box, align(frame, one.box, one.landmarks, self._geometry,
                                self._classifier.input_size)) for one in found]


def cut_photographs(cutter: Cutter, folder: Path) -> dict:
    """Return the largest face of every photograph of a folder with `image_labels.csv`."""
    found, missed = [], []
    for name, label in read_labels(folder / 'image_labels.csv').rows:
        faces = cutter(read_picture(folder / name))
        if faces:
            found.append((faces[0][1], label, name))
        else:
            missed.append(label)
    photos, labels, names = zip(*found)
    return {'photos': np.stack(photos), 'labels': np.array(labels), 'names': np.array(names),
            'missed': np.array(missed, int)}


def cut_masked(cutter: Cutter, folder: Path) -> np.ndarray:
    """Return the faces of `boxes.csv` with a mask on that are large enough and were found."""
    wanted = {}
    with open(folder / 'boxes.csv', newline='') as table:
        for row in csv.DictReader(table):
            left, top, right, bottom = (
                float(row[key]) for key in ('xmin', 'ymin', 'xmax', 'ymax'))
            box = Box(left, top, right - left, bottom - top)
            if row['kind'] == 'with_mask' and min(box.width, box.height) >= SMALLEST:
                wanted.setdefault(row['image_filename'], []).append(box)
    crops = []
    for name, boxes in wanted.items():
        faces = cutter(read_picture(folder / name))
        for box in boxes:
            shares = [iou(box, other) for other, _ in faces]
            if shares and max(shares) > OVERLAP:
                crops.append(faces[int(np.argmax(shares))][1])
    return np.stack(crops)


def load_world(path: Path = DEFAULT_WORLD) -> World:
    """Return what `main` has written."""
    with np.load(path) as stored:
        return World(**stored)


def main() -> None:
    """Cut all faces out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out', type=Path, nargs='?', default=DEFAULT_WORLD)
    parser.add_argument('--masked', type=Path, metavar='MODEL',
                        help='instead: how sure a model is of the people with masks in OUT')
    parser.add_argument('--shared', type=Path, default=SHARED, help='folder of photos and boxes')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.masked:
        sure = ExpressionClassifier(OnnxModel(options.masked)).classify(
            load_world(options.out).masked).max(1) > SURE
        print(f'{100 * sure.mean():.1f} % of {len(sure)} masked faces with more than {SURE}')
        return
    cutter = Cutter()
    world = World(**cut_photographs(cutter, options.shared / 'photos'),
                  masked=cut_masked(cutter, options.shared / 'boxes'))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(options.out, **asdict(world))
    print(f'{len(world.photos)} photographs with a face, {len(world.missed)} without; '
          f'{len(world.masked)} masked faces; the labels are {", ".join(LABELS)}')


if __name__ == '__main__':
    main()
