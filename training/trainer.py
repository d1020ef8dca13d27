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
"""One training run: what an epoch does, and checkpoints that resume exactly."""

from dataclasses import asdict, replace
import os
from pathlib import Path
import sys
import time
from typing import Sequence

from augment import Augment, AugmentConfig
from average import describe, Ema
from data import majority_labels, soft_targets, Split
from inference import evaluate, load_network, MEAN, predict, STD, to_input
from network import ExpressionNet, grow
from networks import build, CONFIGS
import numpy as np
import occlusion
from pool import ask, open_pool
from recipe import learning_rate, repeat_factors, TrainConfig
import torch
from tqdm import tqdm


class Trainer:
    """One run: all that changes from epoch to epoch, so that it can be stored and resumed."""

    def __init__(self, config: TrainConfig, train: Split, valid: Split,
                 teachers: Sequence[Path] = (), start: Path = None,
                 pretrained: Path = None, pool: Path = None) -> None:
        """
        Prepare a run.

        `start` or `pretrained`: where its weights come from, if any. `teachers`: whose answers it
        learns, which are kept in the file `pool`.
        """
        self.config = config
        if config.limit:
            train, valid = (Split(*(a[:config.limit] for a in (s.faces, s.votes, s.image_ids)))
                            for s in (train, valid))
        self.train, self.valid = train, valid
        self.targets, self.weights = soft_targets(train.votes)
        # Menon et al., 2021: with these added in training, answers without them favour nobody.
        prior = (self.targets * self.weights[:, None]).sum(0) / self.weights.sum()
        self.adjustment = torch.from_numpy(
            config.logit_adjustment * np.log(np.maximum(prior, 1e-6))).float()
        self.targets = ((1 - config.smoothing) * self.targets
                        + np.float32(config.smoothing / self.targets.shape[1]))
        self.repeats = repeat_factors(self.targets, self.weights, config.rare_threshold)
        self.valid_labels = majority_labels(valid.votes)
        torch.manual_seed(config.seed)
        self.network_config = replace(
            CONFIGS[config.config], dropout=config.dropout, drop_path=config.drop_path)
        self.network = build(self.network_config).to(memory_format=torch.channels_last)
        self.pretrained = pretrained and f'{pretrained.parent.name}/{pretrained.name}'
        if pretrained is not None:
            few = np.random.default_rng(config.seed).permutation(len(train))[:512]
            self.network.load_pretrained(pretrained, to_input(train.faces[few]), MEAN, STD)
        if start is not None:
            self._begin_as(load_network(start)[0])
        self.start = None if start is None else describe(start)
        self.teachers = [describe(path) for path in teachers]
        self.pool = None
        if teachers and config.views:
            self.pool = open_pool(pool, teachers, self.train.faces, config.views, config.seed)
        elif teachers:
            answers = np.mean(
                [ask(load_network(path)[0], self.train.faces) for path in teachers], 0)
            self.targets = self._mix(self.targets, answers.astype(np.float32))
        self.ema = Ema(self.network, config.ema_decay)
        decayed = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{'params': decayed, 'weight_decay': config.weight_decay},
             {'params': others, 'weight_decay': 0.0}], lr=config.learning_rate, foreach=True)
        self.epoch = 0
        self.step = 0
        self.plans = []  # (until epoch, planned epochs) of parts that followed another schedule

    def _begin_as(self, trained: torch.nn.Module) -> None:
        if isinstance(trained, ExpressionNet) and isinstance(self.network, ExpressionNet):
            grow(self.network, trained)
        else:
            self.network.load_state_dict(trained.state_dict())

    def run_epoch(self) -> dict:
        """Train one epoch and return its mean loss and time; all randomness is the epoch's own."""
        config, start = self.config, time.monotonic()
        rng = np.random.default_rng((config.seed, self.epoch))
        torch.manual_seed(config.seed * 100003 + self.epoch)
        plain = self.epoch >= round(config.epochs * (1.0 - config.plain_epochs))
        settings = AugmentConfig(cutout=0.0) if plain else AugmentConfig()
        augment = Augment(settings, rng)
        whole = np.floor(self.repeats + rng.random(len(self.repeats))).astype(int)
        order = rng.permutation(np.repeat(np.arange(len(self.repeats)), whole))
        batches = max(len(order) // config.batch, 1)
        losses = []
        self.network.train()
        for index in tqdm(range(batches), desc=f'epoch {self.epoch + 1}/{config.epochs}',
                          disable=not sys.stderr.isatty(), leave=False):
            chosen = order[index * config.batch:(index + 1) * config.batch]
            faces, targets = self._draw(chosen, augment, rng)
            weights = torch.from_numpy(self.weights[chosen])
            if not plain and rng.random() < config.mixup_probability:
                share = float(rng.beta(config.mixup_alpha, config.mixup_alpha))
                share = max(share, 1.0 - share)
                faces = faces.lerp(faces.flip(0), 1.0 - share)
                targets = targets.lerp(targets.flip(0), 1.0 - share)
                weights = weights.lerp(weights.flip(0), 1.0 - share)
            progress = (self.epoch + index / batches) / config.epochs
            losses.append(self._update(faces, targets, weights, progress))
        self.epoch += 1
        return {'epoch': self.epoch, 'loss': float(np.mean(losses)),
                'seconds': round(time.monotonic() - start, 1)}

    def _draw(self, chosen: np.ndarray, augment: Augment, rng: np.random.Generator) -> tuple:
        """Return (faces [N, 1, S, S], targets [N, classes]) of the chosen training faces."""
        targets = self.targets[chosen]
        if self.pool is None:
            faces = [augment(self.train.faces[k]) for k in chosen]
            faces, targets = self._cover(faces, targets, rng)
        else:
            views = rng.integers(self.pool.faces.shape[0], size=len(chosen))
            faces = [augment.finish(face) for face in self.pool.faces[views, chosen]]
            targets = self._mix(targets, self.pool.answers[views, chosen])
        return to_input(np.stack(faces)), torch.from_numpy(targets)

    def _cover(self, faces: list, targets: np.ndarray, rng: np.random.Generator) -> tuple:
        """Light some faces from one side, put glasses and masks on; masks take votes away."""
        config, targets = self.config, targets.copy()
        if not (config.mask or config.glasses or config.side_light):
            return faces, targets  # and no draws: runs without these repeat as before
        for index, chance in enumerate(rng.random((len(faces), 3))):
            if chance[0] < config.side_light:
                faces[index] = occlusion.light_from_the_side(faces[index], rng)
            if chance[1] < config.glasses:
                faces[index] = occlusion.put_glasses(faces[index], rng)
            if chance[2] < config.mask:
                faces[index] = occlusion.put_mask(faces[index], rng)
                targets[index] += occlusion.HIDDEN * (occlusion.COVERED - targets[index])
        return faces, targets

    def _mix(self, votes: np.ndarray, answers: np.ndarray) -> np.ndarray:
        share = np.float32(self.config.teacher_share)
        return (1 - share) * votes + share * answers

    def _update(self, faces: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor,
                progress: float) -> float:
        for group in self.optimizer.param_groups:
            group['lr'] = learning_rate(self.config, progress)
        with torch.autocast('cpu', torch.bfloat16, enabled=self.config.bf16):
            logits = self.network(faces)
        losses = -(targets * torch.log_softmax(logits.float() + self.adjustment, 1)).sum(1)
        loss = (losses * weights).sum() / weights.sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self.ema.update(self.network, self.step)
        return loss.item()

    def validate(self) -> dict:
        """Return the averaged network's accuracy and macro recall on `valid`."""
        return evaluate(predict(self.ema.network, self.valid.faces), self.valid_labels)

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            'train_config': asdict(self.config), 'network_config': self.network_config.to_dict(),
            'network': self.network.state_dict(), 'ema': self.ema.network.state_dict(),
            'optimizer': self.optimizer.state_dict(), 'epoch': self.epoch, 'step': self.step,
            'mean': MEAN, 'std': STD, 'plans': self.plans,
            'teachers': self.teachers, 'start': self.start, 'pretrained': self.pretrained,
        }
        temporary = path.with_suffix('.tmp')
        torch.save(state, temporary)
        os.replace(temporary, path)

    def load(self, path: Path) -> None:
        """
        Continue from a checkpoint of the same settings; raises ValueError when they differ.

        Only the number of epochs may differ: the rest of the schedule is then stretched or
        squeezed, and the checkpoint remembers at which epoch.
        """
        state = torch.load(path, map_location='cpu', weights_only=True)
        stored = {**asdict(TrainConfig()), **state['train_config']}
        if {**stored, 'epochs': self.config.epochs} != asdict(self.config):
            raise ValueError(f"'{path}' was trained with {state['train_config']}; resume it with "
                             f'the same settings, not {asdict(self.config)}')
        if len(state.get('teachers', [])) != len(self.teachers):
            raise ValueError(f"'{path}' was begun with {len(state.get('teachers', []))} teachers; "
                             f'resume it with the same, not {len(self.teachers)}')
        self.network.load_state_dict(state['network'])
        self.ema.network.load_state_dict(state['ema'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.epoch, self.step = state['epoch'], state['step']
        self.plans = [tuple(plan) for plan in state.get('plans', [])]
        planned = state['train_config']['epochs']
        if planned != self.config.epochs:
            self.plans.append((self.epoch, planned))
