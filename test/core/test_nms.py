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


"""Overlapping candidates become one face, and neighbours stay two."""

from __future__ import annotations

from fer_ros.core.nms import Candidate, MOST, suppress
import numpy as np
import pytest


def candidates(*rows):
    """Return candidates from rows (x0, y0, x1, y1, score); landmarks at the corner."""
    return [Candidate(row[4], [*row[:4], *(4 * row[:2])]) for row in map(list, rows)]


def scores(found):
    """Return the scores of candidates."""
    return [candidate.score for candidate in found]


@pytest.mark.parametrize('blend', [True, False])
@pytest.mark.parametrize('part, count', [
    ((2, 5, 8, 10), 1),        # the mouth of a face
    ((-6, 2, 6, 8), 2),        # exactly half inside may be another face
    ((-5, 2, 6, 8), 1),        # a little more
    ((-20, -20, 30, 30), 1),   # around it
    ((11, 0, 15, 5), 2),       # beside it
])
def test_a_part_of_a_face_is_no_face(part, count, blend):
    found = suppress(candidates((0, 0, 10, 10, .9), (*part, .8)), 0.3, blend=blend)
    assert len(found) == count
    # Nor does it move the face.
    assert found[0].points[:4] == [0, 0, 10, 10]


@pytest.mark.parametrize('threshold, expected', [
    (0.3, [.9, .7]),             # a third of overlap is the same face
    (0.34, [.9, .8, .7]),        # or not
    (1.0, [.9, .8, .7]),         # nothing is
])
def test_plain_suppression_keeps_the_best(threshold, expected):
    found = suppress(
        candidates((5, 0, 15, 10, .8), (0, 0, 10, 10, .9), (40, 0, 50, 10, .7)),
        threshold, blend=False)
    assert scores(found) == expected
    assert found[0].points[:4] == [0, 0, 10, 10]
    assert found[-1].points[:4] == [40, 0, 50, 10]


def test_blending_is_the_mean_by_score():
    found = suppress(
        candidates((0, 0, 10, 10, .9), (1, 1, 11, 11, .3), (40, 0, 50, 10, .7)), 0.3, blend=True)
    assert scores(found) == [.9, .7]
    assert found[0].points == pytest.approx([.25, .25, 10.25, 10.25, *[.25] * 8])
    assert found[1].points[:4] == [40, 0, 50, 10]


@pytest.mark.parametrize('blend', [True, False])
def test_a_chain_is_cut_at_the_best(blend):
    # The first overlaps the second and the second the third, but not the first the third.
    found = suppress(
        candidates((0, 0, 10, 10, .9), (4, 0, 14, 10, .8), (9, 0, 19, 10, .7)), 0.3, blend=blend)
    assert scores(found) == [.9, .7]


@pytest.mark.parametrize('blend', [True, False])
def test_nothing_stays_nothing(blend):
    assert suppress([], 0.3, blend=blend) == []


@pytest.mark.parametrize('blend', [True, False])
def test_order_of_the_candidates_does_not_matter(blend):
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 60, (40, 2))
    rows = np.column_stack([corners, corners + 20, rng.permutation(40) / 40])
    first = suppress(candidates(*rows), 0.3, blend=blend)
    second = suppress(candidates(*rng.permutation(rows)), 0.3, blend=blend)
    assert 2 < len(first) < 40
    assert (np.diff(scores(first)) < 0).all()
    assert scores(first) == scores(second)
    for one, other in zip(first, second):
        assert one.points == pytest.approx(other.points, abs=1e-9)


def test_only_the_best_are_looked_at():
    rows = [(20 * index, 0, 20 * index + 10, 10, index / MOST) for index in range(MOST + 5)]
    found = suppress(candidates(*rows), 0.3, blend=True)
    assert len(found) == MOST
    assert found[-1].score == 5 / MOST
