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

"""Plots: what is drawn is what was measured, and the files are pictures."""

import cv2
from fer_ros.core.types import LABELS
from fer_ros.evaluate import evaluation
from fer_ros.viz import plots
import numpy as np
import pytest

pytest.importorskip('matplotlib')


@pytest.fixture
def result():
    """Return the evaluation of made-up predictions; contempt never occurs."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 7, 300)
    logits = rng.normal(size=(300, 8))
    logits[np.arange(300), truth] += 2.0
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return evaluation.summarise(probabilities, truth)


def test_confusion_shows_every_count(result):
    figure = plots.confusion_figure(result['confusion'], result['labels'])
    texts = [text.get_text() for text in figure.axes[0].texts]
    counts = [int(text.split('\n')[1]) for text in texts if '\n' in text]
    assert sorted(counts) == sorted(n for row in result['confusion'] for n in row if n)
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names[-1] == f'{LABELS[-1]}  (0)'


def test_reliability_has_a_bar_a_filled_bin(result):
    figure = plots.reliability_figure(result['calibration'], result['ece'])
    filled = np.count_nonzero(result['calibration']['counts'])
    bars = figure.axes[0].patches
    assert len(bars) == filled
    assert [bar.get_height() for bar in bars] == pytest.approx(
        [a for a, n in zip(
            result['calibration']['accuracy'], result['calibration']['counts']) if n])
    assert f"{100 * result['ece']:.1f}%" in figure.axes[0].get_title()


def test_risk_coverage_draws_the_curve(result):
    figure = plots.risk_coverage_figure(result['risk_coverage'])
    x, y = figure.axes[0].lines[0].get_data()
    assert x == pytest.approx(100 * np.array(result['risk_coverage']['coverage']))
    assert y == pytest.approx(100 * np.array(result['risk_coverage']['risk']))


@pytest.mark.parametrize('target, names', [
    # A folder, made on the way.
    ('new/plots', ['new/plots/confusion.png', 'new/plots/reliability.png',
                   'new/plots/risk_coverage.png']),
    # A file for the confusion matrix, the others beside it.
    ('c.png', ['c.png', 'c-reliability.png', 'c-risk_coverage.png']),
])
def test_files(result, tmp_path, target, names):
    written = plots.save_figures(result, tmp_path / target)
    assert [str(path.relative_to(tmp_path)) for path in written] == names
    for path in written:
        picture = cv2.imread(str(path))
        assert picture is not None and picture.std() > 5


def test_an_evaluation_of_nothing_can_be_drawn(tmp_path):
    nothing = evaluation.summarise(np.zeros((0, 8)), np.zeros(0, int))
    assert len(plots.save_figures(nothing, tmp_path)) == 3
