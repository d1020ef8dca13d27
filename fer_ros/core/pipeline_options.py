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

"""The options of every stage of the pipeline, in one object."""

from __future__ import annotations

from dataclasses import dataclass

from fer_ros.core.attention import AttentionOptions
from fer_ros.core.detector import DetectorOptions
from fer_ros.core.head_pose import HeadPoseOptions
from fer_ros.core.options import group, option, Options
from fer_ros.core.smoothing import SmoothingOptions
from fer_ros.core.tracker import TrackerOptions


@dataclass(frozen=True)
class PipelineOptions(Options):
    """Hold the options of every stage; frozen, so that a change is a new object."""

    detector: DetectorOptions = group(DetectorOptions)
    detection_interval: float = option(
        0.15, 0.0, 10.0, 'Longest time between two detections, in seconds of message time: in '
        'between, faces are followed, and in case of doubt the detector runs at once; a new face '
        'is found that much later. 0: detect in every frame.')
    tracker: TrackerOptions = group(TrackerOptions)
    smoothing: SmoothingOptions = group(SmoothingOptions)
    min_confidence: float = option(
        0.0, 0.0, 1.0,
        'Least probability at which a label is shown; below it the label is `unsure`.')
    max_yaw: float = option(
        30.0, 0.0, 90.0, 'Angle in degrees by which a head may be turned to the side, roughly, '
        'before the label is `unsure`: beyond the default, less than half as many labels are '
        'right. 90: labels are shown whatever it is.')
    landmark_interval: float = option(
        0.15, 0.0, 10.0, 'Longest time between two runs of the landmark model for a face, in '
        'seconds of message time: in between, its points move with the face. 0: run it in every '
        'frame.')
    head_pose: HeadPoseOptions = group(HeadPoseOptions)
    attention: AttentionOptions = group(AttentionOptions)
