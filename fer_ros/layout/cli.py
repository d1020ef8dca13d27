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

"""The command fer_layout: a layout of Foxglove, rviz or rqt for a node in a namespace."""

from __future__ import annotations

import argparse
import sys

from fer_ros.arguments import output_file, Parser, statuses
from fer_ros.boundary import bounded, OK, tell
from fer_ros.layout.layouts import FRAME, IMAGE, LayoutError, LAYOUTS, NAME
from fer_ros.staged_output import write_whole


@bounded('fer_layout', LayoutError)
def main(arguments: list[str] | None = None) -> int:
    """Print or write a layout; return the exit status."""
    options = _parser().parse_args(arguments)
    make, _ = LAYOUTS[options.program]
    text = make(options.namespace, options.image, options.frame, options.name)
    if options.output is None:
        print(text, end='')
    else:
        write_whole(options.output, text.encode())
        tell('fer_layout', f'wrote {options.output}')
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog='fer_layout', epilog=statuses({
            '0': 'the layout is written', '2': 'wrong arguments'}),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Print a layout that shows what the node says: of Foxglove, to be imported, '
        'of rviz,\nfor rviz2 -d, or of rqt, for rqt --perspective-file.')
    parser.add_argument(
        'program', nargs='?', choices=tuple(LAYOUTS), default='foxglove',
        help='whose layout (default: foxglove)')
    parser.add_argument(
        '--namespace', default='', help='namespace of the node, such as robot1 (default: none)')
    parser.add_argument(
        '--name', default=NAME, help=f'name of the node (default: {NAME})')
    parser.add_argument(
        '--image', default=IMAGE, metavar='TOPIC',
        help=f'topic of the raw or compressed images, for Foxglove (default: {IMAGE})')
    parser.add_argument(
        '--frame', default=FRAME, metavar='FRAME_ID',
        help=f"the camera's optical frame, for rviz (default: {FRAME})")
    parser.add_argument(
        '--output', type=output_file, metavar='FILE', help='write a file instead of printing')
    return parser


if __name__ == '__main__':
    sys.exit(main())
