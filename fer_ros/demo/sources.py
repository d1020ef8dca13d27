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

"""Where a camera's pictures come from: the embedded clip, a video, a folder, a real camera."""

from __future__ import annotations

from pathlib import Path
import sys
import time
from typing import Iterator

import cv2
from fer_ros.core.text import shown
from fer_ros.demo.clip import EmbeddedClip, SCENE
import numpy as np

#: Names of files that count as pictures.
PICTURES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff', '.ppm', '.pgm')

#: What every source yields: (uint8 (H, W, 3) bgr frame, seconds since the start).
Frames = Iterator[tuple[np.ndarray, float]]


class SourceError(Exception):
    """A source gives no pictures; the message names it and the remedy."""


def embedded(rate: float, size: tuple[int, int] | None = None) -> Frames:
    """Yield the embedded clip, over and over, the time going on."""
    clip = EmbeddedClip(size or SCENE, rate)
    index = 0
    while True:
        yield clip.frame(index % len(clip)), index / rate
        index += 1


def video(path: Path, rate: float | None = None, size: tuple[int, int] | None = None) -> Frames:
    """
    Yield a video's frames at its own times; with a rate, as a camera of that rate sees them.

    :raises SourceError: the file is missing or cannot be decoded.
    """
    if not Path(path).is_file():
        raise SourceError(f'{path} is missing; --video names a file')
    own = own_rate(path)
    capture = cv2.VideoCapture(str(path))
    try:
        seen, count = 0, 0
        while True:
            there, frame = capture.read()
            if not there:
                break
            count += 1
            if rate is None:
                yield fit(frame, size), (count - 1) / own
                continue
            while seen / rate < count / own:
                yield fit(frame, size), seen / rate
                seen += 1
        if not count:
            raise SourceError(
                f'{path} cannot be decoded as a video; convert it to H.264 or MJPEG')
    finally:
        capture.release()


def own_rate(path: Path) -> float:
    """Return the rate a video says it has, in Hz; 30 where that cannot be."""
    capture = cv2.VideoCapture(str(path))
    rate = capture.get(cv2.CAP_PROP_FPS)
    capture.release()
    # Some containers say 0, 1000 or no number.
    return rate if 1 <= rate <= 240 else 30.0


def pictures(folder: Path) -> Iterator[tuple[Path, np.ndarray]]:
    """
    Yield each picture of a folder, by name, with its path: uint8 (H, W, 3), bgr.

    A file that cannot be decoded is left out and named.

    :raises SourceError: the folder is missing or holds no picture that can be decoded.
    """
    if not Path(folder).is_dir():
        raise SourceError(f'{folder} is no folder; --images names the one of the pictures')
    found = False
    for path in sorted(Path(folder).iterdir()):
        if path.suffix.lower() not in PICTURES:
            continue
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            print(f'{shown(path.name)} is left out: it cannot be decoded', file=sys.stderr)
            continue
        found = True
        yield path, picture
    if not found:
        raise SourceError(
            f'{folder} holds no picture that can be decoded ({", ".join(PICTURES)})')


def camera(number: int, rate: float, size: tuple[int, int] | None = None) -> Frames:
    """
    Yield what a camera of this machine sees, at the time it is seen.

    :raises SourceError: the camera cannot be opened or stops giving pictures.
    """
    capture = cv2.VideoCapture(number)
    try:
        if not capture.isOpened():
            raise SourceError(
                f'camera {number} cannot be opened; look at /dev/video* and who may read it')
        capture.set(cv2.CAP_PROP_FPS, rate)
        if size:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        start = time.monotonic()
        while True:
            there, frame = capture.read()
            if not there:
                raise SourceError(f'camera {number} stopped giving pictures; is it unplugged?')
            yield fit(frame, size), time.monotonic() - start
    finally:
        capture.release()


def fit(frame: np.ndarray, size: tuple[int, int] | None) -> np.ndarray:
    """
    Return the frame as large as fits into a size, with black bars where it does not fill it.

    :param frame: uint8 (H, W, 3), bgr.
    :param size: (width, height); None returns the frame as it is.
    """
    if size is None or frame.shape[1::-1] == tuple(size):
        return frame
    width, height = size
    zoom = min(width / frame.shape[1], height / frame.shape[0])
    inner = (max(1, round(frame.shape[1] * zoom)), max(1, round(frame.shape[0] * zoom)))
    small = cv2.resize(
        frame, inner, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
    result = np.zeros((height, width, 3), np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    result[top:top + inner[1], left:left + inner[0]] = small
    return result
