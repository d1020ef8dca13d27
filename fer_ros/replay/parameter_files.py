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
from typing import Any, Iterable

from fer_ros.core.assets import model_path
from fer_ros.core.pipeline import build_pipeline, FacePipeline
from fer_ros.core.track_ids import TrackIds
from fer_ros.stream import parameters
import yaml

#: Seed of the ids, so that two replays name the same face alike.
ID_SEED = 0

#: Names under which a parameter file may address the node.
_NODES = ('fer', '/fer', '/**', '/**/fer', '/*')


class SettingsError(ValueError):
    """A parameter or its file cannot be used; the message names it and the remedy."""


def read_settings(file: Path | None = None, assignments: Iterable[str] = ()) -> dict[str, Any]:
    """
    Return the value of every parameter of the node.

    :param file: ROS parameter file; its entries for the node `fer` count.
    :param assignments: `name:=value`, as for `ros2 run ... --ros-args -p`.
    :raises SettingsError: no such file or parameter, or a value the node would refuse.
    """
    values = {spec.name: spec.default for spec in parameters.TABLE}
    if file is not None:
        for name, value in _from_file(Path(file)).items():
            values[_known(name)] = value
    for assignment in assignments:
        name, separator, text = assignment.partition(':=')
        if not separator:
            raise SettingsError(f"parameter '{assignment}' has no value; write name:=value")
        try:
            values[_known(name)] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise SettingsError(f"parameter '{name}': {error}") from error
    values = {name: parameters.SPECS[name].read(value) for name, value in values.items()}
    try:
        parameters.check(values)
    except parameters.ParameterError as error:
        raise SettingsError(str(error)) from error
    return values


def pipeline_for(values: dict[str, Any]) -> FacePipeline:
    """
    Load the models that the parameters name, as the node does, with repeatable ids.

    :raises ModelError: a model is missing, damaged or unsuitable.
    """
    return build_pipeline(
        values['expression_model'] or model_path('expression.onnx'),
        values['detector_model'] or model_path('face_detector.onnx'),
        parameters.pipeline_options(values), threads=values['threads'],
        providers=[parameters.PROVIDERS[name] for name in values['providers']],
        ids=TrackIds(seed=ID_SEED))


def _from_file(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f'parameter file {file}: {error}') from error
    nodes = content if isinstance(content, dict) else {}
    sections = [nodes[name]['ros__parameters'] for name in _NODES
                if isinstance(nodes.get(name), dict)
                and isinstance(nodes[name].get('ros__parameters'), dict)]
    if not sections:
        raise SettingsError(
            f"parameter file {file} has no entry for the node: write 'fer:', below it "
            "'ros__parameters:', below it the parameters")
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
    if name not in parameters.SPECS:
        raise SettingsError(parameters.unknown(name))
    return name
