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
"""The map of an agreement read from its file, and checked by key, value and word."""

from __future__ import annotations

from collections.abc import Mapping
import math
from pathlib import Path
from typing import Any

from fer_ros.boundary import InputError, reason
from fer_ros.bounded_text import parse_yaml, read_text
from fer_ros.core.text import did_you_mean, shown
from fer_ros.core.types import LABELS, UNSURE
from fer_ros.evaluate.expression_words import WORDS
from fer_ros.schema import check, Schema
from fer_ros.study.agreement_map import (
    AgreementMap, EXPRESSION, FileRule, IGNORED, IN_FRONT, LEFT_OUT, Tier, VALENCE)
from fer_ros.study.agreement_schema import FILE, MAP, TIER


def load_map(path: Path) -> AgreementMap:
    """
    Read a map.

    :param path: YAML.
    :raises InputError: no YAML, an unknown key or word, a value out of range; names the file.
    """
    try:
        content = parse_yaml(read_text(path))
        check(content, MAP)
        return _parsed(content)
    except (InputError, OSError) as error:
        told = str(error) if isinstance(error, InputError) else reason(error)
        raise InputError(f'map {shown(str(path), 200)}: {told}') from error


def _parsed(content: dict[str, Any]) -> AgreementMap:
    classes, class_of = _classes(content.get('classes'))
    common = content.get('codes', {})
    tiers = []
    for name, entry in content['tiers'].items():
        where = f'tiers.{shown(name)}'
        _check_entry(entry, TIER, where)
        tiers.append(_tier(name, entry, common, classes, where))
    rules = []
    for name, entry in content.get('files', {}).items():
        where = f'files.{shown(name)}'
        _check_entry(entry, FILE, where)
        rules.append(FileRule(name, **{
            **entry, 'between': _between(entry.get('between'), where)}))
    expression = [one for one in tiers if one.measure == EXPRESSION]
    for code, meaning in common.items():
        if not expression or isinstance(meaning, (int, float)):
            raise InputError(
                f'codes.{shown(code)}: codes for all tiers stand for classes; write those of a '
                f"tier of {VALENCE} under 'codes:' of the tier")
    return AgreementMap(
        tuple(tiers), classes, class_of, tuple(rules), content.get('columns', {}),
        content.get('unsure', LEFT_OUT), float(content.get('tolerance', 0.0)),
        float(content.get('reaction_time', 0.0)))


def _tier(name: str, entry: dict[str, Any], common: Mapping[str, Any], classes: tuple[str, ...],
          where: str) -> Tier:
    person = entry['person']
    for ids in person.values() if isinstance(person, dict) else (person,):
        if IN_FRONT in ids and ids != [IN_FRONT] and not isinstance(ids, str):
            raise InputError(f'{where}.person has {IN_FRONT} beside ids; write one or the other')
    measure = entry.get('measure', EXPRESSION)
    codes = entry.get('codes', {})
    unannotated = entry.get('unannotated', LEFT_OUT)
    if measure == VALENCE:
        for code, value in codes.items():
            if value not in (LEFT_OUT, IGNORED) and not (
                    type(value) in (int, float) and -1 <= value <= 1):
                raise InputError(
                    f'{where}.codes.{shown(code)} is {shown(repr(value))}; write a valence from '
                    f"-1 to 1, '{LEFT_OUT}' or '{IGNORED}'")
        if 'unannotated' in entry:
            raise InputError(f'{where}.unannotated goes with measure: {EXPRESSION}; remove it')
        span = entry.get('range', None if codes else (-1.0, 1.0))
        if span is not None and span[0] == span[1]:
            raise InputError(f'{where}.range is from {span[0]} to the same; write the two numbers '
                             'that stand for a valence of -1 and 1')
    else:
        if 'range' in entry:
            raise InputError(f'{where}.range goes with measure: {VALENCE}; remove it')
        span, codes = None, {**common, **codes}
        if not codes:
            raise InputError(f"{where}: no code has a meaning; write 'codes:' with lines such as "
                             "'smile: happy'")
        for code, value in codes.items():
            place = f'{where}.codes' if code in entry.get('codes', {}) else 'codes'
            _check_word(f'{place}.{shown(code)}', value, (*classes, LEFT_OUT, IGNORED))
        _check_word(f'{where}.unannotated', unannotated, (*classes, LEFT_OUT))
    return Tier(name, person, entry.get('annotator', ''), measure, codes,
                None if span is None else (float(span[0]), float(span[1])), unannotated)


def _classes(given: Mapping[str, Any] | None) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the names of the classes and the class of each label."""
    if given is None:
        return LABELS, tuple(range(len(LABELS)))
    names = tuple(name for name in given if name != LEFT_OUT)
    if len(names) < 2:
        raise InputError('classes: two or more are needed, or none: then they are '
                         f"{', '.join(LABELS)}")
    for word in (IGNORED, UNSURE):
        if word in names:
            raise InputError(f'classes.{word}: no class may have this name; a class of words that '
                             f"are not compared is '{LEFT_OUT}'")
    place: dict[str, int] = {}
    for name, words in given.items():
        for word in words:
            _check_word(f'classes.{shown(name)}', word, LABELS)
            if word in place:
                raise InputError(f"classes: '{word}' is in two; leave it in one")
            place[word] = names.index(name) if name != LEFT_OUT else -1
    missing = [word for word in LABELS if word not in place]
    if missing:
        raise InputError(
            f"classes: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} in none, and "
            f"the study says so at times; put each into a class or under '{LEFT_OUT}'")
    return names, tuple(place[word] for word in LABELS)


def _check_word(where: str, value: Any, known: tuple[str, ...]) -> None:
    if value in known and not isinstance(value, bool):
        return
    hint = did_you_mean(value, known) if isinstance(value, str) else ''
    if isinstance(value, str) and value.strip().lower() in WORDS:
        label = LABELS[WORDS[value.strip().lower()]]
        hint = f"; did you mean '{label}'?" if label in known else hint
    raise InputError(f'{where} is {shown(repr(value))}{hint or "; write one of these"}'
                     f"{'' if hint else ': ' + ', '.join(map(shown, known))}")


def _between(given: Any, where: str) -> tuple[float, float]:
    if given is None:
        return -math.inf, math.inf
    if given[0] >= given[1]:
        raise InputError(f'{where}.between starts at {given[0]} s and ends at {given[1]} s; put '
                         'the earlier one first')
    return float(given[0]), float(given[1])


def _check_entry(entry: Any, schema: Schema, where: str) -> None:
    """
    Hold an entry against its schema.

    :raises InputError: says where in the map the fault is.
    """
    try:
        check(entry, schema)
    except InputError as error:
        raise InputError(f'{where}: {error}') from error
