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

"""How good predictions are: accuracy, recalls, confusion, calibration, risk and coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Equal-width confidence bins of the calibration error.
CALIBRATION_BINS = 15


@dataclass(frozen=True, eq=False)
class Calibration:
    """
    Confidence against accuracy, bin by bin; arrays of shape (bins,).

    :param edges: (bins + 1,) confidences from 0 to 1; bin i holds edges[i] < c <= edges[i + 1].
    :param counts: faces in the bin.
    :param confidence: mean confidence in the bin, 0 where it is empty.
    :param accuracy: share of right answers in the bin, 0 where it is empty.
    :param error: expected calibration error, 0 to 1: the mean of |accuracy - confidence| over
        all faces (Guo et al., On Calibration of Modern Neural Networks, ICML 2017, eq. 3).
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    error: float


def check(probabilities: np.ndarray, truth: np.ndarray) -> None:
    """
    Refuse what no metric can be taken of.

    :param probabilities: float (N, C), rows sum to 1.
    :param truth: int (N,), classes 0 to C - 1.
    :raises ValueError: the shapes do not fit, a class is out of range, or a row is no
        distribution.
    """
    if probabilities.ndim != 2 or truth.shape != probabilities.shape[:1]:
        raise ValueError(
            f'probabilities {probabilities.shape} and truth {truth.shape} do not match; '
            f'pass (N, C) and (N,)')
    if truth.size and not (0 <= truth.min() and truth.max() < probabilities.shape[1]):
        raise ValueError(
            f'truth holds classes {truth.min()} to {truth.max()}; '
            f'there are {probabilities.shape[1]}')
    if not np.all(np.isfinite(probabilities)) or not np.allclose(
            probabilities.sum(axis=1), 1.0, atol=1e-3):
        raise ValueError(
            'a row of probabilities does not sum to 1; pass one distribution per face')


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return int (classes, classes): row the true class, column the predicted one."""
    flat = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes)


def recalls(confusion: np.ndarray) -> list[float | None]:
    """Return the share of each true class that was recognised; None where it never occurs."""
    totals = confusion.sum(axis=1)
    return [
        float(right / total) if total else None
        for right, total in zip(np.diag(confusion), totals)]


def mean_of_known(values: list[float | None]) -> float | None:
    """Return the mean of the values that are not None; None when there are none."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def calibration(
        probabilities: np.ndarray, truth: np.ndarray,
        bins: int = CALIBRATION_BINS) -> Calibration:
    """
    Compare top-1 confidence with top-1 accuracy in equal-width bins.

    :param probabilities: float (N, C); truth: int (N,). Without a face the error is 0.
    """
    confidence = probabilities.max(axis=1) if len(truth) else np.zeros(0)
    right = (probabilities.argmax(axis=1) == truth) if len(truth) else np.zeros(0, bool)
    edges = np.linspace(0.0, 1.0, bins + 1)
    # A confidence on an edge belongs to the bin below it; 0 belongs to the first.
    index = np.clip(np.searchsorted(edges, confidence, side='left') - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    filled = np.maximum(counts, 1)
    mean_confidence = np.bincount(index, confidence, bins) / filled
    accuracy = np.bincount(index, right, bins) / filled
    gaps = np.abs(accuracy - mean_confidence) * counts
    error = float(gaps.sum() / max(len(truth), 1))
    return Calibration(edges, counts, mean_confidence, accuracy, error)


def negative_log_likelihood(probabilities: np.ndarray, truth: np.ndarray) -> float | None:
    """Return the mean of -ln p(true class) in nats; None without a face."""
    if not len(truth):
        return None
    chosen = probabilities[np.arange(len(truth)), truth].astype(float)
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def risk_coverage(
        probabilities: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Return how wrong the answers are when only the most confident ones are given.

    :returns: (coverage, risk), both float (N,): answering for the share `coverage[k]` of the
        faces, the most confident first, the share `risk[k]` of these answers is wrong. Faces
        of equal confidence are answered for together, so ties do not depend on their order.
    """
    if not len(truth):
        return np.zeros(0), np.zeros(0)
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind='stable')
    wrong = (probabilities.argmax(axis=1) != truth)[order]
    count = np.arange(1, len(truth) + 1)
    risk = np.cumsum(wrong) / count
    sorted_confidence = confidence[order]
    last_of_tie = np.searchsorted(-sorted_confidence, -sorted_confidence, side='right') - 1
    return count / len(truth), risk[last_of_tie]
