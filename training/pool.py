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
Augmented training faces with the teachers' answers to them, asked once for a whole run.

A teacher that is asked for the very picture that its student sees teaches more than one asked
only for the clean face (Beyer et al., 2022), but asking it at every step would cost more than the
student's own step. So each face gets a fixed number of augmented views, and an answer for each.
"""

from typing import Sequence

from augment import Augment, AugmentConfig
from calibration import softmax
from inference import predict
import numpy as np
import torch


class Pool:
    """`faces` uint8 [views, N, S, S] and `answers`, probabilities float32 [views, N, classes]."""

    def __init__(self, teachers: Sequence[torch.nn.Module], faces: np.ndarray, views: int,
                 seed: int) -> None:
        """Draw the views of `faces` (uint8 [N, S, S]) and ask all teachers; takes minutes."""
        augment = Augment(AugmentConfig(cutout=0.0), np.random.default_rng((seed, views)))
        self.faces = np.empty((views, *faces.shape), np.uint8)
        self.answers = []
        for view in self.faces:
            for index, face in enumerate(faces):
                view[index] = augment(face)
            self.answers.append(np.mean(
                [softmax(predict(teacher, view, bf16=True)) for teacher in teachers], 0))
        self.answers = np.stack(self.answers).astype(np.float32)
