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
"""Compare the accuracy on FER+ crops as they are with crops cut by the running pipeline."""

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
from data import DEFAULT_DATA, LABELS, load_split, majority_labels, REPOSITORY
from measure_crops import CANVAS, place
import numpy as np

from fer_ros.core.alignment import align  # noqa: I100
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import DetectorOptions, load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Frame, LABELS as CLASSES

FACTORS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)


def main() -> None:
    """Print one row for each size of the face and kind of padding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--detector', type=Path, default=REPOSITORY / 'models/face_detector.onnx')
    parser.add_argument('--model', type=Path, default=REPOSITORY / 'models/expression.onnx')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--faces', type=int, default=1600,
                        help='number of faces, taken evenly from the split')
    parser.add_argument('--sides', type=int, nargs='+', default=[64, 128])
    options = parser.parse_args()
    cv2.setNumThreads(1)
    valid = load_split(options.data, 'valid')
    labels = majority_labels(valid.votes)
    kept = np.flatnonzero(labels >= 0)
    kept = kept[np.linspace(0, len(kept) - 1, min(options.faces, len(kept))).astype(int)]
    classes = np.array([CLASSES.index(name) for name in LABELS])[labels[kept]]
    faces = valid.faces[kept]
    detector = load_detector(
        OnnxModel(options.detector), DetectorOptions(long_side=CANVAS, min_size=0))
    classifier = ExpressionClassifier(OnnxModel(options.model))
    geometry, size = classifier.crop_geometry(detector.family), classifier.input_size
    print(f'{detector.family}, crop {geometry}')

    def accuracy(crops: np.ndarray, truth: np.ndarray) -> str:
        best = np.concatenate([
            classifier.logits(crops[start:start + 64]).argmax(axis=1)
            for start in range(0, len(crops), 64)])
        return f'{100 * (best == truth).mean():6.1f}'

    print('| padding, side | found | native | ' + ' | '.join(
        f'×{factor:g}' for factor in FACTORS) + ' | not level |')
    for padding in ('replicate', 'gray'):
        for side in options.sides:
            frames = [Frame(place(face, side, padding), 'gray') for face in faces]
            found = [(index, *found[:1]) for index, frame in enumerate(frames)
                     if (found := detector.detect(frame))]
            truth = classes[[index for index, _ in found]]
            native = np.stack([
                cv2.resize(faces[index], (size, size), interpolation=cv2.INTER_LINEAR)
                if size != faces.shape[1] else faces[index] for index, _ in found])
            cells = [accuracy(native, truth)]
            for factor in FACTORS:
                scaled = replace(geometry, scale=geometry.scale * factor)
                cells.append(accuracy(np.stack([
                    align(frames[index], each.box, each.landmarks, scaled, size)
                    for index, each in found]), truth))
            upright = np.zeros((4, 2), np.float32)
            cells.append(accuracy(np.stack([
                align(frames[index], each.box, upright, geometry, size)
                for index, each in found]), truth))
            print(f'| {padding} {side} | {100 * len(found) / len(faces):.1f} | '
                  + ' | '.join(cells) + ' |', flush=True)


if __name__ == '__main__':
    main()
