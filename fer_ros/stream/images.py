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

"""Image messages and files of pictures to frames: the ways in."""

from __future__ import annotations

import os
from typing import Any

from fer_ros.core.colors import convert
from fer_ros.core.regular_files import read_regular
from fer_ros.core.text import shown
from fer_ros.core.types import Frame
from fer_ros.stream import encodings
from fer_ros.stream.compressed import decode_picture, IN_FILES, IN_MESSAGES
from fer_ros.stream.encodings import SUPPORTED, VIEWS
from fer_ros.stream.image_limits import ImageError, MAX_PIXELS, most_bytes, require_size
import numpy as np
from numpy.typing import NDArray

__all__ = [
    'decode', 'ImageError', 'MAX_PIXELS', 'read_picture', 'SUPPORTED', 'to_bgr', 'to_frame',
    'VIEWS']


def to_frame(msg: Any, *, max_pixels: int = MAX_PIXELS) -> Frame:
    """
    Turn an image message into a frame.

    The eight-bit encodings of `VIEWS` are not copied: the frame looks into the message's data,
    which must therefore live as long as the frame. Encodings of more than 8 bits are scaled by
    the range of values that the picture uses (`deep.to_8_bits`).

    :param msg: sensor_msgs/Image.
    :param max_pixels: refuse an image of more.
    :raises ImageError: zero size or more than `max_pixels`, data or `step` that do not fit, or
        an encoding that nothing here converts.
    """
    require_size(msg.width, msg.height, max_pixels)
    return encodings.convert(msg)


def decode(
        msg: Any, wanted_long_side: int = 0, *, max_pixels: int = MAX_PIXELS) -> tuple[Frame, int]:
    """
    Decode a compressed image, a JPEG at reduced scale where that is enough.

    An EXIF orientation is ignored, as image_transport and cameras' drivers ignore it: pixels
    stay where the message has them.

    :param msg: sensor_msgs/CompressedImage holding a JPEG, a PNG or a TIFF, of any depth.
    :param wanted_long_side: pixels of the longer side that suffice; 0 decodes at full size.
    :param max_pixels: refuse an image of more, as its header says, before it is decoded.
    :return: a bgr or gray frame and the factor by which a full-size pixel coordinate is larger
        than the frame's (1, 2, 4 or 8).
    :raises ImageError: another format, more than `max_pixels`, a truncated picture, or one
        that OpenCV cannot read.
    """
    return decode_picture(
        np.frombuffer(msg.data, np.uint8), wanted_long_side=wanted_long_side,
        max_pixels=max_pixels, formats=IN_MESSAGES, oriented=False,
        what=f"compressed image of format '{shown(msg.format)}'")


def read_picture(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> Frame:
    """
    Read a picture from a file, by the rules that hold for messages.

    Unlike in a message, an EXIF orientation is honoured: photographs come from telephones.

    :param path: a JPEG, PNG, TIFF, BMP, WebP or PNM, of any depth.
    :param max_pixels: refuse a picture of more, as its header says, before it is decoded.
    :return: a bgr or gray frame.
    :raises ImageError: as `decode`; the message does not repeat the path.
    :raises OSError: the file cannot be read, is none, or is longer than a picture can be.
    """
    content = read_regular(path, most_bytes(max_pixels))
    return decode_picture(
        np.frombuffer(content, np.uint8), wanted_long_side=0, max_pixels=max_pixels,
        formats=IN_FILES, oriented=True, what='picture')[0]


def to_bgr(frame: Frame) -> NDArray[Any]:
    """Return a bgr copy of the frame, uint8 (H, W, 3), that may be drawn on."""
    converted = convert(frame.pixels, frame.color, 'bgr')
    return converted.copy() if converted is frame.pixels else converted
