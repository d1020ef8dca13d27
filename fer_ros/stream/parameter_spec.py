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

"""What one parameter of the node may be, and how that is said to ROS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fer_ros.core.text import shown


class ParameterError(ValueError):
    """A parameter's value is refused; the message names parameter, value and what is allowed."""


@dataclass(frozen=True)
class Spec:
    """
    One parameter.

    :param name: as ROS sees it; a name that is a path into `PipelineOptions` sets that option.
    :param default: its type is the parameter's type.
    :param description: what it does, with its unit.
    :param lowest: smallest value, of numbers.
    :param highest: largest value, of numbers.
    :param choices: permitted values, of strings, of each element of a list, and of numbers that
        are not free within their range.
    :param read_only: only settable at start.
    """

    name: str
    default: Any
    description: str
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[str, ...] | tuple[int, ...] = ()
    read_only: bool = False

    def descriptor(self) -> Any:
        """Return the ParameterDescriptor that `ros2 param describe` and rqt_reconfigure show."""
        # Imported here, so that tools read the table on machines without ROS.
        from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
        descriptor = ParameterDescriptor(
            description=self.description, read_only=self.read_only)
        if self.choices:
            descriptor.additional_constraints = 'one of: ' + ', '.join(map(str, self.choices))
        # Unquoted, YAML takes these words for booleans; `read` turns them back.
        descriptor.dynamic_typing = 'on' in self.choices
        if self.lowest is None:
            return descriptor
        if isinstance(self.default, int):
            # Choices of a number are evenly spaced.
            step = int(self.choices[1]) - int(self.choices[0]) if self.choices else 1
            descriptor.integer_range = [
                IntegerRange(from_value=self.lowest, to_value=self.highest, step=step)]
        else:
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=self.lowest, to_value=self.highest, step=0.0)]
        return descriptor

    def read(self, value: Any) -> Any:
        """
        Return the value that is meant.

        YAML turns the choices on and off into booleans, and of 0 nobody can tell that it is to be
        a number with a fraction.
        """
        if isinstance(value, bool) and 'on' in self.choices:
            return 'on' if value else 'off'
        if type(value) is int and isinstance(self.default, float):
            try:
                return float(value)
            except OverflowError:  # of hundreds of digits; it is refused for its type
                return value
        return value

    def fault(self, value: Any) -> str:
        """Return why the value is refused, or '' when it is fine."""
        if type(value) is not type(self.default) and not (
                isinstance(self.default, list) and isinstance(value, (list, tuple))):
            return (f"parameter '{self.name}' is {_told(value)} of type {type(value).__name__}, "
                    f'but must be of type {type(self.default).__name__}; {self._spelling(value)}')
        if self.lowest is not None and not self.lowest <= value <= self.highest:  # nor NaN
            return (f"parameter '{self.name}' is {_told(value)}, but must lie between "
                    f'{self.lowest} and {self.highest}')
        if isinstance(value, (list, tuple)):
            if not value:
                return (f"parameter '{self.name}' is empty, but must hold at least one of: "
                        f"{', '.join(map(str, self.choices))}")
            twice = next((one for one in value if list(value).count(one) > 1), None)
            if twice is not None:
                return (f"parameter '{self.name}' holds '{_told(twice, str)}' more than once; "
                        'name it once')
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if self.choices and one not in self.choices:
                return (f"parameter '{self.name}' is '{_told(one, str)}', but must be one of: "
                        f"{', '.join(map(str, self.choices))}")
        return ''

    def _spelling(self, value: Any) -> str:
        """Return how a value of this parameter's type is written in YAML."""
        if isinstance(self.default, bool):
            return 'write true or false'
        if isinstance(self.default, str):
            return "put it in quotes, and on a command line in quotes within quotes: \"'…'\""
        if isinstance(self.default, list):
            return f"write a list, such as [{', '.join(map(str, self.default))}]"
        if isinstance(self.default, int) and type(value) is float:
            return 'write a whole number, without a decimal point'
        return f'write a number, such as {self.default}'


def _told(value: Any, spelled: Callable[[Any], str] = repr) -> str:
    """Return a value from outside as it may be shown."""
    try:
        return shown(spelled(value), 120)
    except ValueError:  # Python spells no number of thousands of digits
        return 'a number of thousands of digits'
