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

"""The comparison of two machines notices what differs, and the wheels are those of the host."""

from __future__ import annotations

import json
from pathlib import Path

import golden_faces
import pytest

HERE = Path(__file__).parent
SAID = {'scores': {'one': [0.9, 0.8], 'nobody': []}, 'boxes': {'one': [[1.0, 2.0], [3.0, 4.0]]},
        'own crops: levels': {'one': [[12, 13]]}}


def verdict(theirs, ours):
    """Return (quantities beyond their tolerance, whether all are the same)."""
    differences = golden_faces.compare(theirs, ours)
    text, same = golden_faces.report(differences)
    return [line[:26].strip() for line in text.splitlines() if 'TOO MUCH' in line], same


@pytest.mark.parametrize('quantity, name, value, same', [
    ('scores', 'one', [0.9, 0.8], True),                     # nothing
    ('scores', 'one', [0.9, 0.8009], True),                  # arithmetic in another order
    ('scores', 'one', [0.9, 0.802], False),                  # another result
    ('scores', 'one', [0.9, float('nan')], False),           # no number
    ('scores', 'one', [0.9], False),                         # a face less
    ('scores', 'nobody', [0.7], False),                      # a face more
    ('scores', 'elsewhere', [0.7], False),                   # a picture more
    ('boxes', 'one', [[1.0, 2.0], [3.0, 3.99]], False),      # a box elsewhere
    ('own crops: levels', 'one', [[12, 14]], True),          # a pixel on the next step
    ('own crops: levels', 'one', [[12, 18]], False),         # another picture
    ('landmarks', 'one', [1.0], False),                      # a quantity more
])
def test_a_difference_is_noticed_from_both_sides(quantity, name, value, same):
    changed = json.loads(json.dumps(SAID))
    changed.setdefault(quantity, {})[name] = value
    wrong = [] if same else [quantity]
    assert verdict(SAID, changed) == (wrong, same)
    assert verdict(changed, SAID) == (wrong, same)


@pytest.mark.parametrize('said', [
    {},                                   # no quantity
    {'scores': {}},                       # no picture
    {'scores': {'one': [], 'two': []}},   # no face
])
def test_comparing_nothing_is_no_success(said):
    assert not verdict(said, said)[1]


def test_the_largest_difference_is_told_with_its_place():
    ours = {'scores': {'one': [0.9, 0.8], 'two': [0.5], 'three': [0.25]}}
    theirs = {'scores': {'one': [0.9, 0.8], 'two': [0.75], 'three': [0.125]}}
    assert golden_faces.compare(theirs, ours) == [('scores', 0.25, 'two', 4)]
