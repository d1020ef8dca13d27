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

"""More than eight bits: the range that a picture uses becomes 0 to 255, whatever its unit."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

#: About so many values of a picture are looked at to find the range that it uses.
_SAMPLE = 1 << 15

#: Of the sampled values, one in so many may lie beyond each end of that range: hot and dead
#: pixels do, but a small face that is warmer than all the room does not.
_BEYOND = 2000

#: Ranges of values beyond these are nonsense, and not to be divided by.
_LEAST_SPAN, _GREATEST_SPAN = 1e-30, 1e30


def to_8_bits(pixels: NDArray[Any]) -> NDArray[Any]:
    """
    Scale pixels linearly, so that the range of values in use becomes 0 to 255.

    Cameras put 10, 12 or 14 bits into 16, thermal ones hundredths of a kelvin, depth and float
    images metres or shares: what a value means, no encoding tells. The ends of the range are
    percentiles of a sample, so that one hot pixel or an offset changes nothing. All channels
    share one scale, which keeps the colours.

    :param pixels: (H, W) or (H, W, C) of any size; integers or floats, in any byte order. NaN
        and what is below the range become 0, what is above it 255.
    :return: uint8 of the same shape; a picture of one value becomes 0.
    """
    low, high = _range_in_use(pixels)
    if not _LEAST_SPAN < high - low < _GREATEST_SPAN:
        return np.zeros(pixels.shape, np.uint8)
    scale = 255.0 / (high - low)
    if pixels.dtype.kind == 'f':
        # NaN and infinities first: rounding them to a byte is undefined.
        bounded = np.fmin(np.fmax(pixels, pixels.dtype.type(low)), pixels.dtype.type(high))
        scaled: NDArray[Any] = cv2.convertScaleAbs(
            bounded - pixels.dtype.type(low), alpha=scale)
        return scaled
    native = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('='))
    if native.dtype.type not in (np.uint8, np.uint16, np.int16, np.int32):
        native = native.astype(np.float64)
    return cv2.addWeighted(native, scale, native, 0.0, -low * scale, dtype=cv2.CV_8U)


def _range_in_use(pixels: NDArray[Any]) -> tuple[float, float]:
    """Return the least and the greatest value but for outliers; both 0 where none is finite."""
    step = max(1, int((pixels.size / _SAMPLE) ** 0.5))
    sample = pixels[::step, ::step].ravel()
    if sample.dtype.kind == 'f':
        sample = sample[np.isfinite(sample)]
    if not sample.size:
        return 0.0, 0.0
    # Also in a small picture one pixel does not set the scale; in a tiny one each counts.
    beyond = max(sample.size // _BEYOND, 1 if sample.size > 100 else 0)
    last = sample.size - 1 - beyond
    ordered = np.partition(sample, (beyond, last))
    return float(ordered[beyond]), float(ordered[last])
