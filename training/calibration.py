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
"""Temperature scaling and calibration error (Guo et al., 2017), on logits and labels."""

from data import REPOSITORY  # noqa: F401 makes the package importable
from fer_ros.evaluate.metrics import negative_log_likelihood
import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities float64 of logits [N, C], each row summing to 1."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return shifted / shifted.sum(1, keepdims=True)


def calibrate(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature in 0.1..10 that minimises the labels' negative log-likelihood."""
    low, high = np.log(0.1), np.log(10.0)
    ratio = (np.sqrt(5.0) - 1.0) / 2.0
    for _ in range(60):  # golden section: the likelihood has one minimum in the temperature
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if (negative_log_likelihood(softmax(logits / np.exp(left)), labels)
                < negative_log_likelihood(softmax(logits / np.exp(right)), labels)):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2.0))
