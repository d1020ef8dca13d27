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

"""Arguments of the command fer_replay."""

from __future__ import annotations

import argparse
from pathlib import Path
import shlex
import sys

from fer_ros.arguments import (
    input_file, made_file, number, or_standard_output, output_file, output_folder, Parser,
    plot_file, statuses)
from fer_ros.core.text import shown
from fer_ros.staged_output import is_special

#: Endings of the names of videos.
VIDEOS = ('.mp4', '.avi')

_EPILOG = statuses({
    '0': 'everything was read, every expectation holds',
    '1': 'an expectation fails, or the agreement of --compare is below --min-agreement',
    '2': 'wrong arguments, parameters, expectation file, .jsonl file or model',
    '3': 'the recording is damaged (or its stamps jump); the good part was processed',
    '4': 'the recording is unusable: none, empty, a damaged .db3, no image topic, several\n'
         '       without --topic, no readable image'})


def parse(args=None) -> argparse.Namespace:
    """
    Return the arguments of the command line.

    :raises SystemExit: with status 2, where they do not fit together; 0 after the help.
    """
    parser = Parser(
        prog='fer_replay', epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Run the pipeline of the node over a rosbag2 recording, frame by frame, '
        'without ROS.\nPrints one JSON line per frame.')
    parser.add_argument('recording', nargs='?', help='rosbag2 directory, .mcap or .db3 file; or '
                        'the .jsonl of an earlier replay, to judge or plot it again')
    parser.add_argument('--topic', help='image topic (default: the only '
                        'one in the recording)')
    parser.add_argument('--jsonl', type=or_standard_output(output_file), metavar='FILE',
                        help='file for the JSON lines (default: '
                        'standard output, or nowhere with --expect)')
    parser.add_argument('--no-latency', action='store_true', help='leave the latencies out, so '
                        'that two runs give the same bytes')
    parser.add_argument('--output-bag', type=output_folder, metavar='DIR',
                        help='write a new MCAP recording: the '
                        'messages of this one with /fer/expression and the ROS4HRI topics')
    parser.add_argument('--results-only', action='store_true', help='do not copy the messages '
                        'of the recording into --output-bag')
    parser.add_argument('--video', type=_video_file, metavar='FILE',
                        help='write the annotated video, .mp4 or .avi')
    parser.add_argument('--plot', type=plot_file, metavar='FILE',
                        help="draw every face's expressions over time "
                        'as a picture, .png, .svg or .pdf')
    parser.add_argument('--report', type=_report_page, metavar='DIR',
                        help='write a page about the recording, DIR/report.html')
    parser.add_argument('--report-thumbnails', action='store_true', help='put small pictures of '
                        'the faces into it, where their label changed')
    parser.add_argument('--expect', type=input_file, metavar='YAML',
                        help='check the expectations of this file')
    parser.add_argument('--junit', type=output_file, metavar='FILE',
                        help='write the results as JUnit XML')
    parser.add_argument('--params-file', type=input_file, metavar='YAML',
                        help='ROS parameter file of the node')
    parser.add_argument('-p', '--param', action='append', default=[], metavar='NAME:=VALUE',
                        help="set a parameter of the node, like 'smoothing.time_constant:=0.5'")
    parser.add_argument('--allow-damage', action='store_true', help='exit with status 0 '
                        'instead of 3 where the recording is damaged')
    parser.add_argument('--quiet', action='store_true', help='no progress bar, no summary')
    parser.add_argument('--compare', nargs=2, type=input_file, metavar=('A.jsonl', 'B.jsonl'),
                        help='print what changed between two replays')
    parser.add_argument('--min-agreement', type=number(0, 1), metavar='SHARE',
                        help='with --compare: '
                        'exit with 1 if less than this share (0 to 1) of the faces is found by '
                        'both with the same label')
    options = parser.parse_args(args)
    options.command = shlex.join(
        [parser.prog, *map(str, sys.argv[1:] if args is None else args)])
    if bool(options.recording) == bool(options.compare):
        parser.error('name a recording, or two .jsonl files with --compare')
    if options.min_agreement is not None and not options.compare:
        parser.error('--min-agreement goes with --compare')
    if options.results_only and not options.output_bag:
        parser.error('--results-only goes with --output-bag')
    if options.report_thumbnails and not options.report:
        parser.error('--report-thumbnails goes with --report')
    return options


def _report_page(text: str) -> Path:
    return made_file(str(Path(text) / 'report.html'))


def _video_file(text: str) -> str:
    if Path(text).suffix.lower() not in VIDEOS:
        raise argparse.ArgumentTypeError(
            f"'{shown(text, 200)}' does not end in {' or '.join(VIDEOS)}; use one of these")
    if is_special(text):
        raise argparse.ArgumentTypeError(
            f"'{shown(text, 200)}' is no regular file, as a video has to be; name another")
    return str(output_file(text))
