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

"""Options of the stages: a default, a range and a meaning each, from which all else is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, Field, field, fields
import inspect
from numbers import Integral, Real
from typing import Any


@dataclass(frozen=True)
class Option:
    """
    What one option may be.

    :param default: its type is the option's: a whole number, or any number.
    :param low: smallest value.
    :param high: largest value.
    :param description: what it does, with its unit; a sentence.
    """

    default: int | float
    low: int | float
    high: int | float
    description: str

    def fault(self, value: object) -> str:
        """Return what the value must be instead, or '' when it is fine."""
        whole = isinstance(self.default, int)
        kinds = (int, Integral) if whole else (int, float, Real)
        if isinstance(value, kinds) and not isinstance(value, bool):
            # Never true for NaN; a whole number may be too large for a float.
            number: Any = value
            if self.low <= number <= self.high:
                return ''
        return f"it must be a {'whole ' if whole else ''}number from {self.low:g} to {self.high:g}"


def option(default: int | float, low: int | float, high: int | float, description: str) -> Any:
    """Return the dataclass field of an option; see `Option`."""
    return field(
        default=default, metadata={'option': Option(default, low, high, description)})


def group(kind: type[Options]) -> Any:
    """Return the dataclass field that holds the options of one stage."""
    return field(default_factory=kind, metadata={'group': kind})


@dataclass(frozen=True)
class Options:
    """
    Base of the option classes: frozen dataclasses whose fields are `option`s and `group`s.

    A subclass checks its values when it is made, and its docstring lists them.
    """

    def __init_subclass__(cls) -> None:
        # The decorator @dataclass comes later: the fields are still attributes of the class.
        own = {name: one for name, one in vars(cls).items() if isinstance(one, Field)}
        cls.__doc__ = '\n'.join((
            inspect.cleandoc(cls.__doc__ or ''), '',
            *(f':param {name}: {_meaning(one)}' for name, one in own.items()),
            ':raises ValueError: a value is outside its range or of the wrong type.'))

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if 'group' in one.metadata:
                kind = one.metadata['group']
                fault = '' if isinstance(value, kind) else f'it must be a {kind.__name__}'
            else:
                fault = one.metadata['option'].fault(value)
            if fault:
                raise ValueError(f'{type(self).__name__}.{one.name} is {value!r}; {fault}')


def _meaning(one: Field[Any]) -> str:
    if 'group' in one.metadata:
        return f"see `{one.metadata['group'].__name__}`."
    known = one.metadata['option']
    return f'{known.description} {known.low:g} to {known.high:g}, {known.default:g} by default.'


#: Of one network; more than a robot has processors would be a mistake.
THREADS = Option(1, 1, 64, 'Threads that ONNX Runtime uses for one network.')


def options_by_path(kind: type[Options], prefix: str = '') -> Iterator[tuple[str, Option]]:
    """
    Go through the options of a class and of its groups, in the order of its fields.

    :return: pairs of a dotted path, such as `detector.min_size`, and what that option may be.
    """
    for one in fields(kind):
        if 'group' in one.metadata:
            yield from options_by_path(one.metadata['group'], f'{prefix}{one.name}.')
        else:
            yield prefix + one.name, one.metadata['option']
