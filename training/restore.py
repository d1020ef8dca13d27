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
"""
A checkpoint of an exported network, to go on training from: `restore.py MODEL.onnx OUT/last.pt`.

The export folded each batch normalisation into its convolution. Here every convolution gets its
folded weights, and its normalisation the statistics that its outputs have on training faces and
the scale and shift that undo them: the network answers as before, and trains as if it had been
stopped a moment ago.
"""

import argparse
from dataclasses import asdict, replace
import json
from pathlib import Path

from data import DEFAULT_DATA, load_split
from inference import infer, MEAN, predict, STD, to_input
from network import ConvNormAct, ExpressionNet
from networks import build, CONFIGS
import numpy as np
import onnx
from recipe import TrainConfig
import torch
from torch import nn

FACES = 2048


def folded_convolutions(model: onnx.ModelProto) -> list:
    """Return (weights, bias) of every convolution, float32, in the order of execution."""
    values = {tensor.name: onnx.numpy_helper.to_array(tensor).astype(np.float32)
              for tensor in model.graph.initializer}
    # Weights stored as float16 stand behind a Cast to float32.
    values.update({node.output[0]: values[node.input[0]] for node in model.graph.node
                   if node.op_type == 'Cast' and node.input[0] in values})
    convolutions = [tuple(values[name] for name in node.input[1:])
                    for node in model.graph.node if node.op_type == 'Conv']
    return convolutions, values['classifier.weight'], values['classifier.bias']


def restore(network: ExpressionNet, model: onnx.ModelProto, faces: np.ndarray) -> None:
    """
    Give a network the weights of an exported one of the same configuration.

    `faces`: uint8 [N, S, S], training faces for the statistics.
    """
    convolutions, weight, bias = folded_convolutions(model)
    layers = [module for module in network.modules() if isinstance(module, ConvNormAct)]
    if len(layers) != len(convolutions):
        raise ValueError(f'the model has {len(convolutions)} convolutions, the network '
                         f'{len(layers)}; name the configuration that it was trained as')
    network.eval()
    means = {}
    with torch.no_grad():
        for layer, (kernel, shift) in zip(layers, convolutions):
            convolution, norm = layer[0], layer[1]
            convolution.weight.copy_(torch.from_numpy(kernel))
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0 - norm.eps)
            nn.init.ones_(norm.weight)
            norm.bias.copy_(torch.from_numpy(shift))
        network.classifier.weight.copy_(torch.from_numpy(weight))
        network.classifier.bias.copy_(torch.from_numpy(bias))
        hooks = [layer[0].register_forward_hook(
            lambda module, _, output, key=index: means.__setitem__(
                key, (output.mean((0, 2, 3)), output.var((0, 2, 3)))))
            for index, layer in enumerate(layers)]
        network(to_input(faces))
        for hook in hooks:
            hook.remove()
        for index, layer in enumerate(layers):
            norm, (mean, variance) = layer[1], means[index]
            scale = torch.sqrt(variance + norm.eps)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_(scale)
            norm.bias.add_(mean)


def main() -> None:
    """Write the checkpoint of an exported network, having compared its answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('model', type=Path)
    parser.add_argument('out', type=Path)
    parser.add_argument('--config', choices=sorted(CONFIGS), default='pruned')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    options = parser.parse_args()
    torch.set_num_threads(1)
    config = replace(CONFIGS[options.config], dropout=TrainConfig().dropout,
                     drop_path=TrainConfig().drop_path)
    network = build(config).to(memory_format=torch.channels_last)
    model = onnx.load(str(options.model))
    faces = load_split(options.data, 'train').faces[:FACES]
    restore(network, model, faces)
    difference = np.abs(predict(network, faces) - infer(
        options.model, to_input(faces).numpy())).max()
    if difference > 0.01:
        raise SystemExit(f'the restored network differs by {difference:.2g} in its logits')
    said = {entry.key: entry.value for entry in model.metadata_props}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    state = network.state_dict()
    torch.save({
        'network': state, 'ema': state, 'network_config': config.to_dict(), 'mean': MEAN,
        'std': STD, 'epoch': json.loads(said['epochs']), 'train_config': {
            **asdict(TrainConfig()), 'config': options.config,
            'restored': f"{said['name']} {said['version']}"},
    }, options.out)
    print(f'largest difference of logits {difference:.2g}')


if __name__ == '__main__':
    main()
