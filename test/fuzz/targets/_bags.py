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

"""Recordings to start from, and what a replay does to read one."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
import tempfile

import cv2
from fer_ros.replay.image_messages import image_messages
from fer_ros.replay.problems import BagError
from fer_ros.replay.reading import Bag, choose_image_topic
import numpy as np
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import get_typestore, Stores

_STORE = get_typestore(Stores.ROS2_JAZZY)
_KINDS = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage', 'std_msgs/msg/Header')


def read(path: Path) -> None:
    """Read a recording to its end; the errors that are documented pass."""
    with suppress(BagError), Bag(path) as bag:
        for line in bag.problems.lines() + bag.notes:
            assert line.isprintable()
        copied = []
        try:
            topic = choose_image_topic(bag.topics)
        except BagError:
            assert all(len(message.data) >= 0 for message in bag.messages())
            raise
        for message, log_time in image_messages(bag, topic, copied.append):
            assert isinstance(log_time, int)
        assert all(line.isprintable() for line in bag.problems.lines())


def _messages():
    stamp = _STORE.types['builtin_interfaces/msg/Time'](sec=1, nanosec=2)
    header = _STORE.types[_KINDS[2]](stamp=stamp, frame_id='c')
    pixels = np.arange(4 * 3 * 3, dtype=np.uint8)
    yield '/image', _KINDS[0], _STORE.types[_KINDS[0]](
        header=header, height=4, width=3, encoding='bgr8', is_bigendian=0, step=9, data=pixels)
    jpeg = cv2.imencode('.jpg', pixels.reshape(4, 3, 3))[1]
    yield '/image/compressed', _KINDS[1], _STORE.types[_KINDS[1]](
        header=header, format='jpeg', data=jpeg[:40])
    yield '/header', _KINDS[2], header


@cache
def recording(storage: str, compression: str = 'none') -> tuple[bytes, bytes]:
    """Return a small recording: its storage file and its metadata.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'bag')
        writer = Writer(path, version=9, storage_plugin=StoragePlugin[storage])
        writer.set_compression(CompressionMode[compression.upper()], CompressionFormat.ZSTD)
        with writer:
            for topic, kind, message in _messages():
                connection = writer.add_connection(topic, kind, typestore=_STORE)
                for log_time in (10, 20):
                    writer.write(connection, log_time, _STORE.serialize_cdr(message, kind))
        file, = (each for each in path.iterdir() if each.name != 'metadata.yaml')
        return file.read_bytes(), (path / 'metadata.yaml').read_bytes()
