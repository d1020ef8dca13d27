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

"""What the demo keeps: annotated frames and a short video."""

from __future__ import annotations

from collections import deque, OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import cv2
from fer_ros.boundary import OutputError
from fer_ros.core.types import Face, UNSURE
from fer_ros.staged_output import Staged, write_whole
from fer_ros.stream.frame_rate import FrameRate
from fer_ros.viz.draw import draw_faces
from fer_ros.viz.video import check_video, open_video
import numpy as np

#: Pictures waiting for their message; a node further behind than this has dropped them.
WAITING = 60

#: Annotated frames kept, and seconds between two of them.
STILLS, APART = 8, 1.5

#: Seconds that a picture may stand still in the video for those that were lost.
LONGEST_FILL = 5.0

#: File name and codec of the video, first choice first.
CODECS = (('faces.mp4', 'mp4v'), ('faces.avi', 'MJPG'))


class Recorder:
    """
    Match pictures with the faces found in them and write both to a folder.

    :param folder: made if needed.
    :param rate: pictures a second of the video; None writes no video.
    :raises OutputError: also by the methods, where something cannot be written.
    """

    def __init__(self, folder: Path, rate: float | None):
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        # What an earlier run left would look like a result of this one.
        for old in files_of(self._folder):
            if not old.is_dir():
                old.unlink(missing_ok=True)
        self._rate, self._answered = rate, FrameRate()
        self._waiting: OrderedDict[float, np.ndarray] = OrderedDict()
        self._answers: deque[tuple[float, float, Sequence[Face], float | None]] = deque()
        self._faces: Sequence[Face] = ()
        self._video: cv2.VideoWriter | None = None
        self._staged: Staged | None = None
        self._size, self._start, self._frames = (0, 0), 0.0, 0
        self._stills, self._next_still, self._most = 0, 0.0, 0
        self.written: list[Path] = []
        #: The still that shows most: different labels first, then faces, then confidence.
        self.telling: Path | None = None
        self._told = (0, 0, 0.0)

    def picture(self, stamp: float, pixels: np.ndarray) -> None:
        """Take a picture, uint8 (H, W, 3) bgr; it waits for the message of the same stamp."""
        self._waiting[stamp] = pixels
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)
        while self._answers and self._answers[0][0] <= stamp:
            self._take(*self._answers.popleft())

    def faces(self, stamp: float, seconds: float, faces: Sequence[Face]) -> None:
        """
        Take the faces of the picture of this stamp, taken `seconds` after the first one.

        On a busy machine they can come before their picture, and wait for it.
        """
        self._answers.append((stamp, seconds, faces, self._answered.add(stamp)))
        while self._answers and (len(self._answers) > WAITING or (
                self._waiting and self._answers[0][0] <= next(reversed(self._waiting)))):
            self._take(*self._answers.popleft())

    def _take(
            self, stamp: float, seconds: float, faces: Sequence[Face],
            answered: float | None) -> None:
        """Draw faces on the picture of this stamp and on those that wait from before it."""
        while self._waiting and next(iter(self._waiting)) <= stamp:
            taken, pixels = self._waiting.popitem(last=False)
            wanted = taken == stamp and self._wanted(seconds, len(faces))
            if self._rate is None and not wanted:
                continue
            # Pictures that the node skipped show the faces of the one before them.
            pixels = pixels.copy()
            draw_faces(pixels, faces if taken == stamp else self._faces, rate=answered)
            if wanted:
                self._keep(seconds, pixels, faces)
            if self._rate is not None:
                self._append(self._rate, taken, pixels)
        self._faces = faces

    def close(self) -> None:
        """Take what waits, finish the video and put it in its place."""
        while self._answers:
            self._take(*self._answers.popleft())
        if self._video is None or self._staged is None:
            return
        self._video.release()
        self._video = None
        try:
            with self._staged.told():
                check_video(self._staged.path, self._frames)
        except OutputError:
            self._staged.discard()
            raise
        self._staged.commit()
        self.written.append(self._staged.place)

    def abandon(self) -> None:
        """Keep what there is of a video that was not finished, under a name that says so."""
        if self._video is not None and self._staged is not None:
            self._video.release()
            self._video = None
            with suppress(OutputError):
                self._staged.keep()
            self._staged.discard()

    def _wanted(self, seconds: float, count: int) -> bool:
        return 0 < count and self._stills < STILLS and (
            seconds >= self._next_still or count > self._most)

    def _keep(self, seconds: float, pixels: np.ndarray, faces: Sequence[Face]) -> None:
        self._next_still, self._most = seconds + APART, max(self._most, len(faces))
        self._stills += 1
        path = self._folder / f'frame_{seconds:05.2f}s.jpg'
        save_picture(path, pixels)
        self.written.append(path)
        told = (
            len({face.label for face in faces} - {UNSURE}), len(faces),
            min(face.confidence for face in faces))
        if told > self._told:
            self._told, self.telling = told, path

    def _append(self, rate: float, stamp: float, pixels: np.ndarray) -> None:
        if self._video is None:
            self._video = self._open(rate, pixels.shape[1::-1])
            self._start = stamp
        due = round((stamp - self._start) * rate) + 1
        if due > self._frames + LONGEST_FILL * rate:
            # A pause, or a clock that was set: go on from here.
            self._start, due = stamp - self._frames / rate, self._frames + 1
        # A video has one size; a camera that changes its own is followed by cropping.
        width, height = self._size
        frame = np.zeros((height, width, 3), np.uint8)
        part = pixels[:height, :width]
        frame[:part.shape[0], :part.shape[1]] = part
        # The video keeps the time: pictures lost on a slow machine are filled by the next one.
        while self._frames < due:
            self._video.write(frame)
            self._frames += 1

    def _open(self, rate: float, size: tuple[int, ...]) -> cv2.VideoWriter:
        # Video codecs halve the colour planes: odd sizes do not encode.
        self._size = (size[0] // 2 * 2, size[1] // 2 * 2)
        for name, codec in CODECS:
            path = self._folder / name
            staged = Staged(path)
            with staged.told():
                video = None if path.is_dir() else open_video(
                    staged.path, codec, rate, self._size)
            if video is not None:
                self._staged = staged
                return video
            staged.discard()
        raise OutputError(
            f'{self._folder}: OpenCV can write neither mp4 nor avi; use --no-video')


def files_of(folder: Path) -> list[Path]:
    """Return the files that a demo may write to a folder, and those that it removes first."""
    return [*(folder / name for name, _ in CODECS), *folder.glob('frame_*s.jpg')]


def save_picture(path: Path, pixels: np.ndarray) -> None:
    """
    Write a JPEG; a link of its name is replaced and not followed.

    :param pixels: uint8 (H, W, 3), bgr.
    :raises OutputError: it cannot be written.
    """
    there, data = cv2.imencode('.jpg', pixels, (cv2.IMWRITE_JPEG_QUALITY, 92))
    if not there:
        raise OutputError(f'{path} cannot be written; OpenCV writes no such JPEG')
    with suppress(OSError):
        if path.is_symlink():
            path.unlink()
    write_whole(path, data.tobytes())
