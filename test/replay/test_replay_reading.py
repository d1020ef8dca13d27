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

"""Recordings as they come: storages, compressions, split files, damage of every kind."""

import shutil

from bag_support import (
    COMPRESSED, IMAGE, images, picture, raw_image, START, storage_file, STORE, write_bag)
from fer_ros.replay.image_messages import image_messages
from fer_ros.replay.problems import BagError
from fer_ros.replay.reading import Bag, choose_image_topic
import numpy as np
import pytest

TOPIC = '/camera/image_raw'


def read(path, topic=None):
    """Return ([(message, log time)], problems, notes) of a recording's images."""
    with Bag(path) as bag:
        found = list(image_messages(bag, choose_image_topic(bag.topics, topic)))
        return found, bag.problems, bag.notes


def levels(found):
    """Return which picture each image shows, by its grey level."""
    return [None if message is None else
            round((float(np.mean(message.data)) - 19.5) / 10) for message, _ in found]


@pytest.mark.parametrize('storage, compression', [
    # everything that ros2 bag record writes
    ('mcap', 'none'), ('mcap', 'storage'), ('mcap', 'message'), ('mcap', 'file'),
    ('sqlite3', 'none'), ('sqlite3', 'message'), ('sqlite3', 'file')])
@pytest.mark.parametrize('metadata', [True, False])
def test_every_storage_is_read(tmp_path, storage, compression, metadata):
    bag = write_bag(tmp_path / 'bag', images(6), storage, compression)
    if not metadata:
        (bag / 'metadata.yaml').unlink()
    found, problems, notes = read(bag)
    assert levels(found) == [0, 1, 2, 3, 4, 5]
    assert [log_time - START for _, log_time in found] == [i * 10**8 for i in range(6)]
    assert found[2][0].header.stamp.nanosec == 2 * 10**8
    assert not problems and bool(notes) is not metadata
    single, problems, _ = read(storage_file(bag))
    assert levels(single) == levels(found) and not problems


def test_split_files_are_read_in_the_order_of_their_numbers(tmp_path):
    bag = tmp_path / 'bag'
    bag.mkdir()
    for part in range(11):
        piece = write_bag(tmp_path / f'part{part}', images(
            1, start=START + part * 10**9, first=part))
        shutil.move(storage_file(piece), bag / f'bag_{part}.mcap')
    found, problems, _ = read(bag)
    assert levels(found) == list(range(11)) and not problems


def pair(first='/a/image', second='/b/image', kinds=(IMAGE, IMAGE)):
    return images(2, first, kinds[0]) + images(3, second, kinds[1])


@pytest.mark.parametrize('messages, wanted, chosen', [
    # the only one, raw or compressed
    (images(2), None, TOPIC),
    (images(2, '/camera/image/compressed', COMPRESSED), None, '/camera/image/compressed'),
    # one camera recorded both ways is one camera
    (pair('/cam', '/cam/compressed', (IMAGE, COMPRESSED)), None, '/cam'),
    # what fer_ros drew itself is no camera
    (pair('/cam', '/fer/image_annotated'), None, '/cam'),
    (pair('/cam', '/humans/faces/fabcde/cropped'), None, '/cam'),
    # named, with or without the slash, also where it would not be taken by itself
    (pair(), '/b/image', '/b/image'),
    (pair(), 'b/image', '/b/image'),
    (pair('/cam', '/fer/image_annotated'), '/fer/image_annotated', '/fer/image_annotated'),
])
def test_the_topic_is_found(tmp_path, messages, wanted, chosen):
    with Bag(write_bag(tmp_path / 'bag', messages)) as bag:
        assert choose_image_topic(bag.topics, wanted).name == chosen


def text_messages():
    string = STORE.types['std_msgs/msg/String'](data='hello')
    return [('/chatter', 'std_msgs/msg/String', START, string)]


@pytest.mark.parametrize('messages, wanted, words', [
    # no message, no image, two cameras
    ([], None, ['no message']),
    (text_messages(), None, ['no image topic', '/chatter (std_msgs/msg/String, 1)']),
    (pair(), None, ['2 image topics', '/a/image', '/b/image', '--topic']),
    # named wrongly, or a type that holds no image
    (images(2), '/cam', ['/cam', TOPIC]),
    (images(2) + text_messages(), '/chatter', ['std_msgs/msg/String', 'CompressedImage']),
])
def test_no_topic_to_replay_is_explained(tmp_path, messages, wanted, words):
    with Bag(write_bag(tmp_path / 'bag', messages)) as bag:
        with pytest.raises(BagError) as error:
            choose_image_topic(bag.topics, wanted)
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize('name, words', [
    # nothing there, an empty directory, something else, a ROS 1 bag
    ('absent', ['absent', 'does not exist']),
    ('folder', ['folder', 'no .mcap or .db3']),
    ('clip.mp4', ['clip.mp4', 'no recording']),
    ('old.bag', ['ROS 1', 'rosbags-convert']),
])
def test_what_is_no_recording_is_explained(tmp_path, name, words):
    (tmp_path / 'folder').mkdir()
    for file in ('clip.mp4', 'old.bag'):
        (tmp_path / file).write_bytes(b'x')
    with pytest.raises(BagError) as error:
        Bag(tmp_path / name).__enter__()
    assert all(word in str(error.value) for word in words), str(error.value)


