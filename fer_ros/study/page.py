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
"""The page of a study: one file, without pictures of people, that needs no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_ros.core.text import counted, natural_order, shown
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.replay import report_timeline
from fer_ros.replay.report_data import OTHER
from fer_ros.replay.report_timeline import clock, colour, ink, Shape, Timeline
from fer_ros.staged_output import write_whole
from fer_ros.study.columns import TABLES
from fer_ros.study.page_agreement import agreement
from fer_ros.study.page_recording import Shown, shown_recording
from fer_ros.study.tables import read_study, read_table
import jinja2

#: The page's file in the folder of a study.
PAGE = 'index.html'

#: Points of curves of the whole page, about, and the fewest and most of a person.
ALL_POINTS, FEWEST_POINTS, MOST_POINTS = 60_000, 80, 400

#: Recordings are unfolded up to this number of them; this many gaps of one are listed.
UNFOLDED, MOST_GAPS = 8, 20


def write_page(folder: Path | str) -> None:
    """
    Write the page of a study into its folder.

    :raises InputError: the folder is no study, or its table of recordings cannot be read.
    :raises OutputError: it cannot be written; a page that was there before stays as it is.
    """
    folder = Path(folder)
    write_whole(folder / PAGE, page(folder).encode('utf-8', 'backslashreplace'))


def page(folder: Path) -> str:
    """
    Return the HTML of the page of a study; it is well-formed XML, too.

    :raises InputError: as `write_page`.
    """
    about = read_study(folder)
    rows = read_table(folder, 'recordings', [column.name for column in TABLES['recordings']])
    recordings = sorted(rows.to_pylist(), key=lambda row: natural_order(row['recording']))
    people = sum(min(row['people'] or 0, 12) for row in recordings)
    points = min(MOST_POINTS, max(FEWEST_POINTS, ALL_POINTS // max(1, people)))
    sums = _Sums(Counter(), 0.0, 0, [])
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([
            Path(__file__).parent, Path(report_timeline.__file__).parent]),
        autoescape=True, undefined=jinja2.StrictUndefined)
    parts = list(_recordings(folder, recordings, points, sums))
    labels = (*LABELS, UNSURE, OTHER)
    return environment.get_template('page.html.jinja').render(
        name=shown(folder.resolve().name, 200), figures=_figures(recordings), parts=parts,
        overview=sums.overview, faults=_faults(recordings), shares=_shares(sums.labels),
        share_words=_share_words(sums.labels), people=_means(folder),
        agreement=agreement(folder, [row['recording'] for row in recordings]),
        unfolded=len(recordings) <= UNFOLDED,
        key=[(label, colour(label)) for label in labels if sums.labels[label]],
        colours={label: colour(label) for label in labels},
        inks={label: ink(label) for label in labels}, made_by=_made_by(about),
        width=report_timeline.WIDTH, left=report_timeline.LEFT, right=report_timeline.RIGHT,
        rate_height=report_timeline.RATE, band=report_timeline.BAND, axis=report_timeline.AXIS)


@dataclass
class _Sums:
    """What is gathered over the recordings, as each is read."""

    labels: Counter
    seconds: float
    faces: int
    overview: list[dict[str, Any]]


def _recordings(folder: Path, rows: Sequence[Mapping[str, Any]], points: int, sums: _Sums,
                ) -> Iterator[dict[str, Any]]:
    """Yield what the page says of each recording that could be used, one in memory at a time."""
    for number, row in enumerate(rows, 1):
        one = shown_recording(folder, row, points)
        sums.labels.update(one.labels)
        fault = row['error'] or one.fault
        sums.overview.append({
            'number': number, 'name': shown(row['recording'], 200), 'linked': not fault,
            'length': _clock(row['seconds']), 'frames': _text(row['frames']),
            'rate': '–' if row['rate'] is None else f"{row['rate']:.1f}",
            'gaps': _gaps(row), 'people': _text(row['people']),
            'seen': '–' if fault else f'{100 * one.seen:.0f} %',
            'shares': _shares(one.labels), 'words': _share_words(one.labels),
            'state': 'failed' if fault else 'problems' if row['problems'] else 'sound'})
        if not fault and one.picture is not None:
            yield _part(number, row, one, one.picture)


def _part(number: int, row: Mapping[str, Any], one: Shown, picture: Timeline) -> dict[str, Any]:
    by_id = {shown(person['id']): person for person in one.people}
    return {
        'number': number, 'name': shown(row['recording'], 200), 'path': _place(row['path']),
        'topic': shown(row['topic'] or '', 200), 'picture': picture,
        'summary': ', '.join(filter(None, (
            _clock(row['seconds']), counted(row['people'] or 0, 'person', 'people'),
            counted(row['frames'] or 0, 'frame'),
            counted(row['gaps'], 'gap') if row['gaps'] else ''))),
        'rows': [(person, _paths(person.bands), [band for band in person.bands if band.text])
                 for person in picture.rows],
        'alternative': f'Labels, valence and arousal of {len(picture.rows)} people over '
                       f"{_clock(row['seconds'])}, with the rate of the frames above. "
                       f"{'; '.join(person.summary for person in picture.rows)}",
        'people': [{
            'id': name, 'first': clock(person['first_seconds']),
            'seconds': clock(person['seconds_seen']), 'frames': person['frames'],
            'changes': '–' if person['changes_per_minute'] is None else
                       f"{person['changes_per_minute']:.1f}",
            'valence': f"{person['valence_mean']:.2f}",
            'arousal': f"{person['arousal_mean']:.2f}",
            'smile': '–' if person['first_smile_seconds'] is None else
                     clock(person['first_smile_seconds']),
            'words': _share_words({
                label: person[f'share_{label}'] for label in (*LABELS, UNSURE)})}
            for name, person in by_id.items()],
        'left_out': one.left_out, 'problems': shown(row['problems'] or '', 2000),
        'gaps': [(clock(at), clock(length)) for at, length in one.gaps[:MOST_GAPS]],
        'more_gaps': max(0, (row['gaps'] or 0) - MOST_GAPS)}


def _place(path: str) -> str:
    """Return the end of a path: the whole may say more than who is shown the page should know."""
    parts = path.rstrip('/').split('/')
    return shown('/'.join(parts[-2:]) if len(parts) < 3 else f"…/{'/'.join(parts[-2:])}", 200)


def _paths(bands: Sequence[Shape]) -> list[tuple[str, str]]:
    """Return (label, what follows `d=` of SVG without the top and the height) of the bands."""
    spans: dict[str, list[str]] = {}
    for band in bands:
        spans.setdefault(band.label, []).append(
            f'M{band.x:g} 0h{band.width:g}v{report_timeline.BAND:g}h-{band.width:g}z')
    return [(label, ''.join(parts)) for label, parts in spans.items()]


def _figures(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    def total(name: str) -> float:
        return sum(row[name] or 0 for row in rows)

    failed = sum(row['error'] is not None for row in rows)
    work = total('work_seconds')
    return [
        ('recordings', str(len(rows))), ('failed', str(failed) if failed else 'none'),
        ('length in all', clock(total('seconds'))), ('frames', f"{int(total('frames')):,}"),
        ('faces', f"{int(total('faces')):,}"), ('people', str(int(total('people')))),
        ('gaps', str(int(total('gaps'))) if total('gaps') else 'none'),
        ('work of one core', clock(work))]


def _faults(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, bool]]:
    """Return (recording, what is wrong, whether it failed)."""
    return [(shown(row['recording'], 200), shown(row['error'] or row['problems'], 1000),
             row['error'] is not None) for row in rows if row['error'] or row['problems']]


def _means(folder: Path) -> dict[str, str]:
    """Return the mean over the people of what is told of each, as each counts once."""
    names = ('valence_mean', 'arousal_mean', 'share_happy', f'share_{UNSURE}')
    table = read_table(folder, 'people', names)
    if not table.num_rows:
        return {}
    import pyarrow.compute as pc
    means = [pc.mean(table[name]).as_py() for name in names]
    return {'mean valence': f'{means[0]:.2f}', 'mean arousal': f'{means[1]:.2f}',
            'share happy': f'{100 * means[2]:.0f} %', f'share {UNSURE}': f'{100 * means[3]:.0f} %'}


def _made_by(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    models = about.get('models')
    rows = [('fer_ros', about.get('fer_ros')), ('schema_version', about.get('schema_version')),
            ('topic', about.get('topic'))]
    rows += [(str(name), value) for name, value in models.items()] if isinstance(
        models, dict) else []
    return [(shown(name, 100), shown(str(value), 200)) for name, value in rows
            if value is not None]


def _shares(labels: Mapping[str, float]) -> list[tuple[str, float]]:
    total = sum(labels.values()) or 1
    return [(label, 100 * labels[label] / total) for label in (*LABELS, UNSURE, OTHER)
            if labels.get(label)]


def _share_words(labels: Mapping[str, float]) -> str:
    return ', '.join(f'{label} {share:.0f} %' for label, share in sorted(
        _shares(labels), key=lambda pair: -pair[1]) if share >= 0.5)


def _gaps(row: Mapping[str, Any]) -> str:
    if row['gaps'] is None:
        return '–'
    return f"{row['gaps']} (longest {clock(row['longest_gap'])})" if row['gaps'] else 'none'


def _clock(seconds: float | None) -> str:
    return '–' if seconds is None else clock(seconds)


def _text(value: int | None) -> str:
    return '–' if value is None else f'{value:,}'
