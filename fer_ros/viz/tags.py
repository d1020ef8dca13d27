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

"""Words about faces, where they fit: a tag at each box, rate and time in a corner."""

from __future__ import annotations

from collections.abc import Collection

from fer_ros.core.display import attention_text, label_text
from fer_ros.core.types import Face, Pixels
from fer_ros.viz.face_boxes import fill, LIGHT, shade, Style
from fer_ros.viz.layout import above, below, Layout, Rect, within
from fer_ros.viz.lettering import Colour, LEAST_CAP, text_size, write


#: Letters of a word; labels and ids of the node have a dozen, others are cut.
LONGEST = 24


def draw_tag(canvas: Pixels, layout: Layout, face: Face, style: Style,
             layers: Collection[str] = ('labels',)) -> None:
    """
    Write label, confidence and id beside a face, or as much of that as there is room for.

    :param layers: `labels`, and `attention` for a word on that, too, where it is known.
    """
    # Words apart from each other: few enough for all of them to be kept as rendered.
    labelled = 'labels' in layers
    whole = tuple(word[:LONGEST] for word in label_text(face).split()) if labelled else ()
    seen, name_of = style.seen, face.id[:LONGEST] if labelled else ''
    word = attention_text(face) if 'attention' in layers else ''
    more = (*whole, word) if word else whole
    whole = whole or more
    if not whole:
        return
    small = style.small
    for words, name, cap, spots, on in (
            (more, name_of, style.cap, above, None), (more, '', style.cap, above, None),
            (more, '', style.small, below, None),
            (whole, name_of, style.cap, above, None), (whole, '', style.cap, above, None),
            (whole, name_of, style.cap, below, None), (whole, '', style.cap, below, None),
            (whole, '', small, above, None), (whole, '', small, below, None),
            (whole[:1], '', small, above, None), (whole[:1], '', small, below, None),
            # On the face itself, where there is no room beside it.
            (whole, '', style.cap, within, style.box), (whole, '', small, within, style.box),
            (whole[:1], '', small, within, style.box)):
        line = [(word, cap) for word in words] + ([(name, small)] if name else [])
        size = _line_size(line)
        rect = layout.place(size, spots(seen, size), on)
        if rect is not None:
            fill(canvas, rect, style.colour)
            _write_line(canvas, line, rect, style.ink, style.colour)
            return


def _line_size(line: list[tuple[str, int]]) -> tuple[int, int]:
    """Return (width, height) of words with their heights, with the room about them."""
    pad = _pad(line)
    height = text_size(*line[0])[1] + pad
    return sum(text_size(*word)[0] + pad for word in line) + pad, height


def _write_line(canvas: Pixels, line: list[tuple[str, int]], rect: Rect, ink: Colour,
                paper: Colour | None = None) -> None:
    """Write words side by side on a common base line."""
    pad = _pad(line)
    x, base = rect.left + pad, rect.top + pad - pad // 3 + line[0][1]
    for text, cap in line:
        write(canvas, text, cap, (x, base - cap), ink, paper)
        x += text_size(text, cap)[0] + pad


def _pad(line: list[tuple[str, int]]) -> int:
    return max(2, line[0][1] // 3)


def draw_timing(
        canvas: Pixels, layout: Layout, unit: float, rate: float | None,
        seconds: float | None) -> None:
    """Write the rate and the time of a frame in the first corner that is free."""
    cap = max(LEAST_CAP, round(8 * unit))
    line = [(text, cap) for text in (
        '' if rate is None else f'{rate:.1f} Hz',
        '' if seconds is None else f'{1e3 * seconds:.1f} ms') if text]
    if not line:
        return
    size = _line_size(line)
    rect = layout.place(size, within(Rect(0, 0, layout.width, layout.height), size))
    if rect is not None:
        shade(canvas, rect)
        _write_line(canvas, line, rect, LIGHT)
