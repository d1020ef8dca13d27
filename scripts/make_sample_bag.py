#!/usr/bin/env python3
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

"""Make the sample recording of the tests from the embedded demo imagery."""

import argparse
from pathlib import Path
import sys

import cv2
from fer_ros.demo.clip import EmbeddedClip
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import get_typestore, Stores

TOPIC, TYPE = '/camera/image_raw/compressed', 'sensor_msgs/msg/CompressedImage'

#: When the first image was taken, nanoseconds; any fixed time will do.
START = 1_700_000_000_000_000_000

#: Nanoseconds from the stamp of an image to its recording, as a camera driver needs them.
DELAY = 20_000_000


def main() -> int:
    """Write the recording; refuse to overwrite one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('output', type=Path, help='directory of the recording, must not exist')
    parser.add_argument('--seconds', type=float, default=8.0)
    parser.add_argument('--rate', type=float, default=15.0, help='images per second')
    parser.add_argument('--size', type=int, nargs=2, default=(640, 480),
                        help='width and height, pixels')
    parser.add_argument('--quality', type=int, default=70,
                        help='quality of the JPEG images, percent')
    parser.add_argument('--raw', action='store_true', help='uncompressed images on '
                        '/camera/image_raw, for measuring; large')
    options = parser.parse_args()
    if options.output.exists():
        print(f'{options.output} exists already; remove it first', file=sys.stderr)
        return 2
    store = get_typestore(Stores.ROS2_JAZZY)
    clip = EmbeddedClip(size=options.size, rate=options.rate, duration=options.seconds)
    topic, kind = (TOPIC, TYPE) if not options.raw else (
        '/camera/image_raw', 'sensor_msgs/msg/Image')
    # Version 8 is what Humble and later read.
    with Writer(options.output, version=8, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection(topic, kind, typestore=store)
        for pixels, seconds in clip:
            stamp = START + round(seconds * 1e9)
            time = store.types['builtin_interfaces/msg/Time'](
                sec=stamp // 10**9, nanosec=stamp % 10**9)
            header = store.types['std_msgs/msg/Header'](
                stamp=time, frame_id='camera_optical_frame')
            if options.raw:
                height, width = pixels.shape[:2]
                message = store.types[kind](
                    header=header, height=height, width=width, encoding='bgr8',
                    is_bigendian=0, step=3 * width, data=pixels.reshape(-1))
            else:
                _, data = cv2.imencode(
                    '.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, options.quality))
                message = store.types[kind](header=header, format='jpeg', data=data)
            writer.write(connection, stamp + DELAY, store.serialize_cdr(message, kind))
    size = sum(file.stat().st_size for file in options.output.iterdir())
    print(f'{options.output}: {len(clip)} images, {size / 1e6:.2f} MB')
    return 0


if __name__ == '__main__':
    sys.exit(main())
