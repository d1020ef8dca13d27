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
"""What the page of a study shows of a recording: its timeline, and the people in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fer_ros.boundary import InputError, reason
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.records import FrameRecord
from fer_ros.replay.report_data import Band, Curve, OTHER, Person, ReportData
from fer_ros.replay.report_timeline import Timeline, timeline
from fer_ros.study.recording_tables import read_columns, read_rows
import numpy as np

#: The most people of a recording with a row of their own.
MOST_PEOPLE = 12

#: Words of the labels, in the order in which shares are shown.
WORDS = (*LABELS, UNSURE, OTHER)

#: Steps up to this are never gaps, in seconds.
_SHORT = 0.5


@dataclass(frozen=True)
class Shown:
    """
    A recording on the page.

    :param row: of the table recordings.
    :param picture: None where the recording has no tables.
    :param people: rows of the table people, of those with a row in the picture.
    :param left_out: how many others there are.
    :param labels: frames of faces by label, over everybody.
    :param seen: share of the frames with a face.
    :param fault: why its tables cannot be shown.
    """

    row: Mapping[str, Any]
    picture: Timeline | None = None
    people: Sequence[Mapping[str, Any]] = ()
    left_out: int = 0
    labels: Counter = field(default_factory=Counter)
    seen: float = 0.0
    gaps: Sequence[tuple[float, float]] = ()
    fault: str = ''


def shown_recording(folder: Path, row: Mapping[str, Any], points: int) -> Shown:
    """
    Read a recording and lay it out.

    :param folder: of the study.
    :param row: of the table recordings.
    :param points: the most points of a curve and bands of a person, about.
    """
    if row['error'] is not None:
        return Shown(row)
    try:
        frames = read_columns(folder, 'frames', row['recording'], (
            'frame', 'stamp', 'seconds', 'reset'))
        faces = read_columns(folder, 'faces', row['recording'], (
            'frame', 'id', 'label', 'valence', 'arousal'))
        people = read_rows(folder, 'people', row['recording'])
        data, times, goes_on = _walked(frames)
        ranked = sorted(people, key=lambda one: -one['frames'])[:MOST_PEOPLE]
        chosen = sorted(ranked, key=lambda one: one['first_seconds'])
        place = np.searchsorted(frames['frame'], faces['frame'])
        drawn = [_person(one, faces, place, times, goes_on, data.drawn / points)
                 for one in chosen]
        labels = Counter(_word(label) for label in faces['label'])
        seen = len(np.unique(place)) / max(1, len(frames['frame']))
    except InputError as error:
        return Shown(row, fault=str(error))
    except (KeyError, ValueError, TypeError, IndexError) as error:
        return Shown(row, fault=f'its tables do not fit together ({reason(error)}); make the '
                     'study anew with --force')
    return Shown(row, timeline(data, [one for one in drawn if one.bands]), chosen,
                 len(people) - len(chosen), labels, seen,
                 [(gap.time, gap.length) for gap in data.gaps])


def _walked(frames: Mapping[str, np.ndarray]) -> tuple[ReportData, np.ndarray, np.ndarray]:
    """
    Go through the frames as the report of a replay does.

    :return: what that knows of them, the drawn time of each, and whether it goes on from the one
        before, without a gap.
    """
    data = ReportData()
    seconds, reset = frames['seconds'].astype(float), frames['reset'].astype(bool)
    steps = np.diff(seconds)
    if not len(seconds) or not ((steps > 0) & (steps <= _SHORT)).all() or reset[1:].any():
        times, goes_on = np.zeros(len(seconds)), np.zeros(len(seconds), bool)
        for number, (index, stamp, time, again) in enumerate(zip(
                frames['frame'].tolist(), frames['stamp'].tolist(), seconds.tolist(),
                reset.tolist())):
            before = data.gap_count, len(data.restarts)
            data.add(FrameRecord(index, stamp, time, (), reset=again))
            times[number] = data.drawn
            goes_on[number] = number > 0 and before == (data.gap_count, len(data.restarts))
        return data, times, goes_on
    # As it is mostly: no gap, no restart, nothing to judge.
    data.frames, data.drawn = len(seconds), float(seconds[-1] - seconds[0])
    for time in (seconds - seconds[0]).tolist():
        data.rate.add(time, 0.0)
    return data, seconds - seconds[0], np.arange(len(seconds)) > 0


def _person(row: Mapping[str, Any], faces: Mapping[str, np.ndarray], place: np.ndarray,
            times: np.ndarray, goes_on: np.ndarray, step: float) -> Person:
    """
    Return what was seen of a person.

    :param place: index of the frame of each face.
    :param times: drawn time of each frame; `goes_on`: whether it follows on the one before.
    :param step: seconds of a point of the curves.
    """
    mine = faces['id'] == row['id']
    at, labels = place[mine], faces['label'][mine]
    person = Person(row['id'], 0.0, 0.0, row['first_seconds'], len(at), row['seconds_seen'])
    if not len(at):
        return person
    time = times[at]
    stays = np.zeros(len(at), bool)
    stays[1:] = (np.diff(at) == 1) & goes_on[at[1:]]
    new = np.zeros(len(at), bool)
    new[1:] = labels[1:] != labels[:-1]
    person.changes = int(new.sum())
    starts = np.flatnonzero(new | ~stays)
    for number, start in enumerate(starts):
        after = starts[number + 1] if number + 1 < len(starts) else len(at)
        # A label lasts until the frame with the next one, or the last one with the face.
        end = time[after] if after < len(at) and stays[after] else time[after - 1]
        person.bands.append(Band(
            float(time[start]), float(end), _word(labels[start]), float(time[start])))
    person.curve = _curve(time, faces['valence'][mine], faces['arousal'][mine], step)
    return person


def _curve(time: np.ndarray, valence: np.ndarray, arousal: np.ndarray, step: float) -> Curve:
    curve = Curve(max(0.1, step))
    index = (time / curve.step).astype(int)
    counts = np.bincount(index)
    means = [np.bincount(index, values) / np.maximum(counts, 1) for values in (valence, arousal)]
    for number in np.flatnonzero(counts):
        curve.add((number + 0.5) * curve.step, *(float(each[number]) for each in means))
    return curve


def _word(label: Any) -> str:
    return label if label in WORDS else OTHER
