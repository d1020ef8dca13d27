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

"""Faces drawn onto a frame, in layers: box, label, bars, affect, mesh, gaze, rate."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fer_ros.core.display import COLOURS as RGB, LAYERS
from fer_ros.core.types import Box, Face, Pixels
from fer_ros.viz.face_boxes import draw_box, style_of
from fer_ros.viz.heads import draw_gaze, draw_mesh
from fer_ros.viz.layout import Layout, Rect
from fer_ros.viz.panels import draw_panel
from fer_ros.viz.tags import draw_tag, draw_timing
import numpy as np

#: One colour per label, (blue, green, red), as OpenCV has them.
COLOURS = {label: rgb[::-1] for label, rgb in RGB.items()}

# Far outside the frame OpenCV's fixed-point lines overflow.
_LIMIT = 30000


def draw_faces(
        pixels_bgr: Pixels, faces: Iterable[Face], layers: Collection[str] = tuple(LAYERS),
        rate: float | None = None, seconds: float | None = None) -> None:
    """
    Draw faces onto a frame in place.

    Each gets a box in the colour of its label, a tag with label, confidence and id, its three
    most probable expressions as bars, and a dot in the square of valence and arousal. A face
    that is not observed has a dashed box and a tag, both pale. Nothing covers another face's box
    or another word: what does not fit beside the faces is left out. Sizes follow the frame and
    the face, from 320x240 to 1920x1080.

    :param pixels_bgr: uint8 (H, W, 3), changed.
    :param faces: boxes in pixels of the frame, the most important first; parts outside the frame
        are cut off.
    :param layers: names of what to draw, of `fer_ros.core.display.LAYERS`; all by default.
    :param rate: frames answered per second, written in a corner; None where it is not known.
    :param seconds: that the frame took, likewise.
    :raises TypeError: the pixels are no array.
    :raises ValueError: the array is not uint8 (H, W, 3), is empty or cannot be written to; or a
        layer is not known.
    """
    _check(pixels_bgr, layers)
    # OpenCV silently draws onto a copy when the memory is not laid out as it likes.
    canvas = pixels_bgr if pixels_bgr.flags.c_contiguous else pixels_bgr.copy()
    height, width = canvas.shape[:2]
    unit = min(max(min(height / 480, width / 640), 0.5), 4.0)
    layout = Layout(width, height)
    shown = [(face, style_of(face, _corners(face.box), (width, height), unit))
             for face in faces if np.all(np.isfinite(face.box))]
    for _, style in shown:
        layout.take(style.box)
    if 'boxes' in layers:
        # The first, and most important, on top.
        for face, style in reversed(shown):
            draw_box(canvas, face, style)
    for face, style in reversed(shown):
        if 'mesh' in layers and face.mesh is not None:
            draw_mesh(canvas, face.mesh, style)
        if 'gaze' in layers:
            draw_gaze(canvas, face, style)
    if 'rate' in layers:
        draw_timing(canvas, layout, unit, rate, seconds)
    if 'labels' in layers or 'attention' in layers:
        for face, style in shown:
            draw_tag(canvas, layout, face, style, layers)
    if 'bars' in layers or 'affect' in layers:
        for face, style in shown:
            draw_panel(canvas, layout, face, style, layers)
    if canvas is not pixels_bgr:
        pixels_bgr[:] = canvas


def _check(pixels: Pixels, layers: Collection[str]) -> None:
    if not isinstance(pixels, np.ndarray):
        raise TypeError(f'draw_faces needs a uint8 array (H, W, 3), not {type(pixels).__name__}')
    shape = pixels.shape
    if pixels.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        raise ValueError(
            f'draw_faces needs a uint8 array (H, W, 3) that is not empty, '
            f'not {pixels.dtype} {shape}')
    if not pixels.flags.writeable:
        raise ValueError('draw_faces needs a writeable array; pass a copy of the frame')
    unknown = [name for name in layers if name not in LAYERS]
    if unknown:
        raise ValueError(
            f"draw_faces knows no layer '{unknown[0]}'; use some of: {', '.join(LAYERS)}")


def _corners(box: Box) -> Rect:
    values = (box.x, box.y, box.x + box.width, box.y + box.height)
    return Rect(*(int(round(min(max(value, -_LIMIT), _LIMIT))) for value in values))
