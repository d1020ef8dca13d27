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
"""Annotations of BORIS: its projects (JSON), and how it counts time over several media."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
import gzip
import io
import math
from pathlib import Path
from typing import Any
import zlib

from fer_ros.boundary import InputError, reason
from fer_ros.bounded_text import parse_json
from fer_ros.core.text import shown
from fer_ros.schema import check, Schema
from fer_ros.study.annotations import AnnotationFile, base_name, decoded, MOST_BYTES

#: What BORIS calls the subject of an event without one.
NO_SUBJECT = 'No focal subject'

#: How the status of events is written in exports.
START, STOP, POINT, STATE = 'START', 'STOP', 'POINT', 'STATE'

_TEXT: Schema = {'type': 'string', 'description': 'text'}
_NUMBER: Schema = {'type': 'number', 'description': 'a number'}
_OBSERVATION: Schema = {
    'type': 'object', 'required': ['events'], 'description': 'an observation', 'properties': {
        'events': {'type': 'array', 'description': 'a list of events', 'items': {
            'type': 'array', 'minItems': 4,
            'description': 'a list [time, subject, code, modifiers, …]'}},
        'time offset': _NUMBER,
        'file': {'type': ['object', 'array'], 'description': 'media by player'},
        'media_info': {'type': 'object', 'description': 'what is known of the media',
                       'properties': {'length': {'type': 'object',
                                                 'description': 'seconds by medium'}}}}}
_PROJECT: Schema = {
    'type': 'object', 'required': ['behaviors_conf', 'observations'],
    'description': 'a project of BORIS', 'properties': {
        'behaviors_conf': {'type': 'object', 'description': 'behaviours by number',
                           'additionalProperties': {
                               'type': 'object', 'required': ['code', 'type'],
                               'description': 'a behaviour',
                               'properties': {'code': _TEXT, 'type': _TEXT}}},
        'observations': {'type': 'object', 'description': 'observations by name',
                         'additionalProperties': _OBSERVATION}}}

#: A medium, the seconds at which it starts in an observation, and its length; infinite if unknown.
Medium = tuple[str, float, float]


def read(path: Path, content: bytes, columns: Mapping[str, str]) -> AnnotationFile:
    """
    Return the events of all observations of a project.

    States are paired as BORIS pairs them: the events of one subject, behaviour and set of
    modifiers start and stop it in turn.

    :param columns: of tables; nothing here.
    :raises InputError: it is no project of BORIS.
    """
    project = parse_json(decoded(_unpacked(content)))
    try:
        check(project, _PROJECT)
    except InputError as error:
        raise InputError(f'it is no project of BORIS: {error}') from error
    states = {one['code'] for one in project['behaviors_conf'].values()
              if one['type'].startswith('State')}
    file = AnnotationFile(path)
    for name, observation in project['observations'].items():
        media = media_of(_files(observation), observation.get('media_info', {}).get('length', {}))
        events = list(_events(file, observation['events'], states))
        add_events(file, name, media, observation.get('time offset') or 0.0, events)
    return file


def media_of(files: Sequence[str], lengths: Mapping[str, Any]) -> list[Medium]:
    """Return the media of an observation, one after the other as BORIS plays them."""
    media, start = [], 0.0
    for name in files:
        length = lengths.get(name)
        known = isinstance(length, (int, float)) and not isinstance(length, bool) and length > 0
        media.append((name, start, float(length) if known else math.inf))  # type: ignore[arg-type]
        start += media[-1][2]
    return media


def add_events(file: AnnotationFile, observation: str, media: Sequence[Medium], offset: float,
               events: Iterable[tuple[float, str, str, str, str]]) -> None:
    """
    Take the events of an observation: pair what starts and stops, and find their medium.

    :param offset: seconds that the observation's clock is ahead of that of its media.
    :param events: (seconds, subject, code, modifiers, one of START, STOP and POINT).
    """
    opened: dict[tuple[str, str, str], float] = {}
    for time, subject, code, modifiers, status in events:
        key = (subject, code, modifiers)
        if status == START:
            if key in opened:
                file.left_out[f"a state '{shown(code)}' that starts twice"] += 1
            opened[key] = time
        elif status == POINT:
            add_placed(file, observation, media, offset, (time, time), key)
        elif key in opened:
            add_placed(file, observation, media, offset, (opened.pop(key), time), key)
        else:
            file.left_out[f"a state '{shown(code)}' that stops without a start"] += 1
    for _, code, _ in opened:
        file.left_out[f"a state '{shown(code)}' that never stops"] += 1


def add_placed(file: AnnotationFile, observation: str, media: Sequence[Medium], offset: float,
               times: tuple[float, float], key: tuple[str, str, str]) -> None:
    """Take an event at its place in its medium; one that goes over two media is cut."""
    subject, code, modifiers = key
    start, end = (time - offset for time in times)
    tier = subject.strip() or NO_SUBJECT
    detail = '' if modifiers.strip() in ('', 'None') else modifiers.strip()
    if len(media) < 2:
        names = (*(name for name, _, _ in media), observation)
        file.add(map(base_name, names), tier, '', start, end, code, detail)
        return
    if any(math.isinf(length) for _, _, length in media[:-1]):
        file.left_out[f"an event of '{shown(observation)}', of whose media a length is not "
                      'told'] += 1
        return
    found = False
    for name, begin, length in media:
        left, right = max(start, begin), min(end, begin + length)
        # A point on the border is the later medium's.
        if left < right or (start == end and begin <= start < begin + length):
            file.add((base_name(name),), tier, '', left - begin, right - begin, code, detail)
            found = True
    if not found:
        file.left_out[f"an event of '{shown(observation)}' that lies in none of its media"] += 1


def _files(observation: Mapping[str, Any]) -> list[str]:
    """Return the media of the first player, which keeps the time."""
    files = observation.get('file') or {}
    first = files.get('1') if isinstance(files, dict) else None
    return [name for name in first if isinstance(name, str)] if isinstance(first, list) else []


def _events(file: AnnotationFile, events: Iterable[list], states: set[str],
            ) -> Iterator[tuple[float, str, str, str, str]]:
    """Yield events with their status, in the order of time."""
    good = []
    for event in events:
        time, *texts = event[:4]
        if isinstance(time, bool) or not isinstance(time, (int, float)) or not all(
                isinstance(text, str) for text in texts):
            file.left_out['an event without a time'] += 1
        else:
            good.append((float(time), *texts))
    running: set[tuple[str, ...]] = set()
    for time, subject, code, modifiers in sorted(good, key=lambda event: event[0]):
        key = (subject, code, modifiers)
        if code not in states:
            status = POINT
        elif key in running:
            status = STOP
            running.discard(key)
        else:
            status = START
            running.add(key)
        yield time, subject, code, modifiers, status


def _unpacked(content: bytes) -> bytes:
    """Return a project that may be compressed by gzip, as BORIS does where it is asked to."""
    if content[:2] != b'\x1f\x8b':
        return content
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            unpacked = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f'it cannot be unpacked: {reason(error)}') from None
    if len(unpacked) > MOST_BYTES:
        raise InputError(f'unpacked it is larger than {MOST_BYTES >> 20} MiB')
    return unpacked
