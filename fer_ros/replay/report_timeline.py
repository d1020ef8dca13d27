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

"""Where everything of a report's timeline lies: bands, curves, gaps and the axis, as numbers."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fer_ros.core.display import colour_of, is_dark
from fer_ros.core.text import shown
from fer_ros.replay.report_data import Band, Person, ReportData

#: Size of the picture in its own units, and what is left at its sides for names and the end.
WIDTH, LEFT, RIGHT = 1000.0, 90.0, 14.0

#: Heights: of the strip of rates, of a person's row with its parts, and of the axis.
RATE, ROW, BAND, CURVE, AXIS = 44.0, 92.0, 22.0, 52.0, 30.0

#: A band narrower than this is a part of its neighbour; one as wide as a letter is named.
NARROW, LETTER = 0.6, 6.4


@dataclass(frozen=True)
class Shape:
    """A rectangle with the words that stand in it and those that explain it."""

    x: float
    width: float
    label: str
    text: str
    title: str


@dataclass(frozen=True)
class Row:
    """A person's row; curves are the `d` of SVG paths."""

    name: str
    summary: str
    y: float
    bands: list[Shape]
    valence: str
    arousal: str


@dataclass(frozen=True)
class Timeline:
    """The whole picture."""

    height: float
    rows: list[Row]
    rate: str
    most_rate: float
    gaps: list[Shape]
    restarts: list[float]
    ticks: list[tuple[float, str]]


def colour(label: str) -> str:
    """Return the colour of a label for CSS: that of the annotated pictures."""
    return '#{:02x}{:02x}{:02x}'.format(*colour_of(label))


def ink(label: str) -> str:
    """Return black or white, whichever is read better on the colour of a label."""
    return '#fff' if is_dark(colour_of(label)) else '#000'


def clock(seconds: float) -> str:
    """Return a time for people: 7.5 s, 2:05, 1:00:03."""
    if seconds < 100:
        return f'{seconds:.1f} s'
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{rest:02}' if hours else f'{minutes}:{rest:02}'


def timeline(data: ReportData, people: Sequence[Person]) -> Timeline:
    """Lay the people out below each other."""
    total = max(data.drawn, 1e-3)
    scale = (WIDTH - LEFT - RIGHT) / total

    def x(at: float) -> float:
        return round(LEFT + at * scale, 1)

    rates = [(at, count / data.rate.step) for at, count, _ in data.rate.points()]
    if len(rates) > 1:
        # The last step is not over.
        rates.pop()
    most = max((rate for _, rate in rates), default=1.0) or 1.0
    rows = [_row(person, RATE + 8 + number * ROW, x, data.drawn)
            for number, person in enumerate(people)]
    return Timeline(
        RATE + 8 + len(rows) * ROW + AXIS, rows,
        _path([(x(at), 4 + (RATE - 8) * (1 - rate / most)) for at, rate in rates],
              3 * data.rate.step * scale), most,
        [Shape(x(gap.start), max(1.0, x(gap.end) - x(gap.start)), '', '',
               f'no frame for {clock(gap.length)} after {clock(gap.time)}') for gap in data.gaps],
        [x(at) for at in data.restarts], [(x(at), clock(at)) for at in _ticks(total)])


def _row(person: Person, y: float, x, end: float) -> Row:
    shapes = []
    bands = _wide_enough(person.bands, x)
    for band in bands:
        left, right = x(band.start), x(min(band.end, end))
        width = max(1.0, right - left)
        words = band.label if LETTER * len(band.label) + 4 < width else ''
        shapes.append(Shape(
            left, round(width, 1), band.label, words,
            # What is as thin as a hair is not pointed at; the table has it.
            f'{band.label}, {clock(band.time)} for {clock(band.end - band.start)}'
            if width > 3 else ''))
    points = person.curve.points()
    # Seen less often than this, it was not seen in between.
    longest = x(3 * max(person.curve.step, 0.34)) - x(0.0)
    unseen = [x((before.end + after.start) / 2) for before, after in pairwise(bands)
              if x(after.start) - x(before.end) >= NARROW]
    top, middle = y + BAND + 6, y + BAND + 6 + (CURVE - 4) / 2

    def curve(number: int) -> str:
        return _path(_thinned([(x(point[0]), middle + point[number] * (top - middle))
                               for point in points]), longest, unseen)
    return Row(shown(person.id), f'{shown(person.id)}: seen for {clock(person.seconds)}, '
               f'{person.changes} changes', y, shapes, curve(2), curve(3))


def _wide_enough(bands: Sequence[Band], x) -> list[Band]:
    """Return the bands without those too narrow to be seen, which the one before takes over."""
    kept: list[Band] = []
    for band in bands:
        joined = bool(kept) and x(band.start) - x(kept[-1].end) < NARROW
        narrow = x(band.end) - x(band.start) < NARROW
        if joined and (narrow or kept[-1].label == band.label):
            kept[-1] = Band(kept[-1].start, band.end, kept[-1].label, kept[-1].time)
        else:
            kept.append(band)
    return kept


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points no denser than can be seen: means over a unit."""
    columns: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        columns.setdefault(int(point[0]), []).append(point)
    return [(sum(x for x, _ in column) / len(column), sum(y for _, y in column) / len(column))
            for column in columns.values()]


def _path(points: Sequence[tuple[float, float]], longest: float,
          breaks: Sequence[float] = ()) -> str:
    """
    Return the `d` of a line through points.

    :param longest: the line is broken between points that are further apart.
    :param breaks: where it is broken, too; in order.
    """
    parts, before = [], None
    for x, y in points:
        if (before is None or x - before > max(longest, 1.0)
                or bisect(breaks, before) < bisect(breaks, x)):
            # A point alone is drawn by the round ends of a line without length.
            parts.append(f'M{x:.1f} {y:.1f}h0')
        else:
            parts.append(f'L{x:.1f} {y:.1f}')
        before = x
    return ''.join(parts)


def _ticks(total: float) -> list[float]:
    """Return round times, six or so."""
    step = next((step for step in (
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
        if total / step <= 8), total / 6)
    return [number * step for number in range(int(total / step) + 1)]
