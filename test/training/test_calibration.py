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
"""Temperature and calibration error on answers whose true confidence is known."""

from calibration import calibrate, calibrate_mixture, fit_bias, softmax
import numpy as np
import pytest


def draw(temperature, count=40000):
    """Return logits, and labels drawn from their softmax at the given temperature."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (count, 8))
    cumulative = softmax(logits / temperature).cumsum(1)
    return logits, (cumulative < rng.random((count, 1))).sum(1).clip(0, 7)


@pytest.mark.parametrize('temperature', [
    0.5,  # not confident enough
    1.0,  # right
    2.5,  # far too confident
])
def test_calibrate_finds_the_temperature(temperature):
    logits, labels = draw(temperature)
    assert calibrate(logits, labels) == pytest.approx(temperature, rel=0.03)


def test_softmax_of_large_logits_is_finite():
    np.testing.assert_allclose(softmax(np.array([[1e4, 0.0]])), [[1.0, 0.0]])


def test_sets_of_a_mixture_count_alike():
    sure, unsure = draw(0.5), draw(2.0, count=4000)
    alone = calibrate(*unsure)
    together = calibrate_mixture([sure, unsure])
    assert calibrate(*sure) < together < alone
    # However many faces a set has.
    few = tuple(array[:4000] for array in sure)
    assert calibrate_mixture([few, unsure]) == pytest.approx(together, rel=0.03)


def test_the_bias_that_labels_were_drawn_with_is_found():
    rng = np.random.default_rng(1)
    logits, bias = rng.normal(0, 3, (40000, 8)), np.array([1, -1, 0.5, 0, 0, -0.5, 0.25, -0.25])
    cumulative = softmax((logits + bias) / 1.5).cumsum(1)
    labels = (cumulative < rng.random((40000, 1))).sum(1).clip(0, 7)
    assert fit_bias([(logits, labels)], 0.0, 0.0) == pytest.approx(bias, abs=0.1)
    assert np.abs(fit_bias([(logits, labels)], 1.0, 0.0)).max() < 0.5


def test_balance_favours_the_rare():
    rng = np.random.default_rng(2)
    labels = (rng.random(5000) < 0.05).astype(int)
    logits = rng.normal(0, 1, (5000, 8)) + 2 * np.eye(8)[labels]
    plain, balanced = (fit_bias([(logits, labels)], 0.001, balance) for balance in (0.0, 1.0))
    assert balanced[1] - balanced[0] > plain[1] - plain[0] + 1
