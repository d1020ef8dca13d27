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

"""The table of parameters, declared on a node, and its values as they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fer_ros.stream.parameter_spec import ParameterError, Spec
from fer_ros.stream.parameters import check, TABLE, unknown
from rcl_interfaces.msg import SetParametersResult
from rclpy.exceptions import ParameterUninitializedException

#: Beginnings of names that rclpy declares itself: in some distributions only, or only once a
#: topic is there.
_MIDDLEWARE = ('qos_overrides.', 'use_sim_time', 'start_type_description_service')


class LiveParameters:
    """
    The values of a node's parameters, which may change at any time: refused ones change nothing.

    :param node: on which they are declared.
    :param apply: called with all values after a change.
    :raises ParameterError: a value given at start is refused.
    """

    def __init__(self, node: Any, apply: Callable[[dict[str, Any]], None]):
        #: By name; another dictionary after each change.
        self.values = declare(node)
        self._tell = apply
        node.add_on_set_parameters_callback(self._check)
        # Humble has no callback after the fact; there, the last check applies the values.
        self._applies_late = hasattr(node, 'add_post_set_parameters_callback')
        if self._applies_late:
            node.add_post_set_parameters_callback(self._apply)

    def _check(self, changed: Any) -> SetParametersResult:
        try:
            check({**self.values, **self._known(changed)})
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        if not self._applies_late:
            self._apply(changed)
        return SetParametersResult(successful=True)

    def _apply(self, changed: Any) -> None:
        known = self._known(changed)
        # Topics whose QoS may be overridden declare parameters of the middleware's.
        if known:
            self.values = {**self.values, **known}
            self._tell(self.values)

    def _known(self, changed: Any) -> dict[str, Any]:
        return {one.name: one.value for one in changed if one.name in self.values}


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
            hint = '; write it with a decimal point' if 'DOUBLE' in str(error) else ''
            raise ParameterError(f"parameter '{spec.name}' is refused: {error}{hint}") from error
    for name in _unknown_overrides(node):
        node.get_logger().warning(f'a value given at start is ignored: {unknown(name)}')
    values = {spec.name: spec.read(_value(node, spec)) for spec in TABLE}
    check(values)
    return values


def _value(node: Any, spec: Spec) -> Any:
    try:
        return node.get_parameter(spec.name).value
    except ParameterUninitializedException as error:
        raise ParameterError(
            f"parameter '{spec.name}' is given without a value or as an empty list; leave it out, "
            f'or give one such as {spec.default!r}') from error


def _unknown_overrides(node: Any) -> list[str]:
    """Return the names of values given at start that neither this table nor rclpy knows."""
    # rclpy keeps what YAML files and `-p` gave, for this node and for all, under this name only.
    given = getattr(node, '_parameter_overrides', {})
    return sorted(
        name for name in given
        if not name.startswith(_MIDDLEWARE) and not node.has_parameter(name))
