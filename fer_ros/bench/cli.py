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
from fer_ros.bench import detectors, machine, tables, tracking, tracking_clips  # noqa: E402
from fer_ros.bench.timing import CLOCKS  # noqa: E402
from fer_ros.core.metadata_values import ModelError  # noqa: E402

#: Word for `--against` that builds the network of the FER+ paper.
VGG13 = 'vgg13'


def main(arguments: list[str] | None = None) -> int:
    """Measure; return the exit status."""
    options = _parser().parse_args(arguments)
    cv2.setNumThreads(1)
    host = machine.describe()
    try:
        result, text = options.run(options)
        if options.plot is not None:
            from fer_ros.viz.bench import save_figure
            print(f'wrote {save_figure(result, options.plot)}', file=sys.stderr)
    except (ModelError, OSError, ValueError, ImportError) as error:
        print(f'fer_benchmark: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    report = json.dumps({'machine': host, **result}, indent=2)
    if options.json == '-':
        print(report)
        return 0
    if options.json is not None:
        Path(options.json).write_text(report + '\n', encoding='utf-8')
    print(machine.line(host))
    print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='fer_benchmark', description='Measure how much time and memory fer_ros needs, and '
        'how steadily it follows faces. Prints tables; writes JSON and plots on request.')
    commands = parser.add_subparsers(required=True, metavar='WHAT')

    one = _command(
        commands, 'pipeline', _pipeline,
        'the time of each stage, of a whole frame, and of the two networks alone')
    _frame_arguments(one)
    one.add_argument(
        '--faces', type=int, default=1, help='number of faces in each frame (default: 1)')

    one = _command(
        commands, 'scaling', _scaling,
        'the time of a frame with 0 to 20 faces, and at sizes from 320x240 to 1920x1080')
    _frame_arguments(one)

    one = _command(
        commands, 'interval', _interval,
        'how much time is saved by not detecting in every frame')
    _frame_arguments(one)
    one.add_argument(
        '--interval', type=float, default=0.15, metavar='SECONDS',
        help='detection interval to measure (default: 0.15)')

    one = _command(commands, 'classifier', _classifier, 'the time of two classifiers side by side')
    _clock_arguments(one)
    one.add_argument(
        '--against', default=VGG13, metavar='FILE',
        help='ONNX file of the classifier to compare with; '
        f'{VGG13}: the network of the FER+ paper with random weights (default: {VGG13})')
    one.add_argument(
        '--model', type=Path, metavar='FILE',
        help='ONNX file of the classifier to measure (default: the one that comes with the '
        'package)')
    one.add_argument(
        '--repeats', type=int, default=100, help='runs of each classifier (default: 100)')

    one = _command(
        commands, 'detector', detectors.run,
        'the recall, precision and time of face detectors on labelled pictures')
    detectors.add_arguments(one)

    one = _command(
        commands, 'clips', tracking_clips.run,
        'how steady ids, labels and faces are on the video clips of a folder')
    tracking_clips.add_arguments(one)

    one = _command(
        commands, 'tracking', tracking.run,
        'how steady ids, labels and faces are in drawn scenes, where the truth is known')
    tracking.add_arguments(one)

    one = _command(
        commands, 'alternatives', _alternatives,
        'the time of other ways to run the networks, beside the way that is used')
    _frame_arguments(one)

    one = _command(
        commands, 'ros', _ros,
        'the rate, latency and load of the real node, fed by a camera process')
    _camera_arguments(one)
    _seconds_argument(one, 20)
    one.add_argument(
        '--faces', type=int, default=1, help='number of faces in each image (default: 1)')
    one.add_argument(
        '--interval', type=float, metavar='SECONDS',
        help="detection interval (default: the node's)")
    one.add_argument(
        '--without-bare', action='store_true',
        help='do not also measure a bare subscriber, which the node is compared with')

    one = _command(
        commands, 'startup', _startup,
        'the time from the start of the node to the first expression, step by step')
    _camera_arguments(one)
    one.add_argument(
        '--repeats', type=int, default=5, help='number of starts of the node (default: 5)')

    one = _command(commands, 'idle', _idle, 'what the node uses while no images arrive')
    _camera_arguments(one)
    _seconds_argument(one, 10)
    one.add_argument(
        '--threads', type=int, default=1,
        help='threads of ONNX Runtime in the node (default: 1)')
    return parser


