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

"""How far a study is, for people: a bar in a terminal, plain lines elsewhere."""

from __future__ import annotations

from contextlib import suppress
import sys
import time
from typing import Any

from fer_ros.boundary import tell
from fer_ros.core.packages import missing_package
from fer_ros.core.text import counted

#: Seconds between two lines where there is no terminal.
LINE_SECONDS = 10.0

_COMMAND = 'fer_study'
_LONGEST = 1500


class Progress:
    """
    Tell of frames and recordings.

    :param recordings: how many are to be done.
    :param frames: about how many frames they have.
    :param quiet: tell failures only.
    """

    def __init__(self, recordings: int, frames: int, quiet: bool = False):
        self._recordings, self._quiet = recordings, quiet
        self._ended = 0
        self._started = self._told = time.monotonic()
        self._bar: Any = None
        self._frames, self._total = 0, frames
        if quiet or not recordings or sys.stderr is None or not sys.stderr.isatty():
            return
        try:
            from tqdm import tqdm
        except ImportError as error:
            tell(_COMMAND, f'no progress bar: {missing_package(error)}')
            return
        self._bar = tqdm(total=frames, unit=' frames', desc=self._title(), file=sys.stderr,
                         dynamic_ncols=True, smoothing=0.05)

    def set_frames(self, done: int, total: int) -> None:
        """
        Take how far all workers together are.

        :param total: frames that there are, as far as that is known by now.
        """
        # A recording that starts anew takes frames back.
        self._frames, self._total = done, max(done, total)
        if self._bar is not None:
            self._bar.total = self._total
            self._bar.update(done - self._bar.n)
        elif not self._quiet and time.monotonic() - self._told >= LINE_SECONDS:
            self._told = time.monotonic()
            tell(_COMMAND, self.line())

    def end_recording(self) -> None:
        """Count a recording as ended, well or not."""
        self._ended += 1
        if self._bar is not None:
            self._bar.set_description_str(self._title())

    def tell(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is not None:
            self._bar.clear()
        tell(_COMMAND, text, _LONGEST)
        if self._bar is not None:
            self._bar.refresh()

    def line(self) -> str:
        """Return how far it is, with the rate and the time that is left."""
        seconds = max(time.monotonic() - self._started, 1e-3)
        rate = self._frames / seconds
        line = f'{self._title()}, {self._frames} of about {self._total} frames'
        if not rate:
            return line
        left = _span((self._total - self._frames) / rate)
        return f'{line}, {rate:.{0 if rate > 9.95 else 1}f} frames/s, {left} left'

    def _title(self) -> str:
        return f'{self._ended} of {counted(self._recordings, "recording")}'

    def close(self) -> None:
        """End the bar; the terminal's line stays."""
        if self._bar is not None:
            with suppress(OSError):
                self._bar.close()


def _span(seconds: float) -> str:
    """Return a time in words of the fitting size."""
    if seconds < 90:
        return f'{seconds:.0f} s'
    if seconds < 5400:
        return f'{seconds / 60:.0f} min'
    return f'{seconds / 3600:.1f} h'
