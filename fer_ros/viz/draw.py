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

"""Faces drawn onto a frame: box, id, label with confidence, and the distribution as bars."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
from fer_ros.core.boxes import shared_area
from fer_ros.core.types import Box, Face, LABELS, UNSURE
import numpy as np

#: One colour per expression, bgr, the same in every picture.
COLOURS = {
    'neutral': (196, 196, 190), 'happy': (92, 214, 255), 'surprised': (84, 168, 255),
    'sad': (235, 170, 90), 'angry': (96, 96, 240), 'disgusted': (110, 200, 120),
    'scared': (225, 140, 200), 'contempt': (90, 150, 190), UNSURE: (160, 160, 160)}

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DARK, _LIGHT = (24, 24, 24), (245, 245, 245)


def draw_faces(pixels_bgr: np.ndarray, faces: Iterable[Face]) -> None:
    """
    Draw faces onto a frame in place.

    Each gets a box in the colour of its label (dashed while it is not observed), a tag with id,
    label and confidence, and one small bar per expression beside the box, the longer the more
    probable. Sizes follow the frame, from 320x240 to 1920x1080.

    :param pixels_bgr: uint8 (H, W, 3), contiguous rows, changed.
    :param faces: boxes in pixels of the frame; parts outside it are cut off.
    :raises TypeError: it is no array.
    :raises ValueError: the array is not uint8 (H, W, 3), is empty or cannot be written to.
    """
    if not isinstance(pixels_bgr, np.ndarray):
        raise TypeError(
            f'draw_faces needs a uint8 array (H, W, 3), not {type(pixels_bgr).__name__}')
    shape = pixels_bgr.shape
    if pixels_bgr.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
        raise ValueError(
            f'draw_faces needs a uint8 array (H, W, 3) that is not empty, '
            f'not {pixels_bgr.dtype} {shape}')
    if not pixels_bgr.flags.writeable:
        raise ValueError('draw_faces needs a writeable array; pass a copy of the frame')
    # OpenCV silently draws onto a copy when the memory is not laid out as it likes.
    canvas = pixels_bgr if pixels_bgr.flags.c_contiguous else pixels_bgr.copy()
    unit = min(max(min(canvas.shape[0] / 480, canvas.shape[1] / 640), 0.5), 3.0)
    shown = [(face, _corners(face.box)) for face in faces if np.all(np.isfinite(face.box))]
    # Bars first and boxes next, so that neither hides another face's words; the largest face
    # comes first and is drawn last.
    shown.reverse()
    for face, corners in shown:
        others = [other for _, other in shown if other is not corners]
        _draw_bars(canvas, face, corners, others, unit)
    for face, corners in shown:
        _draw_box(canvas, face, corners, max(1, round(2 * unit)))
    for face, corners in shown:
        _draw_tag(canvas, face, corners, unit)
    if canvas is not pixels_bgr:
        pixels_bgr[:] = canvas


def _draw_box(canvas: np.ndarray, face: Face, corners, line: int) -> None:
    colour = COLOURS.get(face.label, COLOURS[UNSURE])
    left, top, right, bottom = corners
    if face.observed:
        # A dark rim keeps light colours visible on light walls.
        cv2.rectangle(canvas, (left, top), (right, bottom), _DARK, line + 2, cv2.LINE_AA)
        cv2.rectangle(canvas, (left, top), (right, bottom), colour, line, cv2.LINE_AA)
    else:
        _dashed(canvas, corners, colour, line)


def _corners(box: Box):
    # Far outside the frame OpenCV's fixed-point lines overflow.
    limit = 30000
    values = (box.x, box.y, box.x + box.width, box.y + box.height)
    return tuple(int(round(min(max(value, -limit), limit))) for value in values)


def _dashed(canvas, corners, colour, line) -> None:
    left, top, right, bottom = corners
    step = max(4, 4 * line)
    height, width = canvas.shape[:2]
    for x in range(max(left, -step), min(right, width), 2 * step):
        for y in (top, bottom):
            cv2.line(canvas, (x, y), (min(x + step, right), y), colour, line)
    for y in range(max(top, -step), min(bottom, height), 2 * step):
        for x in (left, right):
            cv2.line(canvas, (x, y), (x, min(y + step, bottom)), colour, line)


def _draw_tag(canvas, face, corners, unit) -> None:
    colour = COLOURS.get(face.label, COLOURS[UNSURE])
    left, top = corners[:2]
    scale = 0.45 * max(unit, 0.75)
    weight = max(1, round(0.8 * unit))
    text = face.label if face.label == UNSURE else f'{face.label} {100 * face.confidence:.0f}%'
    pad = max(2, round(3 * unit))
    (word_width, text_height), base = cv2.getTextSize(text, _FONT, scale, weight)
    id_scale = 0.75 * scale
    (id_width, id_height), _ = cv2.getTextSize(face.id, _FONT, id_scale, 1)
    width = word_width + id_width + 4 * pad
    height = text_height + base + 2 * pad
    # Above the box where there is room, else just inside it; never beyond the sides.
    x = min(max(left, 0), max(canvas.shape[1] - width, 0))
    y = top - height if top >= height else min(max(top, 0), canvas.shape[0] - height)
    cv2.rectangle(canvas, (x, y), (x + width, y + height), colour, -1)
    baseline = y + pad + text_height
    cv2.putText(canvas, text, (x + pad, baseline), _FONT, scale, _DARK, weight, cv2.LINE_AA)
    cv2.putText(
        canvas, face.id, (x + word_width + 3 * pad, baseline - (text_height - id_height) // 2),
        _FONT, id_scale, _DARK, 1, cv2.LINE_AA)


def _draw_bars(canvas, face, corners, others, unit) -> None:
    top, bottom = corners[1], corners[3]
    gap = max(1, round(unit))
    thick = max(3, min(round(9 * unit), (bottom - top) // len(LABELS) - gap))
    # Names only where their letters can be read.
    names = round(2.9 * thick) if thick >= 8 else 0
    longest = max(20, round(48 * unit))
    width, height = names + longest + 2 * gap, len(LABELS) * (thick + gap) + gap
    edge = max(2, round(3 * unit))
    x, y = _place(corners, (width, height), others, canvas.shape, edge)
    panel = canvas[y:y + height, x:x + width]
    # The frame shines through: bars say something about the face, they do not hide the next.
    panel[:] = panel // 3
    start = x + gap + names
    for label, probability in zip(LABELS, face.expression.probabilities):
        y += gap
        length = round(float(np.clip(probability, 0, 1)) * (longest - gap))
        cv2.rectangle(
            canvas, (start, y), (start + max(length, 1) - 1, y + thick - 1), COLOURS[label], -1)
        y += thick
        if names:
            cv2.putText(
                canvas, label[:3], (x + gap + 1, y - max(1, thick // 6)), _FONT, thick / 23,
                _LIGHT, 1, cv2.LINE_AA)


def _place(corners, size, others, shape, edge):
    """Return where a panel of a size goes: beside the face or below it, hiding least."""
    left, top, right, bottom = corners
    width, height = size
    best = None
    for x, y in ((right + edge, top), (left - edge - width, top),
                 (left, bottom + edge), (right + edge, bottom + edge)):
        inside_x = min(max(x, 0), max(shape[1] - width, 0))
        inside_y = min(max(y, 0), max(shape[0] - height, 0))
        panel = Box(inside_x, inside_y, width, height)
        hidden = sum(shared_area(panel, _box(other)) for other in (corners, *others))
        if best is None or hidden < best[0]:
            best = hidden, inside_x, inside_y
    return best[1:]


def _box(corners) -> Box:
    left, top, right, bottom = corners
    return Box(left, top, right - left, bottom - top)
