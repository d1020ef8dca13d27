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

"""Small pictures of faces where their label changed, for those who ask a report for them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import cv2
from fer_ros.core.types import Face, Frame
from fer_ros.replay.records import FaceRecord, FrameRecord
from fer_ros.stream import images

#: Pixels of a side, quality in percent, and what is added about the face, of its size.
SIDE, QUALITY, MARGIN = 96, 75, 0.25

#: The most pictures in all and of a face, and seconds between two of one face.
MOST, MOST_EACH, APART = 200, 12, 1.0


@dataclass(frozen=True)
class Thumbnail:
    """A face at a time: label, confidence, and the picture as a `data:` address."""

    time: float
    label: str
    confidence: float
    source: str


class Thumbnails:
    """Keep pictures of faces, few enough for a page."""

    def __init__(self) -> None:
        self.by_face: dict[str, list[Thumbnail]] = {}
        self.left_out = 0
        self._count = 0

    def add(self, record: FrameRecord, changed: list[FaceRecord], frame: Frame,
            faces: tuple[Face, ...]) -> None:
        """
        Take the pictures of those faces of a frame that are new or have changed.

        :param frame: upright, with `faces` in its pixels.
        """
        boxes = {face.id: face for face in faces}
        for face in changed:
            taken = self.by_face.setdefault(face.id, [])
            soon = taken and 0 <= record.time - taken[-1].time < APART
            if self._count >= MOST or len(taken) >= MOST_EACH or soon or face.id not in boxes:
                self.left_out += 1
                continue
            source = _source(frame, boxes[face.id])
            if source:
                taken.append(Thumbnail(record.time, face.label, face.confidence, source))
                self._count += 1


def _source(frame: Frame, face: Face) -> str:
    """Return a face as a JPEG in a `data:` address; '' where it lies outside the picture."""
    x, y = face.box.center
    half = (0.5 + MARGIN) * max(face.box.width, face.box.height)
    left, top = max(0, round(x - half)), max(0, round(y - half))
    right, bottom = min(frame.width, round(x + half)), min(frame.height, round(y + half))
    if right <= left or bottom <= top:
        return ''
    crop = images.to_bgr(Frame(frame.pixels[top:bottom, left:right], frame.color))
    scale = SIDE / max(crop.shape[:2])
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode('.jpg', crop, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    return 'data:image/jpeg;base64,' + b64encode(data.tobytes()).decode('ascii')
