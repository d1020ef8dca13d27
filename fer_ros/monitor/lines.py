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

"""Changes as lines and the whole state as an object, for scripts and plain terminals."""

from __future__ import annotations

from datetime import datetime, timezone
import json
import re
from typing import Any

from fer_ros.monitor.model import Monitor
from fer_ros.monitor.reports import rounded
from fer_ros.monitor.sentences import Surroundings, waiting
from fer_ros.monitor.states import Event

_PLAIN = re.compile(r'[^\s"=]+')


def event_object(event: Event, wall: float) -> dict[str, Any]:
    """
    Return an event for JSON.

    :param wall: when it happened, seconds since 1970.
    """
    return {'time': _time(wall), 'event': event.kind, 'node': event.node, **event.values}


def line(values: dict[str, Any]) -> str:
    """Return an event or a part of the state as `time event key=value …`, values quoted."""
    rest = dict(values)
    head = [str(rest.pop(key)) for key in ('time', 'event') if key in rest]
    return ' '.join(head + [
        f'{key}={_quoted(value)}' for key, value in rest.items() if value not in ('', None)])


def state(monitor: Monitor, at: float, wall: float, where: Surroundings) -> dict[str, Any]:
    """Return all that is known of the node on show, for JSON."""
    node = monitor.node
    latency = monitor.arrivals.latency(at)
    return {
        'time': _time(wall), 'node': monitor.chosen, 'topic': monitor.topic,
        'alive': bool(node and node.alive), 'state': node.state if node else '',
        'waiting': waiting(monitor, at, where), 'nodes': monitor.here,
        'camera_rate': _number(node.value('camera', 'rate (Hz)')) if node else None,
        'answered_rate': round(monitor.arrivals.rate(at), 2),
        'latency': None if latency is None else {
            'median': round(latency[0], 4), 'most': round(latency[1], 4)},
        'faces': [{
            'id': name, 'label': track.face.label,
            'confidence': rounded(track.face.confidence, 4),
            'valence': rounded(track.face.valence, 4), 'probabilities': {
                label: round(share, 4) for label, share in track.face.probabilities.items()},
            'attention': track.attention or None}
            for name, track in monitor.tracks.items() if not track.gone],
        'diagnostics': [{
            'status': status.name, 'level': status.level, 'message': status.message}
            for status in node.statuses.values()] if node else []}


def state_lines(values: dict[str, Any]) -> list[str]:
    """Return what `state` gave as lines."""
    time = values['time']
    latency = values['latency'] or {}
    lines = [{'event': 'node', **{key: values[key] for key in (
        'node', 'topic', 'alive', 'state', 'camera_rate', 'answered_rate')},
        **{f'latency_{key}': value for key, value in latency.items()}}]
    if values['waiting']:
        lines.append({'event': 'waiting', 'message': values['waiting']})
    lines += [{'event': 'face', 'face': face['id'], **{
        key: face[key] for key in ('label', 'confidence', 'valence', 'attention')},
        **face['probabilities']}
        for face in values['faces']]
    lines += [{'event': 'status', **each} for each in values['diagnostics']]
    return [line({'time': time, **each}) for each in lines]


def _time(wall: float) -> str:
    return datetime.fromtimestamp(wall, timezone.utc).isoformat(
        timespec='milliseconds').replace('+00:00', 'Z')


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _quoted(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
