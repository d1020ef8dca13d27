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

"""The assignment problem: pairs of the least total cost, for matrices of tens of rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assign(costs: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Pair rows with columns so that the sum of their costs is least.

    The Hungarian method with potentials: each row in turn is brought in along the shortest
    augmenting path (Kuhn 1955; Jonker and Volgenant 1987). scipy.optimize has the same function;
    importing it takes longer than the rest of a start-up.

    :param costs: finite floats (N, M).
    :return: indices of rows, rising, and of their columns; min(N, M) pairs.
    :raises ValueError: the costs are not a matrix of finite numbers.
    """
    costs = np.asarray(costs, float)
    if costs.ndim != 2 or not np.isfinite(costs).all():
        raise ValueError(
            f'costs of shape {costs.shape} are not a matrix of finite numbers; replace infinite '
            'costs with large ones')
    if costs.shape[0] > costs.shape[1]:
        columns, rows = assign(costs.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    if len(costs) == 1:
        return np.array([0]), np.array([costs[0].argmin()])
    row_potential, column_potential = np.zeros(costs.shape[0]), np.zeros(costs.shape[1])
    owner = np.full(costs.shape[1], -1)
    for row in range(costs.shape[0]):
        _bring_in(row, costs, row_potential, column_potential, owner)
    taken = np.flatnonzero(owner >= 0)
    order = np.argsort(owner[taken])
    return owner[taken][order], taken[order]


def _bring_in(row: int, costs: NDArray[np.float64], row_potential: NDArray[np.float64],
              column_potential: NDArray[np.float64], owner: NDArray[np.intp]) -> None:
    """Give a row a column, moving the rows before it where that is cheaper."""
    columns = costs.shape[1]
    distance = np.full(columns, np.inf)
    before = np.full(columns, -1)
    reached = np.zeros(columns, bool)
    current, column, so_far = row, -1, 0.0
    while True:
        reduced = so_far + costs[current] - row_potential[current] - column_potential
        closer = ~reached & (reduced < distance)
        distance[closer] = reduced[closer]
        before[closer] = column
        column = int(np.argmin(np.where(reached, np.inf, distance)))
        so_far = distance[column]
        reached[column] = True
        if owner[column] < 0:
            break
        current = owner[column]
    inner = reached & (owner >= 0)
    row_potential[row] += so_far
    row_potential[owner[inner]] += so_far - distance[inner]
    column_potential[reached] -= so_far - distance[reached]
    while column >= 0:
        previous = before[column]
        owner[column] = row if previous < 0 else owner[previous]
        column = previous
