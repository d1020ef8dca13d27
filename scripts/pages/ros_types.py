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

"""Types of messages and services in pages, with their fields: those that are installed here."""

from __future__ import annotations

from collections.abc import Iterator
import importlib
import re
from typing import Any

from pages.problems import Unknown
import yaml

_TYPE = re.compile(r'([a-z]\w*)/(?:(msg|srv|action)/)?([A-Z]\w*)')
_STEP = re.compile(r'(\w+)((?:\[[^\]]*\])*)')


def short(name: str) -> str:
    """Return the name of a type without its middle part."""
    return re.sub(r'/(msg|srv|action)/', '/', name)


def find(name: str) -> Any:
    """
    Return the class of a type, or None where its package is not installed here.

    :param name: such as `std_srvs/srv/SetBool`; the middle part may lack.
    :raises Unknown: the package has no such type.
    """
    match = _TYPE.fullmatch(name)
    if match is None:
        return None
    package, kind, last = match.groups()
    known: list[str] = []
    for one in (kind,) if kind else ('msg', 'srv', 'action'):
        try:
            module = importlib.import_module(f'{package}.{one}')
        except ImportError:
            continue
        if hasattr(module, last):
            return getattr(module, last)
        known += [f'{package}/{one}/{each}' for each in dir(module) if re.match('[A-Z]', each)]
    if known:
        raise Unknown('type', name, known)
    return None


def require_field(type_: Any, path: str) -> None:
    """
    Hold a path of fields, as `detections[0].results`, against a type.

    :raises Unknown: there is no such field.
    """
    for match in _STEP.finditer(path):
        fields = _fields(type_)
        if match[1] not in fields:
            raise Unknown(f'field of {_name(type_)}', match[1], fields)
        type_ = find(re.sub(r'^sequence<|(,\s*\d+)?>$|\[.*\]$', '', fields[match[1]]))
        if type_ is None:
            return


def wrong_values(type_: Any, text: str) -> Iterator[str]:
    """Yield what a type has not of values in YAML, as `ros2 service call` takes them."""
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError:
        yield f"'{text}' is no YAML"
        return
    if hasattr(type_, 'Request'):
        type_ = type_.Request
    yield from _wrong(type_, values)


def _wrong(type_: Any, values: Any) -> Iterator[str]:
    fields = _fields(type_)
    for name, value in values.items() if isinstance(values, dict) else ():
        if name not in fields:
            yield str(Unknown(f'field of {_name(type_)}', name, fields))
        elif fields[name] == 'boolean' and not isinstance(value, bool):
            yield f"field '{name}' of {_name(type_)} is true or false, not '{value}'"
        elif isinstance(value, dict) and (inner := find(fields[name])) is not None:
            yield from _wrong(inner, value)


def _fields(type_: Any) -> dict[str, str]:
    return type_.get_fields_and_field_types()


def _name(type_: Any) -> str:
    return f"{type_.__module__.partition('.')[0]}/{type_.__name__}"
