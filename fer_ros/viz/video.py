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

"""Opening a video file to write, and seeing whether it is whole."""

from __future__ import annotations

import os
from pathlib import Path

# FFmpeg tells of what `check_video` finds by itself; read when the first video is opened.
os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')

import cv2  # noqa: E402
from fer_ros.core.regular_files import path_for_opencv  # noqa: E402

#: How an AVI begins, and bytes of that and of the length of what follows.
_RIFF, _RIFF_HEAD = b'RIFF', 8


def open_video(
        path: Path | str, codec: str, rate: float,
        size: tuple[int, int]) -> cv2.VideoWriter | None:
    """
    Return a writer of uint8 (H, W, 3) BGR frames, or None where OpenCV cannot write it.

    :param codec: four characters, such as `mp4v`.
    :param rate: frames per second.
    :param size: (width, height) in pixels.
    :raises OSError: the path is not UTF-8.
    """
    # OpenCV has this function in every version; its annotations do not have it in any.
    number = cv2.VideoWriter_fourcc(*codec)  # type: ignore[attr-defined]
    writer = cv2.VideoWriter(path_for_opencv(path), number, rate, size)
    return writer if writer.isOpened() else None


def check_video(path: Path | str, frames: int) -> None:
    """
    Read a video back, as its writer says nothing about what it could not write.

    :param frames: that were written.
    :raises OSError: fewer can be read, or its end is missing.
    """
    reader = cv2.VideoCapture(path_for_opencv(path))
    try:
        found = 0
        while reader.grab():
            found += 1
    finally:
        reader.release()
    with open(path, 'rb') as file:
        head = file.read(_RIFF_HEAD)
    # An AVI says how long it is; its index comes last, and the frames can be read without.
    length = int.from_bytes(head[len(_RIFF):], 'little') + _RIFF_HEAD
    if head.startswith(_RIFF) and length > os.path.getsize(path):
        raise OSError('its end is missing')
    if found < frames:
        raise OSError(f'of its {frames} frames only {found} can be read again')
