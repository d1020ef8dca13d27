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

"""What every picture from outside must keep to: one kind of error, one limit of its size."""

from __future__ import annotations

#: The most pixels that a picture may have where nobody says otherwise: 64 megapixels.
MAX_PIXELS = 64_000_000

#: Bytes per permitted pixel, of a compressed picture and of one that is decoded: four values of 16
#: bits. Whatever has wider pixels may have fewer of them.
_BYTES_PER_PIXEL = 8


class ImageError(ValueError):
    """A received image cannot be used; the message names the value and the remedy."""


def most_bytes(max_pixels: int) -> int:
    """
    Return the most bytes that a compressed picture may have.

    :param max_pixels: the most that are decoded.
    """
    return _BYTES_PER_PIXEL * max_pixels


def require_size(width: int, height: int, max_pixels: int, pixel_bytes: int = 1) -> None:
    """
    Check a picture's size, before it is decoded.

    :param width: in pixels, as its header says.
    :param height: likewise.
    :param max_pixels: the most that are decoded.
    :param pixel_bytes: of a decoded pixel; what is above `_BYTES_PER_PIXEL` counts as more pixels.
    :raises ImageError: no pixel, or too many.
    """
    if width <= 0 or height <= 0:
        raise ImageError(
            f'image size is {width}x{height}; the camera driver must set width and height')
    if width * height > max_pixels:
        raise ImageError(
            f'image size is {width}x{height}, {width * height / 1e6:.1f} megapixels, more than '
            f'the {max_pixels / 1e6:g} that are decoded; send smaller images or raise the '
            'parameter max_megapixels')
    if width * height * pixel_bytes > most_bytes(max_pixels):
        raise ImageError(
            f'image of {width}x{height} pixels of {pixel_bytes} bytes takes '
            f'{width * height * pixel_bytes >> 20} MiB, more than the '
            f'{most_bytes(max_pixels) >> 20} that are decoded; send smaller images or raise the '
            'parameter max_megapixels')


def require_bytes(count: int, max_pixels: int, what: str) -> None:
    """
    Check the length of a compressed picture.

    :param count: of its bytes.
    :param max_pixels: the most that are decoded.
    :param what: it is, for the error.
    :raises ImageError: it is longer than a picture of so many pixels can be.
    """
    if count > most_bytes(max_pixels):
        raise ImageError(
            f'{what} of {count} bytes is longer than the {most_bytes(max_pixels)} that '
            f'{max_pixels / 1e6:g} megapixels take; send smaller images or raise the parameter '
            'max_megapixels')
