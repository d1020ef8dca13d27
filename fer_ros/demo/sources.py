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
from fer_ros.core.colors import convert
from fer_ros.core.regular_files import open_regular, path_for_opencv
from fer_ros.core.text import natural_order, shown
from fer_ros.demo.clip import EmbeddedClip, SCENE
from fer_ros.stream.deep import to_8_bits
from fer_ros.stream.images import ImageError, MAX_PIXELS, read_picture, to_bgr
from fer_ros.stream.picture_sizes import format_of
import numpy as np

#: Names of files that count as pictures.
PICTURES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff', '.ppm', '.pgm')

#: Times closer than this are one, seconds: rates such as 1/30 cannot be written exactly.
SAME_TIME = 1e-4

#: FFmpeg's names of 16-bit gray, little- and big-endian, as OpenCV gives them.
GRAY16 = tuple(int.from_bytes(name, 'little') for name in (b'Y1\0\x10', b'Y1\x10\0'))

#: What every source yields: (uint8 (H, W, 3) bgr frame, seconds since the start).
Frames = Iterator[tuple[np.ndarray, float]]


class SourceError(ValueError):
    """A source gives no pictures; the message names it and the remedy."""


def embedded(rate: float, size: tuple[int, int] | None = None) -> Frames:
    """Yield the embedded clip, acted, over and over, the time going on."""
    clip = EmbeddedClip(size or SCENE, rate, acted=True)
    index = 0
    while True:
        yield clip.frame(index % len(clip)), index / rate
        index += 1


def video(path: Path, rate: float | None = None, size: tuple[int, int] | None = None) -> Frames:
    """
    Yield a video's frames at its own times; with a rate, as a camera of that rate sees them.

    Each frame has its own time, as OpenCV tells it: telephones and screen recorders vary their
    rate. Frames of 16-bit gray are scaled as in raw images.

    :raises SourceError: the file is missing or cannot be decoded.
    """
    frames = _timed_frames(path)
    if rate is None:
        for frame, seconds in frames:
            yield fit(frame, size), seconds
        return
    seen, count, seconds = 0, 0, 0.0
    before: np.ndarray | None = None
    for frame, seconds in frames:
        while before is not None and seen / rate < seconds - SAME_TIME:
            yield before, seen / rate
            seen += 1
        before = fit(frame, size)
        count += 1
    # How long the last frame stands, no file says: as long as the others on average.
    end = seconds + (seconds / (count - 1) if count > 1 else 1 / own_rate(path))
    while before is not None and seen / rate < end - SAME_TIME:
        yield before, seen / rate
        seen += 1


def _timed_frames(path: Path) -> Frames:
    """Yield each frame once, uint8 (H, W, 3), with the seconds since the first one."""
    _require_video(path)
    capture = cv2.VideoCapture(path_for_opencv(path))
    try:
        _require_size(capture, path)
        step = 1 / _rate_of(capture)
        if capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT) in GRAY16:
            # Else OpenCV keeps the upper bytes, black where a camera fills only the lower.
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        first: float | None = None
        last = 0.0
        while True:
            there, frame = capture.read()
            if not there:
                break
            seconds = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if first is None:
                first, last = seconds, -step
            # Some containers hold no times, and some codecs repeat one.
            last = seconds - first if seconds - first > last else last + step
            yield _eight_bit_bgr(frame), last
        if first is None:
            raise SourceError(
                f'{path} cannot be decoded as a video: it is incomplete, or of an unknown '
                'codec; copy it again, or convert it to H.264 or MJPEG')
    finally:
        capture.release()


def _require_video(path: Path) -> None:
    """Refuse what is no video by its first bytes; OpenCV would open pictures of any size."""
    try:
        with open_regular(path) as file:
            form = format_of(file.read(16))
    except FileNotFoundError as error:
        raise SourceError(f'{path} does not exist; --video must name a video file') from error
    except OSError as error:
        raise SourceError(
            f'{path} cannot be read: {error.strerror}; --video must name a video file') from error
    if form:
        raise SourceError(
            f'{path} is a picture ({form}) and not a video; use --images with its folder')


def _require_size(capture: cv2.VideoCapture, path: Path) -> None:
    """Refuse frames that are larger than images may be, before the first one is decoded."""
    width, height = (
        int(capture.get(each)) for each in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    # Nothing was opened, or the container does not say.
    if width > 0 and height > 0 and width * height > MAX_PIXELS:
        raise SourceError(
            f'{path} has frames of {width}x{height}, more than the {MAX_PIXELS / 1e6:g} '
            'megapixels that are decoded; convert it to smaller ones')


def _eight_bit_bgr(frame: np.ndarray) -> np.ndarray:
    if frame.dtype != np.uint8:
        frame = to_8_bits(frame)
    if frame.ndim == 3 and frame.shape[2] == 3:
        return frame
    return convert(frame.reshape(frame.shape[:2]), 'gray', 'bgr')


def own_rate(path: Path) -> float:
    """Return the rate a video says it has, in Hz; 30 where that cannot be."""
    capture = cv2.VideoCapture(path_for_opencv(path))
    try:
        return _rate_of(capture)
    finally:
        capture.release()


def _rate_of(capture: cv2.VideoCapture) -> float:
    rate = capture.get(cv2.CAP_PROP_FPS)
    # Some containers say 0, 1000 or no number.
    return rate if 1 <= rate <= 240 else 30.0


def pictures(folder: Path) -> Iterator[tuple[Path, np.ndarray]]:
    """
    Yield each picture of a folder, by name, with its path: uint8 (H, W, 3), bgr.

    Numbers in names count: 2.jpg comes before 10.jpg. An EXIF orientation is honoured. A file
    that is not a whole picture is left out, by the rules that hold for messages, and named.

    :raises SourceError: the folder is missing or holds no picture that can be decoded.
    """
    if not Path(folder).is_dir():
        raise SourceError(
            f'{folder} is not a folder; --images must name the folder of the pictures')
    found = False
    for path in sorted(Path(folder).iterdir(), key=lambda path: natural_order(path.name)):
        if path.suffix.lower() not in PICTURES:
            continue
        try:
            picture = to_bgr(read_picture(path))
        except (ImageError, OSError) as error:
            print(f'{shown(path.name)} is left out: {error}', file=sys.stderr)
            continue
        found = True
        yield path, picture
    if not found:
        raise SourceError(
            f'{folder} holds no picture that can be decoded ({", ".join(PICTURES)})')


def camera(
        device: int | str, rate: float, size: tuple[int, int] | None = None) -> Frames:
    """
    Yield what a camera of this machine sees, at the time it is seen.

    :param device: its number, or what else OpenCV opens, such as /dev/video2.
    :raises SourceError: the camera cannot be opened or stops giving pictures.
    """
    capture = cv2.VideoCapture(device)
    try:
        if not capture.isOpened():
            raise SourceError(
                f'camera {device} cannot be opened; check that /dev/video* is there and that '
                'you may read it')
        capture.set(cv2.CAP_PROP_FPS, rate)
        if size:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])
        start = time.monotonic()
        while True:
            there, frame = capture.read()
            if not there:
                raise SourceError(f'camera {device} stopped delivering pictures; is it unplugged?')
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
