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
Draw the frames of heads that a running node tells on /tf, as rviz would show them.

The camera's optical frame, face_<id> and gaze_<id> of the message with most heads are drawn with
their axes x, y and z in red, green and blue, from aside and from above; where the face points is
the long line. No program of ROS is needed, so that the picture can be made anywhere.
"""

from __future__ import annotations

import argparse
from pathlib import Path
import sys
import time
from typing import Any

import matplotlib
from mpl_toolkits.mplot3d import Axes3D
import numpy as np
from numpy.typing import NDArray
import rclpy
from tf2_msgs.msg import TFMessage

matplotlib.use('Agg')

# Length of axes and of the line out of a face, metres.
_AXIS, _LOOK = 0.12, 0.35
_COLOURS = ('tab:red', 'tab:green', 'tab:blue')


def main() -> int:
    """Listen, draw, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('picture', type=Path, help='PNG to write')
    parser.add_argument('--seconds', type=float, default=10.0, help='how long to listen')
    options = parser.parse_args()
    best = listen(options.seconds)
    if best is None:
        print('nothing on /tf tells of a face; is a node there, with somebody before its camera?',
              file=sys.stderr)
        return 1
    draw(best, options.picture)
    return 0


def listen(seconds: float) -> Any:
    """Return the last of the messages with most heads; None where there was none."""
    rclpy.init()
    node = rclpy.create_node('draw_head_frames')
    best: list[Any] = []

    def take(message: Any) -> None:
        heads = [one for one in message.transforms if one.child_frame_id.startswith('face_')]
        if heads and (not best or len(message.transforms) >= len(best[-1].transforms)):
            best.append(message)
    node.create_subscription(TFMessage, '/tf', take, 100)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rclpy.spin_once(node, timeout_sec=0.1)
    node.destroy_node()
    rclpy.try_shutdown()
    return best[-1] if best else None


def draw(message: Any, path: Path) -> None:
    """Draw the frames of a message."""
    from matplotlib import pyplot
    figure = pyplot.figure(figsize=(11, 5.5), dpi=100)
    views = [figure.add_subplot(1, 2, number + 1, projection='3d') for number in range(2)]
    for axes, (elevation, turn), title in zip(
            views, ((18, -150), (88, -180)), ('from behind the camera, aside', 'from above')):
        _frame(axes, np.eye(3), np.zeros(3), message.transforms[0].header.frame_id)
        for one in message.transforms:
            place, turned = one.transform.translation, one.transform.rotation
            rotation = matrix(turned.x, turned.y, turned.z, turned.w)
            origin = np.array([place.x, place.y, place.z])
            is_face = one.child_frame_id.startswith('face_')
            _frame(axes, rotation, origin, one.child_frame_id if is_face else '',
                   1.0 if is_face else 0.4)
            # x is out of the face, and so is z of the gaze.
            ahead = rotation[:, 0] if is_face else rotation[:, 2]
            _line(axes, origin, origin + _LOOK * ahead, 'black' if is_face else 'orange',
                  1.0 if is_face else 3.0, 2 if is_face else 1)
        axes.set(xlabel='ahead, m', ylabel='left, m', zlabel='up, m', title=title)
        if elevation > 80:
            axes.set(zlabel='', zticks=[])
        axes.set_aspect('equal')
        axes.view_init(elevation, turn)
    figure.subplots_adjust(0.02, 0.08, 0.98, 0.92)
    figure.savefig(path)
    pyplot.close(figure)


def matrix(x: float, y: float, z: float, w: float) -> NDArray[np.float64]:
    """Return the rotation of a unit quaternion, float64 (3, 3)."""
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])


def _upright(point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a point of the optical frame as it is drawn: ahead, left, up."""
    return np.array([point[2], -point[0], -point[1]])


def _line(axes: Axes3D, start: NDArray[np.float64], end: NDArray[np.float64], colour: str,
          width: float, order: int) -> None:
    axes.plot(*np.array([_upright(start), _upright(end)]).T, color=colour, linewidth=width,
              zorder=order)


def _frame(axes: Axes3D, rotation: NDArray[np.float64], origin: NDArray[np.float64], name: str,
           size: float = 1.0) -> None:
    for axis, colour in zip(rotation.T, _COLOURS):
        _line(axes, origin, origin + size * _AXIS * axis, colour, 2.5, 3)
    if name:
        axes.text(*_upright(origin + np.array([0.0, -0.18, 0.0])), name, fontsize=8)


if __name__ == '__main__':
    sys.exit(main())
