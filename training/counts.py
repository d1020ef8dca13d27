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
"""What a network costs: parameters and multiply-adds."""

import torch
from torch import nn


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def count_macs(network: nn.Module) -> int:
    """Return the multiply-adds of convolutions and linear layers for one face."""
    total = 0

    def add(module: nn.Module, _inputs: tuple, output: torch.Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += output.shape[2] * output.shape[3] * module.weight.numel()
        else:
            total += module.weight.numel()

    hooks = [m.register_forward_hook(add) for m in network.modules()
             if isinstance(m, (nn.Conv2d, nn.Linear))]
    training = network.training
    size = network.config.input_size
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 1, size, size))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return total
