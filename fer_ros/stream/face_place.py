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

from dataclasses import dataclass
import math
from typing import Any, NamedTuple

from fer_ros.core.types import Box

#: Width in metres that a face's box is taken to show: the breadth of a head, of which men and
#: women of the survey average 0.153 and 0.147 (Z. Zhuang and B. Bradtmiller, "Head-and-face
#: anthropometric survey of U.S. respirator users", Journal of Occupational and Environmental
#: Hygiene 2 (2005), 567-576, doi:10.1080/15459620500324727). A child's head and a face in profile
#: are narrower, and seem further away than they are.
FACE_WIDTH = 0.15

#: Angle in degrees, from the left to the right edge of the picture, that a camera is taken to
#: see which does not say: between that of a notebook's and that of a depth camera.
ASSUMED_VIEW = 60.0


class CameraInfoError(ValueError):
    """A sensor_msgs/CameraInfo cannot be used; the message says why."""


@dataclass(frozen=True)
class Pinhole:
    """
    A camera without distortion, for one size of its picture.

    :param fx: focal length in pixels; likewise `fy`.
    :param cx: pixel of the optical axis; likewise `cy`.
    """

    fx: float
    fy: float
    cx: float
    cy: float


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


def assumed_pinhole(width: int, height: int) -> Pinhole:
    """Return a camera that sees `ASSUMED_VIEW`; parameters in pixels of its picture."""
    focal = width / 2 / math.tan(math.radians(ASSUMED_VIEW) / 2)
    return Pinhole(focal, focal, width / 2, height / 2)


def pinhole(info: Any, width: int, height: int) -> Pinhole:
    """
    Return the camera that a sensor_msgs/CameraInfo describes.

    The matrix K is that of the whole sensor: the region of interest is cut out of it, and the
    rest scaled to the picture, which covers binning and a driver that resizes.

    :param info: the message, or what has the same fields.
    :param width: of the picture, pixels; likewise `height`.
    :raises CameraInfoError: K is zero, as of a camera that is not calibrated, or no matrix.
    """
    matrix = [float(value) for value in info.k]
    if len(matrix) != 9 or not all(map(math.isfinite, matrix)):
        raise CameraInfoError(f'K is {matrix}; it must be nine finite numbers')
    fx, fy, cx, cy = matrix[0], matrix[4], matrix[2], matrix[5]
    if not (fx > 0.0 and fy > 0.0):
        raise CameraInfoError(
            f'its focal lengths are {fx:g} and {fy:g}, so the camera is not calibrated; calibrate '
            'it with the package camera_calibration')
    roi = info.roi
    across = width / (roi.width or info.width or width)
    down = height / (roi.height or info.height or height)
    return Pinhole(fx * across, fy * down, (cx - roi.x_offset) * across,
                   (cy - roi.y_offset) * down)


def place_of(box: Box, camera: Pinhole, rotate: int = 0) -> FacePlace | None:
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
