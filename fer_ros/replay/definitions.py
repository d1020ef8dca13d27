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
    'foxglove_msgs/msg/KeyValuePair': 'string key\nstring value\n',
    'foxglove_msgs/msg/Point2': 'float64 x\nfloat64 y\n',
    'foxglove_msgs/msg/Color': 'float64 r\nfloat64 g\nfloat64 b\nfloat64 a\n',
    'foxglove_msgs/msg/CircleAnnotation':
        'builtin_interfaces/Time timestamp\nfoxglove_msgs/Point2 position\nfloat64 diameter\n'
        'float64 thickness\nfoxglove_msgs/Color fill_color\nfoxglove_msgs/Color outline_color\n'
        'foxglove_msgs/KeyValuePair[] metadata\n',
    'foxglove_msgs/msg/PointsAnnotation':
        'builtin_interfaces/Time timestamp\nuint8 UNKNOWN=0\nuint8 POINTS=1\nuint8 LINE_LOOP=2\n'
        'uint8 LINE_STRIP=3\nuint8 LINE_LIST=4\nuint8 type\nfoxglove_msgs/Point2[] points\n'
        'foxglove_msgs/Color outline_color\nfoxglove_msgs/Color[] outline_colors\n'
        'foxglove_msgs/Color fill_color\nfloat64 thickness\n'
        'foxglove_msgs/KeyValuePair[] metadata\n',
    'foxglove_msgs/msg/TextAnnotation':
        'builtin_interfaces/Time timestamp\nfoxglove_msgs/Point2 position\nstring text\n'
        'float64 font_size\nfoxglove_msgs/Color text_color\n'
        'foxglove_msgs/Color background_color\nfoxglove_msgs/KeyValuePair[] metadata\n',
    'foxglove_msgs/msg/ImageAnnotations':
        'builtin_interfaces/Time timestamp\nfoxglove_msgs/CircleAnnotation[] circles\n'
        'foxglove_msgs/PointsAnnotation[] points\nfoxglove_msgs/TextAnnotation[] texts\n'
        'foxglove_msgs/KeyValuePair[] metadata\n',
}


def typestore() -> Typestore:
    """Return the standard message types and those of `DEFINITIONS`."""
    store = get_typestore(Stores.ROS2_JAZZY)
    types = {}
    for name, definition in DEFINITIONS.items():
        types.update(get_types_from_msg(definition, name))
    store.register(types)
    return store
