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

"""The one in front stays in front, until somebody is clearly nearer."""

from __future__ import annotations

from fer_ros.core.face_order import FaceOrder
from fer_ros.core.track import Track
from fer_ros.core.types import Box, Detection
import numpy as np
import pytest


def track(name, area):
    """Return a track with a face of an area."""
    side = area ** 0.5
    box = Box(0.0, 0.0, side, side)
    return Track(name, Detection(box, 0.9, np.zeros((4, 2), np.float32)), 0.0, 0.0, 0.0)


def played(*frames):
    """Return the order of names in each frame, given {name: area}; all are remembered."""
    order, shown, known = FaceOrder(), [], {}
    for frame in frames:
        tracks = [track(name, area) for name, area in frame.items()]
        known.update((each.id, each) for each in tracks)
        shown.append(''.join(each.id for each in order.sort(tracks, list(known.values()))))
    return shown


@pytest.mark.parametrize('frames, expected', [
    ([{'a': 10, 'b': 20, 'c': 15}], ['bca']),                           # at first, size decides
    ([{'a': 10, 'b': 9}, {'a': 9, 'b': 10}, {'a': 10, 'b': 12}], ['ab'] * 3),     # close calls
    ([{'a': 10, 'b': 9}, {'a': 10, 'b': 14}], ['ab', 'ba']),            # clearly nearer now
    ([{'a': 10, 'b': 9}, {'b': 9}, {'a': 9, 'b': 10}], ['ab', 'b', 'ab']),        # a blink
    ([{'a': 10, 'b': 9}, {'a': 10, 'b': 9, 'c': 11}], ['ab', 'cab']),   # a new one, by size
    ([{'a': 10, 'b': 11, 'c': 9}, {'a': 8, 'b': 8.5, 'c': 12}], ['bac', 'cba']),  # past both
])
def test_order(frames, expected):
    assert played(*frames) == expected


def test_noise_of_the_boxes_changes_no_order():
    random = np.random.default_rng(3)
    frames = [dict(zip('abc', 100 * random.uniform(0.9, 1.1, 3))) for _ in range(200)]
    assert len(set(played(*frames))) == 1


def test_who_is_forgotten_has_no_place_any_more():
    order = FaceOrder()
    order.sort([track('a', 10), track('b', 9)], [])
    assert [each.id for each in order.sort([track('b', 9)], [track('b', 9)])] == ['b']
    assert [each.id for each in order.sort([track('a', 8), track('b', 9)], [])] == ['b', 'a']
    order.clear()
    assert [each.id for each in order.sort([track('a', 10), track('b', 9)], [])] == ['a', 'b']
