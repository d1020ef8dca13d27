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

"""What the monitor writes to: a terminal's other screen, or lines on standard output."""

from __future__ import annotations

from collections.abc import Mapping
import json
import os
import time
from typing import Any, TextIO

from fer_ros.monitor.lines import event_object, line
from fer_ros.monitor.states import Event


def can_draw(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether pictures can be drawn in place on a stream."""
    return stream.isatty() and environment.get('TERM', '') not in ('', 'dumb', 'unknown')


def has_unicode(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Return whether a stream and its locale take more characters than ASCII."""
    # In the locale C, Python writes UTF-8 all the same; the terminal may not show it.
    name = next((environment[key] for key in ('LC_ALL', 'LC_CTYPE', 'LANG')
                 if environment.get(key)), '')
    encoding = (getattr(stream, 'encoding', '') or '').lower().replace('-', '')
    return encoding == 'utf8' and name not in ('C', 'POSIX')


class Lines:
    """Write each change as a line: words and `key=value`, or JSON."""

    def __init__(self, stream: TextIO, as_json: bool):
        self._stream, self._json = stream, as_json

    def show(self, event: Event) -> None:
        """Write a change."""
        wall = time.time() - (time.monotonic() - event.at)
        values = event_object(event, wall)
        self.write(json.dumps(values) if self._json else line(values))

    def write(self, text: str) -> None:
        """Write a line; what the stream's encoding lacks is escaped."""
        encoding = getattr(self._stream, 'encoding', None) or 'utf-8'
        text = text.encode(encoding, 'backslashreplace').decode(encoding)
        print(text, file=self._stream, flush=True)


class Screen:
    """Draw on a terminal's other screen, which gives way to what was there before."""

    def __init__(self, stream: TextIO):
        from rich.console import Console
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._screen: Any = None

    def start(self) -> None:
        """Take the screen and hide the cursor."""
        if self._screen is None:
            self._screen = self._console.screen(hide_cursor=True)
            self._screen.__enter__()

    def stop(self) -> None:
        """Give the screen and the cursor back."""
        if self._screen is not None:
            screen, self._screen = self._screen, None
            screen.__exit__(None, None, None)

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in characters, as they are now."""
        try:
            columns, rows = os.get_terminal_size(self._console.file.fileno())
        except OSError:
            columns, rows = self._console.size
        return max(columns, 1), max(rows, 1)

    def draw(self, rows: list) -> None:
        """Show rows of text, one for each of the terminal."""
        from rich.console import Group
        from rich.control import Control
        # As one write: a terminal far away must not show half a picture.
        with self._console:
            self._console.control(Control.home())
            self._screen.update(Group(*rows))
