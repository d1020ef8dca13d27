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

"""The monitor's picture as an SVG file."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
import re

from fer_ros.boundary import InputError
from fer_ros.staged_output import write_whole
from rich.console import Console, Group
from rich.text import Text

#: Characters of the terminal that is drawn.
WIDTH, HEIGHT = 100, 30

# Rich has letters fetched from elsewhere; the viewer's own will do.
_FONTS = re.compile(r'@font-face\s*\{.*?\}', re.S)


def save(path: Path, rows: list[Text], title: str) -> None:
    """
    Write rows of text as a terminal shows them.

    :raises InputError: the installed rich is too old for that.
    :raises OutputError: the file cannot be written.
    """
    console = Console(
        width=WIDTH, height=HEIGHT, file=StringIO(), record=True, force_terminal=True,
        color_system='truecolor', no_color=False, highlight=False, markup=False, emoji=False)
    if not hasattr(console, 'export_svg'):
        raise InputError('--picture needs the Python package rich 12.3 or later; install it '
                         'with: pip install --upgrade rich')
    console.print(Group(*rows))
    write_whole(path, _FONTS.sub('', console.export_svg(title=title)).encode('utf-8'))
