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

"""What a recording's rows depend on, and what of it has changed since they were made."""

from __future__ import annotations

from collections.abc import Mapping
import hashlib
import json
from pathlib import Path
from typing import Any

import fer_ros
from fer_ros.core.assets import LANDMARK_MODEL, model_path
from fer_ros.core.text import shown
from fer_ros.replay.parameter_files import model_files
from fer_ros.stream.parameters import always_landmarks, SPECS
from fer_ros.study.inputs import Source

# Parameters that change no row: where models lie is told by their checksums.
_WITHOUT_EFFECT = ('detector_model', 'expression_model', 'landmark_model')


def models_of(values: Mapping[str, Any]) -> dict[str, str]:
    """
    Return file name to SHA-256 of the models that the parameters ask for.

    :raises ModelError: a shipped one is not there.
    :raises OSError: one cannot be read.
    """
    files = model_files(values)
    if always_landmarks(values):
        files.append(Path(values['landmark_model'] or model_path(LANDMARK_MODEL)))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def settings(values: Mapping[str, Any], topic: str | None) -> dict[str, Any]:
    """
    Return what all recordings of a study have in common, for JSON.

    :param values: the parameters by name.
    :param topic: image topic that was asked for, if any.
    """
    return {
        'fer_ros': fer_ros.__version__, 'topic': topic, 'models': models_of(values),
        'parameters': {name: value for name, value in sorted(values.items())
                       if name not in _WITHOUT_EFFECT}}


def of_input(source: Source) -> str:
    """Return what changes when the files of a recording do."""
    text = json.dumps([[name, size, mark] for name, size, mark in source.files])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between two settings, each in a few words."""
    found = [f'{name} was {shown(str(before.get(name)))} and is {shown(str(now[name]))}'
             for name in ('fer_ros', 'topic')
             if before.get(name) != now[name]]
    old, new = before.get('models', {}), now['models']
    found += [f'the model {shown(name)} is another one' for name in new
              if old.get(name, new[name]) != new[name]]
    added = [name for name in new if name not in old]
    old, new = before.get('parameters', {}), now['parameters']
    found += [
        f'{name} was {shown(str(old.get(name, "unknown")))} and is {shown(str(new[name]))}'
        for name in new if old.get(name, SPECS[name].default) != new[name]]
    # A parameter that asks for one says it better.
    return found or [f'the model {shown(name)} is new' for name in added]
