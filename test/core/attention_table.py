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

"""A written sequence of looks, and the table that docs/attention.md shows of it."""

from __future__ import annotations

from pathlib import Path

from fer_ros.core.attention import AttentionTracker

PAGE = Path(__file__).parents[2] / 'docs' / 'attention.md'
START, END = '<!-- the sequence -->\n', '<!-- end of the sequence -->'

#: Seconds, the angle between head and target in degrees (None: pose not known), in words.
SEQUENCE = (
    (1.0, 60.0, 'passes by and looks elsewhere'),
    (0.2, 10.0, 'glances at the robot'),
    (1.0, 60.0, 'looks elsewhere again'),
    (2.0, 10.0, 'stops and looks at the robot'),
    (0.2, None, 'blinks: the pose is lost for a moment'),
    (1.0, 12.0, 'looks'),
    (1.0, 24.0, 'turns a little: out of the inner cone, not of the outer one'),
    (0.6, 45.0, 'glances aside'),
    (1.0, 10.0, 'looks'),
    (1.2, 45.0, 'looks aside for longer'),
    (1.0, 10.0, 'comes back'),
    (3.0, 60.0, 'turns away'),
    (0.3, 10.0, 'glances back'),
    (1.0, 60.0, 'turns away'),
    (1.0, 10.0, 'looks again'),
    (2.0, None, 'hides the face behind a hand'),
    (1.0, 10.0, 'shows it again'),
)


def played(sequence, rate: float, confidence: float = 0.9):
    """Return for each part of a sequence the changes in it: (seconds into it, level)."""
    tracker, level, parts, start, frame = AttentionTracker(), None, [], 0.0, 0
    for seconds, angle, *_ in sequence:
        changes = []
        while frame / rate < start + seconds - 1e-9:
            told = tracker.update(
                angle, 0.0 if angle is None else confidence, frame / rate).level
            if told is not level:
                changes.append((frame / rate - start, told))
                level = told
            frame += 1
        parts.append(changes)
        start += seconds
    return parts


def table() -> str:
    """Return the sequence and what comes of it at 30 Hz, as Markdown."""
    rows = ['| from | for | angle | the person | level |', '|---|---|---|---|---|']
    start = 0.0
    for (seconds, angle, words), changes in zip(SEQUENCE, played(SEQUENCE, 30.0)):
        levels = ', '.join(
            f'`{level.word}`' + (f' after {into:.1f} s' if into > 0.05 else '')
            for into, level in changes) or 'stays'
        seen = '' if angle is None else f'{angle:g}°'
        rows.append(f'| {start:.1f} s | {seconds:.1f} s | {seen} | {words} | {levels} |')
        start += seconds
    return '\n'.join(rows) + '\n'


def page_with(text: str) -> str:
    """Return a page with the table between its marks."""
    before, rest = text.split(START)
    return before + START + table() + END + rest.split(END)[1]


if __name__ == '__main__':
    PAGE.write_text(page_with(PAGE.read_text(encoding='utf-8')), encoding='utf-8')