def _command(commands, name: str, run, about: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=f'Measure {about}.')
    parser.set_defaults(run=run)
    parser.add_argument(
        '--json', metavar='FILE',
        help='also write JSON to this file; - prints JSON instead of the table')
    parser.add_argument(
        '--plot', type=Path, metavar='FILE', help='draw the result: .png, .svg or .pdf')
    return parser


def _frame_arguments(parser: argparse.ArgumentParser) -> None:
    _size_argument(parser)
    _clock_arguments(parser)
    parser.add_argument(
        '--frames', type=int, default=300, help='number of frames to measure (default: 300)')
    parser.add_argument(
        '--warmup', type=int, default=50,
        help='number of frames to process before measuring (default: 50)')


def _clock_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--threads', type=int, default=1, help='threads of ONNX Runtime (default: 1)')
    parser.add_argument(
        '--clock', choices=tuple(CLOCKS), default='wall',
        help='wall: the time that passes; cpu: only the processor time of this process, for '
        'machines that do other work (default: wall)')


def _camera_arguments(parser: argparse.ArgumentParser) -> None:
    _size_argument(parser)
    parser.add_argument(
        '--rate', type=float, default=30.0, help='images per second (default: 30)')
    parser.add_argument(
        '--transport', choices=('raw', 'compressed'), default='raw',
        help='how the camera publishes its images (default: raw)')
    parser.set_defaults(faces=1)


def _seconds_argument(parser: argparse.ArgumentParser, default: int) -> None:
    parser.add_argument(
        '--seconds', type=float, default=float(default),
        help=f'seconds that each part of the measurement lasts (default: {default})')


def _size_argument(parser: argparse.ArgumentParser) -> None:
    from fer_ros.demo.options import size
    parser.add_argument(
        '--size', type=size, default=(640, 480), metavar='WxH',
        help='size of the images (default: 640x480)')


def _setting(options: argparse.Namespace, faces: int = 1):
    from fer_ros.bench.pipeline import Setting
    for name in ('frames', 'threads'):
        _at_least(options, name, 1)
    return Setting(
        options.size, faces, options.threads, options.frames, max(0, options.warmup),
        options.clock)


def _pipeline(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.imagery import scene
    from fer_ros.bench.pipeline import measure
    result = measure(_setting(options, options.faces), scene(options.size, options.faces))
    return {'benchmark': 'pipeline', **result}, tables.pipeline_text(result)


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
            against, max(1, options.repeats), options.threads, options.clock, options.model)
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
    _at_least(options, 'seconds', 2)
    result = measure_ros(options)
    return {'benchmark': 'ros', **result}, tables.ros_text(result)


def _startup(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.startup import measure_startup
    _at_least(options, 'repeats', 1)
    result = measure_startup(options)
    return {'benchmark': 'startup', **result}, tables.startup_text(result)


def _idle(options: argparse.Namespace) -> tuple[dict, str]:
    from fer_ros.bench.idle import measure_idle
    _at_least(options, 'seconds', 1)
    _at_least(options, 'threads', 1)
    result = measure_idle(options)
    return {'benchmark': 'idle', **result}, tables.idle_text(result)


def _at_least(options: argparse.Namespace, name: str, least: int) -> None:
    value = getattr(options, name)
    if value < least:
        raise ValueError(f'--{name} is {value:g}; it must be {least} or more')


if __name__ == '__main__':
    sys.exit(main())
