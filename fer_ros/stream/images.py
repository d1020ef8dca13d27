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

"""Image messages to frames: views where the encoding allows, conversions where it does not."""

from __future__ import annotations

import struct
from typing import Any

import cv2
from fer_ros.core.types import Frame
import numpy as np
from numpy.typing import NDArray

#: Encodings that are viewed in place: (colour order of the frame, bytes a pixel).
VIEWS = {
    'bgr8': ('bgr', 3), 'rgb8': ('rgb', 3), 'bgra8': ('bgra', 4), 'rgba8': ('rgba', 4),
    'mono8': ('gray', 1), '8UC1': ('gray', 1), '8UC3': ('bgr', 3), '8UC4': ('bgra', 4),
}

#: Packed 4:2:2 encodings, two bytes a pixel: OpenCV's conversion to bgr.
PACKED_YUV = {
    'yuv422': cv2.COLOR_YUV2BGR_UYVY, 'uyvy': cv2.COLOR_YUV2BGR_UYVY,
    'yuv422_yuy2': cv2.COLOR_YUV2BGR_YUY2, 'yuyv': cv2.COLOR_YUV2BGR_YUY2,
}

#: 4:2:0 encodings of one full and one half-height plane: OpenCV's conversion to bgr.
PLANAR_YUV = {'nv12': cv2.COLOR_YUV2BGR_NV12, 'nv21': cv2.COLOR_YUV2BGR_NV21}

#: 16-bit encodings, scaled to 8 bits here: (encoding of the 8-bit picture, channels).
DEEP = {
    'mono16': ('mono8', 1), '16UC1': ('mono8', 1), '16UC3': ('bgr8', 3),
    'bgr16': ('bgr8', 3), 'rgb16': ('rgb8', 3), 'bgra16': ('bgra8', 4), 'rgba16': ('rgba8', 4),
    'bayer_rggb16': ('bayer_rggb8', 1), 'bayer_bggr16': ('bayer_bggr8', 1),
    'bayer_gbrg16': ('bayer_gbrg8', 1), 'bayer_grbg16': ('bayer_grbg8', 1),
}

#: 8-bit mosaics: the pattern's first two pixels name OpenCV's conversion by the second row.
BAYER = {
    'bayer_rggb8': cv2.COLOR_BayerBG2BGR, 'bayer_bggr8': cv2.COLOR_BayerRG2BGR,
    'bayer_gbrg8': cv2.COLOR_BayerGR2BGR, 'bayer_grbg8': cv2.COLOR_BayerGB2BGR,
}

SUPPORTED = (*VIEWS, *PACKED_YUV, *PLANAR_YUV, *DEEP, *BAYER)

#: Reduced-scale JPEG decoding of OpenCV, by the factor each side shrinks by.
_REDUCED = {
    1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8,
}


class ImageError(ValueError):
    """A received image cannot be used; the message names the value and the remedy."""


