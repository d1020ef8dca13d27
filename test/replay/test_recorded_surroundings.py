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

"""A replay has the camera and the frames that were recorded beside the images, or says so."""

import math

from bag_support import header, STORE, write_bag
from fer_ros.boundary import DAMAGED, OK
from fer_ros.replay import cli as replay
from fer_ros.replay.reading import Bag
from fer_ros.replay.records import read_records
import numpy as np
import pytest
from test_replay_command import SAMPLE

INFO, TF = 'sensor_msgs/msg/CameraInfo', 'tf2_msgs/msg/TFMessage'
LATE = 20 * 10**9


def recorded():
    """Return images of the sample that show a face, as `write_bag` wants them."""
    with Bag(SAMPLE) as bag:
        return [(raw.topic, raw.type, raw.log_time, bytes(raw.data))
                for raw in bag.messages() if 'image' in raw.topic][22:52]


IMAGES = recorded()
FIRST, FRAME = IMAGES[0][2], 'camera_optical_frame'
TOPIC = IMAGES[0][0].removesuffix('/compressed').rpartition('/')[0] + '/camera_info'


def info(focal, log_time=FIRST, size=(320, 240), topic=TOPIC):
    types, (width, height) = STORE.types, size
    matrix = np.array([focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1], float)
    return (topic, INFO, log_time, types[INFO](
        header=header(log_time), height=height, width=width, distortion_model='plumb_bob',
        d=np.zeros(5), k=matrix, r=np.eye(3).ravel(), p=np.zeros(12), binning_x=0, binning_y=0,
        roi=types['sensor_msgs/msg/RegionOfInterest'](
            x_offset=0, y_offset=0, height=0, width=0, do_rectify=False)))


def frame(child, place, topic='/tf_static', stamp=FIRST, log_time=FIRST - 1, parent=FRAME):
    types = STORE.types
    made = types['geometry_msgs/msg/TransformStamped'](
        header=types['std_msgs/msg/Header'](stamp=header(stamp).stamp, frame_id=parent),
        child_frame_id=child, transform=types['geometry_msgs/msg/Transform'](
            translation=types['geometry_msgs/msg/Vector3'](**dict(zip('xyz', place))),
            rotation=types['geometry_msgs/msg/Quaternion'](x=0.0, y=0.0, z=0.0, w=1.0)))
    return topic, TF, log_time, types[TF](transforms=[made])


@pytest.fixture
def replayed(tmp_path, capsys):
    """Return a function: replay the images with other messages, return faces and what was said."""
    def run(*others, target='', expected=OK, parameters=()):
        number = len(list(tmp_path.iterdir()))
        bag = write_bag(tmp_path / f'bag{number}', sorted(
            [*IMAGES, *others], key=lambda each: each[2]))
        lines = tmp_path / f'{number}.jsonl'
        assert replay.main([
            str(bag), '--quiet', '--jsonl', str(lines), '-p', 'cues:=on', '-p',
            f'attention.target_frame:={target or chr(39) * 2}',
            *parameters]) == expected
        return [face for record in read_records(lines) for face in record.faces
                if face.head], capsys.readouterr().err
    return run


def distance(faces):
    return float(np.median([face.head['position'][2] for face in faces]))


def test_the_recorded_camera_counts(replayed):
    plain, said = replayed()
    assert said.count(TOPIC) == said.count('60 degrees') == 1
    focal = 160 / math.tan(math.radians(30))
    # Twice the focal length: twice as far. It comes just after the first image.
    told, said = replayed(info(2 * focal, FIRST + 10**6), info(2 * focal, IMAGES[5][2]))
    assert not said and distance(told) == pytest.approx(2 * distance(plain), rel=0.1)
    # Of another topic it is another camera's.
    other, said = replayed(info(2 * focal, topic='/other/camera_info'))
    assert distance(other) == distance(plain) and TOPIC in said


@pytest.mark.parametrize('focal, size, words', [
    (0.0, (320, 240), 'not calibrated'), (math.nan, (320, 240), 'finite'),
    (300.0, (240, 320), 'another shape')])
def test_a_camera_info_of_no_use_is_said_once(replayed, focal, size, words):
    plain, _ = replayed()
    faces, said = replayed(*(info(focal, IMAGES[index][2], size) for index in (0, 7, 20)))
    assert distance(faces) == distance(plain)
    assert said.count(words) == said.count('60 degrees') == 1


def test_the_camera_may_change_half_way(replayed):
    faces, said = replayed(info(277.0), info(554.0, IMAGES[15][2]))
    places = [face.head['position'][2] for face in faces]
    assert max(places) > 1.7 * min(places) and not said


def test_nothing_is_read_where_no_pose_is_wanted(replayed):
    _, said = replayed(info(math.nan), parameters=('-p', 'cues:=off'))
    assert not said


@pytest.mark.parametrize('others, known', [
    ([frame('screen', (50.0, 0.0, 0.0))], True),
    # Told after the first images, as of a recorder that was late; it holds for good.
    ([frame('screen', (50.0, 0.0, 0.0), log_time=IMAGES[20][2])], True),
    ([frame('screen', (50.0, 0.0, 0.0), '/tf')], True),
    ([frame('arm', (1.0, 0.0, 0.0)), frame('screen', (49.0, 0.0, 0.0), '/tf', parent='arm')],
     True),
    ([], False), ([frame('other', (50.0, 0.0, 0.0))], False),
    ([frame('screen', (math.nan, 0.0, 0.0))], False),
    ([frame('screen', (50.0, 0.0, 0.0), '/tf', stamp=FIRST - LATE)], False),
    ([frame('screen', (50.0, 0.0, 0.0), '/tf', stamp=FIRST + LATE)], False)])
def test_people_attend_to_the_recorded_frame(replayed, others, known):
    faces, said = replayed(info(277.0), *others, target='screen')
    levels = {face.attention for face in faces}
    assert levels == ({'disengaged'} if known else {'unknown'})
    assert said.count("'screen'") == (0 if known else 1)


def test_broken_messages_beside_images_are_told(replayed):
    faces, said = replayed((TOPIC, INFO, FIRST, b'\0\1\0\0' + bytes(5)), expected=DAMAGED)
    assert faces and TOPIC in said and 'broken messages' in said
