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
"""Tables in the model card."""

from fer_ros.core.types import LABELS
from fer_ros.evaluate import card_tables, evaluation
from fer_ros.evaluate.ferplus import DataError
import numpy as np
import pytest

NAMES = ('results', 'confusion', 'confidence', 'robustness')


@pytest.fixture
def result():
    """Return the result of 20 faces, one of which is wrong."""
    truth = np.arange(20) % 8
    probabilities = np.full((20, 8), 0.02)
    probabilities[np.arange(20), truth] = 0.86
    probabilities[0] = np.roll(probabilities[0], 1)
    row = {'accuracy': 0.95, 'macro_recall': 0.9, 'drop': 0.0}
    return {
        **evaluation.summarise(probabilities, truth),
        'held_out': evaluation.held_out(probabilities, truth),
        'robustness': {'none': row, 'fog': {**row, 'accuracy': 0.9, 'drop': 5.0}}}


def empty_card(names=NAMES):
    """Return a card with a heading before each empty table."""
    return '\n'.join(
        f'# {name}\n{card_tables.BEGIN.format(name)}\n{card_tables.END}\n' for name in names)


def test_tables_are_written_and_the_rest_is_kept(tmp_path, result):
    card = tmp_path / 'card.md'
    card.write_text(empty_card() + '\nthe end\n')
    card_tables.write_tables(card, result)
    once = card.read_text()
    for line in ('| neutral | 3 | 66.67% |', '| **accuracy** | 20 | **95.00%** |',
                 '| neutral | 2 | 1 | 0 | 0 | 0 | 0 | 0 | 0 |', '| 100% | 95.00% | 0.86 |',
                 '| fog | 90.00% | 90.00% | 5.0 |', '| **mean, worst** | | | **5.0, 5.0** |'):
        assert line in once.splitlines()
    assert once.endswith('the end\n') and all(f'# {name}' in once for name in NAMES)
    card_tables.write_tables(card, result)
    assert card.read_text() == once


@pytest.mark.parametrize('text, words', [
    # A table's lines are not there.
    (empty_card(NAMES[:3]), 'robustness'),
    # A table is begun and never ended.
    (card_tables.BEGIN.format('results') + '\n', 'results'),
])
def test_card_without_a_place_is_named_and_kept(tmp_path, result, text, words):
    card = tmp_path / 'card.md'
    card.write_text(text)
    with pytest.raises(DataError, match=words):
        card_tables.write_tables(card, result)
    assert card.read_text() == text


def test_missing_card_is_named(tmp_path, result):
    with pytest.raises(DataError, match='card.md'):
        card_tables.write_tables(tmp_path / 'card.md', result)


def test_held_out_answers_the_most_confident_first():
    truth = np.zeros(10, int)
    probabilities = np.zeros((10, len(LABELS)))
    confidence = np.linspace(0.95, 0.5, 10)
    # The five least confident answers are wrong.
    probabilities[np.arange(10), [0] * 5 + [1] * 5] = confidence
    probabilities[:, 2] = 1.0 - confidence
    rows = {row['share']: row for row in evaluation.held_out(probabilities, truth)['coverage']}
    assert rows[0.5]['accuracy'] == 1.0 and rows[0.5]['min_confidence'] == pytest.approx(0.75)
    assert rows[1.0]['accuracy'] == 0.5 and rows[1.0]['min_confidence'] == pytest.approx(0.5)
