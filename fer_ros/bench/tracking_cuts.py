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

"""Whether ids are kept at a hard cut between two real people, and on return after a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import cv2
from fer_ros.bench.tracking_playback import frames_of, load
from fer_ros.core.pipeline import FacePipeline, PipelineOptions
from fer_ros.core.types import Box, Frame
import numpy as np

#: Seconds of a clip shown before a cut or a gap, and after it.
BEFORE, AFTER = 0.6, 0.4

#: Seconds for which a person is gone, frames without anybody in between.
GAPS = (0.5, 1.0, 1.5)

# Seconds between two gaps of a clip; seconds to a frame while nobody is there.
_STEP, _PERIOD = 0.5, 1.0 / 30.0

_Shot = list[tuple[Frame, float]]


def measure_cuts(clips: Sequence[Path], options: PipelineOptions | None = None) -> list[dict]:
    """
    Cut from each clip to each other, at once and after a gap, and take each person away.

    At a cut, the second clip is moved and scaled so that its face lies where the first one
    was: the hardest case. A person taken away comes back as the clip goes on, after gray frames.

    :param clips: of one person each, of different people.
    :return: for JSON, rows of `case`, `cases`, `kept` (of which the id went on) and `share`.
    """
    shots = [list(frames_of(path)) for path in clips]
    rows = []
    for gap in (0.0, *GAPS):
        counts = [_cut(*pair, gap, options) for pair in permutations(shots, 2)]
        rows.append(_row(
            f'somebody else after {gap:g} s' if gap else 'hard cut between two people', counts))
    for gap in GAPS:
        counts = [
            _kept(_with_gap(shot, start, gap), options)
            for shot in shots for start in _starts(shot, gap)]
        rows.append(_row(f'back after {gap:g} s', counts))
    return rows


def _row(case: str, counts: list[bool | None]) -> dict:
    known = [kept for kept in counts if kept is not None]
    return {
        'case': case, 'cases': len(known), 'kept': sum(known),
        'share': f'{100 * sum(known) / len(known):.1f} %' if known else '–'}


def _cut(
        first: _Shot, second: _Shot, gap: float, options: PipelineOptions | None) -> bool | None:
    """Tell whether the id goes on over a cut; None where a face is not found."""
    before = [each for each in first if each[1] < first[0][1] + BEFORE]
    after = [each for each in second if each[1] < second[0][1] + AFTER]
    left, entered = (_face(load(options), frame) for frame in (before[-1][0], after[0][0]))
    if left is None or entered is None:
        return None
    (x, y), (u, v) = left.center, entered.center
    zoom = left.height / entered.height
    warp = np.array([[zoom, 0.0, x - zoom * u], [0.0, zoom, y - zoom * v]])
    size = (before[-1][0].width, before[-1][0].height)
    start = before[-1][1] + _PERIOD + gap - after[0][1]
    moved = [
        (Frame(cv2.warpAffine(
            frame.pixels, warp, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)),
         start + stamp) for frame, stamp in after]
    return _kept([before, _nobody(before[-1], moved[0][1] if gap else 0.0), moved], options)


def _face(pipeline: FacePipeline, frame: Frame) -> Box | None:
    faces = pipeline.process_still(frame).faces
    return faces[0].box if faces else None


def _starts(shot: _Shot, gap: float) -> Iterator[float]:
    """Yield the times at which somebody may go, so that enough of the clip follows."""
    start = shot[0][1] + BEFORE
    while start + gap + AFTER < shot[-1][1]:
        yield start
        start += _STEP


def _with_gap(shot: _Shot, start: float, gap: float) -> list[_Shot]:
    """Return a part of a clip, frames with nobody, and the part that follows them."""
    before = [each for each in shot if start - BEFORE <= each[1] < start]
    after = [each for each in shot if start + gap <= each[1] < start + gap + AFTER]
    return [before, _nobody(before[-1], after[0][1]), after]


def _nobody(last: tuple[Frame, float], until: float) -> _Shot:
    """Return gray frames between the last one with somebody and a time."""
    gray = Frame(np.full_like(last[0].pixels, 128))
    stamps = np.arange(last[1] + _PERIOD, until - 1e-3, _PERIOD)
    return [(gray, float(stamp)) for stamp in stamps]


def _kept(parts: list[_Shot], options: PipelineOptions | None) -> bool | None:
    """Tell whether the id of the first part goes on in the last one; None without faces."""
    pipeline = load(options)
    ids: list[list[str]] = []
    for part in parts:
        ids.append([])
        for frame, stamp in part:
            faces = pipeline.process(frame, stamp).faces
            ids[-1] += [face.id for face in faces[:1] if face.observed]
    return ids[0][-1] in ids[-1] if ids[0] and ids[-1] else None
