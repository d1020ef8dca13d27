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

"""Arguments of the command fer_study."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
import re

from fer_ros.arguments import input_file, output_folder, Parser, statuses, whole
from fer_ros.core.text import shown
from fer_ros.study.inputs import is_url

_EPILOG = 'To compare the tables with annotations: fer_study agree --help\n\n' + statuses({
    '0': 'every recording is in the tables',
    '2': 'wrong arguments or parameters, an --output of something else, no scheduler there, or\n'
         '       a worker of another version',
    '3': 'an input or a recording could not be used, or only in part; the others are done'})


def parse(args: list[str]) -> argparse.Namespace:
    """
    Return the arguments of the command line.

    :raises SystemExit: with status 2, where they do not fit together; 0 after the help.
    """
    parser = Parser(
        prog='fer_study', epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Make one set of tables of many recordings and videos: a row for each face '
        'of each frame,\nfor each frame, each person and each recording. What is done already is '
        'not done again.')
    parser.add_argument('inputs', nargs='+', metavar='INPUT',
                        help='recording as for fer_replay, video, folder of these, pattern such '
                        "as 'day1/**/*.mp4', or URL, such as s3://bucket/day1")
    parser.add_argument('--output', required=True, type=_folder, metavar='DIR',
                        help='folder of the tables: new, empty, or of an earlier run')
    parser.add_argument('--csv', action='store_true', help='write the tables as CSV, too')
    parser.add_argument('--jobs', type=whole(1, 1024), metavar='N',
                        help='processes on this machine (default: one for each core)')
    parser.add_argument('--scheduler', type=_address, metavar='ADDRESS',
                        help='use the workers of this Dask scheduler, such as tcp://host:8786')
    parser.add_argument('--force', action='store_true', help='do again what is done already')
    parser.add_argument('--topic', help='image topic of the recordings (default: the only one)')
    parser.add_argument('--params-file', type=input_file, metavar='YAML',
                        help='ROS parameter file of the node')
    parser.add_argument('-p', '--param', action='append', default=[], metavar='NAME:=VALUE',
                        help="set a parameter of the node; 'landmarks:=on' adds the columns of "
                        'heads')
    parser.add_argument('--allow-damage', action='store_true', help='exit with status 0 '
                        'instead of 3 where recordings are damaged but could be used')
    parser.add_argument('--quiet', action='store_true', help='tell nothing but failures')
    options = parser.parse_args(args)
    if options.jobs and options.scheduler:
        parser.error('--jobs is of this machine, and --scheduler of others: give one of them')
    return options


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else (
        os.cpu_count() or 1)


def _folder(text: str) -> Path:
    if is_url(text):
        raise argparse.ArgumentTypeError(
            f"'{shown(text, 200)}' is a URL; name a folder that this machine sees")
    return output_folder(text)


def _address(text: str) -> str:
    if not re.fullmatch(r'(tcp|tls|ws|wss|ucx)://\S+:\d{1,5}', text):
        raise argparse.ArgumentTypeError(
            f"'{shown(text, 200)}' is no address of a scheduler; write tcp://host:8786")
    return text
