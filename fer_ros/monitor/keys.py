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

"""Keys pressed in a terminal, one by one; the terminal is as it was before when that ends."""

from __future__ import annotations

from contextlib import suppress
import os
import select
import sys
import termios
import tty

#: What a terminal sends for keys that are no character.
_SEQUENCES = {
    '\x1b[A': 'up', '\x1b[B': 'down', '\x1b[C': 'right', '\x1b[D': 'left',
    '\x1bOA': 'up', '\x1bOB': 'down', '\x1bOC': 'right', '\x1bOD': 'left', '\x1b[Z': 'back tab'}

#: Stands for a terminal that was closed.
CLOSED = 'closed'


class Keyboard:
    """
    Read keys from standard input while it is a terminal; else there are none.

    :param file: descriptor; None for standard input.
    """

    def __init__(self, file: int | None = None):
        if file is None:
            file = sys.stdin.fileno() if sys.stdin is not None else -1
        self.file: int | None = file if file >= 0 and os.isatty(file) else None
        self._before: list | None = None

    def __enter__(self) -> Keyboard:
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> None:
        """Let keys through as they are pressed, and show none of them."""
        if self.file is not None and self._before is None:
            self._before = termios.tcgetattr(self.file)
            tty.setcbreak(self.file, termios.TCSANOW)

    def stop(self) -> None:
        """Leave the terminal as it was; keys that nobody read are gone."""
        if self.file is not None and self._before is not None:
            # A terminal that was closed cannot be put right, nor must it.
            with suppress(termios.error):
                termios.tcsetattr(self.file, termios.TCSAFLUSH, self._before)
            self._before = None

    def pressed(self) -> list[str]:
        """Return the keys that were pressed since the last call; never waits."""
        if self.file is None or not select.select([self.file], [], [], 0)[0]:
            return []
        try:
            data = os.read(self.file, 256)
        except OSError:
            data = b''
        return names(data) if data else [CLOSED]


def names(data: bytes) -> list[str]:
    """Return the keys in what a terminal sent: characters, and names for those that are none."""
    text, found = data.decode('utf-8', 'replace'), []
    while text:
        sequence = next((each for each in _SEQUENCES if text.startswith(each)), '')
        if sequence:
            found.append(_SEQUENCES[sequence])
        elif text[0] == '\x1b':
            found.append('escape')
            # The rest of a sequence that is not known is no text that somebody wrote.
            if text[1:2] in ('[', 'O'):
                return found
        else:
            found.append({'\t': 'tab', '\r': 'enter', '\n': 'enter'}.get(text[0], text[0]))
        text = text[len(sequence) or 1:]
    return found
