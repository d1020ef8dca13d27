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
"""Measure how a FER+ crop lies about the box that a face detector draws in it."""

import argparse
import json
import math
from pathlib import Path
import sys

import cv2
from data import DEFAULT_DATA, load_split, REPOSITORY
import numpy as np

sys.path.insert(0, str(REPOSITORY))
from fer_ros.core.alignment import roll  # noqa: E402, I100
from fer_ros.core.detector import DetectorOptions, FaceDetector, load_detector  # noqa: E402
from fer_ros.core.onnx_model import OnnxModel  # noqa: E402
from fer_ros.core.types import Frame  # noqa: E402

CANVAS = 256
# Sides of the enlarged crop on the canvas, pixels: near faces and far ones.
SIDES = (64, 96, 128, 160)
# What surrounds it. Mirroring is no choice: it makes more faces.
PADDINGS = {'replicate': cv2.BORDER_REPLICATE, 'gray': cv2.BORDER_CONSTANT}


def place(face: np.ndarray, side: int, padding: str) -> np.ndarray:
    """Return a gray canvas with the face enlarged to `side` in its middle."""
    large = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
    before = (CANVAS - side) // 2
    after = CANVAS - side - before
    return cv2.copyMakeBorder(
        large, before, after, before, after, PADDINGS[padding],
        value=int(face[[0, -1]].mean()))


def measure(detector: FaceDetector, faces: np.ndarray, side: int, padding: str) -> np.ndarray:
    """
    Return scale, dx and dy of the crop for each face that was found, float (N, 3).

    In units of sqrt(width * height) of the box; dx and dy along the line of the eyes, as in
    `fer_ros.core.alignment.CropGeometry`.
    """
    rows = []
    middle = np.array([(CANVAS - side) // 2 + side / 2.0] * 2)
    for face in faces:
        found = detector.detect(Frame(place(face, side, padding), 'gray'))
        # Something else in the margin is not the face.
        found = [each for each in found if math.dist(each.box.center, middle) < side / 3.0]
        if not found:
            continue
        best = found[0]
        unit = math.sqrt(best.box.area)
        angle = roll(best.box, best.landmarks)
        cos, sin = math.cos(angle), math.sin(angle)
        across, down = (middle - best.box.center) / unit
        rows.append((side / unit, cos * across + sin * down, cos * down - sin * across))
    return np.array(rows).reshape(-1, 3)


def summarise(rows: np.ndarray) -> dict:
    """Return median and spread (half the range of the middle 68 %) of scale, dx and dy."""
    low, median, high = np.percentile(rows, (16, 50, 84), axis=0)
    names = ('scale', 'dx', 'dy')
    return {
        **{name: round(float(value), 4) for name, value in zip(names, median)},
        'spread': {
            name: round(float(value), 4) for name, value in zip(names, (high - low) / 2)}}


def main() -> None:
    """Measure one detector, and update its entry in the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--detector', type=Path, default=REPOSITORY / 'models/face_detector.onnx')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--faces', type=int, default=1000,
                        help='number of faces, taken evenly from the split')
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'training/crop_geometry.json')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    train = load_split(options.data, 'train')
    usable = np.flatnonzero(train.votes[:, :8].sum(axis=1) > train.votes[:, 8:].sum(axis=1))
    chosen = usable[np.linspace(0, len(usable) - 1, options.faces).astype(int)]
    faces = train.faces[chosen]
    model = OnnxModel(options.detector)
    detector = load_detector(model, DetectorOptions(long_side=CANVAS, min_size=0))
    parts, table = [], {}
    for padding in PADDINGS:
        for side in SIDES:
            rows = measure(detector, faces, side, padding)
            share = len(rows) / len(faces)
            table[f'{padding} {side}'] = {
                'found': round(share, 4), **(summarise(rows) if len(rows) > 9 else {})}
            print(f'{padding:10s} {side:4d}', table[f'{padding} {side}'], flush=True)
            parts.append(rows)
    result = {
        **summarise(np.concatenate(parts)), 'faces': options.faces, 'conditions': table,
        'detector': {'file': options.detector.name, 'sha256': model.sha256}}
    measured = json.loads(options.out.read_text()) if options.out.is_file() else {}
    measured[detector.family] = result
    options.out.write_text(json.dumps(measured, indent=1) + '\n')
    print(detector.family, {name: result[name] for name in ('scale', 'dx', 'dy', 'spread')})


if __name__ == '__main__':
    main()
