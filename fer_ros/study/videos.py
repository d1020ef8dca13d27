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

"""Videos as a stream of image messages, so that they take the way of a recording."""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

# FFmpeg speaks to the terminal by itself; this is read when the first video is opened.
import fer_ros.viz.video  # noqa: F401
import cv2  # noqa: I100
from fer_ros.boundary import InputError, reason
from fer_ros.core.regular_files import open_regular, path_for_opencv
from fer_ros.demo.sources import video
from fer_ros.replay.problems import Problems
from fer_ros.stream.picture_sizes import format_of
from fer_ros.stream.stamps import NANOSECONDS

#: Stamp of a video's first frame, nanoseconds: a stamp of zero would mean that there is none.
START_NS = NANOSECONDS

#: Names the camera of a video, in the headers.
FRAME_ID = 'video'

# Time of a frame in the file, in steps of the nominal rate; since OpenCV 4.11.
_PTS = getattr(cv2, 'CAP_PROP_PTS', None)

# Of the frames that a file promises, these at least must be there: containers that hold no
# count promise by length and rate.
_PROMISED_SHARE, _PROMISED_SLACK = 0.95, 2

# Above this, in Hz, a nominal rate is that of the file's clock, as of Matroska where frames have
# no usual length; the rate that is then thought of; that of a still picture beside sound.
_LIKELY_RATE, _USUAL_RATE, _COVER_RATE = 250.0, 30.0, 10_000.0

# Files that hold how many frames they have begin with one of these, at that place. Of others
# FFmpeg multiplies length and nominal rate, which says nothing where the rate varies.
_COUNTED = ((4, b'ftyp'), (0, b'RIFF'))


class Promise(NamedTuple):
    """
    What a video says of itself before it is decoded.

    :param frames: how many it has; 0 where it does not say, or is none.
    :param rate: nominal, in Hz; 0 likewise.
    """

    frames: int = 0
    rate: float = 0.0

    @property
    def likely(self) -> int:
        """Return about how many frames there are: a nominal rate may be that of the clock."""
        if self.rate <= _LIKELY_RATE:
            return self.frames
        return 1 + round(_USUAL_RATE * self.frames / self.rate)


def promise_of(path: Path) -> Promise:
    """Return what a video says of itself."""
    try:
        with open_regular(path) as file:
            # OpenCV would decode a picture, of any size.
            if format_of(file.read(16)):
                return Promise()
    except OSError:
        return Promise()  # whoever reads it tells
    capture = cv2.VideoCapture(path_for_opencv(path))
    try:
        count, rate = (capture.get(each) for each in (
            cv2.CAP_PROP_FRAME_COUNT, cv2.CAP_PROP_FPS))
    finally:
        capture.release()
    return Promise(int(count) if 0 < count < 1e9 else 0, rate if 0 < rate < 1e9 else 0.0)


def video_messages(path: Path, problems: Problems, promise: Promise,
                   ) -> Iterator[tuple[Any, int]]:
    """
    Yield (message, log time in ns) of each frame, at its own time; rotation is honoured.

    :param problems: where it is noted that frames are lacking.
    :param promise: of the file.
    :return: messages with the fields of sensor_msgs/Image, bgr8.
    :raises InputError: it cannot be read, or is a picture, also one beside sound.
    :raises SourceError: it cannot be decoded as a video.
    """
    _require_video(path)
    count, seconds = 0, 0.0
    for pixels, seconds in video(path):
        count += 1
        stamp = START_NS + round(seconds * NANOSECONDS)
        yield image_message(pixels, stamp), stamp
    if count == 1 and promise.rate >= _COVER_RATE:
        raise InputError('it holds sound and a still picture, and no video; name a video')
    if _lacking(count, promise.frames) and not _reaches_end(path, seconds, promise):
        problems.add('incomplete videos', f'{count} of {promise.frames} frames can be read; the '
                     'file is truncated or damaged')
    elif _without_end(path):
        problems.add('incomplete videos', f'the file ends after {count} frames without the mark '
                     'of its end; it is truncated')


def _lacking(there: float, promised: float) -> bool:
    return there < _PROMISED_SHARE * promised - _PROMISED_SLACK


def _without_end(path: Path) -> bool:
    """Tell whether a file lacks the end that its format must have; of a GIF, a semicolon."""
    with open_regular(path) as file:
        if not file.read(4).startswith(b'GIF8'):
            return False
        file.seek(-min(path.stat().st_size, 4096), os.SEEK_END)
        return not file.read().rstrip(b'\0').endswith(b';')


def _reaches_end(path: Path, seconds: float, promise: Promise) -> bool:
    """
    Tell whether a video of fewer frames than promised goes on until its end all the same.

    :param seconds: from its first frame to its last one.
    """
    with open_regular(path) as file:
        head = file.read(16)
    if any(head[at:].startswith(mark) for at, mark in _COUNTED):
        return False
    capture = cv2.VideoCapture(path_for_opencv(path))
    try:
        # A part of a longer one may begin late, and promises frames from zero on.
        start = capture.get(_PTS) if _PTS is not None and capture.read()[0] else 0.0
    finally:
        capture.release()
    return not _lacking(seconds * promise.rate + 1, promise.frames - start)


def _require_video(path: Path) -> None:
    """Refuse what is no file, an empty one, and pictures, in words of a study."""
    try:
        with open_regular(path) as file:
            head = file.read(16)
    except OSError as error:
        raise InputError(f'it cannot be read: {reason(error)}') from error
    if not head:
        raise InputError('it is empty, 0 bytes; copy it again')
    if head.startswith(b'#ROSBAG V'):
        raise InputError('it is a recording of ROS 1; convert it, for example by rosbags-convert '
                         '(pip install rosbags)')
    form = format_of(head)
    if form:
        raise InputError(f'it is a picture ({form}) and no video; name a video')


def image_message(pixels: Any, stamp: int) -> SimpleNamespace:
    """
    Return what has the fields of sensor_msgs/Image.

    :param pixels: uint8 (H, W, 3), bgr.
    :param stamp: nanoseconds.
    """
    height, width = pixels.shape[:2]
    return SimpleNamespace(
        header=SimpleNamespace(
            frame_id=FRAME_ID, stamp=SimpleNamespace(
                sec=stamp // NANOSECONDS, nanosec=stamp % NANOSECONDS)),
        height=height, width=width, encoding='bgr8', is_bigendian=0, step=3 * width,
        data=pixels.reshape(-1))
