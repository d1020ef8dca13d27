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

"""PNG files without what does not belong to their picture."""

from __future__ import annotations

import struct
from typing import Any

from fer_ros.stream.image_limits import ImageError
import numpy as np
from numpy.typing import NDArray

#: The most chunks; libpng writes one for each 8 kB, some cameras for each row.
MOST_CHUNKS = 100_000

#: What a picture is made of behind its header; and, in files, how it was turned.
_LAST = b'IEND'
_PICTURE, _ORIENTATION = (b'PLTE', b'tRNS', b'IDAT', _LAST), b'eXIf'

#: Where the chunks start, what length and name of each take, and what they take with its checksum.
_SIGNATURE, _HEAD, _FRAME = 8, 8, 12

_MOST_EXIF = 1 << 16


def picture_alone(data: NDArray[Any]) -> NDArray[Any]:
    """
    Return a PNG without texts, colour profiles and further pictures.

    Each of those may be compressed, and a thousand profiles of 8 kB are unpacked to 8 GB.

    :param data: uint8 (N,), the file's bytes, of which the signature was checked.
    :return: the same array where nothing is left out.
    :raises ImageError: it has more than `MOST_CHUNKS` chunks or lacks the last one.
    """
    kept: list[tuple[int, int]] = []
    position, size = _SIGNATURE, data.size
    for _ in range(MOST_CHUNKS):
        length, name = 0, b''
        if position + _FRAME <= size:
            length, name = struct.unpack('>I4s', data[position:position + _HEAD].tobytes())
        end = position + _FRAME + length
        # OpenCV takes as much memory as a chunk says that it is long.
        if end > size or not name:
            raise ImageError(
                f'PNG of {size} bytes is truncated (no end); check the camera driver and the '
                'network')
        # The header comes first; a second one would say another size.
        if (position == _SIGNATURE or name in _PICTURE
                or name == _ORIENTATION and length <= _MOST_EXIF):
            if kept and kept[-1][1] == position:
                kept[-1] = (kept[-1][0], end)
            else:
                kept.append((position, end))
        position = end
        if name == _LAST:
            break
    else:
        raise ImageError(
            f'PNG of {size} bytes has more than {MOST_CHUNKS} chunks; check the camera driver')
    if kept == [(_SIGNATURE, position)]:
        return data
    return np.concatenate([data[:_SIGNATURE], *(data[start:end] for start, end in kept)])
