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

"""Bars and sparklines of characters, with a set of ASCII for terminals that have no others."""

from __future__ import annotations

from dataclasses import dataclass
import math


@dataclass(frozen=True)
class Glyphs:
    """
    The characters that pictures are made of.

    :param parts: of a bar's last character, from empty to full.
    :param levels: of a sparkline, from low to high.
    :param ways: to the camera, then right and on clockwise by eighths of a turn.
    """

    parts: str
    levels: str
    rule: str
    arrow: str
    mark: str
    ellipsis: str
    ways: str

    def bar(self, share: float, width: int) -> str:
        """Return a bar of so many characters, filled to a share of 0 to 1."""
        steps = len(self.parts) - 1
        full, rest = divmod(round(min(max(share, 0.0), 1.0) * width * steps), steps)
        return (self.parts[-1] * full + (self.parts[rest] if full < width else '')).ljust(width)

    def level(self, value: float, low: float, high: float) -> str:
        """Return the character for a value in a range."""
        last = len(self.levels) - 1
        return self.levels[min(last, max(0, round((value - low) / (high - low) * last)))]

    def way(self, right: float, down: float) -> str:
        """Return an arrow, or a dot where it points to the camera within some 17 degrees."""
        if math.hypot(right, down) < 0.3:
            return self.ways[0]
        return self.ways[1 + round(math.atan2(down, right) / (math.pi / 4)) % 8]

    def text(self, text: str) -> str:
        """Return text from outside in characters that the terminal has."""
        return text if self is UNICODE else text.replace('…', '...').encode(
            'ascii', 'backslashreplace').decode('ascii')


UNICODE = Glyphs(' ▏▎▍▌▋▊▉█', '▁▂▃▄▅▆▇█', '─', '→', '●', '…', '◉→↘↓↙←↖↑↗')
ASCII = Glyphs(' -=#', '_.:-=+*#', '-', '->', '*', '~', 'o>\\v/<\\^/')
