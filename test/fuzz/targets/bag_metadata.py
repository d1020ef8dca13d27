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

"""The metadata.yaml beside the files of a recording."""

from targets import _bags
from targets._files import file_with

LONGEST = 4096
TOKENS = [
    b'rosbag2_bagfile_information:\n', b'relative_file_paths:', b'topics_with_message_count:',
    b'topic_metadata:', b'message_count: ', b'name: ', b'bag.mcap', b'../', b'/dev/zero', b'\n  ',
    b'- ', b'.inf', b'.nan', b'&a ', b'*a', b'<<: ', b'!!set', b'!!binary ', b'9' * 400,
    b'2001-99-99', b'"\\ud800"', b'"\\0"', b'{', b'[', b'? ', b'null']


def one_input(data: bytes) -> None:
    file_with(_bags.recording('MCAP')[0], 'folder/bag.mcap')
    _bags.read(file_with(data, 'folder/metadata.yaml').parent)


def seeds():
    for compression in ('none', 'message', 'file'):
        yield _bags.recording('MCAP', compression)[1]
    yield _bags.recording('SQLITE3')[1]
    yield (b'rosbag2_bagfile_information:\n  relative_file_paths: [bag.mcap]\n'
           b'  topics_with_message_count:\n'
           b'  - {topic_metadata: {name: /image}, message_count: 2}\n')
    yield b'rosbag2_bagfile_information: {relative_file_paths: [5, "a\\0.mcap"]}\n'
