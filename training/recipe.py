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
"""What a run does: its settings, its learning rate, how often it shows each face."""

from dataclasses import dataclass
import math

from data import LABELS
import numpy as np


@dataclass(frozen=True)
class TrainConfig:
    """What a run does; stored in every checkpoint and in the log's first line."""

    config: str = 'medium'
    seed: int = 1
    epochs: int = 56
    batch: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    warmup_epochs: float = 2.0
    ema_decay: float = 0.999
    mixup_probability: float = 0.5
    mixup_alpha: float = 0.2
    plain_epochs: float = 0.12  # the last share of the epochs: no mixup, no cutout
    rare_threshold: float = 0.06  # classes rarer than this are repeated by sqrt(threshold / share)
    dropout: float = 0.2
    drop_path: float = 0.05
    teacher_share: float = 0.0  # of the targets: the teacher's answers in place of the votes
    views: int = 8  # augmented pictures of each face that the teachers answer; 0: the face itself
    mask: float = 0.0  # share of the faces that get a medical mask, and votes that know nothing
    glasses: float = 0.0  # share of the faces that get glasses
    side_light: float = 0.0  # share of the faces that are lit from one side
    logit_adjustment: float = 0.0  # 1: the loss counts rare expressions as if all were alike
    smoothing: float = 0.0  # share of each target that is spread over all expressions
    rafdb_copies: int = 0  # of every face of RAF-DB in an epoch; more than 0: for research alone
    limit: int = 0  # use only so many faces of each split (0: all), for tests
    bf16: bool = True


def repeat_factors(targets: np.ndarray, weights: np.ndarray, threshold: float) -> np.ndarray:
    """
    Return how often an epoch shows each face: 0 for weight 0, more than 1 for rare expressions.

    A face counts with the repeat factor of its likeliest class, sqrt(threshold / share), at least
    1 (Gupta et al., LVIS, 2019).
    """
    top = targets.argmax(1)
    share = np.bincount(top[weights > 0], minlength=len(LABELS)) / max((weights > 0).sum(), 1)
    factor = np.sqrt(np.maximum(threshold / np.maximum(share, 1e-9), 1.0))
    return np.where(weights > 0, factor[top], 0.0)


def learning_rate(config: TrainConfig, progress: float) -> float:
    """Return the rate at a point of training (0..1): linear warm-up, then a half cosine to 0."""
    warmup = config.warmup_epochs / config.epochs
    if progress < warmup:
        return config.learning_rate * max(progress / warmup, 0.01)
    done = (progress - warmup) / (1.0 - warmup)
    return config.learning_rate * 0.5 * (1.0 + math.cos(math.pi * done))
