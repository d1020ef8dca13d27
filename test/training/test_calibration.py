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

from calibration import calibrate, softmax
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
