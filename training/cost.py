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
"""Accuracy against cost: every network, its best logged run, and its time in ONNX Runtime."""

import argparse
from pathlib import Path
import tempfile
import time

from architectures import CONFIGS
from counts import count_macs, count_parameters
from data import REPOSITORY
from export import export_graph
from fer_ros.bench.classifiers import BLOCK, feed
from fer_ros.bench.timing import in_turn
from fer_ros.bench.vgg13 import build as build_vgg13
from fer_ros.core.onnx_model import OnnxModel
from network import ExpressionNet
import numpy as np
from report import summarise


def measure(repeats: int) -> dict:
    """Return the median ms per face on one thread, by process time; `vgg13` is FER+'s network."""
    with tempfile.TemporaryDirectory() as folder:
        files = {'vgg13': build_vgg13(Path(folder) / 'vgg13.onnx')}
        for name, config in CONFIGS.items():
            files[name] = Path(folder) / f'{name}.onnx'
            export_graph(ExpressionNet(config), files[name])  # weights do not change the time
        models = {name: OnnxModel(path, threads=1, verify_checksum=False)
                  for name, path in files.items()}
        works = {name: lambda model=model, inputs=feed(model): model.run(inputs)
                 for name, model in models.items()}
        times = in_turn(works, repeats, 10, time.process_time, BLOCK)
    return {name: 1e3 * float(np.median(seconds)) for name, seconds in times.items()}


def main() -> None:
    """Print the table as Markdown, cheapest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repeats', type=int, default=100)
    options = parser.parse_args()
    runs = [summarise(log) for log in (REPOSITORY / 'training/logs').glob('*.jsonl')]
    times = measure(options.repeats)
    print('| network | parameters | multiply-adds | ms per face | VGG13 of FER+ / it | accuracy |')
    print('|---|---|---|---|---|---|')
    for name in sorted(CONFIGS, key=times.get):
        network = ExpressionNet(CONFIGS[name])
        best = max((run['accuracy'] for run in runs if run['network'] == name), default=None)
        print(f'| {name} | {count_parameters(network) / 1e6:.2f} M '
              f'| {count_macs(network) / 1e6:.1f} M | {times[name]:.2f} '
              f"| {times['vgg13'] / times[name]:.1f} "
              f"| {'-' if best is None else f'{best:.2%}'} |")


if __name__ == '__main__':
    main()
