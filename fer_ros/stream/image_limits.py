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

"""What every picture from outside must keep to: one kind of error, one limit of size."""

from __future__ import annotations

#: The most pixels that a picture may have where nobody says otherwise: 64 megapixels.
MAX_PIXELS = 64_000_000


class ImageError(ValueError):
    """A received image cannot be used; the message names the value and the remedy."""


def require_size(width: int, height: int, max_pixels: int) -> None:
    """
    Check a picture's size, before it is decoded.

    :param width: in pixels, as its header says.
    :param height: likewise.
    :param max_pixels: the most that are decoded.
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
