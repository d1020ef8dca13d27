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

"""The recording with the faces: what is in it, readable by everybody."""

from pathlib import Path

from bag_support import COMPRESSED, header, images, START, STORE, write_bag
from fer_ros.boundary import OK, OutputError
from fer_ros.core.types import Box, Expression, Face, Frame, FrameResult, UNSURE
from fer_ros.replay import cli as replay
from fer_ros.replay.definitions import DEFINITIONS, typestore
from fer_ros.replay.reading import Bag
from fer_ros.replay.records import FrameRecord, NANOSECONDS, read_records
from fer_ros.replay.replayer import Replayed
from fer_ros.replay.storage import RawMessage, Topic
from fer_ros.replay.writing import FacesBag
from fer_ros.stream.stream_result import StreamResult
import numpy as np
import pytest
from rosbags.highlevel import AnyReader

SAMPLE = Path(__file__).resolve().parents[1] / 'data' / 'sample'

#: Of the released packages.
HASHES = {
    'foxglove_msgs/msg/ImageAnnotations':
        'bc4e578b1ef80953415d6f966a4cab305c8a44c8b64fc405312b6f06a08fc45e',
    'hri_msgs/msg/Expression':
        '411b88e0604397d44775d8ec6a4bc69398fb0dfbfe864c33a40fa99ee85f1b00',
    'hri_msgs/msg/IdsList':
        '7e0812d1ac945c98fd3e393568d581ad0ab567f37b24eff633eab778c1bfe62d',
    'hri_msgs/msg/NormalizedRegionOfInterest2D':
        '2e50c93f1ca166ee77af9a5424dc951ae4e452b740162a7f83c082d917dcaff5',
    'vision_msgs/msg/Detection2DArray':
        '214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968',
}

FACE = Face(
    'fabcde', Box(10.0, 20.0, 30.0, 40.0), 0.9, np.zeros((4, 2), np.float32),
    Expression(np.array([0.1, 0.5, 0.1, 0.05, 0.05, 0.05, 0.05, 0.1])), 'happy', 0.5, 0.25, 0.5)


def replayed(stamp, log_time, factor):
    """Return one frame of 100x100 pixels with the face."""
    frame = Frame(np.zeros((100, 100, 3), np.uint8))
    record = FrameRecord(0, stamp, 0.0)
    result = StreamResult(
        'processed', header(stamp), stamp, frame=frame, factor=factor,
        result=FrameResult((FACE,), {}))
    return Replayed(record, result, log_time)


@pytest.mark.parametrize('name', HASHES)
def test_definitions_are_the_released_ones(name):
    assert name in DEFINITIONS
    assert typestore().hash_rihs01(name) == f'RIHS01_{HASHES[name]}'


def test_faces_are_written_with_the_stamp_of_the_image(tmp_path):
    with FacesBag(tmp_path / 'out', {}) as bag:
        bag.add(replayed(START + 5, START + 7, 2))
    # AnyReader takes the definitions from the file alone, as Foxglove does.
    with AnyReader([tmp_path / 'out']) as reader:
        found = {connection.topic: (log_time, reader.deserialize(data, connection.msgtype))
                 for connection, log_time, data in reader.messages()}
    annotations = found.pop('/fer/annotations')[1]
    assert annotations.texts[0].timestamp.nanosec == annotations.timestamp.nanosec == 5
    assert annotations.texts[0].text == 'happy 50% fabcde'
    assert [point.x for point in annotations.points[0].points] == [20.0, 80.0, 80.0, 20.0]
    assert set(found) == {'/fer/expression', '/humans/faces/tracked',
                          '/humans/faces/fabcde/roi', '/humans/faces/fabcde/expression'}
    for log_time, message in found.values():
        assert log_time == START + 7
        assert (message.header.stamp.nanosec, message.header.frame_id) == (5, 'camera')
    detection, = found['/fer/expression'][1].detections
    assert detection.id == 'fabcde'
    # Boxes are in pixels of the image, twice as large as the frame.
    assert (detection.bbox.center.position.x, detection.bbox.size_x) == (50.0, 60.0)
    scores = [result.hypothesis.score for result in detection.results]
    assert scores == sorted(scores, reverse=True) and sum(scores) == pytest.approx(1.0)
    assert detection.results[0].hypothesis.class_id == 'happy'
    assert found['/humans/faces/tracked'][1].ids == ['fabcde']
    roi = found['/humans/faces/fabcde/roi'][1]
    assert (roi.xmin, roi.ymax) == (pytest.approx(0.1), pytest.approx(0.6))
    assert found['/humans/faces/fabcde/expression'][1].expression == 'happy'


