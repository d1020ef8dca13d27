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
import difflib
from pathlib import Path
from typing import Any

from fer_ros.core.types import LABELS, UNSURE
import yaml

#: Which faces of a frame a condition is asked of; faces come largest first.
SELECTORS = ('largest', 'any', 'all')


class ExpectationError(ValueError):
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
                f"expectation '{self.name}' asks {len(asked)} things"
                f"{' (' + ', '.join(asked) + ')' if asked else ''}; an entry asks one: "
                'label and min_/max_ confidence, valence or arousal (together), '
                'min_faces and max_faces (together), max_face_gap, max_frame_gap, '
                'max_label_changes_per_minute or max_ids')


_KINDS = ('condition', 'faces', 'max_face_gap', 'max_frame_gap',
          'max_label_changes_per_minute', 'max_ids')
_NUMBERS = ('confidence', 'valence', 'arousal')
_PASSED_ON = ('max_face_gap', 'max_frame_gap', 'max_label_changes_per_minute', 'max_ids')

#: Every key an entry may have.
KEYS = (
    'name', 'between', 'face', 'at_least', 'at_most', 'label', 'min_faces', 'max_faces',
    *_PASSED_ON, *(f'{end}_{name}' for name in _NUMBERS for end in ('min', 'max')))


def load_expectations(path: Path) -> tuple[Expectation, ...]:
    """
    Read an expectation file.

    :param path: YAML: a mapping with the list `expectations`.
    :raises ExpectationError: no YAML, an unknown key, a value out of range.
    :raises OSError: the file cannot be read.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ExpectationError(f'{path} is not YAML: {error}') from error
    try:
        return parse_expectations(content)
    except ExpectationError as error:
        raise ExpectationError(f'{path}: {error}') from error


def parse_expectations(content) -> tuple[Expectation, ...]:
    """
    Turn the parsed YAML into expectations.

    :raises ExpectationError: see `load_expectations`.
    """
    if not isinstance(content, dict) or not isinstance(content.get('expectations'), list):
        raise ExpectationError("needs a list under the key 'expectations'")
    unknown = set(content) - {'expectations'}
    if unknown:
        raise ExpectationError(f"unknown key '{sorted(map(str, unknown))[0]}' beside "
                               "'expectations'; remove it")
    entries = content['expectations']
    if not entries:
        raise ExpectationError("the list 'expectations' is empty; nothing would be checked")
    parsed = tuple(_parse_entry(number, entry) for number, entry in enumerate(entries, 1))
    names = [expectation.name for expectation in parsed]
    for name in names:
        if names.count(name) > 1:
            raise ExpectationError(f"two expectations are named '{name}'; give each its own name")
    return parsed


def _parse_entry(number: int, entry) -> Expectation:
    if not isinstance(entry, dict):
        raise ExpectationError(f'entry {number} is not a mapping but {entry!r}')
    name = str(entry.get('name', f'expectation {number}'))
    for key in entry:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, 1)
            hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(KEYS)}"
            raise ExpectationError(f"expectation '{name}': unknown key '{key}'; {hint}")
    chosen: dict[str, Any] = {'name': name}
    if 'between' in entry:
        chosen['between'] = _window(name, entry['between'])
    if 'face' in entry:
        if entry['face'] not in SELECTORS:
            raise ExpectationError(
                f"expectation '{name}': face is '{entry['face']}'; use {', '.join(SELECTORS)}")
        chosen['face'] = entry['face']
    shares = {key: _share(name, key, entry[key]) for key in ('at_least', 'at_most')
              if key in entry}
    if 'at_most' in shares and 'at_least' not in shares:
        shares['at_least'] = 0.0
    chosen.update(shares)
    condition = _condition(name, entry)
    if condition is not None:
        chosen['condition'] = condition
    if 'min_faces' in entry or 'max_faces' in entry:
        low = _number(name, 'min_faces', entry.get('min_faces', 0), 0)
        chosen['faces'] = (low, _number(name, 'max_faces', entry.get('max_faces', 10**6), low))
    for key in _PASSED_ON:
        if key in entry:
            chosen[key] = _number(name, key, entry[key], 0)
    expectation = Expectation(**chosen)
    if shares and expectation.condition is None and expectation.faces is None:
        raise ExpectationError(
            f"expectation '{name}': {sorted(shares)[0]} goes with label, confidence, valence, "
            'arousal, min_faces and max_faces only; remove it')
    return expectation


def _condition(name: str, entry: dict) -> FaceCondition | None:
    labels = entry.get('label', ())
    labels = (labels,) if isinstance(labels, str) else tuple(labels)
    for label in labels:
        if label not in (*LABELS, UNSURE):
            raise ExpectationError(
                f"expectation '{name}': label is '{label}'; use {', '.join(LABELS)} or "
                f'{UNSURE}')
    limits = {}
    for number in _NUMBERS:
        low, high = (
            _number(name, key, entry[key], -1, 1) if key in entry else default
            for key, default in ((f'min_{number}', -1.0), (f'max_{number}', 1.0)))
        if low > high:
            raise ExpectationError(
                f"expectation '{name}': min_{number} {low} is above max_{number} {high}")
        if f'min_{number}' in entry or f'max_{number}' in entry:
            limits[number] = (low, high)
    return FaceCondition(labels, limits) if labels or limits else None


def _window(name: str, value) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ExpectationError(
            f"expectation '{name}': between is {value!r}; write two seconds, like [2.0, 4.0]")
    start, end = (_number(name, 'between', item, float('-inf')) for item in value)
    if start >= end:
        raise ExpectationError(
            f"expectation '{name}': between starts at {start} s and ends at {end} s; "
            'put the earlier one first')
    return float(start), float(end)


def _share(name: str, key: str, value) -> float:
    """Read '80 %' or 0.8; a bare 80 could mean either mistake, so it is refused."""
    if isinstance(value, str) and value.strip().endswith('%'):
        try:
            share = float(value.strip()[:-1]) / 100.0
        except ValueError:
            share = -1.0
    else:
        share = value if isinstance(value, (int, float)) and not isinstance(value, bool) else -1.0
    if not 0.0 <= share <= 1.0:
        raise ExpectationError(
            f"expectation '{name}': {key} is {value!r}; write a share like 80 % or 0.8")
    return float(share)


def _number(name: str, key: str, value, low: float, high: float = float('inf')):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        span = f'{low} to {high}' if high != float('inf') else f'at least {low}'
        raise ExpectationError(f"expectation '{name}': {key} is {value!r}; "
                               f"write a number{'' if low == float('-inf') else ', ' + span}")
    return value
