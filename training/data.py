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
"""The FER+ faces and votes: reading them, the majority protocol, soft targets."""

import csv
from dataclasses import dataclass
import hashlib
from pathlib import Path

import numpy as np

# In the order of the vote columns and of the network's outputs, as ROS4HRI words.
LABELS = ('neutral', 'happy', 'surprised', 'sad', 'angry', 'disgusted', 'scared', 'contempt')
VOTE_COLUMNS = ('neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear',
                'contempt', 'unknown', 'NF')
REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_DATA = REPOSITORY.parent / 'shared/data/ferplus'
FACE_SIZE = 48
FACES_PER_ROW = 128


@dataclass(frozen=True)
class FerPlus:
    """One split: `faces` uint8 [N, 48, 48] grey, `votes` int64 [N, 10], `image_ids` int64 [N]."""

    faces: np.ndarray
    votes: np.ndarray
    image_ids: np.ndarray

    def __len__(self) -> int:
        """Return the number of faces."""
        return len(self.faces)


def read_split(directory: Path, split: str) -> FerPlus:
    """
    Read `SPLIT.png` and `SPLIT.csv`.

    Raises FileNotFoundError when a file is missing, ValueError when the two disagree.
    """
    import cv2  # here, so that the protocol can be used without OpenCV
    directory = Path(directory)
    table, picture = directory / f'{split}.csv', directory / f'{split}.png'
    for path in (table, picture):
        if not path.is_file():
            raise FileNotFoundError(f"'{path}' is missing; point --data at the FER+ directory")
    with table.open(newline='') as file:
        rows = list(csv.DictReader(file))
    votes = np.array([[int(row[name]) for name in VOTE_COLUMNS] for row in rows])
    image_ids = np.array([int(row['image_id']) for row in rows])
    sheet = cv2.imread(str(picture), cv2.IMREAD_GRAYSCALE)
    height, width = sheet.shape
    if width != FACES_PER_ROW * FACE_SIZE or height // FACE_SIZE * FACES_PER_ROW < len(rows):
        raise ValueError(f"'{picture}' is {width}x{height} pixels, which cannot hold the "
                         f"{len(rows)} faces of '{table}' at {FACES_PER_ROW} a row")
    faces = sheet.reshape(height // FACE_SIZE, FACE_SIZE, FACES_PER_ROW, FACE_SIZE)
    faces = faces.transpose(0, 2, 1, 3).reshape(-1, FACE_SIZE, FACE_SIZE)[:len(rows)]
    return FerPlus(np.ascontiguousarray(faces), votes, image_ids)


def without_outliers(votes: np.ndarray) -> np.ndarray:
    """Return the votes with single votes set to zero."""
    return np.where(votes > 1, votes, 0)


def majority_labels(votes: np.ndarray) -> np.ndarray:
    """
    Return the label of each face under the majority protocol, -1 where it has none.

    A face has a label when, without outliers, its first class is one of the eight expressions
    and holds more than half of the votes.
    """
    kept = without_outliers(votes)
    top = kept.argmax(1)
    majority = 2 * kept.max(1) > kept.sum(1)
    return np.where(majority & (top < len(LABELS)), top, -1)


def soft_targets(votes: np.ndarray) -> tuple:
    """
    Return (distributions float32 [N, 8], weights float32 [N]).

    The distribution is that of the votes without outliers over the eight expressions. The weight
    is the expressions' share of those votes: 0 for a face that is mostly unknown or not a face,
    or whose every expression got at most one vote.
    """
    kept = without_outliers(votes).astype(np.float32)
    expressions = kept[:, :len(LABELS)]
    total = expressions.sum(1)
    share = total / np.maximum(kept.sum(1), 1.0)
    targets = expressions / np.maximum(total, 1.0)[:, None]
    return targets, np.where(share >= 0.5, share, 0.0).astype(np.float32)


def calibration_half(image_ids: np.ndarray) -> np.ndarray:
    """Return a fixed, random-looking half as a boolean mask, by the hash of each image id."""
    return np.array([hashlib.sha256(str(i).encode()).digest()[0] % 2 == 0 for i in image_ids])


def data_sha256(directory: Path, split: str = 'train') -> str:
    """Return the SHA-256 of the split's picture and table, in this order."""
    digest = hashlib.sha256()
    for suffix in ('png', 'csv'):
        digest.update((Path(directory) / f'{split}.{suffix}').read_bytes())
    return digest.hexdigest()
