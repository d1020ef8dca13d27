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

"""
Facial expression recognition for social robots.

>>> import cv2, fer_ros
>>> recognizer = fer_ros.ExpressionRecognizer()
>>> result = recognizer.recognize(cv2.imread('fer_ros/demo/assets/collins.jpg'))
>>> [face.label for face in result.faces]
['happy']

docs/python.md goes on from there. Everything public is here; importing this costs nothing, the
rest is imported when it is first used.
"""

import importlib
import os
from typing import Any, TYPE_CHECKING

if TYPE_CHECKING:
    from fer_ros.core.camera import Camera
    from fer_ros.core.detector import DetectorOptions
    from fer_ros.core.head import FaceMesh, HeadPose
    from fer_ros.core.metadata_values import ModelError
    from fer_ros.core.pipeline import PipelineOptions
    from fer_ros.core.recognizer import ExpressionRecognizer
    from fer_ros.core.smoothing import SmoothingOptions
    from fer_ros.core.tracker import TrackerOptions
    from fer_ros.core.types import Box, Expression, Face, Frame, FrameResult, LABELS, UNSURE
    from fer_ros.viz.draw import draw_faces

__version__: str

#: Where each public name lives.
_HOMES = {
    'ExpressionRecognizer': 'core.recognizer',
    'Frame': 'core.types', 'FrameResult': 'core.types', 'Face': 'core.types',
    'Box': 'core.types', 'Expression': 'core.types', 'LABELS': 'core.types',
    'UNSURE': 'core.types',
    'PipelineOptions': 'core.pipeline', 'DetectorOptions': 'core.detector',
    'TrackerOptions': 'core.tracker', 'SmoothingOptions': 'core.smoothing',
    'Camera': 'core.camera', 'FaceMesh': 'core.head', 'HeadPose': 'core.head',
    'ModelError': 'core.metadata_values',
    'draw_faces': 'viz.draw',
}

__all__ = [
    'Box', 'Camera', 'DetectorOptions', 'Expression', 'ExpressionRecognizer', 'Face', 'FaceMesh',
    'Frame', 'FrameResult', 'HeadPose', 'LABELS', 'ModelError', 'PipelineOptions',
    'SmoothingOptions', 'TrackerOptions', 'UNSURE', 'draw_faces']

# ONNX Runtime's wheels report to their maker and keep an id in the home directory, from the
# moment they are imported. A robot that watches faces does not. (Two names: releases differ.)
for _name in ('ORT_DISABLE_TELEMETRY', 'ORT_TELEMETRY_DISABLED'):
    os.environ.setdefault(_name, '1')
del _name


def _found(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(f'fer_ros.{_HOMES[name]}'), name)
    elif name == '__version__':
        from importlib.metadata import PackageNotFoundError, version
        try:
            value = version('fer_ros')
        except PackageNotFoundError:
            raise AttributeError(
                'fer_ros is not installed and has no version: pip install .') from None
    else:
        raise AttributeError(f"module 'fer_ros' has no attribute '{name}'")
    globals()[name] = value
    return value


if not TYPE_CHECKING:  # else every misspelt name would be one
    __getattr__ = _found


def __dir__() -> list[str]:
    return sorted([*__all__, '__version__'])
