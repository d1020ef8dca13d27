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

"""What is known of a head, drawn: points, the lines of its features, axes and where it points."""

from __future__ import annotations

import cv2
from fer_ros.core.display import gaze_colour
from fer_ros.core.gaze_arrow import gaze_arrow
from fer_ros.core.head import FaceMesh
from fer_ros.core.types import Face, Pixels
from fer_ros.viz.face_boxes import Style
import numpy as np
from numpy.typing import NDArray

# Lines of the seventy points: from one to another, and whether they close.
_LINES = ((0, 17, False), (17, 22, False), (22, 27, False), (27, 31, False), (31, 36, False),
          (36, 42, True), (42, 48, True), (48, 60, True), (60, 68, True))
# Points less sure than this are not drawn.
_LEAST = 0.25
# Axes x, y and z as rviz has them: red, green and blue, in the order of OpenCV.
_AXES = ((60, 60, 230), (60, 200, 60), (230, 110, 60))
# Coordinates beyond this overflow OpenCV's fixed-point lines.
_SHIFT, _LIMIT = 4, 30000


def draw_mesh(canvas: Pixels, mesh: FaceMesh, style: Style) -> None:
    """Draw the points of a face and the lines of its features."""
    points = _limited(mesh.points[:, :2])
    for x, y in points[::1 if style.cap > 8 else 3].tolist():
        cv2.circle(canvas, (x, y), 1 << _SHIFT - 1, style.colour, -1, cv2.LINE_AA, _SHIFT)
    facial = _limited(mesh.facial[:, :2])
    for first, end, closed in _LINES:
        sure = mesh.facial[first:end, 2] >= _LEAST
        for colour, width in ((style.ink, style.line + 2), (style.colour, style.line)):
            if closed and sure.all():
                cv2.polylines(canvas, [facial[first:end]], True, colour, max(1, width - 1),
                              cv2.LINE_AA, _SHIFT)
                continue
            for part in np.split(np.arange(first, end), np.flatnonzero(~sure)):
                part = part[mesh.facial[part, 2] >= _LEAST]
                cv2.polylines(canvas, [facial[part]], False, colour, max(1, width - 1),
                              cv2.LINE_AA, _SHIFT)


def draw_gaze(canvas: Pixels, face: Face, style: Style) -> None:
    """Draw an arrow out of the face where it points, with the axes of the head at its foot."""
    arrow = gaze_arrow(face)
    if arrow is None:
        return
    start = _limited(arrow.foot[None])[0]
    for axis, colour in zip(arrow.axes[::-1], _AXES[::-1]):
        cv2.line(canvas, start.tolist(), _limited((arrow.foot + axis)[None])[0].tolist(), colour,
                 style.line, cv2.LINE_AA, _SHIFT)
    red, green, blue = gaze_colour(face)
    for colour, width in ((style.ink, style.line + 2), ((blue, green, red), style.line)):
        _arrow(canvas, arrow.foot, arrow.tip, colour, width)


def _arrow(canvas: Pixels, foot: NDArray[np.float64], tip: NDArray[np.float64],
           colour: tuple[int, int, int], width: int) -> None:
    reach = tip - foot
    length = float(np.hypot(*reach))
    if length < 1.0:
        return
    along = reach / length
    across = np.array([-along[1], along[0]])
    head = min(0.3 * length, 6.0 + 2.0 * width)
    for end in (tip - head * along + 0.6 * head * across, tip - head * along - 0.6 * head * across,
                foot):
        start, stop = _limited(np.array([tip, end])).tolist()
        cv2.line(canvas, start, stop, colour, width, cv2.LINE_AA, _SHIFT)


def _limited(points: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return points in the fixed point of OpenCV's drawing, whose whole numbers are centres."""
    scaled = (np.clip(points, -_LIMIT, _LIMIT) - 0.5) * (1 << _SHIFT)
    return np.asarray(np.round(scaled), np.int32)
