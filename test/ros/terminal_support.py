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

"""A command in a pseudo-terminal: what it draws, keys pressed for real, the size changed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading

from support import PATIENCE, ROOT, wait_for

_ESCAPE = re.compile(r'\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][A-Z0-9])')

#: Starts a picture that is drawn over the one before.
_HOME = '\x1b[H'


class TerminalProcess:
    """Run a module of fer_ros in a terminal of its own."""

    def __init__(self, module: str, *arguments: str, columns: int = 100, rows: int = 30,
                 env: dict | None = None):
        self.file, theirs = pty.openpty()
        self.settings = termios.tcgetattr(theirs)
        self._theirs = theirs
        self.resize(columns, rows)
        environment = {name: value for name, value in os.environ.items()
                       if name not in ('NO_COLOR', 'LINES', 'COLUMNS', 'FORCE_COLOR')}
        self._process = subprocess.Popen(
            [sys.executable, '-m', module, *arguments], stdin=theirs, stdout=theirs,
            stderr=theirs, start_new_session=True,
            env={**environment, 'PYTHONPATH': str(ROOT), 'TERM': 'xterm-256color',
                 'LC_ALL': 'C.UTF-8', **(env or {})})
        self.output = ''
        threading.Thread(target=self._read, daemon=True).start()

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, which its process is told."""
        fcntl.ioctl(self.file, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        if hasattr(self, '_process'):
            self.send(signal.SIGWINCH)

    def press(self, keys: str) -> None:
        os.write(self.file, keys.encode())

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    @property
    def shown(self) -> str:
        """Return the last picture that was drawn as a whole, as one line of words."""
        pictures = self.output.split(_HOME)
        return plain(pictures[-2]) if len(pictures) > 2 else ''

    def wait_for(self, *words: str) -> str:
        """Return the first picture that has all these words."""
        def found():
            text = self.shown
            return text if all(word in text for word in words) else None
        try:
            return wait_for(found, f'a picture with {words}')
        except AssertionError as error:
            raise AssertionError(f'{error}; last: {self.shown or self.output}') from None

    def wait(self, seconds: float = PATIENCE) -> int:
        """Return the exit status."""
        return self._process.wait(seconds)

    @property
    def restored(self) -> bool:
        """Return whether the terminal is as it was before: settings, screen and cursor."""
        return (termios.tcgetattr(self._theirs) == self.settings
                and self.output.rfind('\x1b[?1049l') > self.output.rfind('\x1b[?1049h')
                and self.output.rfind('\x1b[?25h') > self.output.rfind('\x1b[?25l'))

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._theirs)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.file, 65536)
            except OSError:
                return
            self.output += data.decode('utf-8', 'replace')


def plain(text: str) -> str:
    """Return words without colours and line breaks."""
    return ' '.join(_ESCAPE.sub('', text).split())