#: Pictures of 230 kB, so that MCAP writes several chunks.
LARGE = [(TOPIC, IMAGE, stamp, raw_image(stamp, picture(index, (320, 240))))
         for index, stamp in enumerate(range(START, START + 2 * 10**9, 10**8))]


@pytest.mark.parametrize('storage, compression', [
    ('mcap', 'none'), ('mcap', 'storage'), ('mcap', 'message'), ('mcap', 'file'),
    ('sqlite3', 'none'), ('sqlite3', 'message'), ('sqlite3', 'file')])
def test_a_truncated_recording_is_read_up_to_its_end(tmp_path, storage, compression):
    bag = write_bag(tmp_path / 'bag', LARGE, storage, compression)
    file = storage_file(bag)
    file.write_bytes(file.read_bytes()[:int(0.7 * file.stat().st_size)])
    found, problems, _ = read(bag)
    assert levels(found) == list(range(len(found)))
    assert 8 <= len(found) < 20
    text = '\n'.join(problems.lines())
    assert 'damaged files' in text and 'of the 20 messages' in text
    assert str(tmp_path) not in text


def test_an_empty_file_is_named_and_the_rest_is_read(tmp_path):
    bag = write_bag(tmp_path / 'bag', images(3))
    (bag / 'metadata.yaml').unlink()
    (bag / 'bag_1.mcap').write_bytes(b'')
    found, problems, _ = read(bag)
    assert levels(found) == [0, 1, 2]
    assert 'bag_1.mcap' in problems.lines()[0]


def test_a_missing_part_is_named_and_the_rest_is_read(tmp_path):
    bag = write_bag(tmp_path / 'bag', images(3))
    metadata = bag / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace(
        '- bag.mcap', '- bag.mcap\n  - bag_1.mcap'))
    found, problems, _ = read(bag)
    assert levels(found) == [0, 1, 2]
    assert '1 missing files: bag_1.mcap' in problems.lines()


def test_unreadable_metadata_are_named_and_the_files_read(tmp_path):
    bag = write_bag(tmp_path / 'bag', images(3))
    (bag / 'metadata.yaml').write_text('rosbag2_bagfile_information: 5')
    found, problems, _ = read(bag)
    assert levels(found) == [0, 1, 2] and 'metadata.yaml' in problems.lines()[0]


def test_a_broken_chunk_in_the_middle_costs_only_its_messages(tmp_path):
    bag = write_bag(tmp_path / 'bag', LARGE, 'mcap', 'storage')
    file = storage_file(bag)
    data = bytearray(file.read_bytes())
    # Every chunk is a zstd stream; the one in the middle loses its first bytes.
    start = data.index(b'\x28\xb5\x2f\xfd', int(0.3 * len(data)))
    data[start:start + 64] = bytes(64)
    file.write_bytes(data)
    found, problems, _ = read(bag)
    # A chunk of 1 MiB holds five pictures.
    assert levels(found) == [*range(10), *range(15, 20)]
    assert 'damaged files' in '\n'.join(problems.lines())


def test_a_broken_page_in_the_middle_costs_only_its_message(tmp_path):
    bag = write_bag(tmp_path / 'bag', LARGE, 'sqlite3')
    file = storage_file(bag)
    data = bytearray(file.read_bytes())
    page = len(data) // 2 // 4096 * 4096
    data[page:page + 4096] = bytes(4096)
    file.write_bytes(data)
    found, problems, _ = read(bag)
    assert levels(found) == [*range(9), *range(10, 20)]
    assert 'damaged files' in '\n'.join(problems.lines())


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_a_broken_message_in_the_middle_is_passed_over(tmp_path, storage):
    messages = images(6)
    topic, kind, stamp, message = messages[3]
    whole = STORE.serialize_cdr(message, kind).tobytes()
    # Cut off in the pixels, no encapsulation, the start of a compressed message only.
    for broken in (whole[:500], b'', b'\xff' * 40, b'\x28\xb5\x2f\xfd1234'):
        messages[3] = (topic, kind, stamp, broken)
        path = tmp_path / f'bag{len(broken)}'
        found, problems, _ = read(write_bag(path, messages, storage))
        seen = [level for level in levels(found) if level is not None]
        assert seen == [0, 1, 2, 4, 5]
        assert problems.count('broken messages') == 1
