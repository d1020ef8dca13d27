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

# How far beyond the sensor's edges its optical axis may lie, as a part of its side; how much
# longer one focal length may be than the other; and by how much the two sides of a picture may be
# resized differently, beside its binning: more than that, and it is not the camera's picture.
_BESIDE, _UNEVEN, _STRETCHED = 0.25, 2.0, 1.1

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
        matrix, or makes no sense; it is of a picture of another shape, or of a part beyond the
        sensor; or the distortion is of a model that is not known.
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
    whole = (info.width or width, info.height or height)
    part = (roi.width or whole[0], roi.height or whole[1])
    across, down = width / part[0], height / part[1]
    binned = (getattr(info, 'binning_x', 0) or 1) / (getattr(info, 'binning_y', 0) or 1)
    if not _even(across * binned, down, _STRETCHED) and not _even(across, down, _STRETCHED):
        raise CameraInfoError(
            f'it is of a picture of {part[0]}x{part[1]} pixels and the picture has '
            f'{width}x{height}: another shape; publish the camera_info of this picture')
    for offset, side, most in zip(
            (roi.x_offset, roi.y_offset), part, (info.width, info.height)):
        if most and offset + side > most:
            raise CameraInfoError(
                f'its region of interest is {part[0]}x{part[1]} pixels from '
                f'({roi.x_offset}, {roi.y_offset}) on, beyond the {info.width}x{info.height} '
                'of the sensor; width and height are to be those of the whole sensor')
    camera = Camera(fx * across, fy * down, (cx - roi.x_offset) * across,
                    (cy - roi.y_offset) * down)
    _require_sensible(camera, width, height)
    for middle, side in ((cx, whole[0]), (cy, whole[1])):
        if not -_BESIDE * side <= middle <= (1.0 + _BESIDE) * side:
            raise CameraInfoError(
                f'an optical axis at pixel {middle:g} of {side} makes no sense; calibrate the '
                'camera again')
    return camera if rectified else replace(camera, **_distortion(info))


def _require_sensible(camera: Camera, width: int, height: int) -> None:
    """
    Refuse focal lengths of no camera.

    :raises CameraInfoError: it sees next to nothing, or all around, or one side is another scale.
    """
    for focal, side in ((camera.fx, width), (camera.fy, height)):
        view = math.degrees(2.0 * math.atan(side / (2.0 * focal)))
        if not _NARROWEST <= view <= _WIDEST or not _even(camera.fx, camera.fy, _UNEVEN):
            raise CameraInfoError(
                f'focal lengths of {camera.fx:g} and {camera.fy:g} pixels make no sense for a '
                f'picture of {width}x{height}; calibrate the camera again')


def _even(first: float, second: float, most: float) -> bool:
    """Tell whether two lengths differ by no more than a factor."""
    return second / most <= first <= second * most


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
