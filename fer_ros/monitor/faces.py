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

"""The faces of the monitor's picture: a row each, and the eight probabilities where they fit."""

from __future__ import annotations

from dataclasses import dataclass

from fer_ros.core.attention import Level
from fer_ros.core.display import colour_of, LEVEL_COLOURS
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.monitor.glyphs import Glyphs
from fer_ros.monitor.model import MARKED, Monitor
from fer_ros.monitor.states import Track
from rich.cells import set_cell_size
from rich.text import Text

#: What the sparkline may show, with its range.
NUMBERS = {'valence': (-1.0, 1.0), 'confidence': (0.0, 1.0)}

#: Rows that a face takes at most, from the roomiest to the tightest way to show it.
WAYS = ('bars', 'levels', 'row')

_ID, _LABEL, _BAR, _LEVEL = 10, 10, 12, 14

#: Stands for a number that the message does not have.
UNKNOWN = '   ?'

_DIM = 'dim'


@dataclass(frozen=True)
class Canvas:
    """
    What rows are drawn for.

    :param width: of the terminal, in characters.
    :param number: one of `NUMBERS`.
    :param attention: whether to show whom people attend to.
    """

    width: int
    glyphs: Glyphs
    number: str = 'valence'
    attention: bool = False


def styles(label: str) -> str:
    """Return the style of a label: its colour in the annotated pictures."""
    red, green, blue = colour_of(label)
    return f'rgb({red},{green},{blue})'


def attention_style(level: str) -> str:
    """Return the style of a level of attention: its colour in the annotated pictures."""
    known = next((one for one in Level if one.word == level), Level.UNKNOWN)
    red, green, blue = LEVEL_COLOURS[known]
    return f'bold rgb({red},{green},{blue})'


def face_rows(monitor: Monitor, at: float, canvas: Canvas, height: int) -> list[Text]:
    """Return all faces in at most so many rows, in the roomiest way in which all of them fit."""
    tracks = sorted(monitor.tracks.items(), key=lambda item: item[1].gone)
    if not tracks:
        return [Text(' nobody', _DIM)]
    for way in WAYS:
        rows = [row for name, track in tracks for row in _rows(name, track, at, canvas, way)]
        if len(rows) <= height:
            return rows
    kept = rows[:max(0, height - 1)]
    more = f' and {len(rows) - len(kept)} more' if kept else f' {len(rows)} faces'
    return [*kept, Text(more, _DIM)][:max(height, 0)]


def _rows(name: str, track: Track, at: float, canvas: Canvas, way: str) -> list[Text]:
    rows = [_summary(name, track, at, canvas)]
    if way == 'bars':
        rows += _bars(track, canvas)
    elif way == 'levels':
        rows.append(_levels(track, canvas))
    return rows


def _summary(name: str, track: Track, at: float, canvas: Canvas) -> Text:
    """Return mark, id, label, confidence, sparkline; a change is named while it is new."""
    glyphs, face, wide = canvas.glyphs, track.face, canvas.width >= 70
    colour = styles(face.label)
    fresh = bool(track.before) and at - track.changed < MARKED
    row = Text(no_wrap=True)
    row.append(f'{glyphs.mark} ', colour)
    row.append(set_cell_size(glyphs.text(name), _ID) + ' ', _DIM if track.gone else 'bold')
    # In the terminal's own colour, which can be read on its background.
    row.append(set_cell_size(glyphs.text(face.label), _LABEL), 'reverse' if fresh else 'bold')
    if track.gone:
        row.append(f' gone {at - track.seen:.0f} s ago', _DIM)
        return row
    unsure = face.label == UNSURE
    row.append(f' {" " * len(UNKNOWN) if unsure else _percent(face.confidence)} ')
    if canvas.attention:
        level = track.attention or 'unknown'
        way = glyphs.way(*track.beside) if track.beside else ' '
        row.append(f'{way} ', attention_style(level))
        row.append(set_cell_size(level, _LEVEL))
    if wide:
        row.append(glyphs.bar(face.confidence or 0.0, _BAR), colour)
    note = f' was {glyphs.text(track.before)}' if fresh and wide else ''
    value = face.valence if canvas.number == 'valence' else face.confidence
    sign = '+' if canvas.number == 'valence' else ''
    row.append(f' {UNKNOWN.rjust(5) if value is None else format(value, f"{sign}5.2f")} ')
    room = canvas.width - row.cell_len - len(note) - 1
    _sparkline(row, track, at, canvas, min(room, 60))
    row.append(note, 'italic')
    return row


def _sparkline(row: Text, track: Track, at: float, canvas: Canvas, width: int) -> None:
    """Append the last minute in the colours of the labels shown, changes underlined."""
    if width < 4:
        return
    low, high = NUMBERS[canvas.number]
    for column in track.history.columns(at, width, canvas.number):
        if column.value is None:
            row.append(' ')
        else:
            row.append(canvas.glyphs.level(column.value, low, high),
                       styles(column.label) + (' underline' if column.changed else ''))


def _bars(track: Track, canvas: Canvas) -> list[Text]:
    """Return the eight probabilities as bars, each label at its own place."""
    across = 4 if canvas.width >= 88 else 2
    each = (canvas.width - 3) // across
    length = max(3, min(each - _LABEL - 8, 20))
    rows = []
    for start in range(0, len(LABELS), across):
        row = Text('   ', no_wrap=True)
        for label in LABELS[start:start + across]:
            share = track.face.probabilities.get(label)
            row.append(label.ljust(_LABEL), 'bold' if label == track.face.label else _DIM)
            row.append(canvas.glyphs.bar(share or 0.0, length), styles(label))
            row.append(f' {_percent(share)}'.ljust(each - _LABEL - length),
                       '' if (share or 0.0) >= 0.05 else _DIM)
        rows.append(row)
    return rows


def _levels(track: Track, canvas: Canvas) -> Text:
    """Return the eight probabilities as one character each, beside the label's first letters."""
    row = Text('   ', no_wrap=True)
    for label in LABELS:
        share = track.face.probabilities.get(label)
        row.append(f'{label[:2]} ', _DIM)
        level = '?' if share is None else canvas.glyphs.level(share, 0.0, 1.0)
        row.append(f'{level} ', styles(label))
    return row


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None else f'{100 * share:3.0f}%'
