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

"""Roughly where a face is before the camera: from the size of its box and a pinhole camera."""

from __future__ import annotations

from dataclasses import replace
import math
from typing import Any, NamedTuple

from fer_ros.core.camera import Camera
from fer_ros.core.head import FACE_WIDTH
from fer_ros.core.text import shown
from fer_ros.core.types import Box

# What a camera may see from left to right, degrees: beyond that the numbers are no focal length.
_NARROWEST, _WIDEST = 0.5, 178.0

# Coefficients of each distortion model, as sensor_msgs names them, that there may be.
_DISTORTIONS = {'plumb_bob': (4, 5), 'rational_polynomial': (8,), 'equidistant': (4,),
                'fisheye': (4,)}


class CameraInfoError(ValueError):
    """A sensor_msgs/CameraInfo cannot be used; the message says why."""


class FacePlace(NamedTuple):
    """
    Where a face is in the camera's optical frame (x right, y down, z ahead), in metres.

    `x`, `y` and `z` are of its middle; `width` and `height` are the box's, at that distance.
    """

    x: float
    y: float
    z: float
    width: float
    height: float


def camera_of(info: Any, width: int, height: int, rectified: bool = False) -> Camera:
    """
    Return the camera that a sensor_msgs/CameraInfo describes.

    The matrix K is that of the whole sensor: the region of interest is cut out of it, and the
    rest scaled to the picture, which covers binning and a driver that resizes.

    :param info: the message, or what has the same fields.
    :param width: of the picture, pixels; likewise `height`.
    :param rectified: the picture is free of distortion already: P counts in place of K and D.
    :raises CameraInfoError: the matrix is zero, as of a camera that is not calibrated, is no
        matrix, or makes no sense; or the distortion is of a model that is not known.
    """
    name, size = ('P', 12) if rectified else ('K', 9)
    matrix = [float(value) for value in getattr(info, name.lower())]
    if len(matrix) != size or not all(map(math.isfinite, matrix)):
        count = 'twelve' if rectified else 'nine'
        raise CameraInfoError(f'{name} is {matrix}; it must be {count} finite numbers')
    row = size // 3
    fx, fy, cx, cy = matrix[0], matrix[row + 1], matrix[2], matrix[row + 2]
    if not (fx > 0.0 and fy > 0.0):
        raise CameraInfoError(
            f'its focal lengths are {fx:g} and {fy:g}, so the camera is not calibrated; calibrate '
            'it with the package camera_calibration')
    roi = info.roi
    across = width / (roi.width or info.width or width)
    down = height / (roi.height or info.height or height)
    camera = Camera(fx * across, fy * down, (cx - roi.x_offset) * across,
                    (cy - roi.y_offset) * down)
    for focal, middle, side in ((camera.fx, camera.cx, width), (camera.fy, camera.cy, height)):
        view = math.degrees(2.0 * math.atan(side / (2.0 * focal)))
        if not _NARROWEST <= view <= _WIDEST or not -side <= middle <= 2 * side:
            raise CameraInfoError(
                f'a focal length of {focal:g} and a middle at {middle:g} pixels make no sense for '
                f'a picture of {width}x{height}; calibrate the camera again')
    return camera if rectified else replace(camera, **_distortion(info))


def _distortion(info: Any) -> dict[str, Any]:
    """Return the fields of a `Camera` that its distortion makes."""
    model = str(getattr(info, 'distortion_model', ''))
    numbers = tuple(float(value) for value in getattr(info, 'd', ()))
    if not any(numbers):
        return {}
    if model not in _DISTORTIONS or len(numbers) not in _DISTORTIONS[model]:
        raise CameraInfoError(
            f"its distortion is {len(numbers)} numbers of the model '{shown(model)}'; known are "
            f"{', '.join(_DISTORTIONS)}")
    if not all(map(math.isfinite, numbers)):
        raise CameraInfoError(f'its distortion is {list(numbers)}; it must be finite numbers')
    return {'distortion': numbers, 'fisheye': model in ('equidistant', 'fisheye')}


def place_of(box: Box, camera: Camera, rotate: int = 0) -> FacePlace | None:
    """
    Return roughly where a face is; its distance is that at which `FACE_WIDTH` fills its box.

    :param box: pixels of the received picture.
    :param camera: of the same picture.
    :param rotate: by how many degrees, clockwise, the picture has to be turned to be upright; of
        a face that lies on its side, the height of the box is the width of the face.
    :return: None for a box without a width.
    """
    sideways = rotate in (90, 270)
    pixels = box.height / camera.fy if sideways else box.width / camera.fx
    if not (pixels > 0.0 and all(map(math.isfinite, box))):
        return None
    z = FACE_WIDTH / pixels
    x, y = box.center
    return FacePlace((x - camera.cx) * z / camera.fx, (y - camera.cy) * z / camera.fy, z,
                     box.width * z / camera.fx, box.height * z / camera.fy)


def camera_info_topic(image: str) -> str:
    """
    Return where the driver says what its camera is like: beside the image, as image_pipeline has.

    :param image: resolved name of the image's topic, without the suffix of a transport.
    """
    return image.rpartition('/')[0] + '/camera_info'


def is_rectified(image: str) -> bool:
    """Tell whether a topic carries pictures without distortion, by the name image_proc gives."""
    return image.rpartition('/')[2].startswith('image_rect')
