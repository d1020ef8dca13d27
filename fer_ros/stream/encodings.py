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

"""Uncompressed images: what each encoding means, and how it becomes a frame."""

from __future__ import annotations

from typing import Any

import cv2
from fer_ros.core.text import shown
from fer_ros.core.types import Frame
from fer_ros.stream.deep import to_8_bits
from fer_ros.stream.image_limits import ImageError
import numpy as np
from numpy.typing import NDArray

#: Encodings that are viewed in place: (colour order of the frame, bytes per pixel).
VIEWS = {
    'bgr8': ('bgr', 3), 'rgb8': ('rgb', 3), 'bgra8': ('bgra', 4), 'rgba8': ('rgba', 4),
    'mono8': ('gray', 1), '8UC1': ('gray', 1), '8UC3': ('bgr', 3), '8UC4': ('bgra', 4),
}

#: Packed 4:2:2 encodings, two bytes per pixel: OpenCV's conversion to bgr.
PACKED_YUV = {
    'yuv422': cv2.COLOR_YUV2BGR_UYVY, 'uyvy': cv2.COLOR_YUV2BGR_UYVY,
    'yuv422_yuy2': cv2.COLOR_YUV2BGR_YUY2, 'yuyv': cv2.COLOR_YUV2BGR_YUY2,
}

#: 4:2:0 encodings of one full and one half-height plane: OpenCV's conversion to bgr.
PLANAR_YUV = {'nv12': cv2.COLOR_YUV2BGR_NV12, 'nv21': cv2.COLOR_YUV2BGR_NV21}

#: Encodings of more than 8 bits: (encoding of the 8-bit picture, channels, type of a value).
DEEP = {
    'mono16': ('mono8', 1, 'u2'), '16UC1': ('mono8', 1, 'u2'), '16UC3': ('bgr8', 3, 'u2'),
    'bgr16': ('bgr8', 3, 'u2'), 'rgb16': ('rgb8', 3, 'u2'),
    'bgra16': ('bgra8', 4, 'u2'), 'rgba16': ('rgba8', 4, 'u2'),
    'bayer_rggb16': ('bayer_rggb8', 1, 'u2'), 'bayer_bggr16': ('bayer_bggr8', 1, 'u2'),
    'bayer_gbrg16': ('bayer_gbrg8', 1, 'u2'), 'bayer_grbg16': ('bayer_grbg8', 1, 'u2'),
    '16SC1': ('mono8', 1, 'i2'), '32FC1': ('mono8', 1, 'f4'), '32FC3': ('bgr8', 3, 'f4'),
    '64FC1': ('mono8', 1, 'f8'),
}

#: 8-bit mosaics: the pattern's first two pixels name OpenCV's conversion by the second row.
BAYER = {
    'bayer_rggb8': cv2.COLOR_BayerBG2BGR, 'bayer_bggr8': cv2.COLOR_BayerRG2BGR,
    'bayer_gbrg8': cv2.COLOR_BayerGR2BGR, 'bayer_grbg8': cv2.COLOR_BayerGB2BGR,
}

SUPPORTED = (*VIEWS, *PACKED_YUV, *PLANAR_YUV, *DEEP, *BAYER)


def convert(msg: Any) -> Frame:
    """
    Turn an image message of a known size into a frame.

    :param msg: sensor_msgs/Image, width and height above zero.
    :raises ImageError: data or `step` that do not fit, or an encoding that nothing converts.
    """
    encoding = msg.encoding
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
        encoding8, channels, kind = DEEP[encoding]
        pixels = to_8_bits(_deep_pixels(msg, channels, kind), mosaic=encoding8 in BAYER)
        return _eight_bit_frame(pixels, encoding8)
    if encoding in BAYER:
        return _eight_bit_frame(_rows(msg, 1, 1), encoding)
    return _by_cv_bridge(msg)


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


def _deep_pixels(msg: Any, channels: int, kind: str) -> NDArray[Any]:
    """View the data as (H, W) or (H, W, channels) of a type of values, such as 'u2'."""
    dtype = np.dtype(('>' if msg.is_bigendian else '<') + kind)
    table = _rows(msg, dtype.itemsize * channels, 1)
    shape = (msg.height, msg.width, channels)[:3 if channels > 1 else 2]
    return np.ascontiguousarray(table).view(dtype).reshape(shape)


def _eight_bit_frame(pixels: NDArray[Any], encoding: str) -> Frame:
    if encoding in BAYER:
        return Frame(_demosaicked(pixels, BAYER[encoding]), 'bgr')
    return Frame(pixels, VIEWS[encoding][0])


def _demosaicked(pixels: NDArray[Any], code: int) -> NDArray[Any]:
    if min(pixels.shape) < 3:
        # OpenCV looks at neighbours on both sides and gives black where there are none.
        pixels = np.pad(pixels, 2, mode='symmetric')
        return cv2.cvtColor(pixels, code)[2:-2, 2:-2]
    return cv2.cvtColor(np.ascontiguousarray(pixels), code)


def _by_cv_bridge(msg: Any) -> Frame:
    """Let cv_bridge convert what is not known here; it raises in as many ways as versions."""
    refusal = f"image encoding '{shown(msg.encoding)}' is not supported"
    supported = ', '.join(SUPPORTED)
    try:
        from cv_bridge import CvBridge
    except ImportError:
        raise ImageError(
            f'{refusal}; supported: {supported}; install cv_bridge for others') from None
    try:
        pixels = CvBridge().imgmsg_to_cv2(msg, 'bgr8')
    except Exception as error:  # noqa: B902
        raise ImageError(
            f'{refusal} (cv_bridge: {type(error).__name__}: {shown(str(error), 160)}); '
            f'supported: {supported}') from None
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ImageError(
            f'{refusal} (cv_bridge returns {pixels.dtype} {pixels.shape}); '
            f'supported: {supported}')
    return Frame(np.ascontiguousarray(pixels), 'bgr')
