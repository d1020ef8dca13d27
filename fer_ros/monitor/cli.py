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

"""The command fer_monitor: what the nodes say, live in a terminal, or as lines for scripts."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
import signal
import sys
import time

from fer_ros.arguments import number as number_within, output_file, Parser, statuses
from fer_ros.boundary import bounded, FAILED, OK
from fer_ros.core.text import shown
from fer_ros.interruptions import ENDING, handled
from fer_ros.monitor.lines import state, state_lines
from fer_ros.monitor.model import Monitor
from fer_ros.monitor.sentences import waiting
from fer_ros.monitor.terminal import can_draw, has_unicode, Lines, Screen

#: Seconds between two looks at what was heard, where lines are written.
PERIOD = 0.1

#: Seconds after which --once takes an active node that answers nothing for one without images.
QUIET = 3.0

_EPILOG = """\
keys: n, p next and previous node; e enable or disable it; v valence or confidence; a attention;
? help; q quit

""" + statuses({
    '0': 'ended with q, or --once found a node', '1': '--once found none',
    '2': 'wrong arguments, a package is missing, or ROS cannot start'})


@bounded('fer_monitor')
def main(arguments: list[str] | None = None) -> int:
    """Run the monitor; return its exit status."""
    ours, of_ros = _split(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(ours)
    once = options.once or options.picture is not None
    drawn = can_draw(sys.stdout, os.environ) and not (once or options.json)
    from fer_ros.monitor.listener import Listener, surroundings
    if drawn:
        # Now, and not after the middleware has started.
        import fer_ros.monitor.watch  # noqa: F401
    if options.picture:
        import fer_ros.monitor.picture_file  # noqa: F401
    listener = Listener(of_ros, options.topic or '')
    listener.attention = options.attention
    monitor = Monitor(options.node or '', options.topic or '')
    try:
        if drawn:
            from fer_ros.monitor.watch import watch
            return watch(monitor, listener, surroundings(),
                         has_unicode(sys.stdout, os.environ) and not options.ascii,
                         Screen(sys.stdout), 1.0 / options.rate)
        lines = Lines(sys.stdout, options.json)
        if once:
            return _once(monitor, listener, surroundings(), lines, options)
        return _follow(monitor, listener, surroundings(), lines)
    finally:
        # A second one must not cut this short.
        with handled(ENDING, signal.SIG_IGN):
            listener.close()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog='fer_monitor', epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Show what fer nodes say: faces, rates, latency and diagnostics, live in a '
        'terminal.\nWhere standard output is none, or TERM is dumb, each change is a line.')
    parser.add_argument('--node', type=_name, metavar='NAME',
                        help='full name of the node, like /robot/fer (default: the first one '
                        'that is found)')
    parser.add_argument('--topic', type=_name, metavar='TOPIC',
                        help='where the node says what it sees, where that was remapped '
                        '(default: <node>/expression)')
    parser.add_argument('--attention', action='store_true',
                        help='show whom people attend to, too; costs the node time')
    parser.add_argument('--once', action='store_true',
                        help='print the state of the node and end')
    parser.add_argument('--timeout', type=number_within(0.1, 3600), default=10.0,
                        metavar='SECONDS', help='how long --once waits for a node (default: 10)')
    parser.add_argument('--picture', type=_svg_file, metavar='FILE.svg',
                        help='as --once, and write what a terminal shows as an SVG file')
    parser.add_argument('--after', type=number_within(0, 3600), default=0.0, metavar='SECONDS',
                        help='how long --once and --picture listen at least')
    parser.add_argument('--json', action='store_true',
                        help='write lines as JSON, also on a terminal')
    parser.add_argument('--rate', type=number_within(1, 20), default=5.0, metavar='HZ',
                        help='pictures per second, 1 to 20 (default: 5)')
    parser.add_argument('--ascii', action='store_true', help='use ASCII characters only')
    return parser


def _name(text: str) -> str:
    if not text.startswith('/') or text.endswith('/') or not text.isprintable():
        raise argparse.ArgumentTypeError(
            f"'{shown(text)}' is no full name; write it like /robot/fer")
    return text


def _svg_file(text: str) -> Path:
    if Path(text).suffix.lower() != '.svg':
        raise argparse.ArgumentTypeError(f"'{shown(text)}' does not end in .svg; name it so")
    return output_file(text)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return our arguments and those of ROS, which stand from --ros-args to --."""
    if '--ros-args' not in arguments:
        return arguments, []
    start = arguments.index('--ros-args')
    end = arguments.index('--', start) if '--' in arguments[start:] else len(arguments)
    return arguments[:start] + arguments[end + 1:], arguments[start:end]


def _hear(monitor: Monitor, listener) -> float:
    """Bring the model up to date and return the time."""
    listener.tell(monitor)
    at = time.monotonic()
    monitor.tick(at)
    listener.listen(monitor.topic)
    return at


def _follow(monitor: Monitor, listener, where, lines: Lines) -> int:
    """Write changes as lines, and what is waited for, until interrupted."""
    said, due = '', time.monotonic() + QUIET
    while True:
        at = _hear(monitor, listener)
        for event in monitor.take_events():
            lines.show(event)
        wait = waiting(monitor, at, where)
        # The seconds in it are no news.
        essence = ''.join(each for each in wait if not each.isdigit())
        if essence != said and at >= due:
            said = essence
            if wait:
                lines.show(monitor.wait(at, wait))
        elif not wait:
            said, due = '', at + QUIET
        time.sleep(PERIOD)


def _once(monitor: Monitor, listener, where, lines: Lines, options) -> int:
    """Print the state once a node has said all that it will; return whether one has."""
    started = time.monotonic()
    while True:
        at = _hear(monitor, listener)
        node = monitor.node
        silent = node is not None and node.alive and (
            node.state not in ('', 'active') or at - started > QUIET)
        complete = node is not None and node.reported is not None and (
            monitor.arrivals.rate(at) > 0 or silent) and at - started >= options.after
        if complete or at - started > max(options.timeout, options.after):
            break
        time.sleep(PERIOD)
    if options.picture:
        from fer_ros.monitor.picture_file import HEIGHT, save, WIDTH
        from fer_ros.monitor.view import picture, Settings
        save(options.picture, picture(monitor, at, WIDTH, HEIGHT, Settings(
            attention=options.attention, where=where)),
             'fer_monitor')
    values = state(monitor, at, time.time(), where)
    if options.json:
        lines.write(json.dumps(values))
    else:
        for text in state_lines(values):
            lines.write(text)
    return OK if values['alive'] else FAILED


if __name__ == '__main__':
    sys.exit(main())
