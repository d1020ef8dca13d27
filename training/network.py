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
The expression network: Inception stem, inverted-residual bottlenecks, expanding CNN, classifier.

The family is that of "Lightweight Deep Learning Model For Facial Expression Recognition" (2019)
with the inverted residuals of MobileNetV2 (Sandler et al., 2018). At high resolution, where a
depthwise convolution costs more time than its arithmetic suggests, the expansion and the 3x3 are
one dense convolution (the "fused" bottleneck of EfficientNetV2, Tan and Le, 2021).
"""

from dataclasses import replace

from architectures import NetworkConfig, Stage
import torch
from torch import nn


ACTIVATIONS = {'silu': nn.SiLU, 'relu': nn.ReLU}


class ConvNormAct(nn.Sequential):
    """Convolution, batch normalisation and, where `act` names one, an activation."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1,
                 groups: int = 1, act: str = '') -> None:
        layers = [
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        if act:
            if act not in ACTIVATIONS:
                raise ValueError(
                    f"activation '{act}' is not known; use one of {', '.join(ACTIVATIONS)}")
            layers.append(ACTIVATIONS[act](inplace=True))
        super().__init__(*layers)


class Inception(nn.Module):
    """Multi-scale features at half resolution: 3x3, 5x5, 3x3 twice, and pooled 1x1 branches."""

    def __init__(self, inputs: int, outputs: int, act: str) -> None:
        super().__init__()
        quarter = outputs // 4
        last = outputs - 3 * quarter
        self.branch3x3 = ConvNormAct(inputs, quarter, 3, 2, act=act)
        self.branch5x5 = ConvNormAct(inputs, quarter, 5, 2, act=act)
        self.branch3x3dbl = nn.Sequential(
            ConvNormAct(inputs, quarter, 3, act=act), ConvNormAct(quarter, last, 3, 2, act=act))
        self.branch_pool = nn.Sequential(
            nn.AvgPool2d(2), ConvNormAct(inputs, quarter, 3, act=act))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map [N, inputs, S, S] to [N, outputs, S/2, S/2]."""
        return torch.cat(
            [self.branch3x3(x), self.branch5x5(x), self.branch3x3dbl(x), self.branch_pool(x)], 1)


class FaceNorm(nn.Module):
    """Shift and scale each face to zero mean and unit variance, so that light matters less."""

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Return [N, 1, S, S] faces normalised one by one; a blank face becomes zeros."""
        centred = faces - faces.mean((1, 2, 3), keepdim=True)
        return centred * torch.rsqrt(centred.square().mean((1, 2, 3), keepdim=True) + 1e-4)


class SqueezeExcitation(nn.Module):
    """Scale each channel by a gate computed from all channels' means (Hu et al., 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x scaled, shape unchanged."""
        gate = x.mean((2, 3), keepdim=True)
        gate = self.expand(nn.functional.relu(self.reduce(gate)))
        return x * torch.sigmoid(gate)


class DropPath(nn.Module):
    """Drop a sample's whole residual branch with a given probability (stochastic depth)."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x, with some samples zeroed and the rest scaled up while training."""
        if not self.training or self.probability == 0.0:
            return x
        keep = 1.0 - self.probability
        mask = x.new_empty((x.shape[0], 1, 1, 1)).bernoulli_(keep)
        return x * mask.div_(keep)


class Bottleneck(nn.Module):
    """Inverted residual: expand, filter 3x3, squeeze back with a linear 1x1."""

    def __init__(self, inputs: int, stage: Stage, stride: int, drop_path: float,
                 act: str) -> None:
        super().__init__()
        hidden = inputs * stage.expansion
        if stage.kind == 'fused':
            layers = [ConvNormAct(inputs, hidden, 3, stride, act=act)]
        elif stage.kind == 'depthwise':
            layers = [ConvNormAct(inputs, hidden, 1, act=act),
                      ConvNormAct(hidden, hidden, 3, stride, groups=hidden, act=act)]
        else:
            raise ValueError(
                f"bottleneck kind '{stage.kind}' is not known; use 'fused' or 'depthwise'")
        if stage.squeeze:
            layers.append(SqueezeExcitation(hidden, inputs // 4))
        layers.append(ConvNormAct(hidden, stage.channels, 1))
        self.conv = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == stage.channels
        self.drop_path = DropPath(drop_path)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map [N, inputs, H, W] to [N, channels, H/stride, W/stride]."""
        return x + self.drop_path(self.conv(x)) if self.residual else self.conv(x)


class ExpressionNet(nn.Module):
    """Grey faces to expression logits."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.face_norm = FaceNorm()
        self.inception = Inception(1, config.stem, config.activation)
        total = sum(stage.repeats for stage in config.stages)
        blocks, channels = [], config.stem
        for stage in config.stages:
            for repeat in range(stage.repeats):
                stride = stage.stride if repeat == 0 else 1
                drop = config.drop_path * len(blocks) / max(total - 1, 1)
                blocks.append(Bottleneck(channels, stage, stride, drop, config.activation))
                channels = stage.channels
        self.bottlenecks = nn.Sequential(*blocks)
        self.cnn = ConvNormAct(
            channels, config.features, config.cnn_kernel, act=config.activation)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.features, config.classes)
        self._initialise()

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode='fan_out')
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Map normalised grey faces [N, 1, S, S] to logits [N, classes]."""
        x = self.cnn(self.bottlenecks(self.inception(self.face_norm(faces))))
        return self.classifier(self.dropout(x.mean((2, 3))))


def take_over(network: ExpressionNet, other: ExpressionNet) -> None:
    """
    Take over every layer that both have, from one with other repeats or another activation.

    Layers that the other lacks begin as the identity: their last scale is zero (as in Goyal et
    al., 2017), so that training decides what they add.
    """
    ours, theirs = network.config.stages, other.config.stages
    blocks, others = iter(network.bottlenecks), iter(other.bottlenecks)
    for stage, other_stage in zip(ours, theirs):
        known = [next(others) for _ in range(other_stage.repeats)]
        for repeat in range(stage.repeats):
            block = next(blocks)
            if repeat < len(known):
                block.load_state_dict(known[repeat].state_dict())
            else:
                nn.init.zeros_(block.conv[-1][1].weight)
    for name in ('inception', 'cnn', 'classifier'):
        getattr(network, name).load_state_dict(getattr(other, name).state_dict())


def grow(network: ExpressionNet, smaller: ExpressionNet) -> None:
    """
    Make a network answer like a smaller one that differs only in its stages' repeats.

    Where the activations differ, too, it is only a start. See `take_over`. Raises ValueError for
    any other difference.
    """
    wide, narrow = network.config, smaller.config
    if len(wide.stages) != len(narrow.stages) or any(
            replace(a, repeats=1) != replace(b, repeats=1) or a.repeats < b.repeats
            for a, b in zip(wide.stages, narrow.stages)):
        raise ValueError(f'{narrow} cannot become {wide}; only more repeats of a stage can be new')
    take_over(network, smaller)
