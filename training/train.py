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
"""Train the expression network: `python training/train.py --out runs/NAME [--resume]`."""

import argparse
from dataclasses import asdict
import json
from pathlib import Path

from counts import count_macs, count_parameters
import cv2
from data import DEFAULT_DATA, load_split
from networks import CONFIGS
from rafdb import joined, load_crops
from recipe import TrainConfig
import torch
from tqdm import tqdm
from trainer import Trainer


def parse_arguments(arguments: list = None) -> argparse.Namespace:
    """Return the command line: paths, and one option for every field of TrainConfig."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--out', type=Path, required=True, help='directory of log and checkpoint')
    parser.add_argument('--resume', action='store_true', help='continue from OUT/last.pt')
    parser.add_argument('--stop-after', type=int,
                        help='stop after this many epochs; continue with --resume')
    parser.add_argument('--teachers', type=Path, nargs='+', default=[],
                        help='checkpoints whose mean answers are learnt, see --teacher-share')
    parser.add_argument('--pool', type=Path,
                        help="keeps the teachers' answers (default: OUT/pool.npz)")
    parser.add_argument('--start', type=Path,
                        help='checkpoint to start with: the same network, or one to grow from')
    parser.add_argument('--pretrained', type=Path,
                        help='weights that a teacher starts from, see face_backbone.py')
    parser.add_argument('--rafdb', type=Path,
                        help='crops of rafdb.py, for --rafdb-copies')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--validate-every', type=int, default=4,
                        help='epochs from one validation to the next')
    for name, value in asdict(TrainConfig()).items():
        option = '--' + name.replace('_', '-')
        if isinstance(value, bool):
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=value)
        elif name == 'config':
            parser.add_argument(option, choices=sorted(CONFIGS), default=value)
        else:
            parser.add_argument(option, type=type(value), default=value)
    return parser.parse_args(arguments)


def main(arguments: list = None) -> None:
    """Run or continue one training."""
    options = parse_arguments(arguments)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    config = TrainConfig(**{name: getattr(options, name) for name in asdict(TrainConfig())})
    options.out.mkdir(parents=True, exist_ok=True)
    train = load_split(options.data, 'train')
    if bool(options.rafdb) != bool(config.rafdb_copies):
        raise SystemExit('--rafdb and --rafdb-copies belong together')
    for _ in range(config.rafdb_copies):
        train = joined(train, load_crops(options.rafdb, held_out=False))
    trainer = Trainer(config, train,
                      load_split(options.data, 'valid'), options.teachers,
                      options.start, options.pretrained, options.pool or options.out / 'pool.npz')
    checkpoint, log = options.out / 'last.pt', options.out / 'log.jsonl'
    if options.resume and checkpoint.exists():
        trainer.load(checkpoint)
    elif log.exists():
        raise SystemExit(f"'{options.out}' holds a run; continue it with --resume or choose "
                         'another --out')
    with log.open('a') as file:
        def record(line: dict) -> None:
            file.write(json.dumps(line) + '\n')
            file.flush()
            tqdm.write(json.dumps(line))

        record({**asdict(config), 'parameters': count_parameters(trainer.network),
                'macs': count_macs(trainer.network), 'epoch': trainer.epoch})
        while trainer.epoch < min(config.epochs, options.stop_after or config.epochs):
            line = trainer.run_epoch()
            if trainer.epoch % options.validate_every == 0 or trainer.epoch == config.epochs:
                line.update(trainer.validate())
            trainer.save(checkpoint)
            record(line)


if __name__ == '__main__':
    main()
