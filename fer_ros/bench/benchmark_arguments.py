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

"""The arguments of fer_benchmark and of each benchmark."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TypeAlias

from fer_ros.arguments import (
    input_file, number, or_standard_output, output_file, parameter, Parser, plot_file, statuses,
    whole)
from fer_ros.bench import dds, detectors, speech, study, tracking, tracking_clips
from fer_ros.bench.imagery import MOST
from fer_ros.bench.shared_arguments import (
    camera_arguments, clock_arguments, frame_arguments, LONGEST, MANY, rate_argument,
    size_argument)

#: Measures with the options given, and returns the result as JSON and as text.
Run: TypeAlias = Callable[[argparse.Namespace], tuple[dict, str]]

#: Word for `--against` that builds the network of the FER+ paper.
VGG13 = 'vgg13'

#: What is said, also before they start, of benchmarks that take long.
_LONG = {
    'scaling': 'It takes a minute or more; fewer --frames take less.',
    'alternatives': 'It runs both networks in a dozen ways, which takes minutes; fewer --frames '
                    'take less.',
    'detector': 'It takes seconds for each hundred pictures, size and detector.',
    'clips': 'It takes about as long as the clips.',
    'speech': 'It takes about as long as the clips.',
    'study': 'It takes minutes; fewer --frames and --repeats take less.',
    'tracking': 'It takes minutes; fewer --rates take less.',
    'ros': 'It takes about twice --seconds.',
    'idle': 'It takes about twice --seconds.',
    'startup': 'It takes some seconds for each of --repeats.',
    'dds': 'It takes minutes: some three dozen parts of --seconds each.',
    'soak': 'It takes as long as --hours or --minutes says.'}
#: Packages that not every environment has, of the benchmarks that say first how long they take.
_NEEDS = {'ros': ('psutil', 'rclpy'), 'startup': ('rclpy',), 'idle': ('psutil', 'rclpy'),
          'soak': ('psutil', 'rclpy'), 'study': ('distributed', 'pyarrow', 'rosbags')}
#: Hours: five weeks.
LONGEST_SOAK = 840


def parser_of(runs: Mapping[str, Run]) -> argparse.ArgumentParser:
    """
    Return the parser of the command.

    :param runs: what runs each benchmark that has no module of its own, by name.
    """
    parser = Parser(
        prog='fer_benchmark', formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Measure how much time and memory fer_ros needs, and how steadily it follows\n'
        'faces. Prints tables; writes JSON and plots on request.', epilog=statuses({
            '0': 'measured',
            '2': 'not measured: wrong arguments or data, or the node did not come up'}))
    commands = parser.add_subparsers(required=True, metavar='WHAT')

    one = _command(
        commands, 'pipeline', runs['pipeline'],
        'the time of each stage, of a whole frame, and of the two networks alone')
    frame_arguments(one)
    one.add_argument(
        '--faces', type=whole(0, MOST), default=1,
        help='number of faces in each frame (default: 1)')

    one = _command(
        commands, 'drawing', runs['drawing'],
        'the time of drawing the annotated picture, layer by layer, beside that of a frame')
    frame_arguments(one)
    one.add_argument(
        '--faces', type=whole(0, MOST), default=3,
        help='number of faces in each frame (default: 3)')

    one = _command(
        commands, 'landmarks', runs['landmarks'],
        'the time of points on faces and poses of heads, wanted and not, beside the classifier')
    frame_arguments(one)
    one.add_argument(
        '--faces', type=whole(1, MOST), default=1,
        help='number of faces in each frame (default: 1)')

    one = _command(
        commands, 'scaling', runs['scaling'],
        'the time of a frame with 0 to 20 faces, and at sizes from 320x240 to 1920x1080')
    frame_arguments(one)

    one = _command(
        commands, 'interval', runs['interval'],
        'how much time is saved by not detecting in every frame')
    frame_arguments(one)
    one.add_argument(
        '--interval', type=parameter('detection_interval'), default=0.15, metavar='SECONDS',
        help='detection interval to measure (default: 0.15)')

    one = _command(
        commands, 'classifier', runs['classifier'], 'the time of two classifiers side by side')
    clock_arguments(one)
    one.add_argument(
        '--against', type=_against, default=VGG13, metavar='FILE',
        help='ONNX file of the classifier to compare with; '
        f'{VGG13}: the network of the FER+ paper with random weights (default: {VGG13})')
    one.add_argument(
        '--model', type=input_file, metavar='FILE',
        help='ONNX file of the classifier to measure (default: the one that comes with the '
        'package)')
    one.add_argument(
        '--repeats', type=whole(1, MANY), default=100,
        help='runs of each classifier (default: 100)')

    one = _command(
        commands, 'detector', detectors.run,
        'the recall, precision and time of face detectors on labelled pictures')
    detectors.add_arguments(one)

    one = _command(
        commands, 'clips', tracking_clips.run,
        'how steady ids, labels and faces are on the video clips of a folder')
    tracking_clips.add_arguments(one)

    one = _command(
        commands, 'speech', speech.run,
        'who speaks in the video clips of a folder, and what that makes of their labels')
    speech.add_arguments(one)

    one = _command(
        commands, 'study', study.run,
        'the speed of fer_study with one worker and with two, beside fer_replay; its memory')
    study.add_arguments(one)

    one = _command(
        commands, 'tracking', tracking.run,
        'how steady ids, labels and faces are in drawn scenes, where the truth is known')
    tracking.add_arguments(one)

    one = _command(
        commands, 'alternatives', runs['alternatives'],
        'the time of other ways to run the networks, beside the way that is used')
    frame_arguments(one)

    one = _command(
        commands, 'ros', runs['ros'],
        'the rate, latency and load of the real node, fed by a camera process')
    camera_arguments(one)
    one.add_argument(
        '--seconds', type=number(2, LONGEST), default=20.0,
        help='seconds that each part of the measurement lasts (default: 20)')
    one.add_argument(
        '--faces', type=whole(0, MOST), default=1,
        help='number of faces in each image (default: 1)')
    one.add_argument(
        '--interval', type=parameter('detection_interval'), metavar='SECONDS',
        help="detection interval (default: the node's)")
    one.add_argument(
        '--without-bare', action='store_true',
        help='do not also measure a bare subscriber, which the node is compared with')

    one = _command(
        commands, 'dds', dds.run,
        'how many images arrive with Fast DDS profiles on both sides, on one, on none')
    dds.add_arguments(one)

    one = _command(
        commands, 'startup', runs['startup'],
        'the time from the start of the node to the first expression, step by step')
    camera_arguments(one)
    one.add_argument(
        '--repeats', type=whole(1, MANY), default=5,
        help='number of starts of the node (default: 5)')

    one = _command(commands, 'idle', runs['idle'], 'what the node uses while no images arrive')
    camera_arguments(one)
    one.add_argument(
        '--seconds', type=number(1, LONGEST), default=10.0,
        help='seconds that each part of the measurement lasts (default: 10)')
    one.add_argument(
        '--threads', type=parameter('threads'), default=1,
        help='threads of ONNX Runtime in the node (default: 1)')

    one = _command(
        commands, 'soak', runs['soak'],
        'whether memory, threads and descriptors of the node stay level for hours, while people '
        'come and go, images are bad and parameters and states change')
    size_argument(one)
    rate_argument(one)
    one.set_defaults(transport='raw')
    length = one.add_mutually_exclusive_group()
    # Both in seconds from here on.
    length.add_argument(
        '--hours', type=_times(3600, number(0.01, LONGEST_SOAK)), dest='seconds', metavar='H',
        help='length of the run (default: 1)')
    length.add_argument(
        '--minutes', type=_times(60, number(0.2, 60 * LONGEST_SOAK)), dest='seconds',
        metavar='M', help='likewise')
    one.set_defaults(seconds=3600.0)
    one.add_argument(
        '--sample', type=number(1, 3600), default=5.0, metavar='SECONDS',
        help='time between two samples; more where the run is so long that there would be more '
        'than 500 (default: 5)')
    one.add_argument(
        '--ros4hri', choices=('auto', 'off'), default='auto',
        help='off: without topics per face, each of which the middleware remembers for good')
    return parser


def _times(factor: float, kind: Callable[[str], float]) -> Callable[[str], float]:
    return lambda text: factor * kind(text)


def _against(text: str) -> str:
    return text if text == VGG13 else str(input_file(text))


def _command(commands, name: str, run, about: str) -> argparse.ArgumentParser:
    long = _LONG.get(name, '')
    parser = commands.add_parser(
        name, help=about, description=f'Measure {about}. {long}'.rstrip())
    parser.set_defaults(run=run, long=long, needs=_NEEDS.get(name, ()))
    parser.add_argument(
        '--json', type=or_standard_output(output_file), metavar='FILE',
        help='also write JSON to this file; - prints JSON instead of the table')
    parser.add_argument(
        '--plot', type=plot_file, metavar='FILE', help='draw the result: .png, .svg or .pdf')
    return parser
