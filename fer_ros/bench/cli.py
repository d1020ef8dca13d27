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

"""fer_benchmark: what knowing costs, beside the least it can cost; JSON and tables."""

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
from fer_ros.arguments import (  # noqa: E402
    input_file, number, or_standard_output, output_file, parameter, plot_file, whole)
from fer_ros.bench import detectors, machine, tables, tracking, tracking_clips  # noqa: E402
from fer_ros.bench.imagery import MOST  # noqa: E402
from fer_ros.bench.timing import CLOCKS  # noqa: E402
from fer_ros.core.metadata_values import ModelError  # noqa: E402
from fer_ros.core.packages import tells_missing_packages  # noqa: E402

#: Word for `--against` that builds the network of the FER+ paper.
VGG13 = 'vgg13'

#: Most frames or runs, and seconds, of one measurement; images a second.
MANY, LONGEST, RATES = 1_000_000, 86_400, (1, 1000)


@tells_missing_packages('fer_benchmark')
def main(arguments: list[str] | None = None) -> int:
    """Measure; return the exit status."""
    options = _parser().parse_args(arguments)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='fer_benchmark', description=__doc__.split(': ', 1)[1])
    commands = parser.add_subparsers(required=True, metavar='WHAT')

    one = _command(commands, 'pipeline', _pipeline, 'stages, whole frame and floor')
    _frame_arguments(one)
    one.add_argument('--faces', type=whole(0, MOST), default=1, help='in each frame (default: 1)')

    one = _command(commands, 'scaling', _scaling, '0 to 20 faces, 320x240 to 1920x1080')
    _frame_arguments(one)

    one = _command(commands, 'interval', _interval, 'what not detecting on every frame saves')
    _frame_arguments(one)
    one.add_argument(
        '--interval', type=parameter('detection_interval'), default=0.15, metavar='SECONDS',
        help='detection interval to measure (default: 0.15)')

    one = _command(commands, 'classifier', _classifier, 'two classifiers in one run')
    _clock_arguments(one)
    one.add_argument(
        '--against', type=_against, default=VGG13, metavar='FILE',
        help=f'ONNX file, or {VGG13}: that of the FER+ paper, random weights (default)')
    one.add_argument(
        '--model', type=input_file, metavar='FILE',
        help='the classifier to compare (default: the one that comes with the package)')
    one.add_argument(
        '--repeats', type=whole(1, MANY), default=100, help='runs of each (default: 100)')

    one = _command(
        commands, 'detector', detectors.run,
        'face detectors on labelled pictures: recall and precision by size, tilt, kind; time')
    detectors.add_arguments(one)

    one = _command(
        commands, 'clips', tracking_clips.run, 'ids, calm and presence on real clips')
    tracking_clips.add_arguments(one)

    one = _command(
        commands, 'tracking', tracking.run, 'ids, calm and presence in scenes of known truth')
    tracking.add_arguments(one)

    one = _command(
        commands, 'alternatives', _alternatives, 'other ways to run the networks, one by one')
    _frame_arguments(one)

    one = _command(commands, 'ros', _ros, 'the real node behind a camera process')
    _camera_arguments(one)
    one.add_argument(
        '--seconds', type=number(2, LONGEST), default=20.0, help='of each part (default: 20)')
    one.add_argument('--faces', type=whole(0, MOST), default=1, help='in each image (default: 1)')
    one.add_argument(
        '--interval', type=parameter('detection_interval'), metavar='SECONDS',
        help="detection interval (default: the node's)")
    one.add_argument(
        '--without-bare', action='store_true', help='measure the node alone')

    one = _command(commands, 'startup', _startup, 'the time to the first expression, in steps')
    _camera_arguments(one)
    one.add_argument(
        '--repeats', type=whole(1, MANY), default=5, help='starts of the node (default: 5)')

    one = _command(commands, 'idle', _idle, 'what the node uses while no images arrive')
    _camera_arguments(one)
    one.add_argument(
        '--seconds', type=number(1, LONGEST), default=10.0, help='of each part (default: 10)')
    one.add_argument(
        '--threads', type=parameter('threads'), default=1,
        help='of ONNX Runtime in the node (default: 1)')
    return parser


def _against(text: str) -> str:
    return text if text == VGG13 else str(input_file(text))


def _command(commands, name: str, run, about: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=f'Measure {about}.')
    parser.set_defaults(run=run)
    parser.add_argument(
        '--json', type=or_standard_output(output_file), metavar='FILE',
        help='write JSON; - prints it instead of the table')
    parser.add_argument('--plot', type=plot_file, metavar='FILE', help='draw the result')
    return parser


def _frame_arguments(parser: argparse.ArgumentParser) -> None:
    _size_argument(parser)
    _clock_arguments(parser)
    parser.add_argument(
        '--frames', type=whole(1, MANY), default=300, help='that count (default: 300)')
    parser.add_argument(
        '--warmup', type=whole(0, MANY), default=50, help='frames before (default: 50)')


def _clock_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--threads', type=parameter('threads'), default=1, help='of ONNX Runtime (default: 1)')
    parser.add_argument(
        '--clock', choices=tuple(CLOCKS), default='wall',
        help='cpu leaves out what other processes took, for busy machines (default: wall)')


def _camera_arguments(parser: argparse.ArgumentParser) -> None:
    _size_argument(parser)
    parser.add_argument(
        '--rate', type=number(*RATES), default=30.0, help='images a second (default: 30)')
    parser.add_argument(
        '--transport', choices=('raw', 'compressed'), default='raw', help='(default: raw)')
    parser.set_defaults(faces=1)


def _size_argument(parser: argparse.ArgumentParser) -> None:
    from fer_ros.demo.options import size
    parser.add_argument(
        '--size', type=size, default=(640, 480), metavar='WxH',
        help='of the images (default: 640x480)')


def _setting(options: argparse.Namespace, faces: int = 1):
    from fer_ros.bench.pipeline import Setting
    return Setting(
        options.size, faces, options.threads, options.frames, options.warmup, options.clock)


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


if __name__ == '__main__':
    sys.exit(main())
