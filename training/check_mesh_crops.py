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
Measure whether faces cut out by the landmark model's points are classified better.

Each labelled photograph's largest face is cut out in three ways: about the detector's box with the
eyes level by its own points, as the node does; the same turned by the eyes of the mesh; and framed
by the mesh alone, at the mean place of its points in the first.
"""

import argparse
from collections.abc import Iterator
import json
import math
from pathlib import Path

import cv2
from data import REPOSITORY
from fer_ros.bench import machine
from fer_ros.core.alignment import Square
from fer_ros.core.pipeline import build_pipeline
from fer_ros.core.types import Frame
from fer_ros.evaluate import photographs, picture_files
import numpy as np
import rafdb

PHOTOS = REPOSITORY.parent / 'shared/data/photos'
WAYS = ('detector', 'turned by the mesh', 'framed by the mesh')


def pictures(options: argparse.Namespace) -> Iterator[tuple[Frame, int]]:
    """Yield each picture with the index of its label."""
    if options.rafdb:
        for name, label, face in rafdb.faces_of(options.rafdb):
            if rafdb.held_out(name):
                yield Frame(rafdb.padded(face)), label
        return
    for name, label in photographs.read_labels(options.labels).rows:
        yield picture_files.read(options.images / name), label


def main() -> None:
    """Print the accuracy of each way, and in how many faces they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--images', type=Path, default=PHOTOS)
    parser.add_argument('--labels', type=Path, default=PHOTOS / 'image_labels.csv')
    parser.add_argument('--rafdb', type=Path, metavar='DIR', help='the held-out tenth of RAF-DB, '
                        'padded as photographs, in place of a folder of photographs')
    parser.add_argument('--json', type=Path, metavar='FILE')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pipeline = build_pipeline(landmarks=True)
    classifier, landmarker = pipeline.classifier, pipeline.landmarker
    geometry = classifier.crop_geometry(pipeline.detector.family)
    found = []
    for frame, label in pictures(options):
        faces = pipeline.detector.detect_still(frame)
        if not faces:
            continue
        face = max(faces, key=lambda each: each.box.area)
        points, _ = landmarker.locate(frame, [face])
        right, left = points[0][landmarker.metadata.facial[68:70], :2].mean(axis=1)
        square = Square.about(face.box, face.landmarks, geometry)
        across = left - right
        angle = math.atan2(across[1], across[0])
        cloud = points[0][:, :2]
        size = math.sqrt(float(((cloud - cloud.mean(0)) ** 2).sum(1).mean()))
        found.append((frame, label, square, angle, cloud.mean(0), size))
    # How the node's square lies about the mesh, on the whole.
    ratios, shifts = [], []
    for _, _, square, angle, middle, size in found:
        cos, sin = math.cos(angle), math.sin(angle)
        across, down = (square.x - middle[0]) / size, (square.y - middle[1]) / size
        ratios.append(square.side / size)
        shifts.append((cos * across + sin * down, cos * down - sin * across))
    ratio, (dx, dy) = np.median(ratios), np.median(shifts, axis=0)
    answers, truth = {way: [] for way in WAYS}, []
    for frame, label, square, angle, middle, size in found:
        cos, sin = math.cos(angle), math.sin(angle)
        squares = (square, square._replace(angle=angle), Square(
            middle[0] + (cos * dx - sin * dy) * size, middle[1] + (sin * dx + cos * dy) * size,
            ratio * size, angle))
        crops = np.array([each.cut(frame, classifier.input_size, 'gray') for each in squares])
        for way, row in zip(WAYS, classifier.classify(crops)):
            answers[way].append(int(np.argmax(row)))
        truth.append(label)
    right = {way: np.array(given) == truth for way, given in answers.items()}
    if options.json:
        options.json.write_text(json.dumps({
            'machine': machine.describe(), 'faces': len(truth),
            'right': {way: round(float(each.mean()), 4) for way, each in right.items()},
        }, indent=1) + '\n', encoding='utf-8')
    for way in WAYS:
        gained = (right[way] & ~right[WAYS[0]]).sum()
        lost = (right[WAYS[0]] & ~right[way]).sum()
        print(f'{way}: {right[way].mean():.4f} of {len(truth)} faces right; {gained} gained, '
              f'{lost} lost')


if __name__ == '__main__':
    main()
