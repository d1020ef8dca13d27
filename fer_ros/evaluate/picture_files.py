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

"""Pictures in files, judged by the rules that hold for messages."""

from __future__ import annotations

from pathlib import Path

from fer_ros.core.types import Frame
from fer_ros.stream.images import ImageError, read_picture


class UnreadableError(ValueError):
    """A file cannot be used as a picture; the message names it and says why."""


def read(path: Path) -> Frame:
    """
    Return the picture of a file.

    A truncated one is none, and more than 8 bits are scaled as in messages. An EXIF orientation
    is honoured.

    :raises UnreadableError: it is missing, cannot be read, or is not a whole picture.
    """
    try:
        return read_picture(path)
    except ImageError as error:
        raise UnreadableError(f'{path} cannot be decoded: {error}') from error
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        what = 'is missing' if missing else f'cannot be read: {error.strerror}'
        raise UnreadableError(f'{path} {what}') from error
