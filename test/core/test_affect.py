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

"""Valence and arousal follow the published places of the words and stay among them."""

from __future__ import annotations

from fer_ros.core.affect import COORDINATES, valence_arousal
from fer_ros.core.types import LABELS
import numpy as np
import pytest


@pytest.mark.parametrize('label, valence, arousal', [
    ('neutral', 0.0, 0.0),       # the origin
    ('happy', 0.81, 0.51),       # pleasant, active
    ('surprised', 0.40, 0.67),   # the most active
    ('sad', -0.63, -0.27),       # the only one below rest
    ('angry', -0.51, 0.59),      # unpleasant, active
    ('disgusted', -0.60, 0.35),  # unpleasant, less active
    ('scared', -0.64, 0.60),     # the most unpleasant
])
def test_a_certain_face_gets_the_place_of_its_word(label, valence, arousal):
    certain = np.eye(8, dtype=np.float32)[LABELS.index(label)]
    assert [float(each) for each in valence_arousal(certain)] == [valence, arousal]


def test_contempt_lies_midway_between_its_neighbours():
    middle = np.mean([COORDINATES['angry'], COORDINATES['disgusted']], axis=0)
    assert COORDINATES['contempt'] == pytest.approx(tuple(middle))


def test_mixtures_are_weighted_means():
    half = (np.eye(8)[LABELS.index('happy')] + np.eye(8)[LABELS.index('sad')]) / 2
    assert valence_arousal(half) == pytest.approx((0.09, 0.12))


def test_many_at_once_as_one_by_one():
    many = np.random.default_rng(1).dirichlet(np.ones(8), 50)
    valence, arousal = valence_arousal(many)
    assert valence.shape == arousal.shape == (50,)
    for row, v, a in zip(many, valence, arousal):
        assert valence_arousal(row) == pytest.approx((v, a))
    for each, column in ((valence, 0), (arousal, 1)):
        places = [place[column] for place in COORDINATES.values()]
        assert min(places) <= each.min() and each.max() <= max(places)


def test_no_face_gives_nothing():
    assert [each.shape for each in valence_arousal(np.empty((0, 8)))] == [(0,), (0,)]
