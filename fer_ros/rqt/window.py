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
import signal
import sys
import time

from fer_ros.arguments import number
from fer_ros.core.packages import MISSING, tells_missing_packages
from fer_ros.core.text import shown

#: Exit statuses, as those of the other commands.
OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

#: Tried one after the other; the last one draws into memory.
_PLATFORMS = 'xcb;wayland;offscreen'


@tells_missing_packages('fer_window')
def main(arguments: list[str] | None = None) -> int:
    """Show the window until it is closed; return the exit status."""
    options, of_ros = _parser().parse_known_args(arguments)
    if of_ros and of_ros[0] != '--ros-args':
        _parser().error(f'unrecognized arguments: {shown(" ".join(of_ros), 200)}')
    # Qt ends the process where it finds no display, unless it may draw into memory.
    os.environ.setdefault('QT_QPA_PLATFORM', 'offscreen' if options.shot else _PLATFORMS)
    os.environ.setdefault('QT_LOGGING_RULES', 'qt.qpa.*=false')
    try:
        from fer_ros.rqt.qt import QtGui, QtWidgets
    except ImportError as error:
        if error.name and error.name.startswith('fer_ros'):
            raise
        print('fer_window: no Qt is installed; on a robot: apt install python3-pyqt5; elsewhere: '
              'pip install PyQt5', file=sys.stderr)
        return MISSING
    application = QtWidgets.QApplication(['fer_window'])
    if QtGui.QGuiApplication.platformName() == 'offscreen' and not options.shot:
        print('fer_window: there is no display; log in with ssh -X, set DISPLAY, or use '
              'fer_monitor, which needs a terminal only', file=sys.stderr)
        return USAGE
    return _run(application, options, of_ros)


def _run(application, options, of_ros: list[str]) -> int:
    from fer_ros.monitor.listener import Listener, surroundings
    from fer_ros.monitor.model import Monitor
    from fer_ros.rqt.pictures import PictureFeed
    from fer_ros.rqt.widget import FerWidget
    import rclpy
    ended: list[int] = []

    def end(number: int, _) -> None:
        ended.append(number)
        application.quit()
    # Python runs its handlers between two steps of its own: the window's timers give it those.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, end)
    try:
        listener = Listener(of_ros)
    except Exception as error:  # noqa: B902 - the middleware has exceptions of many kinds
        print(f'fer_window: ROS cannot start: {shown(str(error), 400)}; see ROS_DOMAIN_ID, '
              'RMW_IMPLEMENTATION and the arguments after --ros-args', file=sys.stderr)
        return USAGE
    feed = PictureFeed(rclpy.get_default_context())
    window = FerWidget(Monitor(options.node), listener, feed, surroundings())
    if options.topic:
        window.choose_topic(options.topic)
    window.resize(*options.size)
    window.show()
    try:
        if options.shot:
            return _shoot(application, window, options, ended)
        # PySide2 has the name with an underscore only.
        execute = getattr(application, 'exec', None) or application.exec_
        return INTERRUPTED if execute() or ended else OK
    finally:
        window.stop()
        feed.close()
        listener.close()


def _shoot(application, window, options, ended: list[int]) -> int:
    """Write a picture of the window; return the exit status."""
    end = time.monotonic() + options.after
    while time.monotonic() < end and not ended:
        application.processEvents()
        time.sleep(0.02)
    if ended:
        return INTERRUPTED
    if not window.grab().save(str(options.shot)):
        print(f'fer_window: {options.shot} cannot be written; name a .png file in a folder that '
              'exists', file=sys.stderr)
        return FAILED
    print(f'written: {options.shot}')
    return OK


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.partition('x')
    if not (cross and width.isdigit() and height.isdigit()
            and 200 <= int(width) <= 8000 and 200 <= int(height) <= 8000):
        raise argparse.ArgumentTypeError(
            f"'{shown(text)}' is no size; write it like 1100x720, 200 to 8000 each")
    return int(width), int(height)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='fer_window', description='Show a fer node: live picture, faces over the last '
        'minute, diagnostics with their remedies. The same window is a plugin of rqt. What '
        'stands after --ros-args goes to ROS.')
    parser.add_argument('--node', default='', metavar='NAME',
                        help='full name of the node, like /robot/fer (default: the first one '
                        'that is found)')
    parser.add_argument('--topic', default='', metavar='TOPIC',
                        help="topic of the pictures (default: the node's annotated ones)")
    parser.add_argument('--size', type=_size, default=(1100, 720), metavar='WxH',
                        help='of the window, pixels (default: 1100x720)')
    parser.add_argument('--shot', type=Path, metavar='FILE.png',
                        help='write a picture of the window and end; needs no display')
    parser.add_argument('--after', type=number(0.1, 3600), default=10.0, metavar='SECONDS',
                        help='when --shot is taken (default: 10)')
    return parser


if __name__ == '__main__':
    sys.exit(main())
