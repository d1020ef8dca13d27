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

"""The message types of `interfaces/` are on the wire what the released packages are."""

import importlib
import json
import os
from pathlib import Path

import pytest

INTERFACES = Path(__file__).parents[1] / 'interfaces'

# RIHS01 hashes of the released vision_msgs, hri_msgs, tf2_msgs and bond, and of
# foxglove_msgs 3.2.5 to 3.4.3.
RELEASED = {
    'bond/Status':
        '87eaccffa254ffffadc0b61600452e8251740f06c25659a2dbda4927fdb1f70a',
    'vision_msgs/Detection2DArray':
        '214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968',
    'vision_msgs/Detection2D':
        '0d12b69df5c593b3455b7346fac8205437a7d4bcb09b9e0e0b2dde787ded38ea',
    'vision_msgs/ObjectHypothesisWithPose':
        '41c12344c0396c48b81df12467c192d99b2a0eb1463c5c37194e4223251c80bc',
    'vision_msgs/ObjectHypothesis':
        '51da43cec11c01957a64d1e05a24acd18aae7745ec30b74348ad5f6d634f7f90',
    'vision_msgs/BoundingBox2D':
        '008eacbb0cf8f26e83795547bed013eec3675485ef386ec056d80eaaf1c1ce2f',
    'vision_msgs/Pose2D':
        'b0b5d1d7b4c20dd4fcde3ed1d4b289a919290572007d67a97043814db25d3648',
    'vision_msgs/Point2D':
        'eab0e83f44ab4de92ceaf76dd7d0e7638f2bdd1d16ffbe16c7a136c48e407247',
    'hri_msgs/EngagementLevel':
        '275391f46d2e6cc0d21085f8e02dce6a8150baa57539ec99bd9f4e0321443788',
    'hri_msgs/Expression':
        '411b88e0604397d44775d8ec6a4bc69398fb0dfbfe864c33a40fa99ee85f1b00',
    'hri_msgs/FacialActionUnits':
        '43f431104624b6ff7f84350f1faa3747efc8a9330dee942b717a08830a267ed3',
    'hri_msgs/FacialLandmarks':
        'f1d6b0ba159f4d6be1632e5dfc9cb79ce5e35da73888da2a4789bd9b35112a63',
    'hri_msgs/IdsList':
        '7e0812d1ac945c98fd3e393568d581ad0ab567f37b24eff633eab778c1bfe62d',
    'hri_msgs/NormalizedPointOfInterest2D':
        'cc1d2f720c82afeb850ff1dbf66f41ecb7caf19f842987f1247e66160cf03953',
    'hri_msgs/NormalizedRegionOfInterest2D':
        '2e50c93f1ca166ee77af9a5424dc951ae4e452b740162a7f83c082d917dcaff5',
    'tf2_msgs/TFMessage':
        'e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087',
    'foxglove_msgs/CircleAnnotation':
        '8bd0a9869b14ed054b6e3fbfb09bd0dbaa90946083adcca96c964a20191fd99a',
    'foxglove_msgs/Color':
        'ed1b16da40c954e6456b950c2ef4559c179e5cb98f1363cb28c3b90c6ee14120',
    'foxglove_msgs/ImageAnnotations':
        'bc4e578b1ef80953415d6f966a4cab305c8a44c8b64fc405312b6f06a08fc45e',
    'foxglove_msgs/KeyValuePair':
        '3a1aafc9b6c5876181434af49e3077c3e63174d48c4be9fbc8f65547c59aaded',
    'foxglove_msgs/Point2':
        'd85e823b78e2e88bc31629e305558bcdd2ecc9225f5f9390f96d91930f5696f0',
    'foxglove_msgs/PointsAnnotation':
        'e151e5042d911c2949ff9ef427944596eefdf9672ff93d381e8d24e60addf8e6',
    'foxglove_msgs/TextAnnotation':
        '9678167e063be85463865db2383506c704498e5f8657f24c576a996e7f2ed2e4',
}


def built_description(type_name):
    """Return the type description that rosidl wrote when the type was built."""
    package, name = type_name.split('/')
    for prefix in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep):
        path = Path(prefix, 'share', package, 'msg', name + '.json')
        if prefix and path.is_file():
            return json.loads(path.read_text())
    pytest.skip(f'{type_name} is not installed: source a ROS 2 workspace or run make test')


@pytest.mark.parametrize('type_name', RELEASED)
def test_hash_is_the_released_one(type_name):
    package, name = type_name.split('/')
    hashes = {entry['type_name']: entry['hash_string']
              for entry in built_description(type_name)['type_hashes']}
    assert hashes[f'{package}/msg/{name}'] == 'RIHS01_' + RELEASED[type_name]


@pytest.mark.parametrize('type_name', RELEASED)
def test_type_has_python_bindings(type_name):
    package, name = type_name.split('/')
    module = pytest.importorskip(f'{package}.msg', reason=f'{package} is not installed')
    message = getattr(module, name)()
    assert message.get_fields_and_field_types()
    assert importlib.import_module(package).__file__


def test_every_declared_type_is_checked():
    declared = {f'{path.parents[1].name}/{path.stem}' for path in INTERFACES.glob('*/msg/*.msg')}
    assert declared == set(RELEASED)
