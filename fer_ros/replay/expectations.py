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

"""Expectations of a behaviour developer: read from YAML and checked by name, key and value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fer_ros.boundary import InputError
from fer_ros.bounded_text import parse_yaml, read_text
from fer_ros.core.text import shown
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.schema import check, Schema

#: Which faces of a frame a condition is asked of; faces come largest first.
SELECTORS = ('largest', 'any', 'all')


class ExpectationError(InputError):
    """The expectations cannot be used; the message names entry, key, value and remedy."""


@dataclass(frozen=True)
class FaceCondition:
    """
    What a face must look like; every limit that is set must hold.

    :param labels: displayed label is one of these.
    :param limits: name of a face's number to its (lowest, highest) value, both inclusive.
    """

    labels: tuple[str, ...] = ()
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)

    def holds(self, face) -> bool:
        """Return whether a `FaceRecord` fulfils the condition."""
        return (not self.labels or face.label in self.labels) and all(
            low <= getattr(face, name) <= high for name, (low, high) in self.limits.items())


@dataclass(frozen=True)
class Expectation:
    """
    One entry of the file; exactly one of `condition` and the five limits is set.

    :param name: what the result line calls it.
    :param between: seconds since the first frame, both inclusive.
    :param face: one of `SELECTORS`, for `condition` and `max_label_changes_per_minute`.
    :param at_least: smallest share of the frames that must fulfil it, 0 to 1.
    :param at_most: largest share of the frames that may fulfil it, 0 to 1.
    :param condition: what the selected face must look like.
    :param faces: (fewest, most) faces in a frame.
    :param max_face_gap: longest time without any face, seconds.
    :param max_frame_gap: longest time between two frames, seconds.
    :param max_label_changes_per_minute: of one face, while it is in view.
    :param max_ids: most different ids.
    """

    name: str
    between: tuple[float, float] = (float('-inf'), float('inf'))
    face: str = 'largest'
    at_least: float = 1.0
    at_most: float = 1.0
    condition: FaceCondition | None = None
    faces: tuple[int, int] | None = None
    max_face_gap: float | None = None
    max_frame_gap: float | None = None
    max_label_changes_per_minute: float | None = None
    max_ids: int | None = None

    def __post_init__(self):
        asked = [name for name in _KINDS if getattr(self, name) is not None]
        if len(asked) != 1:
            raise ExpectationError(
                f"expectation '{shown(self.name)}' asks {len(asked)} things"
                f"{' (' + ', '.join(asked) + ')' if asked else ''}; an entry asks one: "
                'label and min_/max_ confidence, valence or arousal (together), '
                'min_faces and max_faces (together), max_face_gap, max_frame_gap, '
                'max_label_changes_per_minute or max_ids')


_KINDS = ('condition', 'faces', 'max_face_gap', 'max_frame_gap',
          'max_label_changes_per_minute', 'max_ids')
_NUMBERS = ('confidence', 'valence', 'arousal')
_PASSED_ON = ('max_face_gap', 'max_frame_gap', 'max_label_changes_per_minute', 'max_ids')

#: Most entries of a file, and characters of a name.
MOST_ENTRIES, LONGEST_NAME = 1000, 200

_SHOWN = [*LABELS, UNSURE]
_LABELS = f"{', '.join(_SHOWN)}, or a list of these"
_FROM_0 = {'type': 'number', 'minimum': 0, 'description': 'a number, at least 0'}
_SIGNED = {
    'type': 'number', 'minimum': -1, 'maximum': 1, 'description': 'a number, -1 to 1'}
# A bare 80 could mean either mistake, so it is refused.
_SHARE = {
    'anyOf': [{'type': 'number', 'minimum': 0, 'maximum': 1}, {
        'type': 'string', 'pattern': r'^\s*(100(\.0*)?|[0-9]{1,2}(\.[0-9]*)?|\.[0-9]+)\s*%\s*$'}],
    'description': 'a share like 80 % or 0.8'}
_SECONDS = 'two seconds, like [2.0, 4.0]'

#: One entry, as a schema.
ENTRY: Schema = {
    'type': 'object', 'additionalProperties': False, 'description': 'a mapping',
    'properties': {
        'name': {'type': ['string', 'number'], 'minLength': 1, 'maxLength': LONGEST_NAME,
                 'description': f'1 to {LONGEST_NAME} characters'},
        'between': {'type': 'array', 'minItems': 2, 'maxItems': 2, 'description': _SECONDS,
                    'items': {'type': 'number', 'description': 'seconds'}},
        'face': {'enum': [*SELECTORS], 'description': ', '.join(SELECTORS)},
        'at_least': _SHARE, 'at_most': _SHARE,
        'label': {'description': _LABELS, 'anyOf': [
            {'enum': _SHOWN},
            {'type': 'array', 'minItems': 1, 'maxItems': 100, 'items': {'enum': _SHOWN}}]},
        'min_faces': _FROM_0, 'max_faces': _FROM_0, **dict.fromkeys(_PASSED_ON, _FROM_0),
        **{f'{end}_{name}': _SIGNED for name in _NUMBERS for end in ('min', 'max')}}}

#: The whole file, as a schema.
FILE: Schema = {
    'type': 'object', 'required': ['expectations'], 'additionalProperties': False,
    'description': "a list under the key 'expectations'",
    'properties': {'expectations': {
        'type': 'array', 'minItems': 1, 'maxItems': MOST_ENTRIES, 'items': {},
        'description': f'a list of 1 to {MOST_ENTRIES} entries'}}}


def load_expectations(path: Path) -> tuple[Expectation, ...]:
    """
    Read an expectation file.

    :param path: YAML: a mapping with the list `expectations`.
    :raises ExpectationError: no YAML, an unknown key, a value out of range.
    :raises OSError: the file cannot be read.
    """
    try:
        return parse_expectations(parse_yaml(read_text(path)))
    except InputError as error:
        raise ExpectationError(f'{shown(str(path), 200)}: {error}') from error


def parse_expectations(content) -> tuple[Expectation, ...]:
    """
    Turn the parsed YAML into expectations.

    :raises ExpectationError: see `load_expectations`.
    """
    _check(content, FILE, 'the file')
    entries = content['expectations']
    parsed = tuple(_parse_entry(number, entry) for number, entry in enumerate(entries, 1))
    seen = set()
    for expectation in parsed:
        if expectation.name in seen:
            raise ExpectationError(
                f'two expectations are named {_quoted(expectation.name)}; give each its own name')
        seen.add(expectation.name)
    return parsed


def _check(value, schema: Schema, what: str) -> None:
    try:
        check(value, schema)
    except InputError as error:
        raise ExpectationError(f'{what}: {error}') from error


def _parse_entry(number: int, entry) -> Expectation:
    name = f'expectation {number}'
    if isinstance(entry, dict) and isinstance(entry.get('name'), (str, int, float)):
        name = str(entry['name'])
    what = f'expectation {_quoted(name)}' if isinstance(entry, dict) else f'entry {number}'
    _check(entry, ENTRY, what)
    chosen: dict[str, Any] = {'name': name, 'face': entry.get('face', 'largest')}
    if 'between' in entry:
        start, end = chosen['between'] = tuple(map(float, entry['between']))
        if start >= end:
            raise ExpectationError(
                f'{what}: between starts at {start} s and ends at {end} s; put the earlier one '
                'first')
    shares = {key: _share(entry[key]) for key in ('at_least', 'at_most') if key in entry}
    if 'at_most' in shares and 'at_least' not in shares:
        shares['at_least'] = 0.0
    chosen.update(shares)
    condition = _condition(what, entry)
    if condition is not None:
        chosen['condition'] = condition
    if 'min_faces' in entry or 'max_faces' in entry:
        chosen['faces'] = _limits(what, entry, 'faces', 0, 10**6)
    chosen.update({key: entry[key] for key in _PASSED_ON if key in entry})
    expectation = Expectation(**chosen)
    if shares and expectation.condition is None and expectation.faces is None:
        raise ExpectationError(
            f'{what}: {sorted(shares)[0]} goes with label, confidence, valence, '
            'arousal, min_faces and max_faces only; remove it')
    return expectation


def _condition(what: str, entry: dict) -> FaceCondition | None:
    labels = entry.get('label', ())
    labels = (labels,) if isinstance(labels, str) else tuple(labels)
    limits = {number: _limits(what, entry, number, -1.0, 1.0) for number in _NUMBERS
              if f'min_{number}' in entry or f'max_{number}' in entry}
    return FaceCondition(labels, limits) if labels or limits else None


def _limits(what: str, entry: dict, name: str, least, most):
    low, high = entry.get(f'min_{name}', least), entry.get(f'max_{name}', most)
    if low > high:
        raise ExpectationError(f'{what}: min_{name} {low} is above max_{name} {high}')
    return low, high


def _share(value) -> float:
    return float(value.strip()[:-1]) / 100.0 if isinstance(value, str) else float(value)


def _quoted(name: str) -> str:
    return f"'{shown(name)}'"
