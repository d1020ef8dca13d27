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
"""FER+ as training uses it: where it lies, one label or soft targets a face, its fingerprint."""

import hashlib
from pathlib import Path
import sys

import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
# The package is used as it lies here; it need not be installed for training.
sys.path.insert(0, str(REPOSITORY))
from fer_ros.core.types import LABELS  # noqa: E402,I100 after the path
from fer_ros.evaluate.ferplus import calibration_half, load_split, majority, Split  # noqa: E402

__all__ = ['calibration_half', 'data_sha256', 'DEFAULT_DATA', 'LABELS', 'load_split',
           'majority_labels', 'REPOSITORY', 'soft_targets', 'Split']

DEFAULT_DATA = REPOSITORY.parent / 'shared/data/ferplus'


def majority_labels(votes: np.ndarray) -> np.ndarray:
    """Return the label of each face under the majority protocol, -1 where it has none."""
    labels = np.full(len(votes), -1)
    kept, labels_of_kept = majority(votes)
    labels[kept] = labels_of_kept
    return labels


def soft_targets(votes: np.ndarray) -> tuple:
    """
    Return (distributions float32 [N, 8], weights float32 [N]).

    The distribution is that of the votes without outliers over the eight expressions. The weight
    is the expressions' share of those votes: 0 for a face that is mostly unknown or not a face,
    or whose every expression got at most one vote.
    """
    kept = np.where(votes > 1, votes, 0).astype(np.float32)
    expressions = kept[:, :len(LABELS)]
    total = expressions.sum(1)
    share = total / np.maximum(kept.sum(1), 1.0)
    targets = expressions / np.maximum(total, 1.0)[:, None]
    return targets, np.where(share >= 0.5, share, 0.0).astype(np.float32)


def data_sha256(directory: Path, split: str = 'train') -> str:
    """Return the SHA-256 of the split's picture and table, in this order."""
    digest = hashlib.sha256()
    for suffix in ('png', 'csv'):
        digest.update((Path(directory) / f'{split}.{suffix}').read_bytes())
    return digest.hexdigest()
