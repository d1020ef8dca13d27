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

"""Text from outside, read with limits: YAML and JSON that cannot cost more than they are worth."""

from __future__ import annotations

import json
import math
from pathlib import Path
import re
from typing import Any, NoReturn

from fer_ros.boundary import InputError, reason
from fer_ros.core.text import shown
import yaml

#: Most bytes of a file, levels, and values of a document with what its aliases stand for.
MOST_BYTES, MOST_LEVELS, MOST_VALUES = 1_000_000, 30, 50_000

#: Largest whole number, what ROS and recordings have: 64 bits.
LARGEST = 2**64 - 1

_TAG = 'tag:yaml.org,2002:'


def read_text(path: Path | str, most: int = MOST_BYTES) -> str:
    """
    Return the text of a file, in UTF-8.

    :param most: bytes; no more is read of a file without end.
    :raises InputError: it is larger, or no text.
    :raises OSError: it cannot be read.
    """
    with open(path, 'rb') as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise InputError(f'it is larger than {most} bytes')
    try:
        return content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise InputError(f'it is no text in UTF-8: {reason(error)}') from None


def parse_yaml(text: str, most_values: int = MOST_VALUES) -> Any:
    """
    Return what a YAML document holds: None, truth, numbers, text, lists, and mappings of text.

    Dates and times of day are text. Keys are text as written, each once. An alias is followed;
    what it stands for counts each time.

    :raises InputError: it is no YAML, or something else, or beyond the limits; names the line.
    """
    try:
        _check_events(text, most_values)
        return yaml.load(text, Loader=_Loader)  # noqa: S506, it constructs the above only
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        line = '' if mark is None else f'line {mark.line + 1}: '
        problem = getattr(error, 'problem', None) or reason(error)
        raise InputError(f'not the YAML that is read here: {line}{shown(problem, 300)}') from None


def parse_json(text: str) -> Any:
    """
    Return what a JSON document holds.

    :raises InputError: it is no JSON, a key is there twice, a number is none or has too many
        digits, or it is nested too deeply.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_mapping, parse_int=_whole, parse_float=_finite,
            parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise InputError(f'not JSON: {shown(str(error), 200)}') from None
    except RecursionError:
        raise InputError('not JSON that is read here: it is nested too deeply') from None


class _Loader(getattr(yaml, 'CSafeLoader', yaml.SafeLoader)):  # type: ignore[misc]
    """Constructs what JSON has, and no more."""

    def construct_mapping(self, node, deep=False):
        own = [key for key, _ in node.value if key.tag != f'{_TAG}merge']
        names = set()
        for key in own:
            if not isinstance(key, yaml.ScalarNode):
                _fail('a key is no text but a list or a mapping', key)
            # As written: `on` and `1` are names here.
            key.tag = f'{_TAG}str'
            if key.value in names:
                _fail(f'the key {shown(key.value)} is there twice', key)
            names.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def construct_yaml_int(self, node):
        if len(node.value) > 70 or abs(value := super().construct_yaml_int(node)) > LARGEST:
            _fail(f'{shown(node.value, 40)} is too large for a whole number', node)
        return value

    def construct_yaml_float(self, node):
        value = super().construct_yaml_float(node)
        if math.isnan(value) or math.isinf(value) and 'inf' not in node.value.lower():
            _fail(f'{shown(node.value, 40)} is no number that can be used', node)
        return value


# What YAML takes for dates, times of day and bytes is left as text.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if tag in (f'{_TAG}bool', f'{_TAG}null', f'{_TAG}merge')]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
_Loader.add_implicit_resolver(f'{_TAG}int', re.compile(
    r'[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)\Z'), list('-+0123456789'))
_Loader.add_implicit_resolver(f'{_TAG}float', re.compile(
    r'(?:[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+|[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+'
    r'(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN))\Z'), list('-+0123456789.'))
_Loader.yaml_constructors = {
    None: yaml.SafeLoader.construct_undefined,
    **{f'{_TAG}{name}': getattr(yaml.SafeLoader, f'construct_yaml_{name}')
       for name in ('null', 'bool', 'str', 'seq', 'map')},
    f'{_TAG}int': _Loader.construct_yaml_int, f'{_TAG}float': _Loader.construct_yaml_float}


def _check_events(text: str, most_values: int) -> None:
    """Count what a document would hold, before anything is built."""
    anchors: dict[str, int] = {}
    # For each open list or mapping: how many values were counted before, and its anchor.
    opened: list[tuple[int, str | None]] = []
    values = 0
    for event in yaml.parse(text, Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionEndEvent):
            before, anchor = opened.pop()
            if anchor is not None:
                anchors[anchor] = values - before
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                _fail(f'the alias {shown(event.anchor)} is not defined before', event)
            values += anchors[event.anchor]
        else:
            tag = getattr(event, 'tag', None)
            if tag not in (None, '!', f'{_TAG}str'):
                _fail(f'the tag {shown(str(tag))} is not known here', event)
            values += 1
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append((values - 1, event.anchor))
            elif event.anchor is not None:
                anchors[event.anchor] = 1
        if values > most_values:
            _fail(f'more than {most_values} values, counting what aliases stand for', event)
        if len(opened) > MOST_LEVELS:
            _fail(f'more than {MOST_LEVELS} levels', event)


def _fail(problem: str, node: Any) -> NoReturn:
    raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise InputError(f'the key {shown(name)} is there twice')
            seen.add(name)
    return mapping


def _whole(text: str) -> int:
    if len(text) > 21 or abs(value := int(text)) > LARGEST:
        raise InputError(f'{shown(text, 40)} is too large for a whole number')
    return value


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise InputError(f'{shown(text, 40)} is too large for a number')
    return value


def _refuse(text: str) -> NoReturn:
    raise InputError(f'{text} is no number')
