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

"""Arguments of the command fer_evaluate."""

from __future__ import annotations

import argparse
from pathlib import Path

from fer_ros.arguments import (
    input_file, made_file, or_standard_output, output_folder, parameter, Parser, statuses)
from fer_ros.demo.sources import PICTURES
from fer_ros.output_check import check_outputs, files_in
from fer_ros.viz.plots import figure_paths, is_picture


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """
    Return the arguments of the command line.

    :raises SystemExit: with status 2, where they do not fit together; 0 after the help.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    _require_one_kind(parser, options)
    return options


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog='fer_evaluate', formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Measure how good the expression model is, on FER+ face crops or on\n'
        'labelled photographs, or how good the face detector or the pose of heads is.',
        epilog=statuses({
            '0': 'everything was evaluated',
            '2': 'nothing was evaluated: wrong arguments, data or model',
            '3': 'some pictures or rows were left out; they are named on standard error'}))
    faces = parser.add_argument_group('FER+ face crops, majority protocol, no detection')
    faces.add_argument(
        '--data', type=Path, metavar='DIR', help='folder with SPLIT.png and SPLIT.csv')
    faces.add_argument('--split', default='valid', help='name of the split (default: valid)')
    faces.add_argument(
        '--robustness', action='store_true',
        help='also measure on faces made blurred, small, dark and so on')
    photos = parser.add_argument_group('photographs through the whole pipeline')
    photos.add_argument('--images', type=Path, metavar='DIR', help='folder with the pictures')
    photos.add_argument(
        '--labels', type=Path, metavar='CSV',
        help='table with the columns image_filename and emotion (words of ROS4HRI or FER+)')
    photos.add_argument(
        '--detector', type=input_file, metavar='FILE',
        help='face detector (default: the shipped one)')
    found = parser.add_argument_group('the face detector alone')
    found.add_argument(
        '--boxes', type=Path, metavar='DIR',
        help='folder with pictures and boxes.csv, whose columns are image_filename, xmin, ymin, '
             'xmax, ymax and kind')
    heads = parser.add_argument_group('poses of heads, told by the shipped models')
    heads.add_argument(
        '--head-pose', type=Path, metavar='DIR',
        help='folder with photographs, whose faces are turned by known angles; with --labels '
             'also the accuracy by yaw')
    parser.add_argument(
        '--model', type=input_file, metavar='FILE',
        help='expression model (default: the shipped one)')
    parser.add_argument(
        '--card', type=input_file, metavar='FILE',
        help='write the tables into this model card; the table of photographs has the name of '
             'their folder')
    parser.add_argument(
        '--json', type=or_standard_output(made_file), metavar='FILE',
        help='also write the result as JSON; - prints JSON instead of the tables')
    parser.add_argument(
        '--plot', type=_plots, nargs='?', const=Path('evaluation_plots'), metavar='DIR|FILE',
        help='draw confusion, calibration and risk-coverage into this folder or file (default: '
             'evaluation_plots)')
    parser.add_argument(
        '--threads', type=parameter('threads'), default=1,
        help='threads of ONNX Runtime (default: 1)')
    return parser


def _plots(text: str) -> Path:
    """Return where plots go: a folder, or the file of the first one."""
    return made_file(text) if is_picture(Path(text)) else output_folder(text)


def _require_one_kind(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if sum(each is not None for each in (
            options.data, options.images, options.boxes, options.head_pose)) != 1:
        parser.error('give either --data DIR, or --images DIR --labels CSV, or --boxes DIR, or '
                     '--head-pose DIR')
    for name in ('boxes', 'head_pose'):
        if getattr(options, name) is not None and (options.robustness or options.plot):
            parser.error('--robustness and --plot are for expressions: leave them out with '
                         f"--{name.replace('_', '-')}")
    if options.head_pose is not None and (options.model or options.detector):
        parser.error('--head-pose measures the shipped models: leave out --model and --detector')
    if options.images is not None and options.robustness:
        parser.error('--robustness needs face crops: use it with --data DIR')
    if options.head_pose is None and (options.images is None) != (options.labels is None):
        parser.error('--images and --labels belong together')


def refuse_overwriting(options: argparse.Namespace) -> None:
    """
    Refuse to write over what is evaluated.

    :raises InputError: names the output and the input.
    """
    split = () if options.data is None else (
        options.data / f'{options.split}.csv', options.data / f'{options.split}.png')
    plots = () if options.plot is None else figure_paths(options.plot).values()
    check_outputs(
        [('--json', options.json), *(('--plot', path) for path in plots),
         ('--card', options.card)],
        [*(('--data', path) for path in split), ('--labels', options.labels),
         ('--model', options.model), ('--detector', options.detector),
         *(('--images', path) for path in files_in(options.images, PICTURES)),
         *(('--head-pose', path) for path in files_in(options.head_pose, PICTURES)),
         *(('--boxes', path) for path in files_in(options.boxes, (*PICTURES, '.csv')))])
