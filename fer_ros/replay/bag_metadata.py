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

"""The metadata.yaml of a rosbag2 recording: its storage files and the messages it promises."""

from __future__ import annotations

from pathlib import Path

from fer_ros.bounded_text import parse_yaml, read_text
from fer_ros.schema import check, Schema

#: Most bytes of metadata.yaml, and values in it: those of thousands of files and topics.
MOST_IN_METADATA = 8_000_000

#: What is read of metadata.yaml, as a schema.
_METADATA: Schema = {
    'type': 'object', 'required': ['rosbag2_bagfile_information'], 'description': 'a mapping',
    'properties': {'rosbag2_bagfile_information': {
        'type': 'object', 'required': ['relative_file_paths', 'topics_with_message_count'],
        'description': 'a mapping', 'properties': {
            'relative_file_paths': {
                'type': 'array', 'items': {'type': 'string', 'description': 'a name'},
                'description': 'a list of names'},
            'topics_with_message_count': {'type': 'array', 'description': 'a list', 'items': {
                'type': 'object', 'required': ['topic_metadata', 'message_count'],
                'description': 'a mapping', 'properties': {
                    'message_count': {'type': 'integer', 'description': 'a whole number'},
                    'topic_metadata': {
                        'type': 'object', 'required': ['name'], 'description': 'a mapping',
                        'properties': {
                            'name': {'type': 'string', 'description': 'a name'}}}}}}}}}}


def read_metadata(path: Path) -> tuple[list[str], dict[str, int]]:
    """
    Return the paths of the storage files as they are written there, and topic to count.

    :raises InputError: it is not what rosbag2 writes.
    :raises OSError: it cannot be read.
    """
    content = parse_yaml(read_text(path, MOST_IN_METADATA), MOST_IN_METADATA)
    check(content, _METADATA)
    metadata = content['rosbag2_bagfile_information']
    return metadata['relative_file_paths'], {
        item['topic_metadata']['name']: item['message_count']
        for item in metadata['topics_with_message_count']}
