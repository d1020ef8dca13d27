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

"""Figures of matplotlib: names from outside in them, and how they are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
import warnings

from fer_ros.core.text import shown
from fer_ros.staged_output import staged

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Characters of a name in a figure.
_LONGEST = 80


def literal(name: str) -> str:
    """Return the name of a file or a face as it is to be drawn: what stands between $ is text."""
    return shown(name, _LONGEST).replace('$', r'\$')


def save(figure: Figure, place: Path, dpi: int) -> None:
    """
    Write a figure; the format is that of the file's ending.

    :raises ValueError: an ending that matplotlib does not know.
    :raises OutputError: it cannot be written.
    """
    with staged(place) as path, warnings.catch_warnings():
        # A letter that the font lacks is a box in the picture.
        warnings.filterwarnings('ignore', 'Glyph')
        figure.savefig(path, dpi=dpi)
