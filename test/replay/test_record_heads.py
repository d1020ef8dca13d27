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

"""What lines say of heads, and which labels profiles have."""

import json

from fer_ros.boundary import InputError
from fer_ros.replay.records import FaceRecord, FrameRecord
import pytest

HEAD = {'yaw': 1.0, 'pitch': -2.0, 'roll': 0.5, 'off_camera': 3.0, 'position': [0.1, 0.0, 0.6],
        'confidence': 0.9}
POINTS = [[10.5, 20.0, 0.9]] * 70


def line(**changes):
    """Return the line of a frame with one face that has a head."""
    face = FaceRecord('fabc', (1.0, 2.0, 30.0, 40.0), head=HEAD, landmarks=POINTS)
    record = json.loads(FrameRecord(0, 10**9, 0.0, (face,)).to_json())
    record['faces'][0] |= changes
    return json.dumps(record)


def test_a_head_is_read_as_it_was_written():
    face, = FrameRecord.from_json(line()).faces
    assert (face.head, face.landmarks) == (HEAD, POINTS)


def test_a_face_without_a_head_has_no_word_of_it():
    text = FrameRecord(0, 10**9, 0.0, (FaceRecord('fabc', (1.0, 2.0, 3.0, 4.0)),)).to_json()
    assert 'head' not in text and 'landmarks' not in text


@pytest.mark.parametrize('changes', [
    {'head': {}}, {'head': 3}, {'head': HEAD | {'yaw': 999}}, {'head': HEAD | {'position': [1]}},
    {'head': HEAD | {'confidence': 2.0}}, {'landmarks': [[1, 2, 0.5]]},
    {'landmarks': [[1, 2, 7]] * 70}, {'landmarks': 'none'}])
def test_what_is_no_head_is_refused(changes):
    with pytest.raises(InputError, match=next(iter(changes))):
        FrameRecord.from_json(line(**changes))
