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
Augmented training faces with the teachers' answers to them, asked once for many epochs and runs.

A teacher that is asked for the very picture that its student sees teaches more than one asked
only for the clean face (Beyer et al., 2022), but asking it at every step would cost more than the
student's own step. So each face gets a fixed number of augmented views, and an answer for each.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
import hashlib
from itertools import repeat
import multiprocessing
import os
from pathlib import Path
from typing import Sequence

from augment import Augment, AugmentConfig
from calibration import softmax
import cv2
from inference import load_network, predict
import numpy as np
import torch
from tqdm import tqdm


@dataclass(frozen=True, eq=False)
class Pool:
    """`faces` uint8 [views, N, S, S] and `answers`, probabilities float32 [views, N, classes]."""

    faces: np.ndarray
    answers: np.ndarray


def build_pool(teachers: Sequence[Path], faces: np.ndarray, views: int, seed: int,
               processes: int = 1) -> Pool:
    """Draw the views of `faces` (uint8 [N, S, S]) and ask all teachers; takes minutes."""
    # Spawned, not forked: PyTorch's threads do not survive a fork.
    with ProcessPoolExecutor(processes, multiprocessing.get_context('spawn')) as executor:
        done = list(tqdm(executor.map(
            _view, repeat(teachers), repeat(faces), repeat(seed), range(views)),
            total=views, desc='views', leave=False, disable=None))
    return Pool(np.stack([pictures for pictures, _ in done]),
                np.stack([answers for _, answers in done]))


def _view(teachers: Sequence[Path], faces: np.ndarray, seed: int, view: int) -> tuple:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    augment = Augment(AugmentConfig(cutout=0.0), np.random.default_rng((seed, view)))
    pictures = np.stack([augment(face) for face in faces])
    answers = np.mean([ask(load_network(teacher)[0], pictures) for teacher in teachers], 0)
    return pictures, answers.astype(np.float32)


def ask(teacher: torch.nn.Module, faces: np.ndarray) -> np.ndarray:
    """Return probabilities [N, classes], the mean of those for both mirror images."""
    mirrored = np.ascontiguousarray(faces[:, :, ::-1])
    return (softmax(predict(teacher, faces, bf16=True))
            + softmax(predict(teacher, mirrored, bf16=True))) / 2


def open_pool(path: Path, teachers: Sequence[Path], faces: np.ndarray, views: int,
              seed: int, processes: int = 1) -> Pool:
    """
    Return the pool stored in `path` (`.npz`), made there first if it is missing.

    Raises ValueError when it was made from other faces, teachers, views or seed.
    """
    digest = hashlib.sha256(faces.tobytes())
    for teacher in teachers:
        digest.update(Path(teacher).read_bytes())
    made_from = f'{digest.hexdigest()} {views} {seed}'
    if not path.is_file():
        pool = build_pool(teachers, faces, views, seed, processes)
        temporary = path.with_suffix('.tmp.npz')
        np.savez(temporary, faces=pool.faces, answers=pool.answers, made_from=made_from)
        os.replace(temporary, path)
    with np.load(path) as stored:
        if str(stored['made_from']) != made_from:
            raise ValueError(f"'{path}' was made from other faces, teachers, views or seed; "
                             'name another file, or remove it')
        return Pool(stored['faces'], stored['answers'])
