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
_SAMPLE = 1 << 14

#: Of the sampled values, one in so many may lie beyond each end of that range: hot and dead
#: pixels do, but a small face that is warmer than all the room does not.
_BEYOND = 2000

#: Part of the sample, at each of its sides, where a camera may write its telemetry as pixels; and
#: how far what is seen there, or at single pixels alone, may widen the range, of its span.
_MARGIN, _WIDENED = 0.02, 0.125

#: Least part of a sample that must be left without the values that mean "nothing measured".
_LEAST_LEFT = 0.01

#: Ranges of values beyond these are nonsense, and not to be divided by; so are larger values.
_LEAST_SPAN, _GREATEST = 1e-30, 1e30


def to_8_bits(pixels: NDArray[Any], mosaic: bool = False) -> NDArray[Any]:
    """
    Scale pixels linearly, so that the range of values in use becomes 0 to 255.

    Cameras put 10, 12 or 14 bits into 16, thermal ones hundredths of a kelvin, depth and float
    images metres or shares: what a value means, no encoding tells. The ends of the range are
    percentiles of a sample without what does not belong to the picture: hot pixels, dead columns,
    lines of telemetry, values that mean "nothing measured" (NaN, infinities, the ends of the
    type). All channels share one scale, which keeps the colours; a fourth one (alpha) has none.

    :param pixels: (H, W) or (H, W, C) of any size; integers or floats, in any byte order. NaN
        and what is below the range become 0, what is above it 255.
    :param mosaic: neighbours are of different colours, as before a Bayer filter is undone.
    :return: uint8 of the same shape; a picture of one value becomes 0.
    """
    seen = _cells(pixels) if mosaic else pixels
    low, high = _range_in_use(pixels[..., :3] if pixels.ndim == 3 else seen)
    if not _LEAST_SPAN < high - low < _GREATEST:
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


def _cells(pixels: NDArray[Any]) -> NDArray[Any]:
    """View a mosaic of (H, W) as (H/2, W/2, 4), so that like comes to lie beside like."""
    height, width = (size // 2 for size in pixels.shape)
    if not height or not width:
        return pixels
    cells = pixels[:2 * height, :2 * width].reshape(height, 2, width, 2)
    return cells.transpose(0, 2, 1, 3).reshape(height, width, 4)


def _range_in_use(pixels: NDArray[Any]) -> tuple[float, float]:
    """Return the least and the greatest value but for outliers; both 0 where none is finite."""
    # An odd step meets the lines of an interlaced or a repeating pattern in turn.
    step = max(1, int((pixels.size / _SAMPLE) ** 0.5)) | 1
    sample = pixels[::step, ::step].astype(np.float64)
    measured = _measured(sample, pixels.dtype)
    if not measured.any():
        return 0.0, 0.0
    low, high = _ends(sample[measured])
    rows, columns = (max(2, round(_MARGIN * size)) for size in sample.shape[:2])
    inner = (slice(rows, -rows), slice(columns, -columns))
    if not measured[inner].any():
        return low, high
    # One hot pixel, one dead column are never the median of nine neighbours.
    near = np.where(measured, np.clip(sample, low, high) - low, 0.0).astype(np.float32)
    smooth = cv2.medianBlur(near, 3).reshape(sample.shape)
    least, greatest = _ends(smooth[inner][measured[inner]])
    spare = _WIDENED * (greatest - least)
    return low + max(0.0, least - spare), min(high, low + greatest + spare)


def _measured(sample: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return where a sample, float64, of values of some type holds what was measured."""
    measured: NDArray[Any] = np.abs(sample) < _GREATEST
    if dtype.kind == 'f':
        return measured
    ends = (np.iinfo(dtype).min, np.iinfo(dtype).max)
    others = measured & (sample != ends[0]) & (sample != ends[1])
    if others.mean() < _LEAST_LEFT:
        return measured
    low, high = _ends(sample[others])
    for end in ends:
        # Nearer to the others it is one of them: black beside dark gray.
        if max(low - end, end - high) > high - low > 0.0:
            measured &= sample != end
    return measured


def _ends(values: NDArray[Any]) -> tuple[float, float]:
    """Return the percentiles of values, of any shape, between which the picture lies."""
    values = values.ravel()
    # Also in a small picture one pixel does not set the scale; in a tiny one each counts.
    beyond = max(values.size // _BEYOND, 1 if values.size > 100 else 0)
    last = values.size - 1 - beyond
    ordered = np.partition(values, (beyond, last))
    return float(ordered[beyond]), float(ordered[last])
