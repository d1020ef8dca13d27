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

"""
The command fer_demo: a camera that plays pictures, the node, and the faces as they arrive.

The pictures of a folder are not a video: each is processed by itself, without the node.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
import json
import os
from pathlib import Path
import signal
import sys
import time

import cv2
from fer_ros.arguments import output_folder, Parser, statuses, whole
from fer_ros.boundary import bounded, FAILED, tell, USAGE
from fer_ros.core.metadata_values import ModelError
from fer_ros.demo import folder, next_steps
from fer_ros.demo.options import add_source_arguments, video_rate
from fer_ros.demo.processes import Child, isolate
from fer_ros.demo.recorder import files_of
from fer_ros.demo.sources import SourceError
from fer_ros.interruptions import ENDING, handled, interruptions, Stopped
from fer_ros.output_check import check_outputs
from fer_ros.ros import middleware

#: Topic of the pictures; the node's `image` is remapped to it.
IMAGE = '/demo_camera/image_raw'

#: Seconds the node and the camera may take to come up.
PATIENCE = 45.0

#: What the node logs when it could not start; it lives on, so that it can be told to try again.
FAILED_START = 'autostart ended in state'

#: Seconds without a message, after the last picture, that end the demo.
GRACE = 1.5


class DemoError(Exception):
    """The demo did not show what it should; the message says why."""


@bounded('fer_demo', SourceError, ModelError, middleware.StartError)
def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    for name in ('rate', 'size', 'duration', 'loop', 'domain'):
        # Not `in`: 0 is False, and a domain.
        if options.images is not None and not any(
                getattr(options, name) is unset for unset in (None, False)):
            parser.error(f'--{name} is for a video or a camera; --images processes each '
                         'picture by itself, as it is')
    if options.camera is not None and options.loop:
        parser.error('--loop is for a video or the clip; a camera goes on until --duration, '
                     'which may be 1000000')
    if options.images is not None and options.open:
        parser.error('--open is for a video or a camera; the copies of --images are in --output')
    if options.video is not None and not options.video.is_file():
        parser.error(f'argument --video: {options.video} is missing; name a video file')
    cv2.setNumThreads(1)
    if options.images is not None:
        check_outputs([], [('--images', options.images)])
        return folder.show(options.images, options.output)
    check_outputs(
        [('--output', path) for path in files_of(options.output)], [('--video', options.video)])
    domain = isolate(os.environ, options.domain)
    missing = [name for name in ('rclpy', 'sensor_msgs', 'vision_msgs') if find_spec(name) is None]
    if missing:
        tell('fer_demo', f'{", ".join(missing)} not found; source your ROS 2 workspace, or run '
             '`make demo` on a machine without ROS')
        return USAGE
    middleware.check_environment([])
    print(f'fer_demo: starting camera and node ({domain}; --domain N chooses it)\n'
          f'{next_steps.listening(os.environ)}', flush=True)
    children: list[Child] = []
    try:
        # Processes first: afterwards this one has threads, which fork badly.
        camera = Child('camera', 'fer_ros.demo.camera', _camera_arguments(options))
        children.append(camera)
        node = Child('fer_node', 'fer_ros.ros', ['--ros-args', '-r', f'image:={IMAGE}'])
        children.append(node)
        for child in children:
            child.watch()
        # On a slow machine the audience waits, not the players.
        os.nice(5)
        return _show(options, camera, node)
    except DemoError as error:
        # With the last lines that a process printed.
        print(f'fer_demo: {error}', file=sys.stderr)
        return FAILED
    finally:
        # A second one must not leave processes behind.
        with handled(ENDING, signal.SIG_IGN):
            for child in children:
                child.stop()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog='fer_demo', formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Play pictures as a camera, run the node on them, and show the faces as they\n'
        'arrive. The pictures of a folder (--images) are not a video: each is processed by\n'
        'itself, without the node.', epilog=statuses({
            '0': 'faces were shown', '1': 'no face was found, or a process of the demo failed',
            '2': 'wrong arguments, pictures or model, or no ROS'}))
    add_source_arguments(parser).add_argument(
        '--images', type=Path, metavar='DIR',
        help='process each picture of a folder by itself; needs no ROS')
    parser.add_argument(
        '--output', type=output_folder, default=Path('demo_output'), metavar='DIR',
        help='folder for the annotated pictures and the video (default: demo_output)')
    parser.add_argument(
        '--domain', type=whole(0, middleware.MAX_DOMAIN), metavar='N',
        help='ROS_DOMAIN_ID of camera and node, on this machine alone (default: that of the '
        'environment, else a random one)')
    parser.add_argument(
        '--no-video', action='store_true',
        help='write annotated pictures, but no video; with --loop there is none')
    parser.add_argument(
        '--open', action='store_true', help='open the picture that shows most on the desktop')
    return parser


def _camera_arguments(options: argparse.Namespace) -> list[str]:
    # This process and the node listen; only then the first picture is played.
    result = ['--topic', IMAGE, '--subscribers', '2', '--patience', str(PATIENCE)]
    for name in ('video', 'camera', 'rate', 'duration'):
        if getattr(options, name) is not None:
            result += [f'--{name}', str(getattr(options, name))]
    if options.loop:
        result += ['--loop']
    if options.size is not None:
        result += ['--size', '{}x{}'.format(*options.size)]
    return result


def _show(options: argparse.Namespace, camera: Child, node: Child) -> int:
    from fer_ros.demo.audience import Audience
    from fer_ros.demo.recorder import Recorder
    from fer_ros.demo.terminal import view
    import rclpy
    recorder = Recorder(
        options.output, None if options.no_video or options.loop else video_rate(options))
    middleware.start([])
    ros = rclpy.create_node('fer_demo')
    audience = Audience(ros, IMAGE, recorder, view())
    try:
        if options.loop:
            # Ctrl-C is how a loop ends. Raised, it would be lost where it came while rclpy takes
            # a message, and cut a picture in two where it came while one is written.
            with interruptions() as signals:
                _follow(ros, audience, camera, node, signals)
            # Before there was anything to show, it is an interruption like any other.
            if signals and (signals[0] != signal.SIGINT or not audience.faces):
                raise Stopped(signals[0])
        else:
            _follow(ros, audience, camera, node, [])
        recorder.close()
    finally:
        audience.view.close()
        recorder.abandon()
        ros.destroy_node()
        rclpy.try_shutdown()
    played = _played(camera)
    print(audience.summary(played))
    if not audience.faces:
        raise DemoError(
            f'{audience.messages} messages arrived on /fer/expression, but none had a face')
    print(next_steps.told(options.output, recorder.written, recorder.telling))
    if options.open and recorder.telling is not None:
        next_steps.open_picture(recorder.telling)
    return 0


def _follow(ros, audience, camera: Child, node: Child, signals: list[int]) -> None:
    """
    Receive until the camera has played everything; raise as soon as something is wrong.

    :param signals: ends it, too, once there is one.
    """
    import rclpy
    give_up = time.monotonic() + PATIENCE
    end = complained = None
    while end is None or time.monotonic() < end:
        rclpy.spin_once(ros, timeout_sec=0.1)
        if signals:
            return
        if node.status is not None:
            raise DemoError(
                f'fer_node ended with status {node.status}; it said:\n{node.tail()}')
        if end is None and camera.status is not None:
            if camera.status != 0:
                raise DemoError(
                    f'the camera ended with status {camera.status}; it said:\n{camera.tail()}\n'
                    f'  fer_node said:\n{node.tail()}')
            end = time.monotonic() + GRACE
        if complained is None and any(
                FAILED_START in line for line in list(node.lines)):
            complained = time.monotonic()
        if complained and not audience.messages and time.monotonic() > complained + GRACE:
            raise DemoError(f'fer_node did not come up; it said:\n{node.tail()}')
        if not audience.messages and time.monotonic() > give_up:
            raise DemoError(
                f'no message arrived on /fer/expression within {PATIENCE:.0f} s; fer_node said:\n'
                f'{node.tail()}')
    if not audience.messages:
        raise DemoError(
            f'the camera has finished, but no message arrived on /fer/expression; fer_node said:\n'
            f'{node.tail()}')


def _played(camera: Child) -> dict:
    camera.stop()
    return json.loads(next(
        (line for line in reversed(camera.lines) if line.startswith('{')), '{}'))


if __name__ == '__main__':
    sys.exit(main())
