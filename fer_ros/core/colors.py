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


"""Colour orders: conversion between them, nothing else."""

from __future__ import annotations

import cv2
from fer_ros.core.single_pixel import spread
from fer_ros.core.types import Pixels

_CODES = {
    ('bgr', 'gray'): cv2.COLOR_BGR2GRAY, ('bgr', 'rgb'): cv2.COLOR_BGR2RGB,
    ('rgb', 'gray'): cv2.COLOR_RGB2GRAY, ('rgb', 'bgr'): cv2.COLOR_RGB2BGR,
    ('bgra', 'gray'): cv2.COLOR_BGRA2GRAY, ('bgra', 'bgr'): cv2.COLOR_BGRA2BGR,
    ('bgra', 'rgb'): cv2.COLOR_BGRA2RGB,
    ('rgba', 'gray'): cv2.COLOR_RGBA2GRAY, ('rgba', 'bgr'): cv2.COLOR_RGBA2BGR,
    ('rgba', 'rgb'): cv2.COLOR_RGBA2RGB,
    ('gray', 'bgr'): cv2.COLOR_GRAY2BGR, ('gray', 'rgb'): cv2.COLOR_GRAY2RGB,
}


def convert(pixels: Pixels, source: str, target: str) -> Pixels:
    """
    Return pixels in another colour order; the same array when the order is the same.

    :param pixels: uint8 (H, W) or (H, W, C), in the order `source`.
    :param source: one of `COLOR_CHANNELS`.
    :param target: `gray`, `bgr` or `rgb`.
    :raises ValueError: there is no such conversion.
    """
    if source == target:
        return pixels
    if (source, target) not in _CODES:
        raise ValueError(
            f"colour order '{source}' cannot be converted to '{target}'; "
            'use gray, bgr or rgb')
    return cv2.cvtColor(spread(pixels), _CODES[source, target])[:, :pixels.shape[1]]
