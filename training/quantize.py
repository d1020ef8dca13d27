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
"""Try INT8: quantise a run's network statically, and compare accuracy and time with float32."""

import argparse
import json
from pathlib import Path
import tempfile
import time

from data import DEFAULT_DATA, load_split, majority_labels
from export import export_graph
from fer_ros.bench import machine
from fer_ros.bench.classifiers import BLOCK, feed
from fer_ros.bench.timing import in_turn
from fer_ros.core.onnx_model import OnnxModel
from inference import evaluate, infer, load_network, to_input
import numpy as np
from onnxruntime.quantization import (CalibrationDataReader, CalibrationMethod, QuantFormat,
                                      quantize_static, QuantType)
from onnxruntime.quantization.shape_inference import quant_pre_process


class FaceReader(CalibrationDataReader):
    """Feed training faces, batch by batch, to the calibration."""

    def __init__(self, inputs: np.ndarray, batch: int = 32) -> None:
        self.batches = iter([inputs[i:i + batch] for i in range(0, len(inputs), batch)])

    def get_next(self) -> dict:
        """Return the next batch, or None after the last."""
        batch = next(self.batches, None)
        return None if batch is None else {'faces': batch}


def median_ms(files: dict) -> dict:
    """Return the median process time of one face on one thread of each model, run in turn."""
    models = {name: OnnxModel(path, threads=1, verify_checksum=False)
              for name, path in files.items()}
    works = {name: lambda model=model, inputs=feed(model): model.run(inputs)
             for name, model in models.items()}
    times = in_turn(works, 150, 15, time.process_time, BLOCK)
    return {name: 1e3 * float(np.median(seconds)) for name, seconds in times.items()}


def main() -> None:
    """Print accuracy, size and time of both precisions as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('run', type=Path, help='directory of a run, or a checkpoint')
    parser.add_argument('--data', type=Path, default=DEFAULT_DATA)
    parser.add_argument('--out', type=Path, help='keep the INT8 model here')
    parser.add_argument('--faces', type=int, default=1024, help='calibration faces, from train')
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write JSON to this file')
    options = parser.parse_args()
    network, _ = load_network(
        options.run / 'last.pt' if options.run.is_dir() else options.run)
    train, valid = load_split(options.data, 'train'), load_split(options.data, 'valid')
    chosen = np.random.default_rng(0).permutation(len(train))[:options.faces]
    labels = majority_labels(valid.votes)
    inputs = to_input(valid.faces).numpy()
    with tempfile.TemporaryDirectory() as folder:
        full, ready = Path(folder) / 'float32.onnx', Path(folder) / 'ready.onnx'
        small = options.out or Path(folder) / 'int8.onnx'
        export_graph(network, full)
        quant_pre_process(str(full), str(ready))
        # The stem and the classifier stay in float: they are cheap, and the most sensitive.
        import onnx
        nodes = [n.name for n in onnx.load(str(ready)).graph.node if n.op_type in ('Conv', 'Gemm')]
        kept_float = [n for n in nodes if 'inception' in n or 'classifier' in n or 'Gemm' in n]
        quantize_static(
            str(ready), str(small), FaceReader(to_input(train.faces[chosen]).numpy()),
            quant_format=QuantFormat.QDQ, op_types_to_quantize=['Conv'], per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            nodes_to_exclude=kept_float, calibrate_method=CalibrationMethod.Percentile)
        files = {'float32': full, 'int8': small}
        times = median_ms(files)
        found = {name: {**evaluate(infer(path, inputs), labels),
                        'bytes': path.stat().st_size, 'ms': round(times[name], 4)}
                 for name, path in files.items()}
    for name, row in found.items():
        print(json.dumps({'precision': name, **row}))
    if options.json:
        options.json.write_text(json.dumps(
            {'machine': machine.describe(), 'faces': options.faces, 'precisions': found},
            indent=2) + '\n')


if __name__ == '__main__':
    main()
