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

from dataclasses import replace
import json
import os
from pathlib import Path
import re
import resource
import shutil
import sqlite3
import struct
import subprocess

from bag_support import (
    COMPRESSED, IMAGE, images, picture, raw_image, START, storage_file, STORE, write_bag)
from fer_ros.replay import cli as replay, compression, mcap_file
from fer_ros.replay.image_messages import image_messages
from fer_ros.replay.problems import BagError
from fer_ros.replay.reading import Bag, choose_image_topic
from mcap.writer import CompressionType, IndexType, Writer
import numpy as np
import pytest
from work import no_more_work_than
import zstandard

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
    ('clip.mp4', ['clip.mp4', 'not a recording']),
    ('old.bag', ['ROS 1', 'rosbags-convert']),
    # files that have the right name, but are something else
    ('pointer.mcap', ['pointer.mcap', 'Git LFS pointer', 'git lfs pull']),
    ('empty.mcap', ['empty.mcap', 'is empty']),
    ('page.db3', ['page.db3', 'web page (HTML)', 'download']),
    ('text.mcap', ['text.mcap', 'is JSON']),
    ('ros1.mcap', ['ros1.mcap', 'ROS 1', 'rosbags-convert']),
    ('packed.mcap', ['packed.mcap', 'unzstd']),
    ('shop.db3', ['shop.db3', 'no recording', 'topics and messages']),
    ('noise.db3', ['noise.db3', 'neither MCAP nor SQLite', '0001020304050607']),
])
def test_what_is_no_recording_is_explained(tmp_path, name, words):
    (tmp_path / 'folder').mkdir()
    for file, content in {
            'clip.mp4': b'x', 'old.bag': b'#ROSBAG V2.0\n',
            'pointer.mcap': b'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n',
            'empty.mcap': b'', 'page.db3': b'\n<!DOCTYPE html>\n<html><body>Log in</body></html>',
            'text.mcap': b'{"topics": []}', 'ros1.mcap': b'#ROSBAG V2.0\n',
            'packed.mcap': zstandard.compress(b'x'), 'noise.db3': bytes(range(200))}.items():
        (tmp_path / file).write_bytes(content)
    shop = sqlite3.connect(tmp_path / 'shop.db3')
    shop.execute('CREATE TABLE articles (id)')
    shop.commit()
    with pytest.raises(BagError) as error:
        Bag(tmp_path / name).__enter__()
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize('content, words', [
    (b'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'Git LFS pointer'),
    (b'#ROSBAG V2.0\n', 'ROS 1'),
    (b'', 'is empty'),
    (b'\xef\xbb\xbf<!DOCTYPE html><p>', 'web page'),
    (b'<!-- a cache -->\n<html lang="en">', 'web page'),
    (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">', 'web page'),
    (b'<HEAD><TITLE>302 Moved</TITLE>', 'web page'),
    ('<html><body>'.encode('utf-16'), 'web page'),
    (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'XML'),
    (b'\xef\xbb\xbf{"message": "Not Found"}', 'JSON'),
    (b'[1, 2]', 'JSON'),
])
@pytest.mark.parametrize('name', [
    'a.mcap', 'a.db3', 'a.mcap.zstd', 'a.db3.zstd', 'a.bag', 'a'])
def test_what_a_file_is_its_bytes_say(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BagError, match=f'^a.* is .*{words}' if 'empty' not in words else words):
        Bag(path).__enter__()
    # Beside a part that is good, it costs nothing but a note.
    if name.startswith('a.') and name != 'a.bag':
        write_mcap(tmp_path / 'b.mcap', serialized(images(3)))
        found, problems, _ = read(tmp_path)
        assert levels(found) == [0, 1, 2]
        assert problems.count('damaged files') == 1 and words in problems.lines()[0]


@pytest.mark.parametrize('options, words', [
    ({'profile': 'ros1', 'encoding': 'ros1', 'schema': 'ros1msg'}, 'ROS 1'),
    ({'profile': '', 'encoding': 'json', 'schema': 'jsonschema'}, 'json'),
])
def test_a_part_of_something_else_leaves_the_others(tmp_path, options, words):
    write_mcap(tmp_path / 'a.mcap', serialized(images(3)))
    write_mcap(tmp_path / 'b.mcap', serialized(images(2)), **options)
    found, problems, _ = read(tmp_path)
    assert levels(found) == [0, 1, 2] and words in problems.lines()[0]


METADATA = """rosbag2_bagfile_information:
  relative_file_paths: {files}
  topics_with_message_count: {topics}
"""


@pytest.mark.parametrize('files, topics', [
    ('["."]', '[]'), ('[".."]', '[]'), ('["/"]', '[]'), ('[""]', '[]'), ('[7]', '[]'),
    ('[["a.mcap"]]', '[]'), ('a.mcap', '[]'), ('null', '[]'), ('["notes.txt"]', '[]'),
    ('["a.mcap"]', 'null'), ('["a.mcap"]', '[[]]'), ('["a.mcap"]', '7'),
    ('["a.mcap"]', '[{topic_metadata: {name: [1]}, message_count: many}]'),
    ('["a.mcap"]', '[{topic_metadata: {name: /a}, message_count: .inf}]'),
    ('["a.mcap"]', '[{topic_metadata: 3, message_count: 1}]'),
    ('["a.mcap"]', '[' * 3000), ('!!python/name:os.system ""', '[]'),
])
def test_metadata_that_cannot_be_used_costs_no_image(tmp_path, files, topics):
    write_mcap(tmp_path / 'a.mcap', serialized(images(3)))
    (tmp_path / 'notes.txt').write_text('notes')
    (tmp_path / 'metadata.yaml').write_text(METADATA.format(files=files, topics=topics))
    found, problems, _ = read(tmp_path)
    assert levels(found) == [0, 1, 2]
    assert [line for line in problems.lines() if 'metadata.yaml' in line]


def test_a_topic_may_be_named_like_a_list(tmp_path):
    write_mcap(tmp_path / 'a.mcap', serialized(images(3)))
    (tmp_path / 'metadata.yaml').write_text(METADATA.format(
        files='["a.mcap"]', topics='[{topic_metadata: {name: [1]}, message_count: 2}]'))
    found, problems, _ = read(tmp_path)
    assert levels(found) == [0, 1, 2] and problems.count('damaged files') == 1


def test_a_directory_with_the_name_of_a_file_is_named(tmp_path):
    (tmp_path / 'b.mcap').mkdir()
    with pytest.raises(BagError, match='no .mcap or .db3'):
        Bag(tmp_path).__enter__()
    write_mcap(tmp_path / 'a.mcap', serialized(images(3)))
    found, problems, _ = read(tmp_path)
    assert levels(found) == [0, 1, 2]
    assert problems.lines() == ['1 missing files: b.mcap (a directory has its name)']


@pytest.mark.parametrize('cut', [1.0, 0.8])
@pytest.mark.parametrize('options', [
    {'use_chunking': False}, {'chunk_size': 1000, 'index_types': IndexType.NONE},
    {'chunk_size': 30000, 'index_types': IndexType.NONE}, {'chunk_size': 1000}])
def test_images_come_by_time_with_and_without_an_index(tmp_path, options, cut):
    order = [3, 0, 1, 4, 2, 7, 6, 5, 9, 8]
    messages = serialized(images(10))
    path = write_mcap(tmp_path / 'a.mcap', [messages[each] for each in order], **options)
    path.write_bytes(path.read_bytes()[:int(cut * path.stat().st_size)])
    found, _, _ = read(path)
    times = [log_time for _, log_time in found]
    assert times == sorted(times) and len(times) >= 10 * cut - 4
    assert levels(found) == [(each - START) // 10**8 for each in times]


EVIL = '/\x1b]0;owned\x07\x1b[2J\n' + 'x' * 100000


@pytest.mark.parametrize('arguments', [[], ['--topic', '/b'], ['--topic', EVIL]])
def test_names_from_a_recording_cannot_command_the_terminal(tmp_path, capsys, arguments):
    messages = [(topic + EVIL, *rest) for topic in ('/a', '/b')
                for _, *rest in serialized(images(1))]
    write_mcap(tmp_path / 'a.mcap', messages)
    (tmp_path / 'metadata.yaml').write_text(METADATA.format(
        files=json.dumps(['a.mcap', EVIL.replace('/', '') + '.mcap']),
        topics=json.dumps([{'topic_metadata': {'name': EVIL}, 'message_count': 9}])))
    assert replay.main([str(tmp_path), *arguments]) == replay.UNUSABLE
    with Bag(tmp_path) as bag:
        lines = bag.problems.lines()
    said = ''.join(capsys.readouterr()) + ''.join(lines)
    assert 'missing files' in said and 'incomplete topics' in said
    assert said.replace('\n', '').isprintable() and len(said) < 8000


#: Pictures of 230 kB, so that MCAP writes several chunks.
LARGE = [(TOPIC, IMAGE, stamp, raw_image(stamp, picture(index, (320, 240))))
         for index, stamp in enumerate(range(START, START + 2 * 10**9, 10**8))]


@pytest.mark.parametrize('storage, compression', [
    ('mcap', 'none'), ('mcap', 'storage'), ('mcap', 'message'), ('mcap', 'file')])
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


def cut_off(data):
    """Return a file without its end."""
    return data[:int(0.7 * len(data))]


def without_a_page(data):
    """Return a database that lost a page in the middle."""
    page = len(data) // 2 // 4096 * 4096
    return data[:page] + bytes(4096) + data[page + 4096:]


@pytest.mark.parametrize('damage', [cut_off, without_a_page])
@pytest.mark.parametrize('compression', ['none', 'message'])
def test_a_damaged_database_is_refused_with_what_repairs_it(tmp_path, damage, compression):
    bag = write_bag(tmp_path / 'bag', LARGE, 'sqlite3', compression)
    file = storage_file(bag)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BagError) as error:
        read(bag)
    text = str(error.value)
    assert 'bag.db3 is a damaged database' in text
    assert f'then name {tmp_path}/bag/bag_repaired instead' in text


@pytest.fixture
def ros2(tmp_path, monkeypatch):
    """Put a program ros2 into the path; return the file in which it notes its arguments."""
    notes, program = tmp_path / 'notes', tmp_path / 'bin' / 'ros2'
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {notes}\n')
    program.chmod(0o755)
    monkeypatch.setenv('PATH', f"{program.parent}:{os.environ['PATH']}")
    return notes


def told_command(path):
    """Return the command that is told for a damaged recording, and the folder it makes."""
    with pytest.raises(BagError) as error:
        read(path)
    return re.search('can be read with: (.+); then name (.+) instead$', str(error.value)).groups()


@pytest.mark.parametrize('damage, fewest', [(cut_off, 8), (without_a_page, 8)])
@pytest.mark.parametrize('name', ['bag.db3', 'my bag\'s "$HOME" \\ copy.db3', 'bag.db3.zstd'])
def test_the_command_that_is_told_saves_what_can_be_read(
        tmp_path, ros2, monkeypatch, name, damage, fewest):
    for program in ('sqlite3', *(['unzstd'] if name.endswith('.zstd') else [])):
        if shutil.which(program) is None:
            pytest.skip(f'the program {program} is not installed')
    original = storage_file(write_bag(tmp_path / 'bag', LARGE, 'sqlite3')).read_bytes()
    folder = tmp_path / 'a folder'
    folder.mkdir()
    file = folder / name
    damaged = damage(original)
    file.write_bytes(zstandard.compress(damaged) if name.endswith('.zstd') else damaged)
    before = file.read_bytes()
    command, repaired = told_command(file)
    # Wherever the user stands.
    monkeypatch.chdir(tmp_path / 'bin')
    ended = subprocess.run(['sh', '-c', command], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    found, _, _ = read(repaired)
    assert fewest <= len(found) < len(LARGE)
    assert f'{len(found)} messages are saved' in ended.stdout
    assert ros2.read_text().splitlines() == ['bag', 'reindex', '-s', 'sqlite3', repaired]
    assert file.read_bytes() == before and len(list(Path(repaired).iterdir())) == 1
    # What was saved is not written over.
    ended = subprocess.run(['sh', '-c', command], capture_output=True, text=True, timeout=60)
    assert ended.returncode and 'exists' in ended.stderr


def test_a_command_that_can_save_nothing_fails(tmp_path, ros2):
    if shutil.which('sqlite3') is None:
        pytest.skip('the program sqlite3 is not installed')
    file = storage_file(write_bag(tmp_path / 'bag', LARGE, 'sqlite3'))
    # The schema is in the first page.
    file.write_bytes(file.read_bytes()[:100] + bytes(4000))
    command, _ = told_command(file)
    ended = subprocess.run(['sh', '-c', command], capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0 and not ros2.exists()


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


def write_mcap(path, messages, profile='ros2', encoding='cdr', schema='ros2msg', **options):
    """
    Write an MCAP file as other recorders do.

    :param messages: (topic, type, log time, bytes) each.
    """
    with open(path, 'wb') as file:
        writer = Writer(file, **options)
        writer.start(profile, 'test')
        channels = {}
        for topic, kind, log_time, data in messages:
            if topic not in channels:
                channels[topic] = writer.register_channel(
                    topic, encoding, writer.register_schema(kind, schema, b''))
            writer.add_message(channels[topic], log_time, data, log_time)
        writer.finish()
    return path


def serialized(messages, kind=None):
    """Return messages as bytes, under another name of their type where one is given."""
    return [(topic, kind or own, log_time, bytes(STORE.serialize_cdr(message, own)))
            for topic, own, log_time, message in messages]


@pytest.mark.parametrize('compression', list(CompressionType))
@pytest.mark.parametrize('options', [
    {}, {'use_chunking': False}, {'use_statistics': False}, {'chunk_size': 1000},
    {'index_types': IndexType.NONE}, {'repeat_channels': False}, {'repeat_schemas': False}])
def test_files_of_other_recorders_are_read(tmp_path, compression, options):
    path = write_mcap(
        tmp_path / 'a.mcap', serialized(images(6)), compression=compression, **options)
    found, problems, _ = read(path)
    assert levels(found) == list(range(6)) and not problems


@pytest.mark.parametrize('kind', ['sensor_msgs/Image', 'sensor_msgs/msg/Image'])
def test_types_have_two_names(tmp_path, kind):
    path = write_mcap(tmp_path / 'a.mcap', serialized(images(3), kind))
    found, problems, _ = read(path)
    assert levels(found) == [0, 1, 2] and not problems


@pytest.mark.parametrize('kind', ['sensor_msgs/Image', 'sensor_msgs/msg/Image'])
def test_types_have_two_names_in_a_database_too(tmp_path, kind):
    bag = write_bag(tmp_path / 'bag', images(3), 'sqlite3')
    database = sqlite3.connect(storage_file(bag))
    database.execute('UPDATE topics SET type = ?', (kind,))
    database.commit()
    database.close()
    found, problems, _ = read(bag)
    assert levels(found) == [0, 1, 2] and not problems


@pytest.mark.parametrize('options, words', [
    ({'profile': 'ros1', 'encoding': 'ros1', 'schema': 'ros1msg'}, ['ROS 1', 'rosbags-convert']),
    ({'profile': '', 'encoding': 'json', 'schema': 'jsonschema'}, ['json', 'not CDR', 'ROS 2']),
    ({'profile': '', 'encoding': 'protobuf', 'schema': 'protobuf'}, ['protobuf', 'not CDR']),
    ({'profile': '', 'encoding': 'x' * 10000, 'schema': ''}, ['not CDR']),
])
def test_an_mcap_file_of_something_else_is_named(tmp_path, options, words):
    path = write_mcap(tmp_path / 'a.mcap', serialized(images(2)), **options)
    with pytest.raises(BagError) as error:
        read(path)
    assert all(word in str(error.value) for word in ('a.mcap', *words)), str(error.value)
    assert len(str(error.value)) < 500


def test_a_topic_in_json_beside_the_images_is_passed_over(tmp_path):
    path = tmp_path / 'a.mcap'
    with open(path, 'wb') as file:
        writer = Writer(file)
        writer.start('ros2', 'test')
        for topic, kind, encoding, schema, data in (
                (TOPIC, IMAGE, 'cdr', 'ros2msg', serialized(images(1))[0][3]),
                ('/app/log', 'foxglove.Log', 'json', 'jsonschema', b'{}')):
            channel = writer.register_channel(
                topic, encoding, writer.register_schema(kind, schema, b'{}'))
            writer.add_message(channel, START, data, START)
        writer.finish()
    found, problems, notes = read(path)
    assert levels(found) == [0] and not problems
    assert notes == ['/app/log is passed over: its messages are json, not CDR']
    with Bag(path) as bag:
        assert [message.topic for message in bag.messages()] == [TOPIC]


@pytest.mark.parametrize('ending', [
    '/zstd', '/compressedDepth', '/theora', '/ffmpeg', '/h264', '/draco'])
def test_a_transport_that_cannot_be_decoded_is_no_candidate(tmp_path, ending):
    hidden = images(2, '/cam' + ending, COMPRESSED)
    both = hidden + images(1, '/cam/compressed', COMPRESSED)
    with Bag(write_bag(tmp_path / 'both', both)) as bag:
        assert choose_image_topic(bag.topics).name == '/cam/compressed'
        with pytest.raises(BagError, match='cannot be decoded'):
            choose_image_topic(bag.topics, '/cam' + ending)
    with Bag(write_bag(tmp_path / 'alone', hidden)) as bag:
        with pytest.raises(BagError, match=f'no image topic.*{ending}'):
            choose_image_topic(bag.topics)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_split_files_are_merged_by_time(tmp_path, storage):
    bag = tmp_path / 'bag'
    bag.mkdir()
    # One image was written to the next file too early, one too late; topics are split unevenly.
    for part, times in enumerate(((0, 1, 2, 4), (3, 5, 7), (6, 8, 9))):
        messages = [images(1, start=START + each * 10**8, first=each)[0] for each in times]
        piece = write_bag(tmp_path / f'part{part}', messages, storage)
        file = storage_file(piece)
        shutil.move(file, bag / f'bag_{part}{file.suffix}')
    found, problems, _ = read(bag)
    assert levels(found) == list(range(10)) and not problems
    assert [log_time for _, log_time in found] == [START + each * 10**8 for each in range(10)]


def test_a_file_is_not_read_before_its_time(tmp_path, monkeypatch):
    from fer_ros.replay import mcap_records
    opened = []
    real = mcap_records.open_chunk
    monkeypatch.setattr(
        mcap_records, 'open_chunk', lambda *given: opened.append(1) or real(*given))
    bag = tmp_path / 'bag'
    bag.mkdir()
    for part in range(20):
        write_mcap(bag / f'bag_{part}.mcap', serialized(
            images(5, start=START + part * 10**9, first=part)), chunk_size=1)
    with Bag(bag) as opened_bag:
        messages = opened_bag.messages()
        for _ in range(3):
            next(messages)
        # Each message has a chunk of its own.
        assert len(opened) <= 4
        assert len(list(messages)) == 97


def zeros(size):
    """Return a Zstandard frame of zeros: blocks that repeat a byte 131,072 times."""
    head = b'\x28\xb5\x2f\xfd' + bytes([0b00000000, 0x38])
    block = struct.pack('<I', (1 << 17) << 3 | 1 << 1)[:3] + b'\0'
    return head + block * ((size >> 17) - 1) + struct.pack(
        '<I', (1 << 17) << 3 | 1 << 1 | 1)[:3] + b'\0'


@pytest.fixture(scope='module')
def eight_gigabytes():
    """Return a Zstandard frame of 8 GB."""
    return zeros(8 << 30)


def half_a_gigabyte(place=os.devnull):
    """Unpack 512 MB of zeros to a file."""
    packed, decoder = zeros(1 << 29), zstandard.ZstdDecompressor().decompressobj()
    with open(place, 'wb') as file:
        for start in range(0, len(packed), 1 << 10):
            file.write(decoder.decompress(packed[start:start + (1 << 10)]))


def refused_quickly(path, size):
    """Return the log times of what was read of a recording that holds a bomb."""
    # Sixteen of them are in the smallest.
    with no_more_work_than(10, half_a_gigabyte), Bag(path) as bag:
        found = [message.log_time for message in bag.messages()]
        problems = '\n'.join(bag.problems.lines())
    assert f'bytes expand to more than {size} MiB' in problems
    assert path.name in problems or TOPIC in problems
    return found


def test_a_message_that_is_a_bomb_is_passed_over(tmp_path, eight_gigabytes):
    assert len(eight_gigabytes) < 300_000
    good = serialized(images(2))
    messages = [good[0], (TOPIC, IMAGE, START + 1, eight_gigabytes), good[1]]
    assert len(refused_quickly(write_mcap(tmp_path / 'a.mcap', messages), 256)) == 2


def test_a_chunk_that_is_a_bomb_is_passed_over(tmp_path, eight_gigabytes):
    path = write_mcap(tmp_path / 'a.mcap', serialized(images(2)), chunk_size=1,
                      compression=CompressionType.ZSTD)
    data = path.read_bytes()
    # The first chunk, its data replaced: times, sizes, checksum, 'zstd', the data's length.
    start = data.index(b'\x06', 8)
    while data[start + 9 + 28:start + 9 + 36] != b'\4\0\0\0zstd':
        start = data.index(b'\x06', start + 1)
    length, = struct.unpack('<Q', data[start + 1:start + 9])
    content = data[start + 9:start + 9 + 36] + struct.pack(
        '<Q', len(eight_gigabytes)) + eight_gigabytes
    path.write_bytes(data[:start] + b'\x06' + struct.pack('<Q', len(content)) + content
                     + data[start + 9 + length:])
    # Offsets of the index are wrong now; cut it off, as a crash does.
    assert len(refused_quickly(path, 256)) == 1


def test_a_file_that_is_a_bomb_is_refused(tmp_path, eight_gigabytes):
    (tmp_path / 'a.mcap.zstd').write_bytes(eight_gigabytes)
    with no_more_work_than(8, lambda: half_a_gigabyte(tmp_path / 'plain')), pytest.raises(
            BagError, match='a.mcap.zstd is refused: in all, the .* expand to more than 512 MiB'):
        read(tmp_path / 'a.mcap.zstd')


@pytest.mark.parametrize('suffix', ['mcap', 'db3'])
def test_a_thousand_bombs_in_a_file_are_one(tmp_path, suffix, monkeypatch):
    # Each message alone is small enough; unpacking them all would take a minute.
    monkeypatch.setattr(compression, 'MOST_IN_FILE', 64 << 20)
    monkeypatch.setattr(compression, 'MOST_EXPANSION', 1)
    good, bomb = serialized(images(2)), zeros(24 << 20)
    bombs = [(TOPIC, IMAGE, START + each, bomb) for each in range(1, 1001)]
    messages = [good[0], *bombs, good[1]]
    if suffix == 'mcap':
        path = write_mcap(tmp_path / 'a.mcap', messages)
    else:
        path = storage_file(write_bag(tmp_path / 'a', messages, 'sqlite3'))
    found = refused_quickly(path, 64)
    # Two are within the limit; what is not compressed is read behind them, too.
    assert len(found) == 4 and found[-1] > START + 1000


def test_a_chunk_of_countless_records_is_passed_over(tmp_path, monkeypatch):
    # Records without content: as objects they take ten times their bytes, and as much time.
    monkeypatch.setattr(compression, 'MOST_IN_FILE', 64 << 20)
    monkeypatch.setattr(compression, 'MOST_EXPANSION', 1)
    path = write_mcap(tmp_path / 'a.mcap', serialized(images(2)), chunk_size=1,
                      compression=CompressionType.ZSTD)
    data = path.read_bytes()
    plain = struct.pack('<BQHIQQ', 5, 22, 1, 0, START, START) * 1_500_000
    packed = zstandard.compress(plain)
    content = struct.pack('<QQQI', START, START, len(plain), 0) + b'\4\0\0\0zstd' + struct.pack(
        '<Q', len(packed)) + packed
    # In front of the other chunks, and without an index, as a crash leaves it.
    start = data.index(b'\x06', 8)
    path.write_bytes(data[:start] + b'\x06' + struct.pack('<Q', len(content)) + content
                     + data[start:])
    refused_quickly(path, 64)


def test_compressed_files_are_limited_together(tmp_path, monkeypatch):
    monkeypatch.setattr(compression, 'MOST_IN_FILE', 8 << 20)
    monkeypatch.setattr(compression, 'MOST_EXPANSION', 1)
    good = storage_file(write_bag(tmp_path / 'good', images(2))).read_bytes()
    for number in range(4):
        packed = zstandard.compress(good + bytes(3 << 20))
        (tmp_path / f'bag_{number}.mcap.zstd').write_bytes(packed)
    with pytest.raises(BagError, match='bag_2.mcap.zstd is refused: in all, the .* than 8 MiB'):
        read(tmp_path)


def test_a_file_that_is_named_twice_is_read_once(tmp_path):
    path = write_bag(tmp_path / 'bag', images(3))
    metadata = path / 'metadata.yaml'
    name = storage_file(path).name
    text = metadata.read_text()
    assert f'  - {name}\n' in text
    metadata.write_text(text.replace(f'  - {name}\n', f'  - {name}\n' * 20_000, 1))
    found, problems, _ = read(path)
    assert len(found) == 3 and not problems


def test_more_files_than_may_be_open_are_told(tmp_path):
    path = write_bag(tmp_path / 'bag', images(1))
    content = storage_file(path).read_bytes()
    (path / 'metadata.yaml').unlink()
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(200):
        (path / f'more_{number}.mcap').write_bytes(content)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, allowed[1]))
    try:
        with pytest.raises(BagError, match='^201 files are too many for the 128 .* -n 265'):
            read(path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)


def computed(database):
    """Give the messages a column that makes up its bytes."""
    database.execute('ALTER TABLE messages RENAME TO old')
    database.execute('CREATE TABLE messages (id INTEGER PRIMARY KEY, topic_id INTEGER, timestamp '
                     'INTEGER, data BLOB AS (zeroblob(900000000)))')
    database.execute('INSERT INTO messages SELECT id, topic_id, timestamp FROM old')


def viewed(database):
    """Put a view without end in the place of the messages."""
    database.execute('DROP TABLE messages')
    database.execute(
        'CREATE VIEW messages AS WITH RECURSIVE n(id) AS '
        '(SELECT 1 UNION ALL SELECT id + 1 FROM n) '
        "SELECT id, 1 AS topic_id, id AS timestamp, x'00' AS data FROM n")


@pytest.mark.parametrize('change, words', [
    (computed, 'messages has computed columns'), (viewed, 'lacks the tables')])
def test_a_database_that_makes_up_its_messages_is_refused(tmp_path, change, words):
    path = storage_file(write_bag(tmp_path / 'a', images(2), 'sqlite3'))
    with sqlite3.connect(path) as database:
        change(database)
    database.close()
    with pytest.raises(BagError, match=words):
        read(path)


@pytest.mark.parametrize('name', ['a.mcap', 'a.db3', 'a.mcap.zstd'])
def test_a_named_pipe_is_no_recording(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(BagError, match=f'{name} cannot be read: it is a named pipe'):
        read(tmp_path / name)


def test_an_index_that_names_a_chunk_a_thousand_times_is_read_once(tmp_path, monkeypatch):
    monkeypatch.setattr(compression, 'MOST_IN_FILE', 64 << 20)
    monkeypatch.setattr(compression, 'MOST_EXPANSION', 1)
    with open(tmp_path / 'a.mcap', 'wb') as file:
        writer = Writer(file, chunk_size=1)
        writer.start('ros2', 'test')
        channel = writer.register_channel(
            TOPIC, 'cdr', writer.register_schema(IMAGE, 'ros2msg', b''))
        writer.add_message(channel, START, bytes(24 << 20), START)
        index, = writer._Writer__chunk_indices
        writer._Writer__chunk_indices += [
            replace(index, message_start_time=START + each) for each in range(1000)]
        writer.finish()
    assert len(refused_quickly(tmp_path / 'a.mcap', 64)) == 2


def test_chunks_that_overlap_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(mcap_file, '_MOST_HELD', 1 << 16)
    good = serialized(images(10))
    # Each chunk says that it goes back to the start.
    path = write_mcap(tmp_path / 'a.mcap', good, chunk_size=1)
    assert len(read(path)[0]) == 10
    late = [(topic, kind, START + 10**12 - number, data)
            for number, (topic, kind, _, data) in enumerate(good)]
    path = write_mcap(tmp_path / 'b.mcap', [each for pair in zip(good, late) for each in pair],
                      chunk_size=1 << 30)
    with pytest.raises(BagError, match='b.mcap has chunks whose times overlap.*mcap sort'):
        read(path)
