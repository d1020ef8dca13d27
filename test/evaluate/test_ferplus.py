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

"""FER+ on disk and the majority protocol."""

import cv2
from fer_ros.evaluate import ferplus
from fer_ros.evaluate.ferplus import DataError
import numpy as np
import pytest


def vote(**votes):
    """Return a row of votes by name, all others 0."""
    return [votes.get(name, 0) for name in ferplus.VOTES]


@pytest.mark.parametrize('row, label', [
    # All agree.
    (vote(neutral=10), 0),
    # Six of ten.
    (vote(happiness=6, neutral=4), 1),
    # Exactly half is no majority.
    (vote(happiness=5, neutral=5), None),
    # Single votes are dropped first: five of the nine that remain.
    (vote(sadness=5, anger=4, fear=1), 3),
    # Four of ten, but the rest are single votes: four of four.
    (vote(contempt=4, neutral=1, happiness=1, surprise=1, sadness=1, anger=1, disgust=1), 7),
    # Rejections count among the remaining votes.
    (vote(fear=4, unknown=4), None),
    # The majority calls it unknown, or no face.
    (vote(unknown=8, fear=2), None),
    (vote(NF=10), None),
    # Only single votes: nothing remains.
    (vote(neutral=1, fear=1), None),
])
def test_majority(row, label):
    kept, labels = ferplus.majority(np.array([row]))
    assert labels.tolist() == ([] if label is None else [label])
    assert kept.tolist() == ([] if label is None else [0])


def write_split(folder, votes, shape=None):
    """Write a split whose face k has the grey value k."""
    header = 'image_id,' + ','.join(ferplus.VOTES)
    rows = [f'{number},' + ','.join(map(str, row)) for number, row in enumerate(votes)]
    (folder / 'tiny.csv').write_text('\n'.join([header, *rows]) + '\n')
    count = -(-len(votes) // ferplus.ROW)
    mosaic = np.zeros((count * ferplus.SIDE, ferplus.ROW * ferplus.SIDE), np.uint8)
    for number in range(len(votes)):
        y, x = divmod(number, ferplus.ROW)
        mosaic[y * 48:(y + 1) * 48, x * 48:(x + 1) * 48] = number % 256
    cv2.imwrite(str(folder / 'tiny.png'), mosaic if shape is None else np.zeros(shape, np.uint8))


def test_split_pairs_faces_with_votes(tmp_path):
    write_split(tmp_path, [vote(neutral=n % 10 + 1) for n in range(130)])
    split = ferplus.load_split(tmp_path, 'tiny')
    assert split.faces.shape == (130, 48, 48)
    assert [int(face[0, 0]) for face in split.faces] == list(range(130))
    assert all((face == face[0, 0]).all() for face in split.faces)
    assert split.image_ids.tolist() == list(range(130))
    assert split.votes[:, 0].tolist() == [n % 10 + 1 for n in range(130)]


def test_calibration_half_is_a_property_of_the_face():
    ids = np.arange(2000)
    half = ferplus.calibration_half(ids)
    np.testing.assert_array_equal(ferplus.calibration_half(ids[::-1]), half[::-1])
    assert 0.45 < half.mean() < 0.55


@pytest.mark.parametrize('spoil, words', [
    # No such split.
    (lambda folder: (folder / 'tiny.csv').unlink(), 'tiny.csv is missing'),
    (lambda folder: (folder / 'tiny.png').unlink(), 'tiny.png is missing'),
    # A picture cut short by a copy.
    (lambda folder: (folder / 'tiny.png').write_bytes(b'\x89PNG'), 'decoded as a picture'),
    # Picture and table of different data.
    (lambda folder: write_split(folder, [vote(neutral=10)], (96, 48)), '48x96.*6144x48'),
    # A column gone.
    (lambda folder: (folder / 'tiny.csv').write_text('image_id,neutral\n1,2\n'),
     'lacks the column happiness'),
    # A vote that is no number.
    (lambda folder: (folder / 'tiny.csv').write_text(
        (folder / 'tiny.csv').read_text().replace('0,10', '0,ten')), 'line 2: .*ten'),
    # A row cut short.
    (lambda folder: (folder / 'tiny.csv').write_text(
        'image_id,' + ','.join(ferplus.VOTES) + '\n7,1,2\n'), 'line 2'),
    # Nothing but the header.
    (lambda folder: (folder / 'tiny.csv').write_text(
        'image_id,' + ','.join(ferplus.VOTES) + '\n'), 'no rows'),
])
def test_bad_data_is_named(tmp_path, spoil, words):
    write_split(tmp_path, [vote(neutral=10)])
    spoil(tmp_path)
    with pytest.raises(DataError, match=words):
        ferplus.load_split(tmp_path, 'tiny')
