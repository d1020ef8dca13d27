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
"""Draw learning curves of runs, and a model's reliability and risk against coverage."""

import argparse
import json
from pathlib import Path

from calibration import softmax
from data import calibration_half, DEFAULT_DATA, majority_labels, read_split, REPOSITORY
from inference import infer, to_input
import matplotlib
import numpy as np
matplotlib.use('Agg')
from matplotlib import pyplot  # noqa: E402,I100,I202 the backend comes first

IMAGES = REPOSITORY / 'docs/images'


def read_log(path: Path) -> list:
    """Return the epochs of a run's log.jsonl; a resumed run's settings lines are skipped."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if 'loss' in line]


def draw_learning_curves(logs: list, out: Path) -> None:
    """Draw loss, accuracy and macro recall over epochs; a log's stem names its run."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 3.6), layout='constrained')
    for path in logs:
        name, epochs = path.stem if path.stem != 'log' else path.parent.name, read_log(path)
        line, = left.plot([e['epoch'] for e in epochs], [e['loss'] for e in epochs], label=name)
        scored = [e for e in epochs if 'accuracy' in e]
        for key, style in (('accuracy', '-'), ('macro_recall', '--')):
            right.plot([e['epoch'] for e in scored], [100 * e[key] for e in scored], style,
                       color=line.get_color(), label=f"{name}, {key.replace('_', ' ')}")
    left.set(xlabel='epoch', ylabel='training loss (augmented, soft labels)')
    right.set(xlabel='epoch', ylabel='valid, averaged weights (%)')
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    figure.savefig(out, dpi=110)


def draw_confidence(model: Path, data: Path, out: Path) -> None:
    """Draw reliability and risk-coverage on the half of `valid` not used for the temperature."""
    import onnx
    metadata = {p.key: p.value for p in onnx.load(str(model)).metadata_props}
    valid = read_split(data, 'valid')
    labels = majority_labels(valid.votes)
    kept = (labels >= 0) & ~calibration_half(valid.image_ids)
    logits = infer(model, to_input(valid.faces[kept]).numpy())
    probabilities = softmax(logits / float(metadata['temperature']))
    confidence, hit = probabilities.max(1), probabilities.argmax(1) == labels[kept]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 3.6), layout='constrained')
    bins = np.minimum((confidence * 15).astype(int), 14)
    filled = [b for b in range(15) if (bins == b).sum() >= 5]
    left.plot([0, 1], [0, 1], color='grey', linewidth=1)
    left.plot([confidence[bins == b].mean() for b in filled],
              [hit[bins == b].mean() for b in filled], 'o-')
    left.set(xlabel='confidence', ylabel='accuracy', title=f"ECE {float(metadata['ece']):.1%}")
    order = np.argsort(-confidence, kind='stable')
    coverage = np.arange(1, len(order) + 1) / len(order)
    risk = 1.0 - np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
    right.plot(100 * coverage, 100 * risk)
    right.set(xlabel='coverage: faces answered (%)', ylabel='risk: wrong answers (%)')
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(out, dpi=110)
    for share in (0.5, 0.8, 0.9, 1.0):
        index = round(share * len(order)) - 1
        print(f'coverage {share:.0%}: accuracy {1 - risk[index]:.2%}, '
              f'least confidence {confidence[order[index]]:.3f}')


def main() -> None:
    """Draw the pictures of the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('what', choices=('learning', 'confidence'))
    parser.add_argument('logs', type=Path, nargs='*', help='log.jsonl of the runs to draw')
    parser.add_argument('--model', type=Path, default=REPOSITORY / 'models/expression.onnx')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--out', type=Path)
    options = parser.parse_args()
    if options.what == 'learning':
        logs = options.logs or sorted((REPOSITORY / 'training/logs').glob('*.jsonl'))
        draw_learning_curves(logs, options.out or IMAGES / 'learning_curves.png')
    else:
        draw_confidence(options.model, options.data, options.out or IMAGES / 'confidence.png')


if __name__ == '__main__':
    main()
