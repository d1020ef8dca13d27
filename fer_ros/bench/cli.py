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

"""The command fer_benchmark: the time, memory and steadiness of what the package does."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
import sys
import tempfile

# Before NumPy is loaded: its pools read this once.
for _pool in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ.setdefault(_pool, '1')

import cv2  # noqa: E402
from fer_ros.bench import machine, tables  # noqa: E402
from fer_ros.bench.benchmark_arguments import parser_of, VGG13  # noqa: E402
from fer_ros.core.metadata_values import ModelError  # noqa: E402
from fer_ros.core.packages import tells_missing_packages  # noqa: E402


@tells_missing_packages('fer_benchmark')
def main(arguments: list[str] | None = None) -> int:
    """Measure; return the exit status."""
    options = parser_of(RUNS).parse_args(arguments)
    cv2.setNumThreads(1)
    if options.plot is not None:
        # Now, and not after minutes of measuring.
        import matplotlib  # noqa: F401
    host = machine.describe()
    try:
        result, text = options.run(options)
        report = json.dumps({'machine': host, **result}, indent=2)
        # First what took long to measure, then its picture.
        if options.json not in (None, '-'):
            Path(options.json).write_text(report + '\n', encoding='utf-8')
        if options.plot is not None:
            from fer_ros.viz.bench import save_figure
            print(f'wrote {save_figure(result, options.plot)}', file=sys.stderr)
    except (ModelError, OSError, ValueError) as error:
        print(f'fer_benchmark: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if options.json == '-':
        print(report)
        return 0
    print(machine.line(host))
    print(text)
    return 0


def _setting(options: argparse.Namespace, faces: int = 1):
    from fer_ros.bench.pipeline import Setting
    return Setting(
        options.size, faces, options.threads, options.frames, options.warmup, options.clock)


def _pipeline(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.imagery import scene
    from fer_ros.bench.pipeline import measure
    result = measure(_setting(options, options.faces), scene(options.size, options.faces))
    return {'benchmark': 'pipeline', **result}, tables.pipeline_text(result)


def _drawing(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.drawing import measure_drawing
    result = measure_drawing(_setting(options, options.faces))
    return {'benchmark': 'drawing', **result}, tables.drawing_text(result)


def _scaling(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.scaling import measure_scaling
    result = measure_scaling(_setting(options))
    return {'benchmark': 'scaling', **result}, tables.scaling_text(result)


def _interval(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.interval import measure_interval
    result = measure_interval(_setting(options), options.interval)
    return {'benchmark': 'interval', **result}, tables.interval_text(result)


def _classifier(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.classifiers import compare
    from fer_ros.bench.vgg13 import build
    with tempfile.TemporaryDirectory() as folder:
        against = Path(options.against)
        if options.against == VGG13:
            against = build(Path(folder) / 'vgg13.onnx')
        result = compare(
            against, options.repeats, options.threads, options.clock, options.model)
    return {'benchmark': 'classifier', **result}, tables.classifier_text(result)


def _alternatives(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.alternatives import measure_alternatives, measure_answers
    setting = _setting(options)
    result = {
        **measure_alternatives(setting),
        'answer_us': measure_answers(setting.faces, setting.frames)}
    return {'benchmark': 'alternatives', **result}, tables.alternatives_text(result)


def _ros(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.ros import measure_ros
    result = measure_ros(options)
    return {'benchmark': 'ros', **result}, tables.ros_text(result)


def _startup(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.startup import measure_startup
    result = measure_startup(options)
    return {'benchmark': 'startup', **result}, tables.startup_text(result)


def _idle(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.idle import measure_idle
    result = measure_idle(options)
    return {'benchmark': 'idle', **result}, tables.idle_text(result)


#: The benchmarks by name.
RUNS = {
    'pipeline': _pipeline, 'drawing': _drawing, 'scaling': _scaling, 'interval': _interval,
    'classifier': _classifier, 'alternatives': _alternatives, 'ros': _ros, 'startup': _startup,
    'idle': _idle}


if __name__ == '__main__':
    sys.exit(main())
