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
"""The exported graph answers as PyTorch does, for any batch."""

import numpy as np
import pytest

torch = pytest.importorskip('torch')
onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')
pytest.importorskip('cv2')
from architectures import CONFIGS  # noqa: E402,I100 after the skips
from data import load_split  # noqa: E402
from export import (check_parity, correct_prior, export_graph, halve_weights,  # noqa: E402
                    provenance, read_crop_geometry, terms, update_card, write_metadata)
from inference import infer, to_input  # noqa: E402
from network import ExpressionNet  # noqa: E402


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    """Return (network, float32 file, half-weight file) of a network with lived-in statistics."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = ExpressionNet(CONFIGS['small'])
    for _ in range(3):
        network(torch.randn(16, 1, 48, 48))
    folder = tmp_path_factory.mktemp('export')
    model = export_graph(network.eval(), folder / 'full.onnx')
    halve_weights(model)
    onnx.save(model, str(folder / 'half.onnx'))
    return network, folder / 'full.onnx', folder / 'half.onnx'


@pytest.mark.parametrize('count', [1, 2, 7])
def test_parity_on_random_input(exported, count):
    network, full, half = exported
    faces = torch.randn(count, 1, 48, 48)
    with torch.no_grad():
        expected = network(faces).numpy()
    assert expected.std() > 0
    np.testing.assert_allclose(infer(full, faces.numpy()), expected, atol=1e-4)
    np.testing.assert_allclose(infer(half, faces.numpy()), expected, atol=1e-2)


def test_parity_on_faces(exported, ferplus):
    network, full, _ = exported
    faces = to_input(load_split(ferplus, 'valid').faces[:64])
    with torch.no_grad():
        np.testing.assert_allclose(infer(full, faces.numpy()), network(faces).numpy(), atol=1e-4)


def test_half_weights_make_half_a_file(exported):
    _, full, half = exported
    assert half.stat().st_size < 0.6 * full.stat().st_size


def test_difference_is_refused():
    with pytest.raises(ValueError, match='differ'):
        check_parity(np.zeros((1, 8)), np.full((1, 8), 0.1), 1e-3)


def test_metadata_is_text_or_json(exported, tmp_path):
    write_metadata(onnx.load(str(exported[1])), {'name': 'a b', 'mean': 1.5}, tmp_path / 'm.onnx')
    stored = {p.key: p.value for p in onnx.load(str(tmp_path / 'm.onnx')).metadata_props}
    assert stored == {'name': 'a b', 'mean': '1.5'}


@pytest.mark.parametrize('behind', ['config', 'start', 'teachers', 'mean_of'])
def test_terms_of_rafdb_are_passed_on(behind):
    plain = {'train_config': {'rafdb_copies': 0}}
    assert terms({**plain, 'start': plain, 'teachers': [plain]})['license'] == 'Apache-2.0'
    research = {'train_config': {'rafdb_copies': 2}}
    made = {'config': research, 'start': {**plain, 'start': research}}.get(
        behind, {**plain, behind: [plain, research]})
    assert 'non-commercial' in terms(made)['license'] and 'RAF-DB' in terms(made)['training_data']


def test_card_keeps_its_text(tmp_path):
    card = tmp_path / 'card.md'
    card.write_text('---\nname: "old"\n---\n# Title\n\n---\ntext\n')
    update_card(card, {'name': 'new', 'accuracy': 0.5})
    assert card.read_text() == '---\nname: "new"\naccuracy: 0.5\n---\n# Title\n\n---\ntext\n'


@pytest.mark.parametrize('checkpoint, made', [
    # the defaults need no word, the length does
    ({'train_config': {'seed': 1, 'epochs': 9}, 'teachers': [], 'start': None},
     {'settings': {'epochs': 9}}),
    # another schedule since epoch 3
    ({'train_config': {'epochs': 9, 'bf16': False}, 'plans': [(3, 8)]},
     {'settings': {'epochs': 9, 'bf16': False}, 'plans': [(3, 8)]}),
    # teachers, one from pretrained weights, and a start
    ({'train_config': {'epochs': 9}, 'start': {'train_config': {'epochs': 7}},
      'teachers': [{'train_config': {'epochs': 8}, 'pretrained': 'faces.json'}]},
     {'settings': {'epochs': 9}, 'start': {'settings': {'epochs': 7}},
      'teachers': [{'settings': {'epochs': 8}, 'pretrained': 'faces.json'}]}),
])
def test_provenance(checkpoint, made):
    assert provenance(checkpoint) == made


def test_prior_correction_favours_the_rare():
    network = ExpressionNet(CONFIGS['small'])
    votes = np.zeros((10, 10), int)
    votes[np.arange(10), [0, 0, 0, 1, 2, 3, 4, 5, 6, 7]] = 10
    correct_prior(network, votes, 0.5)
    gain = network.classifier.bias.detach().numpy()
    np.testing.assert_allclose(gain[1:] - gain[0], 0.5 * np.log(3.0), rtol=1e-5)


def test_crop_geometry_of_a_measurement(tmp_path):
    path = tmp_path / 'crop_geometry.json'
    path.write_text('{"yunet": {"scale": 1.1, "dx": 0, "dy": 0.2, "faces": 9}, "command": "x"}')
    assert read_crop_geometry(path) == {'yunet': {'scale': 1.1, 'dx': 0.0, 'dy': 0.2}}
