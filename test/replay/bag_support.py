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

"""What the tests of recordings share: small bags with known images, and ways to damage them."""

from __future__ import annotations

from pathlib import Path

import cv2
from fer_ros.replay.records import NANOSECONDS
import numpy as np
import pytest
from record_support import START

# On a robot they may be missing: they come by pip.
pytest.importorskip('rosbags')
pytest.importorskip('mcap')
from rosbags.rosbag2 import (  # noqa: E402
    CompressionFormat, CompressionMode, StoragePlugin, Writer)
from rosbags.typesys import get_typestore, Stores  # noqa: E402

STORE = get_typestore(Stores.ROS2_JAZZY)
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'


def header(stamp: int):
    """Return a std_msgs/Header of a stamp in nanoseconds."""
    time = STORE.types['builtin_interfaces/msg/Time'](
        sec=stamp // NANOSECONDS, nanosec=stamp % NANOSECONDS)
    return STORE.types['std_msgs/msg/Header'](stamp=time, frame_id='camera')


def raw_image(stamp: int, pixels: np.ndarray):
    """Return a bgr8 sensor_msgs/Image."""
    height, width = pixels.shape[:2]
    return STORE.types[IMAGE](
        header=header(stamp), height=height, width=width, encoding='bgr8', is_bigendian=0,
        step=3 * width, data=pixels.reshape(-1))


def compressed_image(stamp: int, pixels: np.ndarray, ending='.jpg'):
    """Return a sensor_msgs/CompressedImage, JPEG or PNG."""
    _, data = cv2.imencode(ending, pixels)
    return STORE.types[COMPRESSED](
        header=header(stamp), format={'.jpg': 'jpeg', '.png': 'png'}[ending], data=data)


def picture(index: int, size=(64, 48)) -> np.ndarray:
    """Return a noisy picture, so that no compression makes it vanish, grey level by index."""
    noise = np.random.default_rng(index).integers(0, 40, (size[1], size[0], 3))
    return (noise + 10 * (index % 20)).astype(np.uint8)


def write_bag(path: Path, messages, storage='mcap', compression='none') -> Path:
    """
    Write a recording.

    :param messages: (topic, type, log time in ns, message or CDR bytes) each.
    :param compression: none, message, file, or storage (MCAP chunks).
    """
    writer = Writer(path, version=9, storage_plugin=StoragePlugin[storage.upper()])
    writer.set_compression(CompressionMode[compression.upper()], CompressionFormat.ZSTD)
    with writer:
        connections = {}
        for topic, kind, log_time, message in messages:
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            data = message if isinstance(message, bytes) else STORE.serialize_cdr(message, kind)
            writer.write(connections[topic], log_time, data)
    return path


def images(count=6, topic='/camera/image_raw', kind=IMAGE, rate=10.0, start=START, first=0):
    """Return messages for `write_bag`: pictures at a steady rate."""
    make = raw_image if kind == IMAGE else compressed_image
    stamps = [start + round(index * NANOSECONDS / rate) for index in range(count)]
    return [(topic, kind, stamp, make(stamp, picture(first + index)))
            for index, stamp in enumerate(stamps)]


def storage_file(bag: Path) -> Path:
    """Return the only storage file of a recording."""
    file, = (f for f in bag.iterdir() if f.name != 'metadata.yaml')
    return file
