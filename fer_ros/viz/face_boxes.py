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

"""How one face is drawn: its colours and sizes, and the box about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
from fer_ros.core.display import colour_of, is_dark, paled
from fer_ros.core.types import Face, Pixels
from fer_ros.viz.layout import Rect
from fer_ros.viz.lettering import Colour, LEAST_CAP

DARK: Colour = (20, 20, 20)
LIGHT: Colour = (245, 245, 245)


class Style(NamedTuple):
    """
    How one face is drawn.

    :param box: pixels of the picture, the lines about the face included.
    :param seen: the part of it that lies in the picture, which may be empty.
    :param colour: of box and tag; `ink` is that of letters on it and of the box's rim.
    :param line: width of the box's line, pixels.
    :param cap: height of a capital letter of the label, pixels; `small` of everything else.
    """

    box: Rect
    seen: Rect
    colour: Colour
    ink: Colour
    line: int
    cap: int
    small: int


def style_of(face: Face, corners: Rect, size: tuple[int, int], unit: float) -> Style:
    """
    Return how a face is drawn.

    :param corners: of its box, pixels.
    :param size: (width, height) of the picture.
    :param unit: 1 for a picture of 640x480, in proportion for others.
    """
    rgb = colour_of(face.label)
    if not face.observed:
        rgb = paled(rgb)
    line = max(1, round(1.7 * unit))
    edge = line + 1
    left, top, right, bottom = corners
    box = Rect(left - edge, top - edge, right + edge, bottom + edge)
    # Letters grow with the face, within what the picture allows.
    least, most = max(LEAST_CAP, round(8 * unit)), max(LEAST_CAP + 1, round(14 * unit))
    cap = min(max(round(0.08 * (bottom - top)), least), most)
    return Style(
        box, box.cut(*size), bgr_of(rgb), LIGHT if is_dark(rgb) else DARK, line, cap,
        max(LEAST_CAP, round(0.75 * cap)))


def draw_box(canvas: Pixels, face: Face, style: Style) -> None:
    """Draw the line about a face, with a rim that keeps it visible on any background."""
    left, top, right, bottom = style.box
    line = style.line
    if face.observed:
        # OpenCV includes the last row and column.
        cv2.rectangle(canvas, (left, top), (right - 1, bottom - 1), style.ink, 1)
        cv2.rectangle(canvas, (left + line + 1, top + line + 1),
                      (right - line - 2, bottom - line - 2), style.ink, 1)
    left, top, right, bottom = left + 1, top + 1, right - 1, bottom - 1
    for strip in (Rect(left, top, right, top + line), Rect(left, bottom - line, right, bottom),
                  Rect(left, top, left + line, bottom), Rect(right - line, top, right, bottom)):
        for part in (strip,) if face.observed else _dashes(strip, max(4, 4 * line), canvas):
            fill(canvas, part, style.colour)


def _dashes(strip: Rect, dash: int, canvas: Pixels) -> Iterator[Rect]:
    """Cut the strip of a line into dashes, as far as the picture shows it."""
    left, top, right, bottom = strip
    height, width = canvas.shape[:2]
    if right - left > bottom - top:
        for x in range(max(left, left % (2 * dash) - 2 * dash), min(right, width), 2 * dash):
            yield Rect(x, top, min(x + dash, right), bottom)
    else:
        for y in range(max(top, top % (2 * dash) - 2 * dash), min(bottom, height), 2 * dash):
            yield Rect(left, y, right, min(y + dash, bottom))


def bgr_of(rgb: tuple[int, int, int]) -> Colour:
    """Return a colour in the order of OpenCV."""
    return rgb[2], rgb[1], rgb[0]


def fill(canvas: Pixels, rect: Rect, colour: Colour) -> None:
    """Paint over a part of the picture."""
    cv2.rectangle(canvas, rect[:2], (rect.right - 1, rect.bottom - 1), colour, -1)


def shade(canvas: Pixels, rect: Rect) -> None:
    """Darken a part of the picture, so that light words can be read on it."""
    part = canvas[rect.top:rect.bottom, rect.left:rect.right]
    cv2.convertScaleAbs(part, part, 0.15, 12)
