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


"""The card of an expression model: everything is read, and nothing wrong is believed."""

from __future__ import annotations

import json

from fer_ros.core.alignment import CropGeometry
from fer_ros.core.metadata_values import read_front_matter
from fer_ros.core.model_metadata import ExpressionMetadata, ModelError, ModelMetadata
from fer_ros.core.types import LABELS
import pytest

CROP = {'blazeface': {'scale': 1.2, 'dx': 0.0, 'dy': -0.1}}
METADATA = {
    'fer_ros.kind': 'expression_classifier', 'name': 'test', 'version': '1.2.3',
    'license': 'Apache-2.0', 'labels': json.dumps(LABELS[::-1]), 'input_size': '48',
    'color': 'gray', 'mean': '129.0', 'std': '65.0', 'crop': json.dumps(CROP),
    'temperature': '0.7', 'accuracy': '0.85', 'parameters': '900000'}


class Model:
    """What a card is read from: an `OnnxModel` without its network."""

    path = 'models/test.onnx'
    sha256 = 'abc'

    def __init__(self, inputs=None, outputs=('logits',), without=(), **metadata):
        self.inputs = inputs or {'faces': ['N', 1, 48, 48]}
        self.outputs = list(outputs)
        self.metadata = {
            key: value for key, value in {**METADATA, **metadata}.items() if key not in without}


def test_everything_is_read():
    card = ExpressionMetadata.from_model(Model())
    assert (card.name, card.version, card.license) == ('test', '1.2.3', 'Apache-2.0')
    assert (card.kind, card.sha256) == ('expression_classifier', 'abc')
    assert card.labels == LABELS[::-1]
    assert (card.input_size, card.mean, card.std, card.temperature) == (48, 129.0, 65.0, 0.7)
    assert card.crop == {'blazeface': CropGeometry(1.2, 0.0, -0.1)}
    assert (card.accuracy, card.parameters) == (0.85, 900000)
    assert card.macro_recall is card.ece is card.macs is None
    assert card.data_sha256 == ''
    assert card.bias == (0.0,) * 8  # what models made before it mean


def test_the_bias_is_read():
    card = ExpressionMetadata.from_model(Model(bias='[0, 0.5, -1, 2, 0, 0, 0, 1e2]'))
    assert card.bias == (0.0, 0.5, -1.0, 2.0, 0.0, 0.0, 0.0, 100.0)


@pytest.mark.parametrize('key', [
    'fer_ros.kind', 'labels', 'input_size', 'color', 'mean', 'std', 'crop', 'temperature'])
def test_what_the_pipeline_needs_must_be_said(key):
    with pytest.raises(ModelError) as error:
        ExpressionMetadata.from_model(Model(without=[key]))
    assert all(word in str(error.value) for word in (f"'{key}'", Model.path, 'missing'))


@pytest.mark.parametrize('key, value', [
    ('fer_ros.kind', 'face_detector'),                       # the two models mixed up
    ('color', 'rgb'),                                        # not fed that way
    ('labels', '["happy"]'),                                 # too few
    ('labels', json.dumps([*LABELS[:7], 'joyful'])),         # another word
    ('labels', json.dumps([*LABELS, 'happy'])),              # one twice
    ('labels', 'happy, sad'),                                # not JSON
    ('labels', '{"happy": 1}'),                              # not a list
    ('labels', '[1, "happy", null]'),                        # not words
    ('input_size', '48.5'),                                  # half a pixel
    ('input_size', '0'),                                     # none
    ('input_size', 'large'),                                 # not a number
    ('mean', 'nan'),                                         # not a number either
    ('std', '0'),                                            # division by zero
    ('std', '-65'),                                          # upside down
    ('temperature', '0'),                                    # division by zero
    ('temperature', 'inf'),                                  # every face alike
    ('bias', '[0, 0, 0, 0, 0, 0, 0]'),                       # too few
    ('bias', '0.5'),                                         # not one for each label
    ('bias', '{"happy": 1}'),                                # not a list
    ('bias', '[0, 0, 0, 0, 0, 0, 0, NaN]'),                  # not a number
    ('bias', '[0, 0, 0, 0, 0, 0, 0, "happy"]'),              # not a number either
    ('accuracy', '85'),                                      # percent
    ('parameters', '-1'),                                    # less than none
    ('crop', '{}'),                                          # for no detector
    ('crop', '[1, 2]'),                                      # not by detector
    ('crop', '{"blazeface": 1.2}'),                          # only a number
    ('crop', '{"blazeface": {"scale": 1.2, "dx": 0}}'),      # incomplete
    ('crop', '{"blazeface": {"scale": 0, "dx": 0, "dy": 0}}'),      # a point
    ('crop', '{"blazeface": {"scale": true, "dx": 0, "dy": 0}}'),   # not a number
])
def test_a_bad_value_is_named(key, value):
    with pytest.raises(ModelError) as error:
        ExpressionMetadata.from_model(Model(**{key: value}))
    assert key in str(error.value) and Model.path in str(error.value)


@pytest.mark.parametrize('inputs, outputs', [
    ({'pixels': ['N', 1, 48, 48]}, ['logits']),      # another input
    ({'faces': ['N', 1, 48, 48]}, ['output']),       # another output
    ({'faces': ['N', 1, 64, 64]}, ['logits']),       # not the size the metadata says
    ({'faces': ['N', 3, 48, 48]}, ['logits']),       # in colour
    ({'faces': ['N', 2304]}, ['logits']),            # flat
    ({'faces': [1, 1, 48, 48]}, ['logits']),         # one face only
])
def test_a_network_that_contradicts_its_card_is_refused(inputs, outputs):
    with pytest.raises(ModelError, match=Model.path):
        ExpressionMetadata.from_model(Model(inputs=inputs, outputs=outputs))


@pytest.mark.parametrize('shape', [['N', 1, 48, 48], ['batch', 1, 'h', 'w'], [None, 1, 48, 48]])
def test_free_sizes_fit_any_card(shape):
    assert ExpressionMetadata.from_model(Model(inputs={'faces': shape})).input_size == 48


def test_any_model_has_a_card():
    model = Model(without=list(METADATA))
    assert ModelMetadata.from_model(model) == ModelMetadata('', '', '', '', '', 'abc')


@pytest.mark.parametrize('text, front', [
    ('---\na: 1\nb: [x, y]\n---\n# Text\n', {'a': 1, 'b': ['x', 'y']}),  # as it should be
    ('---\na: 1\n', {'a': 1}),                                          # never closed
    ('---\na: "x --- y"\n---\n', {'a': 'x --- y'}),                     # dashes within
    ('# Text\n---\na: 1\n---\n', {}),                                   # a rule, later
    ('', {}),                                                           # nothing
])
def test_front_matter(tmp_path, text, front):
    (tmp_path / 'card.md').write_text(text)
    assert read_front_matter(tmp_path / 'card.md') == front


def test_a_missing_card_says_nothing(tmp_path):
    assert read_front_matter(tmp_path / 'none.md') == {}
