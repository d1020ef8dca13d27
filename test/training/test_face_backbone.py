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
"""The teacher's backbone: read from a TensorFlow.js file, and unchanged by its new layers."""

import json

import numpy as np
import pytest

torch = pytest.importorskip('torch')
from face_backbone import (  # noqa: E402,I100 after the skip
    BackboneConfig, BLOCKS, CHANNEL_MEANS, FaceBackbone, read_tfjs)
from networks import build, config_from_dict  # noqa: E402

CONFIG = BackboneConfig(view_size=64)


@pytest.fixture(scope='module')
def weights():
    """Return made-up weights under the names of the file."""
    rng, channels = np.random.default_rng(0), 32
    made = {'conv1/convolution/merged_input': rng.normal(0, 0.02, (3, 3, 3, 32)),
            'conv1_bn/batchnorm_1/sub': rng.normal(0, 1, 32)}
    for block, (outputs, _) in enumerate(BLOCKS, start=1):
        made.update({
            f'conv_dw_{block}/depthwise_kernel': rng.normal(0, 0.8, (3, 3, channels, 1)),
            f'conv_dw_{block}_bn/batchnorm_1/mul': rng.normal(1, 0.1, channels),
            f'conv_dw_{block}_bn/batchnorm_1/sub': rng.normal(0.5, 1, channels),
            f'conv_pw_{block}/convolution/merged_input':
                rng.normal(0, (4.0 / channels) ** 0.5, (1, 1, channels, outputs)),
            f'conv_pw_{block}_bn/batchnorm_1/sub': rng.normal(0.5, 1, outputs)})
        channels = outputs
    return {name: value.astype(np.float32) for name, value in made.items()}


@pytest.fixture(scope='module')
def file(weights, tmp_path_factory):
    """Write the weights as a TensorFlow.js model does, in two binaries."""
    folder = tmp_path_factory.mktemp('tfjs')
    data = b''.join(value.tobytes() for value in weights.values())
    (folder / 'a.bin').write_bytes(data[:1001])
    (folder / 'b.bin').write_bytes(data[1001:])
    entries = [{'name': name, 'shape': list(value.shape), 'dtype': 'float32'}
               for name, value in weights.items()]
    (folder / 'faces.json').write_text(json.dumps(
        {'weightsManifest': [{'paths': ['a.bin', 'b.bin'], 'weights': entries}]}))
    return folder / 'faces.json'


def reference(weights, pixels, mean):
    """Return the features of [N, 1, S, S] grey pixels 0..255, as the file's own graph has them."""
    size = (CONFIG.view_size, CONFIG.view_size)
    x = torch.nn.functional.interpolate(pixels, size, mode='bilinear', align_corners=False)
    # Where the file's graph pads with its own mean colour, ours pads with the grey mean.
    x = torch.nn.functional.pad(x, (0, 1, 0, 1), value=mean)
    x = x - torch.tensor(CHANNEL_MEANS).view(1, 3, 1, 1)

    def same(x, kernel, order, stride, groups=1):
        kernel = torch.from_numpy(kernel).permute(*order)
        if kernel.shape[2] == 3 and x.shape[1] != 3:
            x = torch.nn.functional.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        return torch.nn.functional.conv2d(x, kernel, stride=stride, groups=groups)

    def norm(x, name, mul=1.0):
        offset = torch.from_numpy(weights[f'{name}/batchnorm_1/sub'])
        return torch.nn.functional.relu6(x * mul + offset.view(1, -1, 1, 1))

    x = norm(same(x, weights['conv1/convolution/merged_input'], (3, 2, 0, 1), 2), 'conv1_bn')
    for block, (_, stride) in enumerate(BLOCKS, start=1):
        mul = torch.from_numpy(weights[f'conv_dw_{block}_bn/batchnorm_1/mul']).view(1, -1, 1, 1)
        x = same(x, weights[f'conv_dw_{block}/depthwise_kernel'], (2, 3, 0, 1), stride, x.shape[1])
        x = norm(x, f'conv_dw_{block}_bn', mul)
        x = same(x, weights[f'conv_pw_{block}/convolution/merged_input'], (3, 2, 0, 1), 1)
        x = norm(x, f'conv_pw_{block}_bn')
    return x.mean((2, 3))


def test_new_normalisation_changes_nothing(weights, file):
    torch.set_num_threads(1)
    mean, std = 129.0, 65.0
    rng, level = np.random.default_rng(1), np.linspace(20, 220, 6).reshape(6, 1, 1, 1)
    pixels = torch.from_numpy(
        (level + rng.uniform(-20, 20, (6, 1, 48, 48))).astype(np.float32))
    network = FaceBackbone(CONFIG)
    network.load_pretrained(file, (pixels - mean) / std, mean, std)
    network.eval()
    features = []
    network.classifier.register_forward_pre_hook(lambda _, inputs: features.append(inputs[0]))
    with torch.no_grad():
        assert network((pixels - mean) / std).shape == (6, 8)
        expected = reference(weights, pixels, mean)
    assert expected.std(0).max() > 1.0
    torch.testing.assert_close(features[0], expected, rtol=0, atol=0.02)


def test_config_survives_a_checkpoint():
    config = config_from_dict(CONFIG.to_dict())
    assert config == CONFIG and isinstance(build(config), FaceBackbone)


def test_quantised_weights_are_refused(tmp_path):
    (tmp_path / 'w.bin').write_bytes(bytes(4))
    (tmp_path / 'w.json').write_text(json.dumps({'weightsManifest': [{
        'paths': ['w.bin'], 'weights': [{'name': 'k', 'shape': [2], 'dtype': 'float32',
                                         'quantization': {'dtype': 'float16'}}]}]}))
    with pytest.raises(ValueError, match="'k'"):
        read_tfjs(tmp_path / 'w.json')