def test_other_messages_are_copied_byte_for_byte(tmp_path):
    string = STORE.types['std_msgs/msg/String'](data='hello')
    source = write_bag(tmp_path / 'in', [
        *images(3, '/cam/compressed', COMPRESSED),
        ('/chatter', 'std_msgs/msg/String', START, string),
        # The faces of the recording itself give way to those of the replay.
        ('/fer/expression', 'std_msgs/msg/String', START, string)])
    with Bag(source) as bag:
        before = list(bag.messages())
        with FacesBag(tmp_path / 'out', bag.topics) as out:
            for message in before:
                out.copy(message)
    with Bag(tmp_path / 'out') as bag:
        after = list(bag.messages())
        assert not bag.problems
    kept = [message for message in before if message.topic != '/fer/expression']
    assert sorted(after) == sorted(kept) and len(kept) == 4
    assert out.notes == ['/fer/expression of the recording is replaced']


def test_a_type_without_definition_is_left_out_and_told(tmp_path):
    topics = {
        '/odd': Topic('/odd', 'odd_msgs/msg/Odd', 1, ''),
        '/own': Topic('/own', 'own_msgs/msg/Own', 1, 'int32 value\n')}
    with FacesBag(tmp_path / 'out', topics) as out:
        out.copy(RawMessage('/odd', 'odd_msgs/msg/Odd', START, b'\0\1\0\0\5\0\0\0'))
        out.copy(RawMessage('/own', 'own_msgs/msg/Own', START, b'\0\1\0\0\5\0\0\0'))
    assert len(out.notes) == 1 and '/odd' in out.notes[0]
    with AnyReader([tmp_path / 'out']) as reader:
        values = [reader.deserialize(data, connection.msgtype).value
                  for connection, _, data in reader.messages()]
    assert values == [5]


def test_an_existing_recording_is_not_overwritten(tmp_path):
    with pytest.raises(OutputError, match='exists already'):
        FacesBag(tmp_path, {})


def test_an_exception_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with FacesBag(tmp_path / 'out', {}) as bag:
            bag.add(replayed(START, START, 1))
            raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_a_part_is_kept_as_a_whole_recording_under_a_name_that_says_so(tmp_path):
    for name in ('out.partial', 'out.partial2'):
        bag = FacesBag(tmp_path / 'out', {})
        bag.add(replayed(START, START, 1))
        assert bag.keep() == tmp_path / name
        with Bag(tmp_path / name) as kept:
            assert len(list(kept.messages())) == 5 and not kept.problems
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('confidence, words', [(1.0, {'unsure'}), (0.0, {'happy', 'neutral'})])
def test_every_output_says_the_same_word(tmp_path, confidence, words):
    (tmp_path / 'expect.yaml').write_text(
        'expectations:\n  - name: word\n    face: any\n    between: [2.0, 3.0]\n'
        f'    label: {sorted(words)[0]}\n')
    assert replay.main([
        str(SAMPLE), '-p', f'min_confidence:={confidence}', '--jsonl', str(tmp_path / 'run.jsonl'),
        '--output-bag', str(tmp_path / 'out'), '--results-only', '--quiet',
        '--expect', str(tmp_path / 'expect.yaml')]) == OK
    said = {(record.stamp, face.id): face.label
            for record in read_records(tmp_path / 'run.jsonl') for face in record.faces}
    assert set(said.values()) == words
    with AnyReader([tmp_path / 'out']) as reader:
        for connection, _, data in reader.messages():
            message = reader.deserialize(data, connection.msgtype)
            if connection.topic == '/fer/annotations':
                stamp = message.timestamp.sec * NANOSECONDS + message.timestamp.nanosec
                for text in message.texts:
                    *shown, name = text.text.split()
                    assert shown[0] == said[stamp, name]
                    assert (len(shown) == 1) == (shown[0] == UNSURE)
                continue
            stamp = message.header.stamp.sec * NANOSECONDS + message.header.stamp.nanosec
            if connection.topic == '/fer/expression':
                for detection in message.detections:
                    label = said[stamp, detection.id]
                    first = detection.results[0].hypothesis
                    assert first.class_id == label and (first.score == 0.0) == (label == UNSURE)
                    rest = detection.results[1:] if label == UNSURE else detection.results
                    assert sum(each.hypothesis.score for each in rest) == pytest.approx(1.0)
            elif connection.topic.endswith('/expression'):
                label = said[stamp, connection.topic.split('/')[3]]
                # hri_msgs has no word for it: the most probable one, without any confidence.
                assert message.confidence == 0.0 if label == UNSURE else (
                    message.expression == label)
