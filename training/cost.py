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
import json
from pathlib import Path
import tempfile
import time

from architectures import CONFIGS
from counts import count_macs, count_parameters
from data import REPOSITORY
from export import export_graph
from fer_ros.bench import machine
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


def costs(repeats: int) -> dict:
    """Return what each network costs: `ratio` says how much cheaper than FER+'s it is."""
    runs = [summarise(log) for log in (REPOSITORY / 'training/logs').glob('*.jsonl')]
    times = measure(repeats)
    found = {}
    for name, config in CONFIGS.items():
        network = ExpressionNet(config)
        found[name] = {
            'parameters': count_parameters(network), 'macs': count_macs(network),
            'ms': round(times[name], 4), 'ratio': round(times['vgg13'] / times[name], 4),
            'accuracy': max(
                (run['accuracy'] for run in runs if run['network'] == name), default=None)}
    return {'machine': machine.describe(), 'repeats': repeats, 'networks': found}


def main() -> None:
    """Print the table, cheapest first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--repeats', type=int, default=100)
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write JSON to this file')
    options = parser.parse_args()
    result = costs(options.repeats)
    print(machine.line(result['machine']))
    print('network     parameters  multiply-adds  ms per face  VGG13 of FER+ / it  accuracy')
    for name, row in sorted(result['networks'].items(), key=lambda item: item[1]['ms']):
        accuracy = '-' if row['accuracy'] is None else f"{row['accuracy']:.2%}"
        print(f"{name:<10} {row['parameters']:>11,} {row['macs']:>14,} {row['ms']:>12.2f} "
              f"{row['ratio']:>19.1f} {accuracy:>9}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + '\n')


if __name__ == '__main__':
    main()
