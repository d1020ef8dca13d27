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
"""The networks stay inside their budget and treat light as they promise."""

import pytest

torch = pytest.importorskip('torch')
from architectures import CONFIGS, NetworkConfig  # noqa: E402,I100
from counts import count_macs, count_parameters  # noqa: E402
from network import ExpressionNet, FaceNorm, grow  # noqa: E402
from prune import prune  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread():
    """Leave the other cores alone."""
    torch.set_num_threads(1)


@pytest.mark.parametrize('name', sorted(CONFIGS))
def test_budget(name):
    network = ExpressionNet(CONFIGS[name])
    assert count_parameters(network) <= 1_000_000
    assert count_macs(network) <= 80_000_000
    assert network(torch.zeros(2, 1, 48, 48)).shape == (2, 8)


def test_macs_of_a_known_layer():
    network = ExpressionNet(CONFIGS['small'])
    macs = count_macs(network)
    network.classifier = torch.nn.Linear(CONFIGS['small'].features, 108)
    assert count_macs(network) - macs == 100 * CONFIGS['small'].features


def test_counting_leaves_the_mode():
    network = ExpressionNet(CONFIGS['small']).train()
    count_macs(network)
    assert network.training


def test_config_survives_a_checkpoint():
    for config in CONFIGS.values():
        assert NetworkConfig.from_dict(config.to_dict()) == config


def test_unknown_bottleneck_is_named():
    values = CONFIGS['small'].to_dict()
    values['stages'][0]['kind'] = 'dense'
    with pytest.raises(ValueError, match='dense'):
        ExpressionNet(NetworkConfig.from_dict(values))


def test_unknown_activation_is_named():
    values = {**CONFIGS['small'].to_dict(), 'activation': 'step'}
    with pytest.raises(ValueError, match="'step'.*silu, relu"):
        ExpressionNet(NetworkConfig.from_dict(values))


def test_the_activation_is_that_of_every_layer():
    kinds = {name: {type(one) for one in ExpressionNet(CONFIGS[name]).modules()}
             for name in ('fast', 'quick')}
    assert torch.nn.SiLU in kinds['fast'] and torch.nn.ReLU not in kinds['fast']
    assert kinds['quick'] == kinds['fast'] - {torch.nn.SiLU} | {torch.nn.ReLU}


def test_light_changes_little():
    torch.manual_seed(0)
    network = ExpressionNet(CONFIGS['small']).eval()
    faces = torch.rand(4, 1, 48, 48) * 3
    with torch.no_grad():
        torch.testing.assert_close(
            network(faces), network(0.3 * faces - 1.0), atol=1e-3, rtol=1e-2)


def test_blank_face_is_finite():
    assert FaceNorm()(torch.full((1, 1, 48, 48), 2.0)).abs().max() == 0.0


def test_a_network_grows_from_a_trained_one():
    torch.manual_seed(0)
    smaller, network = (ExpressionNet(CONFIGS[name]) for name in ('fast', 'balanced'))
    faces = torch.randn(4, 1, 48, 48)
    smaller(faces)  # moves the statistics, which have to come along
    grow(network, smaller)
    with torch.no_grad():
        torch.testing.assert_close(network.eval()(faces), smaller.eval()(faces))
    network.train()(faces).square().sum().backward()
    new = network.bottlenecks[2].conv[-1][1].weight
    assert torch.all(new == 0.0) and torch.all(new.grad != 0.0)  # it can learn


def test_a_network_starts_from_one_of_another_activation():
    torch.manual_seed(0)
    start, network = (ExpressionNet(CONFIGS[name]) for name in ('fast', 'quick'))
    grow(network, start)
    for name, value in start.state_dict().items():
        torch.testing.assert_close(network.state_dict()[name], value)


def test_a_network_grows_by_repeats_only():
    with pytest.raises(ValueError, match='only more repeats'):
        grow(ExpressionNet(CONFIGS['balanced']), ExpressionNet(CONFIGS['medium']))
    with pytest.raises(ValueError, match='only more repeats'):
        grow(ExpressionNet(CONFIGS['fast']), ExpressionNet(CONFIGS['balanced']))


def test_a_layer_that_did_nothing_can_go():
    torch.manual_seed(0)
    smaller, network = (ExpressionNet(CONFIGS[name]) for name in ('fast', 'balanced'))
    faces = torch.randn(4, 1, 48, 48)
    smaller(faces)
    grow(network, smaller)
    pruned = prune(network, 1)
    assert pruned.config.stages == CONFIGS['pruned'].stages
    with torch.no_grad():
        torch.testing.assert_close(pruned(faces), smaller.eval()(faces))


def test_a_stage_keeps_a_layer():
    with pytest.raises(ValueError, match='no layer to spare'):
        prune(ExpressionNet(CONFIGS['balanced']), 0)
