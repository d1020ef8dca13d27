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

"""Files that a replay writes besides the recording: JSON lines and the annotated video."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
import io
from pathlib import Path
import sys
from typing import Any

import cv2
from fer_ros.boundary import OutputError
from fer_ros.core.display import LAYERS
from fer_ros.replay.output import Output
from fer_ros.replay.records import NANOSECONDS
from fer_ros.replay.replayer import Replayed
from fer_ros.staged_output import Staged
from fer_ros.stream import images
from fer_ros.stream.parameters import shown_layers
from fer_ros.viz.draw import draw_faces
from fer_ros.viz.video import check_video, open_video
import numpy as np

#: A gap of the recording longer than this is shortened to it in the video, seconds.
LONGEST_STILL = 2.0


class JsonLines(Output):
    """
    Write one line per frame.

    :param path: the file; '-' for standard output.
    :param latency: whether the lines have latencies, which differ from run to run.
    :raises OutputError: the file cannot be opened.
    """

    def __init__(self, path: str, latency: bool = True):
        self._latency = latency
        staged = None if path == '-' else Staged(path)
        super().__init__(staged)
        self._file = None if staged is None else io.TextIOWrapper(staged.open(), encoding='utf-8')
        if self._file is None and sys.stdout is None:
            raise OutputError('standard output is closed; name a file with --jsonl')

    def _add(self, replayed: Replayed) -> None:
        """Write the line of a frame."""
        record = replayed.record
        if not self._latency:
            record = replace(record, latency_ms={})
        (self._file or sys.stdout).write(record.to_json() + '\n')

    def _finish(self) -> None:
        """Close the file; standard output stays open."""
        if self._file is None:
            sys.stdout.flush()
        else:
            self._file.close()

    def _abandon(self) -> None:
        """Close the file, whatever becomes of what is not written yet."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


class Video(Output):
    """
    Write the annotated frames as a video that lasts as long as the recording.

    :param path: the file; its ending chooses the container, .mp4 or .avi.
    :param values: the node's parameters by name, which say what to draw; None for all.
    :raises OutputError: by `add`, on the first frames, where OpenCV cannot write such a file.
    """

    _WAIT = 15

    def __init__(self, path: str, values: Mapping[str, Any] | None = None):
        staged = Staged(path)
        super().__init__(staged)
        self._place, self._path = path, str(staged.path)
        self._written = 0
        self._layers = tuple(LAYERS) if values is None else shown_layers(values)
        self._waiting: list[tuple[int, np.ndarray]] = []
        self._writer: cv2.VideoWriter | None = None
        self._rate = 30.0
        self._size = (0, 0)
        self._last: int | None = None
        self._due = 0.0

    def _add(self, replayed: Replayed) -> None:
        """Draw the faces on a copy of the frame and write it."""
        result = replayed.result
        frame, faces = result.decoded()
        pixels = images.to_bgr(frame)
        draw_faces(pixels, faces, self._layers, result.rate, result.stage_seconds.get('total'))
        if self._writer is None:
            self._waiting.append((replayed.record.stamp, pixels))
            if len(self._waiting) == self._WAIT:
                self._open()
            return
        self._write(replayed.record.stamp, pixels)

    def _finish(self) -> None:
        """Write what is left, end the file and read it back."""
        if self._writer is None and self._waiting:
            self._open()
        self._abandon()
        # OpenCV tells nobody of a full disk.
        if self._written:
            check_video(self._path, self._written)

    def _abandon(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    def _open(self) -> None:
        """Open the file at the rate of the first frames, since a container has one rate."""
        steps = np.diff([stamp for stamp, _ in self._waiting]) / NANOSECONDS
        steps = steps[steps > 0]
        self._rate = float(np.clip(1.0 / np.median(steps), 1.0, 120.0)) if steps.size else 30.0
        height, width = self._waiting[0][1].shape[:2]
        self._size = (width, height)
        codec = 'MJPG' if Path(self._path).suffix.lower() == '.avi' else 'mp4v'
        self._writer = open_video(self._path, codec, self._rate, self._size)
        if self._writer is None:
            raise OutputError(f'OpenCV cannot write the video {self._place}; use a file ending in '
                              '.mp4 or .avi in a directory that exists and has space')
        for stamp, pixels in self._waiting:
            self._write(stamp, pixels)
        self._waiting.clear()

    def _write(self, stamp: int, pixels: np.ndarray) -> None:
        """Repeat or leave out frames so that the video keeps the time of the stamps."""
        step = 0.0 if self._last is None else (stamp - self._last) / NANOSECONDS
        self._last = stamp
        if self._size != (pixels.shape[1], pixels.shape[0]):
            pixels = cv2.resize(pixels, self._size)
        # `_due` is how many frames the video lags behind the stamps.
        self._due += min(max(step, 0.0), LONGEST_STILL) * self._rate if step else 1.0
        assert self._writer is not None, '`_open` came first'
        while self._due >= 0.5:
            self._writer.write(pixels)
            self._written += 1
            self._due -= 1.0
