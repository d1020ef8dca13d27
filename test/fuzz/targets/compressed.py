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

"""Bytes of a sensor_msgs/CompressedImage, or of a file of a picture, to a frame."""

from contextlib import suppress
from types import SimpleNamespace

import cv2
from fer_ros.stream import images
from fer_ros.stream.picture_sizes import SIGNATURES
import numpy as np
from targets._files import file_with

LONGEST = 4096
TOKENS = [
    *(signature for each in SIGNATURES.values() for signature in each),
    *(bytes((0xFF, marker)) for marker in (
        0xC0, 0xC1, 0xC2, 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE0, 0xE1)),
    b'IHDR', b'IDAT', b'IEND', b'PLTE', b'tRNS', b'acTL', b'fcTL', b'fdAT', b'eXIf', b'iCCP',
    b'VP8 ', b'VP8L', b'VP8X', b'ANIM', b'ANMF', b'Exif\0\0']
MOST_PIXELS = 250_000


def one_input(data: bytes) -> None:
    if not data:
        return
    how, data = data[0], data[1:]
    wanted = (0, 4, 16, 64)[how & 3]
    with suppress(images.ImageError):
        if how & 4:
            images.read_picture(file_with(data, 'picture'), max_pixels=MOST_PIXELS)
        else:
            frame, factor = images.decode(
                SimpleNamespace(format='jpeg', data=data), wanted, max_pixels=MOST_PIXELS)
            assert factor in (1, 2, 4, 8)
            assert frame.width * frame.height <= MOST_PIXELS


def seeds():
    random = np.random.default_rng(0)
    for shape in ((9, 17, 3), (8, 8), (33, 20, 3), (12, 10, 4)):
        pixels = random.integers(0, 256, shape, np.uint8)
        kinds = [('.png', ()), ('.tiff', ()), ('.bmp', ()), ('.webp', ()), ('.jpg', ())]
        kinds += [('.jpg', (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
                  ('.jpg', (cv2.IMWRITE_JPEG_RST_INTERVAL, 1)),
                  ('.tiff', (cv2.IMWRITE_TIFF_COMPRESSION, 5)),
                  ('.webp', (cv2.IMWRITE_WEBP_QUALITY, 101))]
        if len(shape) == 2:
            kinds.append(('.pgm', ()))
        for number, (ending, how) in enumerate(kinds):
            for switch in (number & 3, 4):
                yield bytes((switch,)) + cv2.imencode(ending, pixels, how)[1].tobytes()
    for ending in ('.png', '.tiff'):
        deep = random.integers(0, 65536, (7, 5), np.uint16)
        yield b'\0' + cv2.imencode(ending, deep)[1].tobytes()
