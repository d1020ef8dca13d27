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
"""Bias and temperature of a model's logits (Guo et al., 2017), fitted on logits and labels."""

from typing import Sequence

from data import REPOSITORY  # noqa: F401 makes the package importable
from fer_ros.evaluate.metrics import negative_log_likelihood
import numpy as np

# Chosen so that the accuracy on FER+ `valid` stays while that on photographs rises.
RIDGE, BALANCE = 0.01, 0.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities float64 of logits [N, C], each row summing to 1."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)


def calibrate(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature in 0.1..10 that minimises the labels' negative log-likelihood."""
    return calibrate_mixture([(logits, labels)])


def calibrate_mixture(sets: Sequence[tuple]) -> float:
    """Return the same for several sets of (logits, labels), which count alike."""
    def loss(exponent: float) -> float:
        return sum(negative_log_likelihood(softmax(logits / np.exp(exponent)), labels)
                   for logits, labels in sets)
    low, high = np.log(0.1), np.log(10.0)
    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    for _ in range(60):  # golden section: the likelihood has one minimum in the temperature
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))


def fit_bias(sets: Sequence[tuple], ridge: float = RIDGE, balance: float = BALANCE) -> np.ndarray:
    """
    Return what to add to the logits, float64 [C], of mean 0, for sets that count alike.

    Together with a temperature it is the likeliest of such corrections (vector scaling with one
    scale), a face of a rare expression counting more: by its share in the set to the power of
    -`balance`, 0 for alike faces and 1 for alike expressions. `ridge` keeps small what few faces
    ask for.

    :param sets: of (logits [N, C], labels [N]).
    """
    weights = []
    for logits, labels in sets:
        share = np.bincount(labels, minlength=logits.shape[1]) / len(labels)
        weight = share[labels] ** -balance
        weights.append(weight / weight.sum() / len(sets))
    weight = np.concatenate(weights)[:, None]
    logits = np.concatenate([logits for logits, _ in sets]).astype(np.float64)
    classes = logits.shape[1]
    right = np.eye(classes)[np.concatenate([labels for _, labels in sets])]
    # Newton's method on (scale, scaled bias), in which the loss is convex.
    found = np.zeros(classes + 1)
    found[0] = 1.0

    def loss(values):
        chosen = (softmax(logits * values[0] + values[1:]) * right).sum(1)
        return -(weight[:, 0] * np.log(np.maximum(chosen, 1e-300))).sum() + ridge * (
            values[1:] ** 2).sum()

    for _ in range(30):
        share = softmax(logits * found[0] + found[1:])
        off = weight * (share - right)
        slope = np.r_[(off * logits).sum(), off.sum(0) + 2 * ridge * found[1:]]
        around = logits - (share * logits).sum(1, keepdims=True)
        bend = np.empty((classes + 1, classes + 1))
        bend[0, 0] = (weight * share * around ** 2).sum()
        bend[0, 1:] = bend[1:, 0] = (weight * share * around).sum(0)
        bend[1:, 1:] = (np.diag((weight * share).sum(0)) - (weight * share).T @ share
                        + 2 * ridge * np.eye(classes))
        step = np.linalg.solve(bend, slope)
        # Where faces are few, a whole step may lead to where nothing bends any more.
        while loss(found - step) > loss(found) and np.abs(step).max() > 1e-9:
            step /= 2
        found -= step
    bias = found[1:] / found[0]
    return bias - bias.mean()
