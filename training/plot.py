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
"""Draw the learning curves, and accuracy against cost, of the runs logged in training/logs."""

import argparse
import json
from pathlib import Path

from data import REPOSITORY
from fer_ros.core.metadata_values import read_front_matter
import matplotlib
matplotlib.use('Agg')
from matplotlib import pyplot  # noqa: E402,I100,I202 the backend comes first
from report import summarise  # noqa: E402

IMAGES, MODELS = REPOSITORY / 'docs/images', REPOSITORY / 'models'
TEACHER = 'face-backbone'


def read_log(path: Path) -> list:
    """Return the epochs of a run's log.jsonl; a resumed run's settings lines are skipped."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if 'loss' in line]


def draw_learning_curves(logs: list, out: Path) -> None:
    """Draw loss, accuracy and macro recall over epochs; a log's stem names its run."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 3.6), layout='constrained')
    left.set_prop_cycle(color=pyplot.get_cmap('tab20').colors)
    for path in logs:
        name, epochs = path.stem if path.stem != 'log' else path.parent.name, read_log(path)
        line, = left.plot([e['epoch'] for e in epochs], [e['loss'] for e in epochs], label=name)
        scored = [e for e in epochs if 'accuracy' in e]
        for key, style in (('accuracy', '-'), ('macro_recall', '--')):
            right.plot([e['epoch'] for e in scored], [100 * e[key] for e in scored], style,
                       color=line.get_color())
    left.set(xlabel='epoch', ylabel='training loss (augmented, soft labels)')
    right.set(xlabel='epoch', ylabel='valid, averaged weights (%)')
    left.legend(fontsize=8)
    for key, style in (('accuracy', '-'), ('macro recall', '--')):
        right.plot([], [], style, color='#222222', label=key)
    right.legend(fontsize=8, loc='lower right')
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(out, dpi=110)


def draw_cost(logs: list, out: Path) -> None:
    """
    Draw the accuracy of every run against its multiply-adds, the best of each size joined.

    Beside them stand the shipped models, as their cards say.
    """
    # The teacher's cost does not matter to those who run the student.
    rows = [row for row in map(summarise, logs) if row['network'] != TEACHER]
    best = {}
    for row in sorted(rows, key=lambda row: row['accuracy']):
        best[row['macs']] = row
    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout='constrained')
    axes.plot([row['macs'] / 1e6 for row in rows], [100 * row['accuracy'] for row in rows], 'o',
              color='#999999', label='runs')
    front = [best[macs] for macs in sorted(best)]
    axes.plot([row['macs'] / 1e6 for row in front], [100 * row['accuracy'] for row in front],
              'o-', color='#2a6fb0', label='best of each size')
    for index, row in enumerate(front):
        # In turn to the right below and to the left above, so that neighbours stay legible.
        below = index % 2 == 0
        axes.annotate(f"{row['network']}, {row['parameters'] / 1e6:.2f} M",
                      (row['macs'] / 1e6, 100 * row['accuracy']), fontsize=8,
                      textcoords='offset points', xytext=(6, -12) if below else (-6, 8),
                      horizontalalignment='left' if below else 'right')
    cards = [read_front_matter(path) for path in sorted(MODELS.glob('expression*.md'))]
    axes.plot([card['macs'] / 1e6 for card in cards], [100 * card['accuracy'] for card in cards],
              '*', color='#c0392b', markersize=11, label='shipped')
    axes.set(xlabel='multiply-adds of one face (millions)', ylabel='accuracy on valid (%)')
    axes.set_xlim(0, 1.6 * max(row['macs'] for row in rows) / 1e6)
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right')
    figure.savefig(out, dpi=110)


def main() -> None:
    """Draw both pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('logs', type=Path, nargs='*', help='log.jsonl of the runs to draw')
    parser.add_argument('--out', type=Path, default=IMAGES, help='folder of the pictures')
    options = parser.parse_args()
    logs = options.logs or sorted((REPOSITORY / 'training/logs').glob('*.jsonl'))
    draw_learning_curves(logs, options.out / 'learning_curves.png')
    draw_cost(logs, options.out / 'cost.png')


if __name__ == '__main__':
    main()
