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
"""The FER+ protocol: who is kept, with which label, target and weight."""

from data import calibration_half, majority_labels, read_split, soft_targets
import numpy as np
import pytest

# neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, NF


@pytest.mark.parametrize('votes, label', [
    ([10, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0),    # unanimous
    ([0, 6, 4, 0, 0, 0, 0, 0, 0, 0], 1),     # more than half
    ([5, 5, 0, 0, 0, 0, 0, 0, 0, 0], -1),    # exactly half is no majority
    ([5, 1, 1, 1, 1, 1, 0, 0, 0, 0], 0),     # single votes are outliers: 5 of 5 remain
    ([0, 0, 0, 4, 2, 2, 0, 0, 1, 0], -1),    # 4 of 8
    ([0, 0, 0, 0, 0, 0, 0, 0, 8, 2], -1),    # unknown is no expression
    ([0, 0, 0, 0, 0, 0, 0, 2, 0, 8], -1),    # not a face
    ([2, 0, 0, 0, 0, 0, 0, 5, 2, 1], 7),     # 5 of 9 with unknown in the sum
    ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], -1),    # nothing but outliers
])
def test_majority_label(votes, label):
    assert majority_labels(np.array([votes])).tolist() == [label]


@pytest.mark.parametrize('votes, target, weight', [
    ([6, 3, 1, 0, 0, 0, 0, 0, 0, 0], {0: 2 / 3, 1: 1 / 3}, 1.0),  # the outlier is left out
    ([4, 0, 0, 4, 0, 0, 0, 0, 2, 0], {0: 0.5, 3: 0.5}, 0.8),      # partly unknown
    ([2, 0, 0, 0, 0, 0, 0, 0, 3, 5], {0: 1.0}, 0.0),              # mostly not an expression
    ([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], {}, 0.0),                    # nothing but outliers
])
def test_soft_target(votes, target, weight):
    targets, weights = soft_targets(np.array([votes]))
    expected = np.zeros(8)
    for label, share in target.items():
        expected[label] = share
    np.testing.assert_allclose(targets[0], expected, atol=1e-6)
    assert weights[0] == pytest.approx(weight)


@pytest.mark.parametrize('split, faces, majority', [
    ('train', 28558, 25057),  # as the data's own description counts them
    ('valid', 3579, 3199),
])
def test_split_sizes(ferplus, split, faces, majority):
    pytest.importorskip('cv2')
    read = read_split(ferplus, split)
    assert read.faces.shape == (faces, 48, 48)
    assert (majority_labels(read.votes) >= 0).sum() == majority
    assert read.faces.reshape(faces, -1).std(1).max() > 50  # pictures, not padding


def test_missing_data_is_named(tmp_path):
    pytest.importorskip('cv2')
    with pytest.raises(FileNotFoundError, match='valid.csv'):
        read_split(tmp_path, 'valid')


def test_calibration_half_is_a_property_of_the_face():
    ids = np.arange(2000)
    half = calibration_half(ids)
    np.testing.assert_array_equal(calibration_half(ids[::-1]), half[::-1])
    assert 0.45 < half.mean() < 0.55
