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
RAF-DB for the research network: its faces as the detector cuts them, `rafdb.py FOLDER OUT.npz`.

The terms of RAF-DB are for non-commercial research. Nothing made of it may reach the default
network or its teachers. A tenth of the faces, chosen by the hash of the file name, is never
trained on.
"""

import argparse
import csv
import hashlib
from pathlib import Path
import tarfile

import cv2
from data import LABELS, Split
from fer_ros.core.alignment import align
from fer_ros.core.assets import model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.detector import load_detector
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import Frame
from fer_ros.evaluate.expression_words import label_index
import numpy as np

# Votes that stand for the one label a face has: it is that of most of some forty people.
VOTES, ENLARGED = 10, 3


def held_out(name: str) -> bool:
    """Tell whether a face is one of the tenth that is kept for choosing."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 0


def padded(face: np.ndarray) -> np.ndarray:
    """Return an aligned face as a photograph: edges replicated by half its size, threefold."""
    margin = face.shape[0] // 2
    wide = cv2.copyMakeBorder(face, *(margin,) * 4, cv2.BORDER_REPLICATE)
    return cv2.resize(wide, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)


def faces_of(folder: Path):
    """Yield (file name, index in LABELS, uint8 bgr picture) of every face of the training part."""
    with open(Path(folder) / 'train.csv', newline='') as table:
        labels = {row['image_filename']: label_index(row['emotion'])
                  for row in csv.DictReader(table)}
    with tarfile.open(Path(folder) / 'train.tar') as archive:
        for member in archive:
            name = Path(member.name).name
            if name in labels:
                data = np.frombuffer(archive.extractfile(member).read(), np.uint8)
                yield name, labels[name], cv2.imdecode(data, cv2.IMREAD_COLOR)


def crops(folder: Path) -> dict:
    """Return arrays: faces uint8 [N, 48, 48], labels, names; those not found are left out."""
    classifier = ExpressionClassifier(OnnxModel(model_path('expression.onnx')))
    detector = load_detector(OnnxModel(model_path('face_detector.onnx')))
    geometry = classifier.crop_geometry(detector.family)
    faces, labels, names = [], [], []
    for name, label, picture in faces_of(folder):
        frame = Frame(padded(picture))
        found = detector.detect_still(frame)
        if not found:
            continue
        largest = max(found, key=lambda one: one.box.area)
        faces.append(align(
            frame, largest.box, largest.landmarks, geometry, classifier.input_size))
        labels.append(label)
        names.append(name)
    return {'faces': np.stack(faces), 'labels': np.array(labels), 'names': np.array(names)}


def load_crops(path: Path, held_out: bool) -> Split:
    """Return the crops that are, or are not, held out, with votes like those of FER+."""
    stored = np.load(path)
    kept = np.array([_held_out(name) == held_out for name in stored['names']])
    labels = stored['labels'][kept]
    votes = np.zeros((len(labels), len(LABELS) + 2), int)
    votes[np.arange(len(labels)), labels] = VOTES
    return Split(stored['faces'][kept], votes, np.arange(len(labels)) + 10**6)


_held_out = held_out


def joined(one: Split, other: Split) -> Split:
    """Return the faces of two splits as one."""
    return Split(*(np.concatenate([getattr(one, name), getattr(other, name)])
                   for name in ('faces', 'votes', 'image_ids')))


def write_pictures(folder: Path, out: Path) -> None:
    """Write the held-out faces as photographs with `image_labels.csv`, for fer_evaluate."""
    out.mkdir(parents=True)
    with open(out / 'image_labels.csv', 'w', newline='') as table:
        rows = csv.writer(table)
        rows.writerow(['image_filename', 'emotion'])
        for name, label, picture in faces_of(folder):
            if held_out(name):
                cv2.imwrite(str(out / f'{Path(name).stem}.png'), padded(picture))
                rows.writerow([f'{Path(name).stem}.png', LABELS[label]])


def main() -> None:
    """Cut all faces out, or write the held-out ones as photographs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=Path, help='folder of train.csv and train.tar')
    parser.add_argument('out', type=Path, help='.npz of crops, or a new folder of photographs')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    if options.out.suffix == '.npz':
        found = crops(options.folder)
        np.savez_compressed(options.out, **found)
        print(f"{len(found['names'])} faces")
    else:
        write_pictures(options.folder, options.out)


if __name__ == '__main__':
    main()
