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

"""Message definitions of the written topics, for machines that have no ROS."""

from __future__ import annotations

from rosbags.typesys import get_types_from_msg, get_typestore, Stores
from rosbags.typesys.store import Typestore

#: Type to definition, fields as released; only what is written to bags.
DEFINITIONS = {
    'vision_msgs/msg/Point2D': 'float64 x\nfloat64 y\n',
    'vision_msgs/msg/Pose2D': 'vision_msgs/Point2D position\nfloat64 theta\n',
    'vision_msgs/msg/BoundingBox2D':
        'vision_msgs/Pose2D center\nfloat64 size_x\nfloat64 size_y\n',
    'vision_msgs/msg/ObjectHypothesis': 'string class_id\nfloat64 score\n',
    'vision_msgs/msg/ObjectHypothesisWithPose':
        'vision_msgs/ObjectHypothesis hypothesis\ngeometry_msgs/PoseWithCovariance pose\n',
    'vision_msgs/msg/Detection2D':
        'std_msgs/Header header\nvision_msgs/ObjectHypothesisWithPose[] results\n'
        'vision_msgs/BoundingBox2D bbox\nstring id\n',
    'vision_msgs/msg/Detection2DArray':
        'std_msgs/Header header\nvision_msgs/Detection2D[] detections\n',
    'hri_msgs/msg/IdsList': 'std_msgs/Header header\nstring[] ids\n',
    'hri_msgs/msg/Expression':
        'std_msgs/Header header\nstring expression\nfloat32 valence\nfloat32 arousal\n'
        'float32 confidence\n',
    'hri_msgs/msg/NormalizedRegionOfInterest2D':
        'std_msgs/Header header\nfloat32 xmin\nfloat32 ymin\nfloat32 xmax\nfloat32 ymax\n'
        'float32 c\n',
}


def typestore() -> Typestore:
    """Return the standard message types and those of `DEFINITIONS`."""
    store = get_typestore(Stores.ROS2_JAZZY)
    types = {}
    for name, definition in DEFINITIONS.items():
        types.update(get_types_from_msg(definition, name))
    store.register(types)
    return store
