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

"""Faces as text: a live table with bars in a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
import shutil
import sys
from typing import TextIO

from fer_ros.core.text import counted
from fer_ros.core.types import Face, LABELS, UNSURE
from fer_ros.monitor.glyphs import UNICODE

#: Seconds between plain lines when nothing changes, and at least between any two.
QUIET, BUSY = 1.0, 0.2

#: Seconds between pictures of the table: more often nobody can read.
REFRESH = 0.1


def view(stream: TextIO = sys.stdout):
    """Return the view that suits a stream."""
    return Table(stream) if stream.isatty() else Lines(stream)


def described(face: Face) -> str:
    """Return the label, its probability and the size of a face, for people."""
    sure = '' if face.label == UNSURE else f' {100 * face.confidence:.0f}%'
    return f'{face.label}{sure} ({face.box.width:.0f}x{face.box.height:.0f} px)'


class Lines:
    """Print a line when the faces or their labels change, and once a second otherwise."""

    def __init__(self, stream: TextIO):
        self._stream = stream
        self._shown: list = []
        self._next = (0.0, 0.0)

    def show(self, seconds: float, rate: float, faces: Sequence[Face]) -> None:
        """Take the faces of one message; `seconds` since the first picture, `rate` in Hz."""
        what = sorted((face.id, face.label) for face in faces)
        busy, quiet = self._next
        if seconds < (busy if what != self._shown else quiet):
            return
        self._shown, self._next = what, (seconds + BUSY, seconds + QUIET)
        people = '   '.join(f'{face.id} {described(face)}' for face in faces)
        print(f'{seconds:6.1f} s  {rate:4.1f} Hz  {people or "nobody"}',
              file=self._stream, flush=True)

    def close(self) -> None:
        """Do nothing: lines stay."""


class Table:
    """Redraw one row per face in place: label, confidence as a bar, and all eight as columns."""

    def __init__(self, stream: TextIO):
        self._stream = stream
        self._height = 0
        self._next = 0.0

    def show(self, seconds: float, rate: float, faces: Sequence[Face]) -> None:
        """Take the faces of one message; `seconds` since the first picture, `rate` in Hz."""
        if seconds < self._next:
            return
        self._next = seconds + REFRESH
        names = ' '.join(label[:3] for label in LABELS)
        rows = [
            f'{seconds:6.1f} s   {rate:4.1f} Hz   {counted(len(faces), "face")}',
            f'  {"id":<8}{"expression":<11}{"confidence":<27}{names}']
        rows += [self._row(face) for face in faces] or ['  nobody']
        columns = shutil.get_terminal_size().columns
        self._erase()
        self._stream.write(''.join(f'{row[:columns - 1]}\n' for row in rows))
        self._stream.flush()
        self._height = len(rows)

    def close(self) -> None:
        """Leave the last picture of the table where it is."""
        self._height = 0

    def _erase(self) -> None:
        if self._height:
            self._stream.write(f'\x1b[{self._height}F\x1b[J')

    @staticmethod
    def _row(face: Face) -> str:
        columns = ' '.join(
            f' {UNICODE.levels[min(7, int(8 * p))]} ' for p in face.expression.probabilities)
        return (f'  {face.id:<8}{face.label:<11}'
                f'{UNICODE.bar(face.confidence, 20)} {100 * face.confidence:3.0f}%  {columns}')
