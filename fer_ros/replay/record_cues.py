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

"""Attention, speech and action units of a face in the JSON line of a frame."""

from __future__ import annotations

from typing import Any

from fer_ros.core.action_units import UNITS
from fer_ros.core.attention import Level
from fer_ros.core.types import Face

_LEVELS = tuple(level.word for level in Level)
_UNITS = frozenset(map(str, UNITS))

#: Keys of a face that are there only where something looked for them.
KEYS = ('attention', 'speech', 'action_units')


def cues_of(face: Face) -> dict[str, Any]:
    """
    Return what is written of the cues of a face, as far as they are known.

    The level of attention in a word, the probability of speech, and by the number of each action
    unit its intensity and the confidence in it.
    """
    cues = face.cues
    if cues is None:
        return {}
    known: dict[str, Any] = {
        'attention': cues.attention.level.word,
        'action_units': {
            str(number): [round(unit.intensity, 4), round(unit.confidence, 4)]
            for number, unit in cues.action_units.items() if unit.confidence > 0.0}}
    if cues.speech is not None:
        known['speech'] = round(cues.speech, 4)
    return known


def _is_share(value: Any) -> bool:
    return type(value) in (float, int) and 0 <= value <= 1


def _are_units(value: Any) -> bool:
    return isinstance(value, dict) and all(
        number in _UNITS and isinstance(pair, list) and len(pair) == 2
        and all(map(_is_share, pair)) for number, pair in value.items())


#: What each value must be and how that is said, by its key.
CHECKS = {
    'attention': (lambda value: value in _LEVELS, ', '.join(_LEVELS)),
    'speech': (_is_share, 'a number from 0 to 1'),
    'action_units': (_are_units, 'intensity and confidence, 0 to 1, by the number of the unit')}
