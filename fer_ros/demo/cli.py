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

"""fer_demo: play pictures as a camera, run the node on them, show the faces as they arrive."""

from __future__ import annotations

import argparse
from collections import Counter, deque
from importlib.util import find_spec
import json
import os
from pathlib import Path
import signal
import sys
import time

import cv2
from fer_ros.demo.options import add_source_arguments, video_rate
from fer_ros.demo.processes import Child, isolate
import numpy as np

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


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cv2.setNumThreads(1)
    domain = isolate(os.environ)
    missing = [name for name in ('rclpy', 'sensor_msgs', 'vision_msgs') if find_spec(name) is None]
    if missing:
        print(f'fer_demo: {", ".join(missing)} not found; source your ROS 2 workspace, or run '
              f'`make demo` on a machine without ROS', file=sys.stderr)
        return 2
    print(f'fer_demo: starting camera and node ({domain})', flush=True)
    children: list[Child] = []
    try:
        # Processes first: afterwards this one has threads, which fork badly.
        camera = Child('camera', 'fer_ros.demo.camera', _camera_arguments(options))
        children.append(camera)
        node = Child('fer_node', 'fer_ros.ros.node', ['--ros-args', '-r', f'image:={IMAGE}'])
        children.append(node)
        for child in children:
            child.watch()
        # On a slow machine the audience waits, not the players.
        os.nice(5)
        return _show(options, camera, node)
    except DemoError as error:
        print(f'fer_demo: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('\nfer_demo: stopped', file=sys.stderr)
        return 130
    finally:
        # A second Ctrl-C must not leave processes behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for child in children:
            child.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='fer_demo', description=__doc__.split(': ', 1)[1])
    add_source_arguments(parser)
    parser.add_argument(
        '--output', type=Path, default=Path('demo_output'), metavar='DIR',
        help='where annotated frames and the video go (default: demo_output)')
    parser.add_argument('--no-video', action='store_true', help='write frames, but no video')
    return parser


def _camera_arguments(options: argparse.Namespace) -> list[str]:
    # This process and the node listen; only then the first picture is played.
    result = ['--topic', IMAGE, '--subscribers', '2', '--patience', str(PATIENCE)]
    for name in ('video', 'images', 'camera', 'rate', 'duration'):
        if getattr(options, name) is not None:
            result += [f'--{name}', str(getattr(options, name))]
    if options.size is not None:
        result += ['--size', '{}x{}'.format(*options.size)]
    return result


def _show(options: argparse.Namespace, camera: Child, node: Child) -> int:
    from fer_ros.demo.recorder import Recorder
    from fer_ros.demo.terminal import view
    import rclpy
    from rclpy.signals import SignalHandlerOptions
    recorder = Recorder(options.output, None if options.no_video else video_rate(options))
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    ros = rclpy.create_node('fer_demo')
    audience = Audience(ros, recorder, view())
    try:
        _follow(ros, audience, camera, node)
    finally:
        audience.view.close()
        recorder.close()
        ros.destroy_node()
        rclpy.try_shutdown()
    played = _played(camera)
    print(audience.summary(played))
    print('fer_demo: wrote ' + ', '.join(str(path) for path in recorder.written))
    if not audience.faces:
        raise DemoError(
            f'{audience.messages} messages came on /fer/expression, but none with a face')
    return 0


def _follow(ros, audience: Audience, camera: Child, node: Child) -> None:
    """Receive until the camera has played everything; raise as soon as something is wrong."""
    import rclpy
    give_up = time.monotonic() + PATIENCE
    end = complained = None
    while end is None or time.monotonic() < end:
        rclpy.spin_once(ros, timeout_sec=0.1)
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
                f'no message on /fer/expression within {PATIENCE:.0f} s; fer_node said:\n'
                f'{node.tail()}')
    if not audience.messages:
        raise DemoError(
            f'the camera has played, but no message came on /fer/expression; fer_node said:\n'
            f'{node.tail()}')


def _played(camera: Child) -> dict:
    camera.stop()
    for line in reversed(camera.lines):
        if line.startswith('{'):
            return json.loads(line)
    return {}


class Audience:
    """
    Subscribe to pictures and expressions, and hand them on to the view and the recorder.

    :param ros: rclpy node.
    """

    def __init__(self, ros, recorder, view):
        from rclpy.qos import QoSProfile, ReliabilityPolicy
        from sensor_msgs.msg import Image
        from vision_msgs.msg import Detection2DArray
        self.recorder, self.view = recorder, view
        self.messages = self.faces = self.most = 0
        self.people: dict[str, Counter] = {}
        self._first: float | None = None
        self._recent: deque[float] = deque(maxlen=30)
        # Deeper than a node that only wants the latest: the video wants them all.
        every = QoSProfile(depth=30, reliability=ReliabilityPolicy.BEST_EFFORT)
        ros.create_subscription(Image, IMAGE, self._on_image, every)
        ros.create_subscription(Detection2DArray, '/fer/expression', self._on_faces, 10)

    def summary(self, played: dict) -> str:
        """Return what happened, for people."""
        sent = played.get('sent', 'unknown')
        lines = [
            f'fer_demo: {sent} pictures sent, {self.messages} messages received, '
            f'{len(self.people)} faces followed, at most {self.most} at once']
        for name, labels in self.people.items():
            total = sum(labels.values())
            shares = ', '.join(
                f'{label} {100 * count / total:.0f}%' for label, count in labels.most_common(3))
            lines.append(f'  {name}: in {total} pictures, {shares}')
        return '\n'.join(lines)

    def _on_image(self, message) -> None:
        stamp = _seconds(message.header.stamp)
        if self._first is None:
            self._first = stamp
        pixels = np.frombuffer(message.data, np.uint8)
        self.recorder.picture(stamp, pixels.reshape(message.height, message.width, 3))

    def _on_faces(self, message) -> None:
        stamp = _seconds(message.header.stamp)
        self._first = stamp if self._first is None else self._first
        faces = [_face(detection) for detection in message.detections]
        self.messages += 1
        self.faces += len(faces)
        self.most = max(self.most, len(faces))
        for face in faces:
            self.people.setdefault(face.id, Counter())[face.label] += 1
        now = time.monotonic()
        self._recent.append(now)
        rate = (len(self._recent) - 1) / max(now - self._recent[0], 1e-3)
        seconds = stamp - self._first
        self.recorder.faces(stamp, seconds, faces)
        self.view.show(seconds, rate, faces)


def _seconds(stamp) -> float:
    return stamp.sec + 1e-9 * stamp.nanosec


def _face(detection):
    """Return the Face that a vision_msgs/Detection2D describes, as far as it does."""
    from fer_ros.core.types import Box, Expression, Face, LABELS
    center, box = detection.bbox.center.position, detection.bbox
    shown = detection.results[0].hypothesis
    scores = {each.hypothesis.class_id: each.hypothesis.score for each in detection.results}
    expression = Expression(np.array([scores.get(label, 0.0) for label in LABELS]))
    return Face(
        id=detection.id,
        box=Box(center.x - box.size_x / 2, center.y - box.size_y / 2, box.size_x, box.size_y),
        score=1.0, landmarks=np.zeros((4, 2), np.float32), expression=expression,
        label=shown.class_id, confidence=shown.score, valence=0.0, arousal=0.0)


if __name__ == '__main__':
    sys.exit(main())
