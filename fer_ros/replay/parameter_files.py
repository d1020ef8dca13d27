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

"""The node's parameters for a replay: its defaults, a ROS parameter file, single values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterable, Mapping

from fer_ros.boundary import InputError, reason
from fer_ros.bounded_text import parse_yaml, read_text
from fer_ros.core.assets import DETECTOR_MODEL, EXPRESSION_MODEL, model_path
from fer_ros.core.text import shown
from fer_ros.schema import check as check_schema, Schema
from fer_ros.stream.parameter_spec import ParameterError
from fer_ros.stream.parameters import check, SPECS, TABLE, unknown

#: Names under which a parameter file may address the node.
_NODES = ('fer', '/fer', '/**', '/**/fer', '/*')

#: What is below the names of the node; entries of other nodes may be anything.
_SECTION: Schema = {
    'type': 'object', 'required': ['ros__parameters'], 'properties': {'ros__parameters': {
        'type': 'object', 'description': 'the parameters, each with its value'}},
    'description': "'ros__parameters:' and below it the parameters"}
_FILE: Schema = {'type': 'object', 'properties': dict.fromkeys(_NODES, _SECTION)}


def read_parameters(file: Path | None = None, assignments: Iterable[str] = ()) -> dict[str, Any]:
    """
    Return the value of every parameter of the node.

    :param file: ROS parameter file; its entries for the node `fer` count.
    :param assignments: `name:=value`, as for `ros2 run ... --ros-args -p`.
    :raises ParameterError: no such file or parameter, or a value the node would refuse.
    """
    values = {spec.name: spec.default for spec in TABLE}
    if file is not None:
        for name, value in _from_file(Path(file)).items():
            values[_known(name)] = value
    for assignment in assignments:
        name, separator, text = assignment.partition(':=')
        if not separator:
            raise ParameterError(
                f"parameter '{shown(assignment)}' has no value; write name:=value")
        try:
            values[_known(name)] = parse_yaml(text)
        except InputError as error:
            raise ParameterError(f"parameter '{shown(name)}': {error}") from error
    values = {name: SPECS[name].read(value) for name, value in values.items()}
    check(values)
    return values


def model_files(values: Mapping[str, Any]) -> list[Path]:
    """
    Return the files that a replay with these parameters loads its models from.

    :raises ModelError: a shipped model is not there.
    :raises ParameterError: a name cannot be one of a file.
    """
    for name in ('detector_model', 'expression_model'):
        if '\0' in values[name]:
            raise ParameterError(
                f"parameter '{name}' is '{shown(values[name])}'; a file's name has no null byte")
    return [Path(values[name]) if values[name] else model_path(shipped)
            for name, shipped in (
                ('detector_model', DETECTOR_MODEL), ('expression_model', EXPRESSION_MODEL))]


def _from_file(file: Path) -> dict[str, Any]:
    what = f'parameter file {shown(str(file), 200)}'
    try:
        nodes = parse_yaml(read_text(file))
        if isinstance(nodes, dict):
            check_schema(nodes, _FILE)
    except (InputError, OSError) as error:
        told = str(error) if isinstance(error, InputError) else reason(error)
        raise ParameterError(f'{what}: {told}') from error
    sections = [nodes[name]['ros__parameters'] for name in _NODES
                if isinstance(nodes, dict) and name in nodes]
    if not sections:
        raise ParameterError(
            f"{what} has no entry for the node: write 'fer:', below it 'ros__parameters:', below "
            'it the parameters')
    # More special names come first in _NODES and win.
    return {name: value for section in reversed(sections)
            for name, value in _flat(section, '').items() if name != 'use_sim_time'}


def _flat(section: dict, prefix: str) -> dict[str, Any]:
    flat = {}
    for name, value in section.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f'{prefix}{name}.'))
        else:
            flat[f'{prefix}{name}'] = value
    return flat


def _known(name: str) -> str:
    if name not in SPECS:
        raise ParameterError(unknown(name))
    return name
