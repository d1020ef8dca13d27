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

"""Intersection over union, of corners and of widths and heights."""

from __future__ import annotations

from fer_ros.core.boxes import corner_iou, corner_overlap, iou
from fer_ros.core.types import Box
import pytest


@pytest.mark.parametrize('box, expected', [
    ((0, 0, 10, 10), 1.0),           # itself
    ((0, 0, 10, 5), 0.5),            # half of it
    ((5, 0, 15, 10), 1 / 3),         # shifted by half
    ((2, 2, 4, 4), 0.04),            # inside
    ((10, 0, 20, 10), 0.0),          # touching
    ((30, 30, 40, 40), 0.0),         # apart, both ways
    ((5, 5, 5, 5), 0.0),             # a point
])
def test_overlap_of_corners(box, expected):
    square = (0, 0, 10, 10)
    assert corner_iou(square, box) == corner_iou(box, square) == pytest.approx(expected)


def test_two_empty_boxes_do_not_overlap():
    assert corner_iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0


@pytest.mark.parametrize('one, other', [
    (Box(0.0, 0.0, 10.0, 10.0), Box(5.0, 2.0, 10.0, 4.0)),
    (Box(-3.0, 7.0, 6.0, 2.0), Box(-1.0, 6.0, 1.0, 9.0)),
    (Box(0.0, 0.0, 10.0, 10.0), Box(50.0, 0.0, 10.0, 10.0)),
])
def test_boxes_overlap_as_their_corners_do(one, other):
    assert iou(one, other) == pytest.approx(corner_iou(
        (one.x, one.y, one.x + one.width, one.y + one.height),
        (other.x, other.y, other.x + other.width, other.y + other.height)))
    across = range(-10, 70)
    grid = [{(x, y) for x in across for y in across
             if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height}
            for box in (one, other)]
    assert iou(one, other) == pytest.approx(len(grid[0] & grid[1]) / len(grid[0] | grid[1]))


def test_touching_and_empty_boxes_do_not_overlap():
    assert iou(Box(0.0, 0.0, 10.0, 10.0), Box(10.0, 0.0, 10.0, 10.0)) == 0.0
    assert iou(Box(5.0, 5.0, 0.0, 0.0), Box(5.0, 5.0, 0.0, 0.0)) == 0.0


@pytest.mark.parametrize('box, expected', [
    ((0, 0, 10, 10), (1.0, 1.0)),         # itself
    ((0, 0, 10, 5), (0.5, 1.0)),          # half of it
    ((5, 0, 15, 10), (1 / 3, 0.5)),       # shifted by half
    ((2, 2, 4, 4), (0.04, 1.0)),          # inside
    ((8, 0, 12, 10), (1 / 6, 0.5)),       # half inside
    ((10, 0, 20, 10), (0.0, 0.0)),        # touching
    ((30, 30, 40, 40), (0.0, 0.0)),       # apart, both ways
    ((5, 5, 5, 5), (0.0, 0.0)),           # a point
])
def test_overlap_and_containment(box, expected):
    square = (0, 0, 10, 10)
    assert corner_overlap(square, box) == corner_overlap(box, square) == pytest.approx(expected)


def test_two_empty_boxes_share_nothing():
    assert corner_overlap((0, 0, 0, 0), (0, 0, 0, 0)) == (0.0, 0.0)
