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

"""One pixel of several channels, which OpenCV 4.5.4 takes for a broken picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def spread(pixels: NDArray[Any]) -> NDArray[Any]:
    """
    Return a picture for OpenCV: a single pixel of several channels twice, else the same array.

    OpenCV 4.5.4, which Ubuntu 22.04 has, gives such an array a wrong row length and then refuses
    it (`_step >= minstep`), in `cvtColor`, `resize`, `warpAffine` and others. What is resized or
    warped with its border repeated looks the same made of two equal pixels.

    :param pixels: (H, W) or (H, W, C) of any type.
    :return: (1, 2, C) where it was (1, 1, C).
    """
    if pixels.ndim == 3 and pixels.shape[:2] == (1, 1):
        return np.repeat(pixels, 2, axis=1)
    return pixels
