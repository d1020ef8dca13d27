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
"""Degraded faces and what they cost."""

from fer_ros.evaluate import robustness
import numpy as np
import pytest


@pytest.fixture
def faces():
    """Return 16 bright and dark halves: the class is the side that is bright."""
    truth = np.arange(16) % 2
    pictures = np.full((16, 48, 48), 60, np.uint8)
    for picture, side in zip(pictures, truth):
        picture[:, 24 * side:24 * side + 24] = 180
    return pictures, truth


def sides(batch):
    """Answer by the brighter half."""
    right = batch[:, :, 24:].mean((1, 2)) > batch[:, :, :24].mean((1, 2))
    return np.stack([1.0 - right, right], 1)


def pixel(batch):
    """Answer by the detail that blur takes away: always wrong where no pixel is as it was."""
    sharp = (batch == 180).any((1, 2)) & (batch == 60).any((1, 2))
    return np.where(sharp[:, None], sides(batch), 1.0 - sides(batch))


def test_nothing_is_lost_where_halves_remain_halves(faces):
    rows = robustness.measure(sides, *faces)
    assert list(rows) == ['none', *robustness.DEGRADATIONS]
    assert {row['accuracy'] for row in rows.values()} == {1.0}
    assert robustness.worst_and_mean(rows) == (0.0, 0.0)


def test_loss_is_in_points_against_the_clean_faces(faces):
    rows = robustness.measure(pixel, *faces)
    assert rows['none']['accuracy'] == 1.0
    dark = rows['dark, a quarter of the light']
    assert (dark['accuracy'], dark['macro_recall'], dark['drop']) == (0.0, 0.0, 100.0)
    worst, mean = robustness.worst_and_mean(rows)
    assert worst == 100.0 and 0.0 < mean < 100.0


@pytest.mark.parametrize('name', robustness.DEGRADATIONS)
def test_each_changes_the_picture_the_same_way_twice(faces, name):
    face = np.random.default_rng(3).integers(0, 256, (48, 48)).astype(np.uint8)
    once, twice = (
        robustness.DEGRADATIONS[name](face, np.random.default_rng(1)) for _ in range(2))
    assert once.dtype == np.uint8 and once.shape == face.shape
    assert (once == twice).all() and (once != face).any()
