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

"""The classifier does what the card of the real model says, in batches of any size."""

from __future__ import annotations

import json

from fer_ros.core.assets import model_path
from fer_ros.core.classifier import ExpressionClassifier
from fer_ros.core.model_metadata import ModelError
from fer_ros.core.onnx_model import OnnxModel
from fer_ros.core.types import LABELS
import numpy as np
import pytest


@pytest.fixture(scope='module')
def model():
    return OnnxModel(model_path('expression.onnx'))


@pytest.fixture(scope='module')
def classifier(model):
    return ExpressionClassifier(model)


class Renamed:
    """The real model with other metadata."""

    def __init__(self, model, **metadata):
        self._model = model
        self.metadata = {**model.metadata, **metadata}

    def __getattr__(self, name):
        return getattr(self._model, name)


def crops(count, size, seed=0):
    """Return smooth random pictures, one crop each."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 6, 6), np.uint8)
    return coarse.repeat(size // 6 + 1, 1).repeat(size // 6 + 1, 2)[:, :size, :size]


def softmax(logits):
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    return exponents / exponents.sum(1, keepdims=True)


@pytest.mark.parametrize('count', [0, 1, 2, 7])
def test_a_batch_gives_one_distribution_a_face(classifier, count):
    result = classifier.classify(crops(count, classifier.input_size))
    assert (result.shape, result.dtype) == ((count, 8), np.float32)
    assert result.sum(1) == pytest.approx(np.ones(count), abs=1e-5)
    assert (result >= 0.0).all()


def test_a_batch_equals_its_faces_one_by_one(classifier):
    batch = crops(6, classifier.input_size)
    together = classifier.classify(batch)
    for index in (5, 0, 3):  # after the large batch the buffer holds other faces
        alone = classifier.classify(batch[index:index + 1])
        assert alone[0] == pytest.approx(together[index], abs=1e-5)
    assert np.ptp(together, axis=0).max() > 0.01


def test_an_answer_does_not_change_with_the_next_question(classifier):
    first = classifier.logits(crops(2, classifier.input_size, seed=1))
    kept = first.copy()
    classifier.logits(crops(2, classifier.input_size, seed=2))
    assert (first == kept).all()


def test_normalisation_order_and_temperature_are_those_of_the_metadata(model, classifier):
    meta = model.metadata
    batch = crops(3, classifier.input_size)
    pixels = (batch[:, None] - np.float32(meta['mean'])) / np.float32(meta['std'])
    raw, = model.run({'faces': pixels.astype(np.float32)})
    order = [json.loads(meta['labels']).index(label) for label in LABELS]
    assert classifier.logits(batch) == pytest.approx(raw[:, order], abs=1e-3)
    bias = np.array(json.loads(meta.get('bias', '[0, 0, 0, 0, 0, 0, 0, 0]')))
    expected = softmax((raw + bias)[:, order] / float(meta['temperature']))
    assert classifier.classify(batch) == pytest.approx(expected, abs=1e-4)


def test_labels_in_another_order_are_put_in_ours(model, classifier):
    shuffled = json.loads(model.metadata['labels'])[::-1]
    other = ExpressionClassifier(Renamed(model, labels=json.dumps(shuffled)))
    batch = crops(3, classifier.input_size)
    assert other.logits(batch) == pytest.approx(classifier.logits(batch)[:, ::-1], abs=1e-4)


def test_a_bias_is_added_to_the_logits_of_its_label(model):
    labels = json.loads(model.metadata['labels'])[::-1]
    bias = [0.0, 0.5, -1.0, 2.0, 0.0, 0.25, -0.5, 0.0]
    other = ExpressionClassifier(Renamed(
        model, labels=json.dumps(labels), bias=json.dumps(bias), temperature='0.5'))
    batch = crops(4, other.input_size)
    ours = np.array([bias[labels.index(label)] for label in LABELS])
    expected = softmax((other.logits(batch) + ours) / 0.5)
    assert other.classify(batch) == pytest.approx(expected, abs=1e-5)


def test_a_higher_temperature_is_less_sure(model, classifier):
    batch = crops(4, classifier.input_size)
    warm = ExpressionClassifier(Renamed(model, temperature='50.0')).classify(batch)
    cool = ExpressionClassifier(Renamed(model, temperature='0.2')).classify(batch)
    assert (warm.max(1) < classifier.classify(batch).max(1)).all()
    assert (cool.max(1) > classifier.classify(batch).max(1)).all()
    assert (warm.argmax(1) == cool.argmax(1)).all()


def test_any_logits_stay_finite(model, classifier):
    frozen = ExpressionClassifier(Renamed(model, temperature='1e-6'))
    assert np.isfinite(frozen.classify(crops(4, classifier.input_size))).all()


def test_non_contiguous_crops_are_welcome(classifier):
    size = classifier.input_size
    wide = crops(3, 2 * size)[:, :size, :size]
    assert not wide.flags.c_contiguous
    assert (classifier.classify(wide) == classifier.classify(wide.copy())).all()


@pytest.mark.parametrize('bad, word', [
    (lambda size: np.zeros((2, size, size), np.float32), 'float32'),           # not bytes
    (lambda size: np.zeros((size, size), np.uint8), 'uint8'),                  # no batch
    (lambda size: np.zeros((2, size + 1, size), np.uint8), 'uint8'),           # wrong size
    (lambda size: np.zeros((2, size, size, 3), np.uint8), 'uint8'),            # in colour
])
def test_other_crops_are_refused(classifier, bad, word):
    given = bad(classifier.input_size)
    with pytest.raises(ValueError) as error:
        classifier.classify(given)
    assert word in str(error.value) and str(given.shape) in str(error.value)


def test_the_crop_depends_on_the_family_of_the_detector(classifier):
    for family in classifier.metadata.crop:
        assert classifier.crop_geometry(family).scale > 0.0
    with pytest.raises(ModelError) as error:
        classifier.crop_geometry('haar')
    assert 'haar' in str(error.value) and 'blazeface' in str(error.value)
