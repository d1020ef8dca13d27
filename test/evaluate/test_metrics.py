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

"""Metrics against values worked out by hand."""

import math

from fer_ros.evaluate import metrics
import numpy as np
import pytest


def one_hot(rows, classes=3):
    """Return certain predictions of the given classes."""
    return np.eye(classes)[rows]


def test_confusion_has_true_rows_and_predicted_columns():
    matrix = metrics.confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize('confusion, expected, mean', [
    # Three of four, all, none.
    ([[3, 1, 0], [0, 2, 0], [5, 0, 0]], [0.75, 1.0, 0.0], 1.75 / 3),
    # A class that never occurs has no recall, and the mean is that of the others.
    ([[1, 1, 0], [0, 0, 0], [0, 0, 4]], [0.5, None, 1.0], 0.75),
    # Nothing at all.
    ([[0, 0], [0, 0]], [None, None], None),
])
def test_recalls(confusion, expected, mean):
    recalls = metrics.recalls(np.array(confusion))
    assert recalls == expected
    assert metrics.mean_of_known(recalls) == (None if mean is None else pytest.approx(mean))


@pytest.mark.parametrize('probabilities, truth, error', [
    # Certain and right.
    ([[1.0, 0.0]], [0], 0.0),
    # Certain and wrong.
    ([[1.0, 0.0]], [1], 1.0),
    # Two of 0.8 in one bin, one right: |0.5 - 0.8|.
    ([[0.8, 0.2], [0.8, 0.2]], [0, 1], 0.3),
    # Two bins, weighted by faces: (3 * |1 - 0.9| + 1 * |0 - 0.6|) / 4.
    ([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.6, 0.4]], [0, 0, 1, 1], 0.225),
    # No faces.
    (np.zeros((0, 2)), [], 0.0),
])
def test_calibration_error(probabilities, truth, error):
    result = metrics.calibration(np.array(probabilities), np.array(truth, int))
    assert result.error == pytest.approx(error)
    assert result.counts.sum() == len(truth)


@pytest.mark.parametrize('confidence, bins, index', [
    # On an edge: the bin below.
    (0.6, 5, 2),
    # Just above it.
    (0.6000001, 5, 3),
    # The largest belongs to the last bin.
    (1.0, 15, 14),
    # The smallest of two classes, with one bin for everything.
    (0.5, 1, 0),
])
def test_calibration_bins(confidence, bins, index):
    result = metrics.calibration(
        np.array([[confidence, 1 - confidence]]), np.array([0]), bins)
    assert result.counts.argmax() == index


def test_calibration_keeps_mean_confidence_and_accuracy_of_a_bin():
    result = metrics.calibration(
        np.array([[0.70, 0.30], [0.72, 0.28]]), np.array([0, 1]), bins=5)
    assert result.counts.tolist() == [0, 0, 0, 2, 0]
    assert result.confidence[3] == pytest.approx(0.71)
    assert result.accuracy[3] == pytest.approx(0.5)


def test_negative_log_likelihood():
    value = metrics.negative_log_likelihood(
        np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0]))
    assert value == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert metrics.negative_log_likelihood(np.zeros((0, 2)), np.zeros(0, int)) is None


def test_negative_log_likelihood_of_the_impossible_is_finite():
    value = metrics.negative_log_likelihood(one_hot([0]), np.array([1]))
    assert math.isfinite(value) and value > 20


def test_risk_grows_where_the_unsure_are_wrong():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    coverage, risk = metrics.risk_coverage(probabilities, np.array([0, 0, 1, 0]))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk == pytest.approx([0, 0, 1 / 3, 1 / 4])


def test_risk_of_ties_does_not_depend_on_their_order():
    probabilities = np.array([[0.8, 0.2], [0.8, 0.2]])
    for truth in ([0, 1], [1, 0]):
        assert metrics.risk_coverage(probabilities, np.array(truth))[1].tolist() == [0.5, 0.5]


def test_risk_of_nothing_is_empty():
    coverage, risk = metrics.risk_coverage(np.zeros((0, 2)), np.zeros(0, int))
    assert coverage.size == risk.size == 0


@pytest.mark.parametrize('probabilities, truth, word', [
    # Rows and truths of different number.
    (np.ones((2, 1)), np.zeros(3, int), 'do not match'),
    # A class beyond the columns.
    (np.full((1, 2), 0.5), np.array([2]), 'classes 2'),
    # No distribution.
    (np.array([[0.5, 0.9]]), np.array([0]), 'sum to 1'),
    # No number.
    (np.array([[np.nan, 1.0]]), np.array([0]), 'sum to 1'),
])
def test_check_refuses(probabilities, truth, word):
    with pytest.raises(ValueError, match=word):
        metrics.check(probabilities, truth)
