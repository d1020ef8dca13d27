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
"""The shipped model and its card say what they are, and say the truth."""

import hashlib
import json
import math
from pathlib import Path

from data import LABELS, load_split, majority_labels
import numpy as np
import pytest

onnxruntime = pytest.importorskip('onnxruntime')
MODELS = Path(__file__).resolve().parents[2] / 'models'


@pytest.fixture(scope='module', params=['expression', 'expression_fast', 'expression_research'])
def shipped(request):
    """Return the path of a shipped model."""
    return MODELS / f'{request.param}.onnx'


@pytest.fixture(scope='module')
def session(shipped):
    """Return the shipped model on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        str(shipped), options, providers=['CPUExecutionProvider'])


@pytest.fixture(scope='module')
def metadata(session):
    """Return the metadata, everything but plain text parsed as JSON."""
    text = ('fer_ros.kind', 'name', 'version', 'license', 'training_data', 'color', 'data_sha256',
            'train_command')
    stored = session.get_modelmeta().custom_metadata_map
    return {k: v if k in text else json.loads(v) for k, v in stored.items()}


def card(shipped):
    """Return the card's front matter."""
    front = shipped.with_suffix('.md').read_text().split('---\n', 2)[1]
    return {key: json.loads(value) for key, value in
            (line.split(': ', 1) for line in front.splitlines())}


def test_interface(session):
    faces, = session.get_inputs()
    logits, = session.get_outputs()
    assert (faces.name, faces.type, faces.shape[1:]) == ('faces', 'tensor(float)', [1, 48, 48])
    assert (logits.name, logits.type, logits.shape[1:]) == ('logits', 'tensor(float)', [8])
    assert isinstance(faces.shape[0], str)  # any number of faces


@pytest.mark.parametrize('faces', [
    np.zeros((1, 1, 48, 48)),            # black
    np.full((3, 1, 48, 48), 2.0),        # white
    np.random.default_rng(0).normal(size=(2, 1, 48, 48)),
])
def test_answers_are_finite(session, faces):
    logits, = session.run(None, {'faces': faces.astype(np.float32)})
    assert logits.shape == (len(faces), 8) and np.isfinite(logits).all()


def test_batch_does_not_matter(session):
    faces = np.random.default_rng(1).normal(size=(5, 1, 48, 48)).astype(np.float32)
    together, = session.run(None, {'faces': faces})
    alone = np.concatenate([session.run(None, {'faces': faces[i:i + 1]})[0] for i in range(5)])
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_metadata_is_complete(metadata):
    assert metadata['fer_ros.kind'] == 'expression_classifier'
    assert metadata['labels'] == list(LABELS)
    assert (metadata['input_size'], metadata['color']) == (48, 'gray')
    assert 0 < metadata['mean'] < 255 and metadata['std'] > 0
    assert 0.1 < metadata['temperature'] < 10
    assert len(metadata['bias']) == 8 and max(map(abs, metadata['bias'])) < 2
    assert set(metadata['crop']) >= {'blazeface', 'yunet'}
    for crop in metadata['crop'].values():
        assert 0.5 < crop['scale'] < 2.5 and math.hypot(crop['dx'], crop['dy']) < 1
    assert metadata['version'].count('.') == 2 and len(metadata['data_sha256']) == 64
    assert metadata['train_command'].startswith(('make train', 'python training/train.py'))


def test_budget(shipped, metadata):
    assert metadata['parameters'] <= 1_000_000 and metadata['macs'] <= 80_000_000
    assert shipped.stat().st_size < 3_000_000


def test_card_describes_this_file(shipped, metadata):
    front = card(shipped)
    assert front['file'] == shipped.name
    assert front['sha256'] == hashlib.sha256(shipped.read_bytes()).hexdigest()
    for key in ('name', 'version', 'license', 'training_data', 'parameters', 'macs', 'accuracy',
                'macro_recall',
                'ece', 'temperature'):
        assert front[key] == metadata[key], key


def test_accuracy_is_as_claimed(session, metadata, ferplus):
    pytest.importorskip('cv2')
    valid = load_split(ferplus, 'valid')
    labels = majority_labels(valid.votes)
    faces = (valid.faces[labels >= 0, None].astype(np.float32) - metadata['mean'])
    faces /= metadata['std']
    logits = np.concatenate([session.run(None, {'faces': faces[i:i + 64]})[0]
                             for i in range(0, len(faces), 64)])
    top = (logits + metadata['bias']).argmax(1)
    assert (top == labels[labels >= 0]).mean() == pytest.approx(metadata['accuracy'], abs=0.001)


def test_terms_are_said_where_they_bind(shipped, metadata):
    binding = shipped.stem == 'expression_research'
    first = shipped.with_suffix('.md').read_text().split('---\n', 2)[2][:300]
    for text in (metadata['license'], first):
        assert ('non-commercial' in text) == binding
    assert ('RAF-DB' in metadata['training_data']) == binding
