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
from importlib import import_module
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
from fer_ros.bench.tracking_playback import ENDINGS  # noqa: E402
from fer_ros.boundary import bounded, OK, tell, USAGE  # noqa: E402
from fer_ros.core.metadata_values import ModelError  # noqa: E402
from fer_ros.demo.processes import ChildError  # noqa: E402
from fer_ros.demo.sources import PICTURES  # noqa: E402
from fer_ros.output_check import check_outputs, files_in  # noqa: E402
from fer_ros.staged_output import write_whole  # noqa: E402


@bounded('fer_benchmark', ModelError, ValueError)
def main(arguments: list[str] | None = None) -> int:
    """Measure; return the exit status."""
    options = parser_of(RUNS).parse_args(arguments)
    cv2.setNumThreads(1)
    # Now, and not after minutes of measuring.
    for package in (*options.needs, *(['matplotlib'] if options.plot is not None else [])):
        import_module(package)
    _refuse_overwriting(options)
    if options.long:
        tell('fer_benchmark', options.long)
    host = machine.describe()
    try:
        result, text = options.run(options)
    except ChildError as error:
        # With the last lines that the process printed.
        print(f'fer_benchmark: {error}', file=sys.stderr)
        return USAGE
    report = json.dumps({'machine': host, **result}, indent=2)
    # First what took long to measure, then its picture.
    if options.json not in (None, '-'):
        write_whole(options.json, f'{report}\n'.encode())
    if options.plot is not None:
        from fer_ros.viz.bench import save_figure
        print(f'wrote {save_figure(result, options.plot)}', file=sys.stderr)
    if options.json == '-':
        print(report)
        return OK
    print(machine.line(host))
    print(text)
    return _ended(result)


def _refuse_overwriting(options: argparse.Namespace) -> None:
    """Refuse to write over what is read; a page or card is written into, which is meant."""
    def given(name: str):
        return getattr(options, name, None)

    check_outputs(
        [(f'--{name}', given(name)) for name in ('json', 'plot', 'card', 'page')],
        [('--against', given('against') if given('against') != VGG13 else None),
         ('--model', given('model')),
         *(('--detector', path) for path in given('detector') or ()),
         *(('--boxes', path) for path in files_in(given('boxes'), (*PICTURES, '.csv'))),
         *(('the clip', path) for path in files_in(given('folder'), ENDINGS))])


def _ended(result: dict) -> int:
    """Return the exit status of a measurement that may have ended before its time."""
    ended = result.get('ended')
    if not ended:
        return OK
    from fer_ros.bench.soak import INTERRUPTED
    tell('fer_benchmark', ended)
    if ended == INTERRUPTED:
        # The boundary knows by which signal.
        raise KeyboardInterrupt
    return USAGE


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


def _landmarks(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.landmarks import measure_landmarks
    result = measure_landmarks(_setting(options, options.faces))
    return {'benchmark': 'landmarks', **result}, tables.landmarks_text(result)


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


def _soak(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.soak import measure_soak
    result = measure_soak(options)
    return {'benchmark': 'soak', **result}, tables.soak_text(result)


#: The benchmarks by name.
RUNS = {
    'pipeline': _pipeline, 'drawing': _drawing, 'landmarks': _landmarks,
    'scaling': _scaling, 'interval': _interval,
    'classifier': _classifier, 'alternatives': _alternatives, 'ros': _ros, 'startup': _startup,
    'idle': _idle, 'soak': _soak}


if __name__ == '__main__':
    sys.exit(main())
