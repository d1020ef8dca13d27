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
"""Augmentation keeps shape and type, repeats with its seed, and does what it is told."""

import numpy as np
import pytest

pytest.importorskip('cv2')
from augment import Augment, AugmentConfig  # noqa: E402,I100 after the skip

NOTHING = dict.fromkeys(
    ('geometry', 'light', 'dark', 'low_resolution', 'blur', 'noise', 'jpeg', 'cutout'), 0.0)


@pytest.fixture
def face():
    """Return a bright gradient with structure, uint8 [48, 48]."""
    rows, columns = np.mgrid[:48, :48]
    return (60 + 2 * rows + columns + 20 * ((rows // 6 + columns // 6) % 2)).astype(np.uint8)


@pytest.mark.parametrize('name', sorted(NOTHING))
def test_each_degradation_alone(face, name):
    augment = Augment(AugmentConfig(**{**NOTHING, name: 1.0}), np.random.default_rng(3))
    before = face.copy()
    results = [augment(face) for _ in range(20)]
    assert all(r.shape == face.shape and r.dtype == np.uint8 for r in results)
    changed = [not np.array_equal(r, face) and not np.array_equal(r, face[:, ::-1])
               for r in results]
    assert sum(changed) >= 19  # a draw may be the identity, hardly two of twenty
    np.testing.assert_array_equal(face, before)  # the data set itself stays as it is


def test_nothing_but_flips(face):
    augment = Augment(AugmentConfig(**NOTHING), np.random.default_rng(0))
    flipped = [np.array_equal(augment(face), face[:, ::-1]) for _ in range(200)]
    assert 60 < sum(flipped) < 140


def test_same_seed_same_pictures(face):
    first, second = (Augment(AugmentConfig(), np.random.default_rng(7)) for _ in range(2))
    for _ in range(50):
        np.testing.assert_array_equal(first(face), second(face))


def test_rotation_stays_in_range(face):
    config = AugmentConfig(**{**NOTHING, 'geometry': 1.0})
    assert 1.4 * config.rotation_deg <= 26.0
    dark = Augment(AugmentConfig(**{**NOTHING, 'dark': 1.0}), np.random.default_rng(0))
    assert all(dark(face).mean() < 0.61 * face.mean() for _ in range(20))
