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
"""Kappa, F1 and concordance against values worked out by hand, and against their definitions."""

from fer_ros.study.agreement_measures import concordance, nominal
import numpy as np
import pytest


@pytest.mark.parametrize('table, agreement, chance, kappa', [
    # J. Cohen's own example of 1960: (0.44 + 0.20 + 0.06, of 200) by hand.
    ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.70, 0.41, 0.29 / 0.59),
    ([[20, 5], [10, 15]], 0.70, 0.50, 0.40),
    # All that a majority gives: much agreement, no kappa.
    ([[90, 0], [10, 0]], 0.90, 0.90, 0.0),
    # Less than chance.
    ([[0, 5], [5, 0]], 0.0, 0.5, -1.0),
    ([[7, 0], [0, 3]], 1.0, 0.58, 1.0),
])
def test_kappa_is_cohens(table, agreement, chance, kappa):
    found = nominal(np.array(table))
    assert (found.agreement, found.chance, found.kappa) == pytest.approx(
        (agreement, chance, kappa))
    assert found.samples == np.sum(table)


def test_f1_is_that_of_precision_and_recall():
    found = nominal(np.array([[20, 5, 0], [10, 15, 0], [0, 0, 0]]))
    first, second, third = found.classes
    assert (first.precision, first.recall, first.f1) == pytest.approx((2 / 3, 0.8, 8 / 11))
    assert (second.precision, second.recall, second.f1) == pytest.approx((0.75, 0.6, 2 / 3))
    # A class that nobody has is no class that is never right.
    assert (third.precision, third.recall, third.f1) == (None, None, None)
    assert found.macro_f1 == pytest.approx((8 / 11 + 2 / 3) / 2)
    assert found.largest == 0.5


def test_a_class_of_one_coding_alone_counts():
    found = nominal(np.array([[5, 5, 0], [0, 0, 0], [0, 0, 0]]))
    assert [one.f1 for one in found.classes] == [pytest.approx(2 / 3), 0.0, None]
    assert found.macro_f1 == pytest.approx(1 / 3)
    # The last one is `unsure`, which no annotator says.
    assert nominal(np.array([[5, 0, 5], [0, 0, 0], [0, 0, 0]]), 2).macro_f1 == pytest.approx(2 / 3)


@pytest.mark.parametrize('table', [[[0, 0], [0, 0]], [[9, 0], [0, 0]]])
def test_kappa_of_a_constant_is_none(table):
    assert nominal(np.array(table)).kappa is None


@pytest.mark.parametrize('first, second, ccc, correlation', [
    ([1, 2, 3], [1, 2, 3], 1.0, 1.0),
    # Means 2 and 3, variances and covariance 2/3 each: (4/3) / (4/3 + 1).
    ([1, 2, 3], [2, 3, 4], 4 / 7, 1.0),
    # Variances 2/3 and 8/3, covariance 4/3, means 2 and 4: (8/3) / (10/3 + 4).
    ([1, 2, 3], [2, 4, 6], 4 / 11, 1.0),
    ([1, 2, 3], [3, 2, 1], -1.0, -1.0),
    # A constant tells nothing.
    ([1, 2, 3], [2, 2, 2], 0.0, None), ([2, 2, 2], [1, 1, 1], 0.0, None),
    ([2, 2, 2], [2, 2, 2], None, None), ([0.1] * 7, [0.1] * 7, None, None),
    ([1], [1], None, None), ([], [], None, None),
])
def test_concordance_is_lins(first, second, ccc, correlation):
    found = concordance(np.array(first, float), np.array(second, float))
    for value, wanted in ((found.ccc, ccc), (found.correlation, correlation)):
        assert value == (wanted if wanted is None else pytest.approx(wanted))
    assert found.samples == len(first)


def test_differences_have_a_sign():
    found = concordance(np.array([0.0, 0.5]), np.array([0.5, 0.5]))
    assert (found.difference, found.error) == pytest.approx((0.25, 0.25))
