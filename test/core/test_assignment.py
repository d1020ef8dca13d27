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

"""The assignment: against every permutation, in all shapes, and what is refused."""

from itertools import permutations

from fer_ros.core.assignment import assign
import numpy as np
import pytest

RANDOM = np.random.default_rng(5)


def least(costs):
    """Return the least total cost by trying every permutation."""
    costs = costs if costs.shape[0] <= costs.shape[1] else costs.T
    rows = range(costs.shape[0])
    return min((costs[rows, list(columns)].sum()
                for columns in permutations(range(costs.shape[1]), costs.shape[0])))


@pytest.mark.parametrize('shape', [(1, 1), (1, 5), (5, 1), (2, 2), (4, 4), (3, 6), (6, 3), (5, 6)])
@pytest.mark.parametrize('make', [
    RANDOM.random,  # reals
    lambda shape: RANDOM.integers(0, 3, shape).astype(float),  # many ties
    lambda shape: RANDOM.normal(size=shape),  # negative costs
    np.ones,  # nothing but ties
])
def test_total_is_the_least(shape, make):
    for _ in range(20):
        costs = make(shape)
        rows, columns = assign(costs)
        assert len(rows) == min(shape)
        assert len(set(rows)) == len(set(columns)) == min(shape)
        assert list(rows) == sorted(rows)
        assert costs[rows, columns].sum() == pytest.approx(least(costs))


@pytest.mark.parametrize('shape', [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_pair(shape):
    rows, columns = assign(np.empty(shape))
    assert rows.size == columns.size == 0


def test_many():
    """A matrix with one cheap pair in each row, hidden among expensive ones."""
    hidden = RANDOM.permutation(60)
    costs = 1.0 + RANDOM.random((60, 60))
    costs[np.arange(60), hidden] = RANDOM.random(60)
    assert (assign(costs)[1] == hidden).all()


@pytest.mark.parametrize('costs', [np.ones(3), np.array([[1.0, np.inf]]), np.array([[np.nan]])])
def test_bad_costs_are_refused(costs):
    with pytest.raises(ValueError, match='finite'):
        assign(costs)
