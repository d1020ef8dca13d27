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

"""Emotion words, tables of labels, and the summary of an evaluation."""

from fer_ros.core.types import FERPLUS_LABELS, LABELS
from fer_ros.evaluate import evaluation, photographs
from fer_ros.evaluate.expression_words import label_index
from fer_ros.evaluate.ferplus import DataError
import numpy as np
import pytest


@pytest.mark.parametrize('word, label', [
    *zip(LABELS, LABELS),
    *zip(FERPLUS_LABELS, LABELS),
    # Any case, spaces around.
    ('HAPPINESS', 'happy'), (' Fear ', 'scared'), ('Angry', 'angry'),
    # Common neighbours.
    ('joy', 'happy'), ('afraid', 'scared'), ('contemptuous', 'contempt'),
])
def test_words(word, label):
    assert LABELS[label_index(word)] == label


@pytest.mark.parametrize('word', ['', 'bored', 'happy sad', '3'])
def test_unknown_words_are_named_with_the_known(word):
    with pytest.raises(ValueError, match=f"emotion '{word}'.*neutral"):
        label_index(word)


def write(tmp_path, text, encoding='utf-8'):
    """Write a table of labels."""
    path = tmp_path / 'labels.csv'
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize('text, rows', [
    ('image_filename,emotion\na.jpg,happy\nb.jpg,Fear\n', [('a.jpg', 1), ('b.jpg', 6)]),
    # Other columns, other order, spaces, Windows line ends.
    ('who,emotion, image_filename\r\nx,sadness,c d.jpg \r\n', [('c d.jpg', 3)]),
    # What spreadsheets put in front.
    ('\ufeffimage_filename,emotion\na.jpg,neutral\n', [('a.jpg', 0)]),
])
def test_tables(tmp_path, text, rows):
    listing = photographs.read_labels(write(tmp_path, text))
    assert listing.rows == rows
    assert listing.problems == []


def test_bad_rows_are_named_and_left_out(tmp_path):
    listing = photographs.read_labels(write(
        tmp_path, 'image_filename,emotion\na.jpg,happy\nb.jpg,bored\n,sad\nc.jpg\n'))
    assert listing.rows == [('a.jpg', 1)]
    assert len(listing.problems) == 3
    assert 'line 3' in listing.problems[0] and "'bored'" in listing.problems[0]
    assert 'line 4: no file name' in listing.problems[1]
    assert 'line 5' in listing.problems[2]


@pytest.mark.parametrize('text, encoding, words', [
    # One column gone, both gone, nothing at all.
    ('image_filename,label\na.jpg,happy\n', 'utf-8', 'lacks the column emotion; it has: image'),
    ('a,b\n', 'utf-8', 'lacks the column image_filename and emotion'),
    ('', 'utf-8', 'it has: none'),
    # Columns without rows.
    ('image_filename,emotion\n', 'utf-8', 'has no rows'),
    # No text.
    ('image_filename,emotion\né,sad\n', 'latin-1', 'not CSV text in UTF-8'),
])
def test_bad_tables(tmp_path, text, encoding, words):
    with pytest.raises(DataError, match=words):
        photographs.read_labels(write(tmp_path, text, encoding))


def test_missing_table(tmp_path):
    with pytest.raises(DataError, match='no.csv does not exist'):
        photographs.read_labels(tmp_path / 'no.csv')


def certain(labels):
    """Return certain predictions."""
    return np.eye(len(LABELS))[labels]


def test_summary_counts_missed_faces_as_wrong():
    result = evaluation.summarise(certain([0, 1, 1]), np.array([0, 1, 0]), missed=[1, 3])
    assert result['faces'] == 5
    assert result['accuracy'] == pytest.approx(2 / 5)
    # Neutral: one of two; happy: one of two, one never found; sad: never found.
    assert result['per_class']['neutral'] == pytest.approx(1 / 2)
    assert result['per_class']['happy'] == pytest.approx(1 / 2)
    assert result['per_class']['sad'] == 0.0
    assert result['per_class']['angry'] is None
    assert result['macro_recall'] == pytest.approx((0.5 + 0.5 + 0.0) / 3)
    assert result['support']['happy'] == 2
    assert np.sum(result['confusion']) == 3
    # Calibration is that of answers: sure of three, right in two.
    assert result['ece'] == pytest.approx(1 / 3)


def test_summary_of_nothing_has_no_shares():
    result = evaluation.summarise(np.zeros((0, 8)), np.zeros(0, int))
    assert result['faces'] == 0
    assert result['accuracy'] is result['macro_recall'] is result['nll'] is None
    assert result['risk_coverage'] == {'coverage': [], 'risk': []}


def test_risk_coverage_of_many_faces_is_short_and_ends_at_the_error():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(8), 1234)
    truth = rng.integers(0, 8, 1234)
    result = evaluation.summarise(probabilities, truth)
    curve = result['risk_coverage']
    assert len(curve['coverage']) == len(curve['risk']) == 100
    assert curve['coverage'][-1] == 1.0
    assert curve['risk'][-1] == pytest.approx(1 - result['accuracy'])
