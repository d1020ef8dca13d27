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
"""Print the table of runs from their logs: settings that differ, scores, size and time."""

import argparse
from dataclasses import asdict
import json
from pathlib import Path
from typing import Sequence

from data import REPOSITORY
from recipe import TrainConfig


def summarise(log: Path) -> dict:
    """Return one run's row from its log.jsonl."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    settings = [line for line in lines if 'loss' not in line][-1]  # the last resumption's
    epochs = {line['epoch']: line for line in lines if 'loss' in line}  # a resumed one counts once
    scored = [line for line in epochs.values() if 'accuracy' in line]
    shown = ('config', 'epochs', 'seed')
    changed = [f'{name.replace("_", " ")} {settings[name]}'
               for name, value in asdict(TrainConfig()).items()
               if name not in shown and name in settings and settings[name] != value]
    return {
        'run': log.parent.name if log.stem == 'log' else log.stem,
        'network': settings['config'], 'parameters': settings['parameters'],
        'macs': settings['macs'], 'seed': settings['seed'],
        'epochs': f"{max(epochs)} of {settings['epochs']}", 'other settings': ', '.join(changed),
        'accuracy': scored[-1]['accuracy'], 'macro_recall': scored[-1]['macro_recall'],
        'minutes': sum(line['seconds'] for line in epochs.values()) / 60,
    }


def table(logs: Sequence[Path] = ()) -> str:
    """Return a Markdown table of logs; of those kept in training/logs where none are given."""
    lines = ['| run | network | parameters | multiply-adds | seed | epochs | other settings '
             '| accuracy | macro recall | minutes |', '|---' * 10 + '|']
    for log in logs or sorted((REPOSITORY / 'training/logs').glob('*.jsonl')):
        row = summarise(log)
        lines.append(
            f"| {row['run']} | {row['network']} | {row['parameters'] / 1e6:.2f} M "
            f"| {row['macs'] / 1e6:.1f} M | {row['seed']} | {row['epochs']} "
            f"| {row['other settings'] or 'defaults'} | {row['accuracy']:.2%} "
            f"| {row['macro_recall']:.2%} | {row['minutes']:.0f} |")
    return '\n'.join(lines)


def main() -> None:
    """Print a table of the given logs, or of those kept in training/logs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('logs', type=Path, nargs='*')
    print(table(parser.parse_args().logs))


if __name__ == '__main__':
    main()