def to_frame(msg: Any) -> Frame:
    """
    Turn an image message into a frame.

    The eight-bit encodings of `VIEWS` are not copied: the frame looks into the message's data,
    which must therefore live as long as the frame.

    :param msg: sensor_msgs/Image.
    :raises ImageError: zero size, data or `step` that do not fit, or an encoding that nothing
        here converts.
    """
    encoding = msg.encoding
    if msg.width == 0 or msg.height == 0:
        raise ImageError(
            f'image size is {msg.width}x{msg.height}; the camera driver must set width and '
            'height')
    if encoding in VIEWS:
        color, channels = VIEWS[encoding]
        return Frame(_rows(msg, channels, channels), color)
    if encoding in PACKED_YUV:
        _need_even(msg, msg.width, 'width')
        return Frame(cv2.cvtColor(_rows(msg, 2, 2), PACKED_YUV[encoding]), 'bgr')
    if encoding in PLANAR_YUV:
        _need_even(msg, msg.width, 'width')
        _need_even(msg, msg.height, 'height')
        planes = _rows(msg, 1, 1, rows=msg.height // 2 * 3)
        return Frame(cv2.cvtColor(planes, PLANAR_YUV[encoding]), 'bgr')
    if encoding in DEEP:
        encoding8, channels = DEEP[encoding]
        return _eight_bit_frame(_to_8_bits(msg, channels), encoding8)
    if encoding in BAYER:
        return _eight_bit_frame(_rows(msg, 1, 1), encoding)
    return _by_cv_bridge(msg)


def decode(msg: Any, wanted_long_side: int = 0) -> tuple[Frame, int]:
    """
    Decode a compressed image, a JPEG at reduced scale where that is enough.

    :param msg: sensor_msgs/CompressedImage holding a JPEG or a PNG.
    :param wanted_long_side: pixels of the longer side that suffice; 0 decodes at full size.
    :return: a bgr frame and the factor by which a full-size pixel coordinate is larger than
        the frame's (1, 2, 4 or 8).
    :raises ImageError: no JPEG or PNG, a truncated one, or one that OpenCV cannot read.
    """
    data = np.frombuffer(msg.data, np.uint8)
    head = data[:8].tobytes()
    factor = 1
    if head.startswith(b'\xff\xd8\xff'):
        # libjpeg fills what is missing with grey and calls it success; the end marker tells.
        if b'\xff\xd9' not in data[-64:].tobytes():
            raise ImageError(
                f'JPEG of {data.size} bytes is truncated (no end marker); check the camera '
                'driver and the network')
        factor = _reduction(data, wanted_long_side)
    elif head != b'\x89PNG\r\n\x1a\n':
        raise ImageError(
            f"compressed image of format '{msg.format}' and {data.size} bytes starts with "
            f"'{head.hex()}', which is neither JPEG nor PNG; set the publisher's format to "
            'jpeg or png')
    try:
        pixels = cv2.imdecode(data, _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise ImageError(f'OpenCV cannot decode the compressed image: {error.err}') from error
    if pixels is None:
        raise ImageError(
            f"OpenCV cannot decode the compressed image of format '{msg.format}' and "
            f'{data.size} bytes; check the camera driver and the network')
    return Frame(pixels, 'bgr'), factor


def to_bgr(frame: Frame) -> NDArray[Any]:
    """Return a bgr copy of the frame, uint8 (H, W, 3), that may be drawn on."""
    if frame.color == 'bgr':
        return frame.pixels.copy()
    conversions = {
        'rgb': cv2.COLOR_RGB2BGR, 'bgra': cv2.COLOR_BGRA2BGR, 'rgba': cv2.COLOR_RGBA2BGR,
        'gray': cv2.COLOR_GRAY2BGR}
    return cv2.cvtColor(frame.pixels, conversions[frame.color])


def jpeg_size(data: NDArray[Any]) -> tuple[int, int] | None:
    """
    Read width and height from a JPEG's frame header without decoding it.

    :param data: uint8 (N,), the file's bytes.
    :return: (width, height), or None where no frame header is found.
    """
    position, size = 2, data.size
    while position + 9 <= size:
        if data[position] != 0xFF:
            return None
        marker = int(data[position + 1])
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack('>HH', data[position + 5:position + 9].tobytes())
            return width, height
        if marker == 0x01 or 0xD0 <= marker <= 0xD9:
            position += 2
            continue
        position += 2 + struct.unpack('>H', data[position + 2:position + 4].tobytes())[0]
    return None


def _reduction(data: NDArray[Any], wanted_long_side: int) -> int:
    size = jpeg_size(data)
    if wanted_long_side <= 0 or size is None:
        return 1
    return max(factor for factor in _REDUCED
               if factor == 1 or max(size) >= factor * wanted_long_side)


def _rows(msg: Any, pixel_bytes: int, channels: int, rows: int | None = None) -> NDArray[Any]:
    """View the data as uint8 (rows, bytes of a row), or split into channels on a third axis."""
    rows = msg.height if rows is None else rows
    width_bytes = msg.width * pixel_bytes
    if msg.step < width_bytes:
        raise ImageError(
            f"image step is {msg.step}, but a row of {msg.width} pixels of '{msg.encoding}' "
            f'takes {width_bytes} bytes; the camera driver must set step to the bytes of a row, '
            'padding included')
    wanted = msg.step * rows
    if len(msg.data) != wanted:
        kind = 'truncated' if len(msg.data) < wanted else 'over-long'
        raise ImageError(
            f'image data is {kind}: {len(msg.data)} bytes, but {msg.width}x{msg.height} '
            f"'{msg.encoding}' with step {msg.step} takes {wanted}; check the camera driver")
    table = np.frombuffer(msg.data, np.uint8).reshape(rows, msg.step)[:, :width_bytes]
    # Splitting the last axis keeps a padded row stride and copies nothing.
    return table if channels == 1 else table.reshape(rows, -1, channels)


def _need_even(msg: Any, value: int, name: str) -> None:
    if value % 2:
        raise ImageError(
            f"image {name} is {value}, but '{msg.encoding}' shares colour between neighbours and "
            'needs an even number; check the camera driver')


def _to_8_bits(msg: Any, channels: int) -> NDArray[Any]:
    """
    Scale 16-bit pixels by the smallest power of two under which the brightest fits 8 bits.

    Cameras put 10, 12 or 14 bits into 16; taking the upper byte would leave those almost black.
    """
    table = _rows(msg, 2 * channels, 1)
    order = '>u2' if msg.is_bigendian else '<u2'
    shape = (msg.height, msg.width, channels)[:3 if channels > 1 else 2]
    deep = np.ascontiguousarray(table).view(order).reshape(shape)
    shift = max(0, int(deep.max()).bit_length() - 8)
    return (deep >> shift).astype(np.uint8)


def _eight_bit_frame(pixels: NDArray[Any], encoding: str) -> Frame:
    if encoding in BAYER:
        return Frame(cv2.cvtColor(np.ascontiguousarray(pixels), BAYER[encoding]), 'bgr')
    return Frame(pixels, VIEWS[encoding][0])


def _by_cv_bridge(msg: Any) -> Frame:
    """Let cv_bridge convert what is not known here; it raises in as many ways as versions."""
    supported = ', '.join(SUPPORTED)
    try:
        from cv_bridge import CvBridge
    except ImportError:
        raise ImageError(
            f"image encoding '{msg.encoding}' is not supported; supported: {supported}; "
            'install cv_bridge for others') from None
    try:
        pixels = CvBridge().imgmsg_to_cv2(msg, 'bgr8')
    except Exception as error:  # noqa: B902
        raise ImageError(
            f"image encoding '{msg.encoding}' is not supported (cv_bridge: "
            f'{type(error).__name__}: {error}); supported: {supported}') from error
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ImageError(
            f"image encoding '{msg.encoding}' is not supported (cv_bridge returns "
            f'{pixels.dtype} {pixels.shape}); supported: {supported}')
    return Frame(np.ascontiguousarray(pixels), 'bgr')
