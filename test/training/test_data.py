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

from data import load_split, majority_labels, soft_targets
import numpy as np
import pytest

# neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, NF


def test_faces_without_majority_have_no_label():
    votes = np.array([[10, 0, 0, 0, 0, 0, 0, 0, 0, 0], [5, 5, 0, 0, 0, 0, 0, 0, 0, 0],
                      [0, 0, 0, 0, 0, 0, 0, 6, 4, 0]])
    assert majority_labels(votes).tolist() == [0, -1, 7]


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
    read = load_split(ferplus, split)
    assert read.faces.shape == (faces, 48, 48)
    assert (majority_labels(read.votes) >= 0).sum() == majority
    assert read.faces.reshape(faces, -1).std(1).max() > 50  # pictures, not padding
