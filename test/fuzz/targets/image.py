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

"""Fields and data of a sensor_msgs/Image to a frame."""

from contextlib import suppress
import struct
from types import SimpleNamespace

from fer_ros.stream import encodings, images

LONGEST = 2048
TOKENS = [name.encode() for name in (*encodings.SUPPORTED, '8UC2', 'bgr10', 'yuv444')]

#: width, height, step, is_bigendian, length of the encoding.
HEAD = struct.Struct('<IIIBB')


def one_input(data: bytes) -> None:
    if len(data) < HEAD.size:
        return
    width, height, step, big, length = HEAD.unpack_from(data)
    encoding = data[HEAD.size:HEAD.size + length].decode('utf-8', 'surrogateescape')
    message = SimpleNamespace(
        width=width, height=height, step=step, is_bigendian=big, encoding=encoding,
        data=data[HEAD.size + length:])
    with suppress(images.ImageError):
        frame = images.to_frame(message, max_pixels=1_000_000)
        assert (frame.width, frame.height) == (width, height)
        images.to_bgr(frame)


def seeds():
    for encoding in (*encodings.SUPPORTED, 'bgr565'):
        name = encoding.encode()
        for pixel in (1, 2, 3, 4, 6, 8, 12):
            rows = 6 if encoding in encodings.PLANAR_YUV else 4
            yield HEAD.pack(6, 4, 6 * pixel, 0, len(name)) + name + bytes(
                value % 256 for value in range(6 * pixel * rows))
