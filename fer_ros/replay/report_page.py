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

"""A report as one page: what was gathered, in words and numbers, put into the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from fer_ros.core.text import shown
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay.report_data import OTHER, Person, ReportData
from fer_ros.replay.report_timeline import (
    AXIS, BAND, clock, colour, ink, LEFT, RATE, RIGHT, Timeline, timeline, WIDTH)
from fer_ros.stream.stamps import NANOSECONDS
import jinja2
import numpy as np

#: The most rows of the timeline, of the table of all labels, and of that of the gaps.
MOST_ROWS, MOST_BANDS, MOST_GAPS = 40, 1000, 20

#: What became of the images, for people, by the name of the outcome.
OUTCOMES = {
    'processed': 'processed', 'limited': 'left out: more than max_rate',
    'repeated': 'left out: the stamp repeats', 'late': 'left out: older than the newest',
    'unstamped': 'left out: no stamp among stamped ones', 'foreign': "another camera's",
    'bad': 'bad: no usable picture', 'failed': 'failed in the pipeline',
    'unreadable': 'bad: the message cannot be read', 'shed': 'left out: the machine is too slow'}


@dataclass(frozen=True)
class Circumstances:
    """
    What a recording was replayed with.

    :param command: line that was written.
    :param models: key to value, of the networks; empty where nothing was replayed.
    :param parameters: name to (value, default).
    :param outcomes: images by what became of them.
    :param problems: lines.
    """

    name: str
    command: str = ''
    topic: str = ''
    models: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[str] = ()


def page(data: ReportData, about: Circumstances, results: Iterable, thumbnails: Any = None) -> str:
    """
    Return the HTML of a report; it needs nothing but itself, and is well-formed XML, too.

    :param results: of the expectations.
    :param thumbnails: a `Thumbnails`, or None for none.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=False)
    ranked = data.longest_seen()
    people = sorted(sorted(ranked, key=lambda one: -one.frames)[:MOST_ROWS],
                    key=lambda one: one.first)
    picture = timeline(data, people)
    labels = (*LABELS, UNSURE, OTHER)
    return environment.get_template('report.html.jinja').render(
        name=shown(about.name, 200), command=shown(about.command, 4000),
        topic=shown(about.topic, 200), started=_date(data),
        figures=_figures(data), results=[_result(one) for one in results], picture=picture,
        width=WIDTH, left=LEFT, right=RIGHT, rate_height=RATE, band=BAND, axis=AXIS,
        key=[(label, colour(label)) for label in labels if data.labels[label]],
        colours={label: colour(label) for label in labels},
        inks={label: ink(label) for label in labels}, alternative=_alternative(data, picture),
        left_out=_left_out(data, len(people)), **_people(data, people),
        **_thumbnails(thumbnails, people), **_images(data, about), **_made_by(about))


def _date(data: ReportData) -> str:
    seconds = (data.first_stamp or 0) // NANOSECONDS
    if not 10**9 < seconds < 10**10:
        # A simulated clock.
        return f'at stamp {seconds} s' if data.frames else ''
    return datetime.fromtimestamp(seconds, timezone.utc).strftime('%Y-%m-%d %H:%M:%S UTC')


def _figures(data: ReportData) -> list[tuple[str, str]]:
    rate = (data.frames - 1) / data.recorded if data.recorded else 0.0
    share = 100 * data.with_face / data.frames if data.frames else 0.0
    figures = [
        ('length', clock(data.recorded)), ('frames', str(data.frames)),
        ('frames per second', f'{rate:.1f}'),
        ('people', str(len(data.people) + data.others)),
        ('at once, at most', str(data.most_faces)), ('frames with a face', f'{share:.0f} %'),
        ('gaps', f'{data.gap_count} ({clock(data.gap_seconds)})' if data.gap_count else 'none')]
    if data.restarts:
        figures.append(('time started over', f'{len(data.restarts)} times'))
    return figures


def _result(result: Any) -> dict[str, Any]:
    return {'name': shown(result.name, 200), 'success': result.success, 'passed': result.passed,
            'total': result.total, 'detail': shown(result.detail, 400)}


def _alternative(data: ReportData, picture: Timeline) -> str:
    told = '; '.join(shown(row.summary, 120) for row in picture.rows[:10])
    return (f'Labels, valence and arousal of {len(picture.rows)} people over '
            f'{clock(data.drawn)}, with the rate of the frames above. {told}')


def _left_out(data: ReportData, rows: int) -> str:
    left = len(data.people) + data.others - rows
    return f'{left} people who were seen more briefly are not shown.' if left else ''


def _people(data: ReportData, people: Sequence[Person]) -> dict[str, Any]:
    bands = [(shown(one.id), clock(band.time), clock(band.end - band.start), band.label)
             for one in people for band in one.bands]
    more = len(bands) - MOST_BANDS
    return {
        'people': [{
            'id': shown(one.id), 'first': clock(one.first_time), 'seconds': clock(one.seconds),
            'frames': one.frames, 'changes': one.changes, 'labels': _shares(one.labels)}
            for one in people],
        'shares': _shares(data.labels),
        'label_shares': [
            (label, 100 * count / sum(data.labels.values()), f'{label} {count} frames')
            for label, count in data.labels.most_common()],
        'bands': bands[:MOST_BANDS],
        'bands_left_out': f'and {more} more; fer_replay --jsonl writes them all' if more > 0
                          else ''}


def _shares(labels) -> str:
    total = sum(labels.values()) or 1
    return ', '.join(f'{label} {100 * count / total:.0f} %'
                     for label, count in labels.most_common())


def _thumbnails(thumbnails: Any, people: Sequence[Person]) -> dict[str, Any]:
    if thumbnails is None:
        return {'thumbnails': None, 'thumbnails_left_out': 0}
    return {'thumbnails': [
        (shown(one.id), [{'source': each.source, 'time': clock(each.time),
                          'label': shown(each.label)} for each in thumbnails.by_face[one.id]])
        for one in people if thumbnails.by_face.get(one.id)],
        'thumbnails_left_out': thumbnails.left_out}


def _images(data: ReportData, about: Circumstances) -> dict[str, Any]:
    total = sum(about.outcomes.values())
    longest = sorted(sorted(data.gaps, reverse=True)[:MOST_GAPS], key=lambda gap: gap.start)
    more = data.gap_count - len(longest)
    return {
        'outcomes': [(OUTCOMES.get(name, shown(name)), count, f'{100 * count / total:.1f} %')
                     for name, count in about.outcomes.items() if count],
        'problems': [shown(line, 2000) for line in about.problems],
        'gaps': [(clock(gap.time), clock(gap.length)) for gap in longest],
        'gaps_told': 'Gaps between two frames' + (f', the longest; {more} more' if more else ''),
        'stages': [(stage, *(f'{value:.2f}' for value in (
            *np.percentile(times, (50, 95)), max(times))))
            for stage, times in data.latencies.items()]}


def _made_by(about: Circumstances) -> dict[str, Any]:
    rows = [(name, shown(str(value), 200), shown(str(default), 200), value != default)
            for name, (value, default) in about.parameters.items()]
    changed = sum(row[3] for row in rows)
    return {
        'models': [(key, shown(str(value), 200)) for key, value in about.models.items()],
        'parameters': sorted(rows, key=lambda row: not row[3]), 'changed_parameters': changed,
        'parameters_told': f'{changed} of {len(rows)} parameters differ from their defaults.'
                           if changed else 'All parameters are at their defaults.'}
