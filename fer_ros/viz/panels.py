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

"""The panel beside a face, where it fits: bars, and the square of valence and arousal."""

from __future__ import annotations

from collections.abc import Collection

import cv2
from fer_ros.core.display import colour_of
from fer_ros.core.types import Face, LABELS, Pixels
from fer_ros.viz.face_boxes import bgr_of, fill, LIGHT, shade, Style
from fer_ros.viz.layout import above, below, beside, Layout, Rect
from fer_ros.viz.lettering import Colour, text_size, write

#: Expressions that are shown as bars.
BARS = 3

_GREY: Colour = (105, 105, 105)


def draw_panel(
        canvas: Pixels, layout: Layout, face: Face, style: Style, layers: Collection[str]) -> None:
    """
    Draw the bars of a face, and the square of valence and arousal, beside it where they fit.

    :param layers: may name `bars` and `affect`; where there is no room for both, one is drawn.
    """
    if not face.observed:
        return
    pad = max(3, style.small // 2)
    height = BARS * _row(style) + pad
    bars = (_names(style) + _longest(style) + 3 * pad, height)
    square = (height | 1, height | 1)
    for wanted, size, second in (
            (('bars', 'affect'), (bars[0] + square[0], square[1]), (bars[0], 0)),
            (('bars', 'affect'), (bars[0], bars[1] + square[1]), (0, bars[1])),
            (('bars',), bars, (0, 0)), (('affect',), square, (0, 0))):
        if not all(name in layers for name in wanted):
            continue
        rect = layout.place(size, (*beside(style.seen, size, pad), *below(style.seen, size, pad),
                                   *above(style.seen, size, pad)))
        if rect is None:
            continue
        shade(canvas, rect)
        if 'bars' in wanted:
            _draw_bars(canvas, (rect.left + pad, rect.top + pad), face, style, pad)
        if 'affect' in wanted:
            place = rect.left + second[0], rect.top + second[1]
            _draw_affect(canvas, place, square[0], face, style)
        return


def _draw_bars(
        canvas: Pixels, place: tuple[int, int], face: Face, style: Style, pad: int) -> None:
    x, y = place
    start, longest = x + _names(style) + pad, _longest(style)
    thick = max(4, round(0.7 * style.small))
    for label, probability in face.expression.ranking[:BARS]:
        write(canvas, label, style.small, (x, y), LIGHT)
        top = y + (style.small - thick + 1) // 2
        length = max(1, round(max(_limited(probability), 0.0) * longest))
        fill(canvas, Rect(start, top, start + longest, top + thick), _GREY)
        fill(canvas, Rect(start, top, start + length, top + thick), bgr_of(colour_of(label)))
        y += _row(style)


def _row(style: Style) -> int:
    return round(1.75 * style.small)


def _names(style: Style) -> int:
    # Of all labels, so that the bars of two frames have one length.
    return max(text_size(label, style.small)[0] for label in LABELS)


def _longest(style: Style) -> int:
    return 5 * style.small


def _draw_affect(
        canvas: Pixels, place: tuple[int, int], side: int, face: Face, style: Style) -> None:
    margin = max(2, style.small // 3)
    reach = side // 2 - margin
    x, y = place[0] + side // 2, place[1] + side // 2
    cv2.rectangle(canvas, (x - reach, y - reach), (x + reach, y + reach), _GREY, 1)
    cv2.line(canvas, (x - reach, y), (x + reach, y), _GREY, 1)
    cv2.line(canvas, (x, y - reach), (x, y + reach), _GREY, 1)
    # OpenCV places antialiased circles to a sixteenth of a pixel.
    radius = max(2.5, 0.3 * style.small)
    centre = (round(16 * (x + (reach - radius) * _limited(face.valence))),
              round(16 * (y - (reach - radius) * _limited(face.arousal))))
    cv2.circle(canvas, centre, round(16 * (radius + 1)), LIGHT, -1, cv2.LINE_AA, 4)
    cv2.circle(canvas, centre, round(16 * radius), style.colour, -1, cv2.LINE_AA, 4)


def _limited(value: float) -> float:
    # What is no number is drawn as 0.
    return min(max(value, -1.0), 1.0) if value == value else 0.0
