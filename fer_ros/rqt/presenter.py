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

"""What the window shows of the monitor's state; knows no Qt and no ROS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fer_ros.core.types import LABELS, UNSURE
from fer_ros.monitor.history import Column
from fer_ros.monitor.model import MARKED, Monitor, Track
from fer_ros.monitor.reports import rounded
from fer_ros.monitor.sentences import latency, Surroundings, waiting

#: Columns of a timeline, which is a minute long.
COLUMNS = 120

#: Sign of each level, so that colour does not carry it alone.
SIGNS = {'OK': '✓', 'WARN': '!', 'ERROR': '✗', 'STALE': '?'}


@dataclass(frozen=True)
class Card:
    """
    A face.

    :param sure: confidence in per cent, as text; '' where the node is unsure, '?' where unknown.
    :param probabilities: in the order of `LABELS`, 0 to 1; None where unknown.
    :param gone: seconds since it was last seen; None while it is there.
    :param before: label until a moment ago; '' where it has not just changed.
    :param timeline: the last minute, the newest last; values are valence, -1 to 1.
    """

    id: str  # noqa: A003
    label: str
    sure: str
    probabilities: tuple[float | None, ...]
    valence: float | None
    gone: float | None
    before: str
    timeline: tuple[Column, ...]


@dataclass(frozen=True)
class Report:
    """
    A status of the node.

    :param level: OK, WARN, ERROR or STALE.
    :param remedy: what to do about the problem; '' where nothing is to be done.
    """

    name: str
    level: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class View:
    """
    All that the window shows but the picture.

    :param nodes: full names of those that are there.
    :param sentence: what is waited for; '' while answers come.
    :param active: whether the node answers images; None while that is unknown.
    """

    nodes: tuple[str, ...]
    chosen: str
    sentence: str
    active: bool | None
    figures: str
    cards: tuple[Card, ...]
    reports: tuple[Report, ...]


def view(monitor: Monitor, at: float, where: Surroundings) -> View:
    """
    Return what the window shows.

    :param at: monotonic seconds.
    """
    node = monitor.node
    reports: tuple[Report, ...] = ()
    if node is not None and node.alive:
        reports = tuple(
            Report(each.name, each.level, each.problem, each.remedy)
            for each in node.statuses.values())
    tracks = sorted(monitor.tracks.items(), key=lambda item: item[1].gone)
    return View(
        tuple(sorted({*monitor.here, *filter(None, [monitor.chosen])})), monitor.chosen,
        waiting(monitor, at, where, 'the button above'),
        None if node is None or not node.alive or not node.state else node.answering,
        f'{monitor.arrivals.rate(at):.1f} answers a second, latency {latency(monitor, at)}',
        tuple(_card(name, track, at) for name, track in tracks), reports)


def snapshot(monitor: Monitor, at: float, shown: View) -> dict[str, Any]:
    """
    Return what a snapshot says beside the picture; fit for JSON.

    :param at: seconds since 1970.
    """
    return {
        'node': shown.chosen,
        'time': round(at, 3),
        'frame_id': monitor.frame_id,
        'faces': [{
            'id': name, 'label': track.face.label,
            'confidence': rounded(track.face.confidence, 4),
            'probabilities': {label: rounded(track.face.probabilities.get(label), 4)
                              for label in LABELS},
            'valence': rounded(track.face.valence, 4),
        } for name, track in monitor.tracks.items() if not track.gone],
        'diagnostics': [{
            'name': each.name, 'level': each.level, 'message': each.problem,
            'remedy': each.remedy} for each in shown.reports],
    }


def per_cent(share: float | None) -> str:
    """Return a share, 0 to 1, as text; '?' where it is unknown."""
    return '?' if share is None else f'{100 * share:.0f} %'


def _card(name: str, track: Track, at: float) -> Card:
    face = track.face
    fresh = bool(track.before) and at - track.changed < MARKED
    return Card(
        name, face.label, '' if face.label == UNSURE else per_cent(face.confidence),
        tuple(face.probabilities.get(label) for label in LABELS), face.valence,
        at - track.seen if track.gone else None, track.before if fresh else '',
        tuple(track.history.columns(at, COLUMNS, 'valence')))
