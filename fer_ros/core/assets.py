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


"""Where the model files are: in the checkout, in the installed share, or where a variable says."""

from __future__ import annotations

import os
from pathlib import Path

from fer_ros.core.metadata_values import ModelError

#: The models that are used where nobody names others.
EXPRESSION_MODEL, DETECTOR_MODEL = 'expression.onnx', 'face_detector.onnx'
LANDMARK_MODEL = 'face_landmarks.onnx'

#: Environment variable that names another directory of models.
VARIABLE = 'FER_ROS_MODELS'


def model_path(name: str) -> Path:
    """
    Return the path of a model that comes with the package.

    Looks in the directory that `FER_ROS_MODELS` names; without it, going up from this file, in
    `models/` of a checkout and `share/fer_ros/models/` of an install prefix.

    :param name: file name, such as `expression.onnx`.
    :raises ModelError: no such file, naming the places that were looked at.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        candidates = [Path(chosen).expanduser() / name]
    else:
        candidates = [
            parent / place / name for parent in Path(__file__).resolve().parents[2:]
            for place in ('models', 'share/fer_ros/models')]
    for candidate in candidates:
        if os.path.isfile(candidate):  # unlike that of pathlib, it never raises
            return candidate
    looked = f"'{candidates[0].parent}'" if chosen else (
        f"'models' and 'share/fer_ros/models' of '{Path(__file__).resolve().parents[2]}' "
        'and above')
    raise ModelError(
        f"model '{name}' was not found in {looked}; reinstall fer_ros or set {VARIABLE} to the "
        'directory that holds it')
