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

"""The command fer_window: the window of the rqt plugin by itself, with whatever Qt is there."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
import sys
import time

from fer_ros.arguments import number as number_within, output_file, Parser, statuses
from fer_ros.boundary import bounded, InputError, OK, OutputError, SIGNALLED
from fer_ros.core.text import shown
from fer_ros.interruptions import ENDING, handled
from fer_ros.staged_output import staged

#: Tried one after the other; the last one draws into memory.
_PLATFORMS = 'xcb;wayland;offscreen'

_EPILOG = statuses({
    '0': 'the window was closed, or its picture is written',
    '2': 'wrong arguments, no display, a package is missing, or ROS cannot start'})


@bounded('fer_window')
def main(arguments: list[str] | None = None) -> int:
    """Show the window until it is closed; return the exit status."""
    parser = _parser()
    options, of_ros = parser.parse_known_args(arguments)
    if of_ros and of_ros[0] != '--ros-args':
        parser.error(f'unrecognized arguments: {" ".join(of_ros)}')
    # Qt ends the process where it finds no display, unless it may draw into memory.
    os.environ.setdefault('QT_QPA_PLATFORM', 'offscreen' if options.shot else _PLATFORMS)
    # In memory there are no windows to be placed, which Qt says at each change of one.
    os.environ.setdefault('QT_LOGGING_RULES', 'qt.qpa.*=false'
                          + (';default.warning=false' if options.shot else ''))
    from fer_ros.rqt.qt import QtGui, QtWidgets
    application = QtWidgets.QApplication(['fer_window'])
    if QtGui.QGuiApplication.platformName() == 'offscreen' and not options.shot:
        raise InputError('there is no display; log in with ssh -X, set DISPLAY, or use '
                         'fer_monitor, which needs a terminal only')
    return _run(application, options, of_ros)


def _run(application, options, of_ros: list[str]) -> int:
    from fer_ros.monitor.listener import Listener, surroundings
    from fer_ros.monitor.model import Monitor
    from fer_ros.rqt.pictures import PictureFeed
    from fer_ros.rqt.widget import FerWidget
    import rclpy
    ended: list[int] = []
    failed: list[BaseException] = []

    def fail(_, error: BaseException, __) -> None:
        failed.append(error)
        application.quit()

    def end(number: int, _) -> None:
        ended.append(number)
        application.quit()
    # Python runs its handlers between two steps of its own: the window's timers give it those.
    with handled(ENDING, end):
        listener = Listener(of_ros)
        feed = PictureFeed(rclpy.get_default_context())
        window = FerWidget(Monitor(options.node), listener, feed, surroundings())
        if options.topic:
            window.choose_topic(options.topic)
        window.resize(*options.size)
        window.show()
        # Without a hook of ours, PyQt aborts the process where a slot raises.
        hook, sys.excepthook = sys.excepthook, fail
        try:
            if options.shot:
                _shoot(application, window, options, lambda: bool(ended or failed))
            elif not ended:
                # PySide2 has the name with an underscore only.
                (getattr(application, 'exec', None) or application.exec_)()
        finally:
            sys.excepthook = hook
            window.stop()
            feed.close()
            listener.close()
    if failed:
        raise failed[0]
    return SIGNALLED + ended[0] if ended else OK


def _shoot(application, window, options, ended) -> None:
    """Write a picture of the window."""
    end = time.monotonic() + options.after
    while time.monotonic() < end and not ended():
        application.processEvents()
        time.sleep(0.02)
    if ended():
        return
    with staged(options.shot) as path:
        if not window.grab().save(str(path)):
            raise OutputError(f'{shown(str(options.shot), 200)} cannot be written; see the disk '
                              'and its permissions, or name another place')
    print(f'written: {shown(str(options.shot), 200)}')


def _png_file(text: str) -> Path:
    if Path(text).suffix.lower() != '.png':
        raise argparse.ArgumentTypeError(f"'{shown(text)}' does not end in .png; name it so")
    return output_file(text)


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.partition('x')
    if not (cross and width.isdigit() and height.isdigit()
            and 200 <= int(width) <= 8000 and 200 <= int(height) <= 8000):
        raise argparse.ArgumentTypeError(
            f"'{shown(text)}' is no size; write it like 1100x720, 200 to 8000 each")
    return int(width), int(height)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog='fer_window', epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, description='Show a fer node: live '
        'picture, faces over the last minute, diagnostics with their remedies.\nThe same window '
        'is a plugin of rqt. What stands after --ros-args goes to ROS.')
    parser.add_argument('--node', default='', metavar='NAME',
                        help='full name of the node, like /robot/fer (default: the first one '
                        'that is found)')
    parser.add_argument('--topic', default='', metavar='TOPIC',
                        help="topic of the pictures (default: the node's annotated ones)")
    parser.add_argument('--size', type=_size, default=(1100, 720), metavar='WxH',
                        help='of the window, pixels (default: 1100x720)')
    parser.add_argument('--shot', type=_png_file, metavar='FILE.png',
                        help='write a picture of the window and end; needs no display')
    parser.add_argument('--after', type=number_within(0.1, 3600), default=10.0, metavar='SECONDS',
                        help='when --shot is taken (default: 10)')
    return parser


if __name__ == '__main__':
    sys.exit(main())
