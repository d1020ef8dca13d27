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

"""The table of parameters, declared on a node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fer_ros.stream.parameter_spec import ParameterError, Spec
from fer_ros.stream.parameters import check, SPECS, TABLE, unknown
from rclpy.exceptions import ParameterUninitializedException
from rclpy.parameter import Parameter

#: Beginnings of names that rclpy declares itself: in some distributions only, or only once a
#: topic is there.
_MIDDLEWARE = ('qos_overrides.', 'use_sim_time', 'start_type_description_service')


def declare(node: Any) -> dict[str, Any]:
    """
    Declare every parameter of the table on the node and return the values by name.

    Values given at start for parameters that do not exist are warned of, by name.

    :raises ParameterError: a value given at start is refused.
    """
    for spec in TABLE:
        try:
            node.declare_parameter(spec.name, spec.default, spec.descriptor())
        except Exception as error:  # noqa: B902 - the kinds differ between distributions
            _declare_as_meant(node, spec, error)
    for name in _unknown_overrides(node):
        node.get_logger().warning(f'a value given at start is ignored: {unknown(name)}')
    values = {spec.name: spec.read(_value(node, spec)) for spec in TABLE}
    check(values)
    # Humble has no such callback: there, rclpy itself refuses 0 for a number with a fraction.
    if hasattr(node, 'add_pre_set_parameters_callback'):
        node.add_pre_set_parameters_callback(_as_meant)
    return values


def _declare_as_meant(node: Any, spec: Spec, error: Exception) -> None:
    """
    Declare a parameter whose value, given at start, rclpy has refused.

    :raises ParameterError: it is of no use either as what is meant by it.
    """
    given = _overrides(node).get(spec.name)
    if given is None:
        raise ParameterError(f"parameter '{spec.name}' is refused: {error}") from error
    value = spec.read(given.value)
    fault = spec.fault(value)
    if fault:
        raise ParameterError(fault) from error
    node.declare_parameter(spec.name, value, spec.descriptor(), ignore_override=True)


def _as_meant(changed: Sequence[Parameter]) -> list[Parameter]:
    """Return new values as they are meant."""
    return [
        Parameter(one.name, value=SPECS[one.name].read(one.value))
        if one.type_ is Parameter.Type.INTEGER and one.name in SPECS else one for one in changed]


def _overrides(node: Any) -> Mapping[str, Parameter]:
    """Return what YAML files and `-p` gave, for this node and for all."""
    # rclpy keeps it under this name only.
    overrides: Mapping[str, Parameter] = getattr(node, '_parameter_overrides', {})
    return overrides


def _value(node: Any, spec: Spec) -> Any:
    try:
        return node.get_parameter(spec.name).value
    except ParameterUninitializedException as error:
        raise ParameterError(
            f"parameter '{spec.name}' is given without a value or as an empty list; leave it out, "
            f'or give one such as {spec.default!r}') from error


def _unknown_overrides(node: Any) -> list[str]:
    """Return the names of values given at start that neither this table nor rclpy knows."""
    return sorted(
        name for name in _overrides(node)
        if not name.startswith(_MIDDLEWARE) and not node.has_parameter(name))
