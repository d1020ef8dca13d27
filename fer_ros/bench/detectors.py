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

"""The command that compares face detectors on pictures with labelled boxes."""

from __future__ import annotations

import argparse
import sys

from fer_ros.arguments import input_file, input_folder, parameter
from fer_ros.core.assets import DETECTOR_MODEL, model_path
from fer_ros.evaluate import card_tables, detectors
from fer_ros.evaluate.csv_table import DataError

#: Detectors that come with the package.
SHIPPED = (DETECTOR_MODEL, 'face_detector_blaze.onnx')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    parser.add_argument(
        '--boxes', type=input_folder, required=True, metavar='DIR',
        help='folder with pictures and boxes.csv, as for fer_evaluate --boxes')
    parser.add_argument(
        '--detector', type=input_file, nargs='+', metavar='FILE',
        help=f"detectors to compare (default: {' and '.join(SHIPPED)})")
    parser.add_argument(
        '--long-side', type=parameter('detector.long_side'), nargs='+', default=[],
        metavar='PIXELS',
        help="longer sides of the detector's input to compare (default: the node's)")
    parser.add_argument(
        '--threshold', type=parameter('detector.score_threshold'), nargs='+', default=[],
        metavar='SCORE', help="least scores of a detected face to compare (default: the node's)")
    parser.add_argument(
        '--threads', type=parameter('threads'), default=1,
        help='threads of ONNX Runtime (default: 1)')
    parser.add_argument(
        '--card', type=input_file, metavar='FILE', help='write the table into this model card')


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """
    Return the figures for JSON and as a table.

    :raises ValueError: the pictures, the card or an option cannot be used.
    """
    files = options.detector or [model_path(name) for name in SHIPPED]
    try:
        result, problems = detectors.compare(
            files, options.long_side, options.boxes, thresholds=options.threshold,
            threads=options.threads)
        for problem in problems:
            print(f'fer_benchmark: left out: {problem}', file=sys.stderr)
        if options.card is not None:
            card_tables.replace_tables(
                options.card, {'comparison': detectors.markdown(result)},
                'fer_benchmark detector')
    except DataError as error:
        raise ValueError(str(error)) from error
    return {'benchmark': 'detector', **result}, detectors.text(result)
