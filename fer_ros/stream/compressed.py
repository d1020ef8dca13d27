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

"""Compressed pictures, from messages and from files: bounded, whole, and of any depth."""

from __future__ import annotations

from typing import Any

import cv2
from fer_ros.core.text import shown
from fer_ros.core.types import Frame
from fer_ros.stream import jpeg, png
from fer_ros.stream.decoder_complaints import COMPLAINTS
from fer_ros.stream.deep import to_8_bits
from fer_ros.stream.image_limits import ImageError, require_bytes, require_size
from fer_ros.stream.jpeg_truncation import require_whole
from fer_ros.stream.picture_sizes import format_of, SIGNATURES, size_of
import numpy as np
from numpy.typing import NDArray

#: Formats that a camera sends.
IN_MESSAGES = ('JPEG', 'PNG', 'TIFF')

#: Formats of files.
IN_FILES = tuple(SIGNATURES)

#: Reduced-scale JPEG decoding of OpenCV, by the factor each side shrinks by.
_REDUCED = {
    1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8,
}

#: As many bits and channels as there are, but no transparency.
_ANY = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR


def decode_picture(
        data: NDArray[Any], *, wanted_long_side: int, max_pixels: int, formats: tuple[str, ...],
        oriented: bool, what: str) -> tuple[Frame, int]:
    """
    Decode a compressed picture, a JPEG at reduced scale where that is enough.

    :param data: uint8 (N,), the bytes.
    :param wanted_long_side: pixels of the longer side that suffice; 0 decodes at full size.
    :param max_pixels: refuse a picture of more, as its header says, before it is decoded.
    :param formats: of `SIGNATURES`, which are taken.
    :param oriented: whether to turn the picture as its EXIF orientation says.
    :param what: it is, for errors.
    :return: a bgr or gray frame and the factor by which a full-size pixel coordinate is larger
        than the frame's (1, 2, 4 or 8). More than 8 bits are scaled as in raw images.
    :raises ImageError: another format, too many pixels, truncated, or not to be decoded.
    """
    require_bytes(data.size, max_pixels, what)
    head = data[:16].tobytes()
    form = format_of(head)
    if form not in formats:
        raise ImageError(
            f"{what} of {data.size} bytes starts with '{head[:8].hex()}', which is neither "
            f"{' nor '.join(formats)}; set the publisher's format to jpeg or png")
    if form == 'JPEG':
        return _decode_jpeg(data, wanted_long_side, max_pixels, oriented, what)
    size = size_of(form, data.data)
    if size is None:
        raise ImageError(
            f'{what} has a damaged {form} header, or one of a kind that is not decoded; check '
            'where it comes from')
    require_size(size.width, size.height, max_pixels, size.pixel_bytes)
    if form == 'PNG':
        data = png.picture_alone(data)
    pixels = _imdecode(data, _ANY | (0 if oriented else cv2.IMREAD_IGNORE_ORIENTATION), what)
    return Frame(*_eight_bits(pixels)), 1


def _decode_jpeg(
        data: NDArray[Any], wanted_long_side: int, max_pixels: int, oriented: bool,
        what: str) -> tuple[Frame, int]:
    header = jpeg.read_header(data)
    require_size(header.width, header.height, max_pixels)
    jpeg.require_end(data, header, max_pixels)
    factor = 1
    if wanted_long_side > 0:
        longer = max(header.width, header.height)
        factor = max(each for each in _REDUCED
                     if each == 1 or longer >= each * wanted_long_side)
    flags = _REDUCED[factor]
    pixels = _imdecode(data, flags | cv2.IMREAD_IGNORE_ORIENTATION, what)
    require_whole(data, header, pixels, factor, _decode_unturned)
    if oriented and header.oriented:
        pixels = _imdecode(data, flags, what)
    return Frame(pixels, 'bgr'), factor


def _decode_unturned(data: bytes, factor: int) -> NDArray[Any] | None:
    # What is said here is said of what was put behind the data.
    with COMPLAINTS.heard():
        return cv2.imdecode(
            np.frombuffer(data, np.uint8), _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION)


def _imdecode(data: NDArray[Any], flags: int, what: str) -> NDArray[Any]:
    try:
        with COMPLAINTS.heard() as words:
            pixels = cv2.imdecode(data, flags)
    except cv2.error as error:
        raise ImageError(
            f'OpenCV cannot decode the {what}: {shown(error.err, 160)}') from None
    if pixels is None:
        why = ''.join(f' ({each})' for each in words)
        raise ImageError(
            f'OpenCV cannot decode the {what} of {data.size} bytes{why}; check the camera driver '
            'and the network')
    COMPLAINTS.tell(words, what)
    return pixels


def _eight_bits(pixels: NDArray[Any]) -> tuple[NDArray[Any], str]:
    """Return 8-bit pixels and their colour order."""
    if pixels.dtype != np.uint8:
        pixels = to_8_bits(pixels)
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        return pixels, 'bgra'
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        return pixels[..., 0], 'gray'
    return pixels, 'gray' if pixels.ndim == 2 else 'bgr'
