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
"""How much accuracy is lost when faces are blurred, small, dark, noisy, compressed or askew."""

from __future__ import annotations

from typing import Any, Callable, Dict, Sequence

import cv2
from fer_ros.evaluate import metrics
import numpy as np

Degradation = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def resample(face: np.ndarray, small: int) -> np.ndarray:
    """Return a face as seen at `small` pixels, enlarged back to its size."""
    shrunk = cv2.resize(face, (small, small), interpolation=cv2.INTER_AREA)
    return cv2.resize(shrunk, face.shape[::-1], interpolation=cv2.INTER_LINEAR)


def jpeg(face: np.ndarray, quality: int) -> np.ndarray:
    """Return a face after JPEG compression at `quality` (0..100)."""
    _, data = cv2.imencode('.jpg', face, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    assert decoded is not None, 'OpenCV reads what it wrote'
    return decoded


def noise(face: np.ndarray, rng: np.random.Generator, sigma: float) -> np.ndarray:
    """Return a face with Gaussian noise of `sigma` grey levels."""
    return np.clip(face + rng.normal(0, sigma, face.shape), 0, 255).astype(np.uint8)


def move(face: np.ndarray, angle_deg: float = 0.0, scale: float = 1.0,
         shift: Sequence[float] | np.ndarray = (0.0, 0.0)) -> np.ndarray:
    """Return a face rotated, scaled and shifted (by a share of its side), edges repeated."""
    size = face.shape[0]
    centre = (size - 1) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), angle_deg, scale)
    matrix[:, 2] = matrix[:, 2] + np.asarray(shift) * size
    return cv2.warpAffine(face, matrix, (size, size), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REPLICATE)


def jitter(face: np.ndarray, rng: np.random.Generator, amount: float) -> np.ndarray:
    """Return a face whose box is off by up to `amount` of its side in place and size."""
    return move(face, 0.0, 1.0 + rng.uniform(-amount, amount), rng.uniform(-amount, amount, 2))


DEGRADATIONS: Dict[str, Degradation] = {
    'blur, sigma 1.5 px': lambda face, rng: cv2.GaussianBlur(face, (0, 0), 1.5),
    'seen at 24 px': lambda face, rng: resample(face, 24),
    'seen at 16 px': lambda face, rng: resample(face, 16),
    'dark, a quarter of the light': lambda face, rng: (face * 0.25).astype(np.uint8),
    'JPEG quality 20': lambda face, rng: jpeg(face, 20),
    'noise, sigma 15': lambda face, rng: noise(face, rng, 15.0),
    'roll -20 degrees': lambda face, rng: move(face, -20.0),
    'roll +20 degrees': lambda face, rng: move(face, 20.0),
    'box jitter 10 %': lambda face, rng: jitter(face, rng, 0.1),
}


def measure(classify: Callable[[np.ndarray], np.ndarray], faces: np.ndarray,
            truth: np.ndarray, seed: int = 0) -> dict:
    """
    Evaluate a classifier on degraded faces, each degradation alone.

    :param classify: takes uint8 (N, S, S) grey, returns probabilities float (N, C).
    :param faces: uint8 (N, S, S); truth: int (N,), classes 0 to C - 1.
    :returns: per degradation, `none` first: `accuracy`, `macro_recall` (0 to 1) and `drop`, the
        points of accuracy lost.
    """
    rows: dict[str, dict[str, Any]] = {}
    for name, degrade in {'none': lambda face, rng: face, **DEGRADATIONS}.items():
        rng = np.random.default_rng(seed)
        probabilities = classify(np.stack([degrade(face, rng) for face in faces]))
        confusion = metrics.confusion_matrix(
            truth, probabilities.argmax(axis=1), probabilities.shape[1])
        accuracy = float(np.trace(confusion) / len(truth))
        rows[name] = {
            'accuracy': accuracy,
            'macro_recall': metrics.mean_of_known(metrics.recalls(confusion)),
            'drop': 100.0 * (rows.get('none', {'accuracy': accuracy})['accuracy'] - accuracy)}
    return rows


def worst_and_mean(rows: dict) -> tuple[float, float]:
    """Return the largest and the mean drop of the degradations, in points."""
    drops = [row['drop'] for name, row in rows.items() if name != 'none']
    return max(drops), float(np.mean(drops))
