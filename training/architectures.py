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
"""The expression networks as tables: stages of bottlenecks, widths, and all of them by name."""

from dataclasses import asdict, dataclass, replace
from typing import Dict, Tuple


@dataclass(frozen=True)
class Stage:
    """One row of the table: bottlenecks of the same width, the first of which may stride."""

    kind: str  # 'fused' or 'depthwise'
    expansion: int
    channels: int
    repeats: int
    stride: int
    squeeze: bool = False  # squeeze-and-excitation on the expanded features


@dataclass(frozen=True)
class NetworkConfig:
    """Everything needed to build a network; stored in every checkpoint."""

    stem: int
    stages: Tuple[Stage, ...]
    features: int
    drop_path: float = 0.0
    dropout: float = 0.2
    input_size: int = 48
    classes: int = 8
    cnn_kernel: int = 3  # of the expanding CNN block
    activation: str = 'silu'  # or 'relu'

    def to_dict(self) -> dict:
        """Return plain Python values, for a checkpoint."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> 'NetworkConfig':
        """Build the configuration that `to_dict` described."""
        stages = tuple(Stage(**stage) for stage in values['stages'])
        return NetworkConfig(**{**values, 'stages': stages})


def _fast(at_12: int, at_6: int) -> NetworkConfig:
    """Return the table of `fast` with so many bottlenecks after the strides to 12x12 and 6x6."""
    return NetworkConfig(
        stem=32,
        stages=(
            Stage('fused', 2, 48, 1, 2),
            Stage('fused', 2, 48, at_12, 1),
            Stage('fused', 2, 96, 1, 2),
            Stage('depthwise', 4, 96, at_6, 1),
        ),
        features=512, cnn_kernel=1)


CONFIGS: Dict[str, NetworkConfig] = {
    # Strides are in fused bottlenecks: a strided depthwise convolution trains far slower.
    'small': NetworkConfig(
        stem=24,
        stages=(
            Stage('fused', 2, 24, 1, 1),
            Stage('fused', 2, 40, 1, 2),
            Stage('fused', 2, 40, 1, 1),
            Stage('fused', 2, 64, 1, 2),
            Stage('depthwise', 4, 64, 3, 1, True),
        ),
        features=192),
    # Shaped by the time that ONNX Runtime needs on one thread.
    'fast': _fast(1, 5),
    # `fast` with an activation that ONNX Runtime's convolutions take in.
    'quick': replace(_fast(1, 5), activation='relu'),
    # `fast` with more of what is cheap; begins as a trained `fast`, see `grow`.
    'balanced': _fast(3, 6),
    # `balanced` without the layer that cost most for what it added.
    'pruned': _fast(2, 6),
    'medium': NetworkConfig(
        stem=32,
        stages=(
            Stage('fused', 2, 32, 1, 1),
            Stage('fused', 2, 64, 1, 2),
            Stage('fused', 2, 64, 2, 1),
            Stage('fused', 2, 96, 1, 2),
            Stage('depthwise', 4, 96, 4, 1, True),
        ),
        features=256),
}
