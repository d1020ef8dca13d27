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

"""Faces between detections: found again by their own picture, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
import itertools
import math

from fer_ros.core.boxes import iou
from fer_ros.core.face_template import FaceTemplate
from fer_ros.core.types import Box, Detection, Frame
import numpy as np

# Time constant with which a followed face passes over to where the detector sees it, seconds,
# and the difference up to which it does, in face sizes.
_SPREAD_TIME, _CLOSE = 0.1, 0.2
# Slack for comparing spans of stamps: seconds since 1970 in a float64 are good to 2.4e-7.
_STAMP_SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class _Followed:
    """
    Hold a detection and how to find it again.

    :param shown: what was shown in its stead.
    :param template: its picture.
    :param place: left and top now, pixels.
    """

    detection: Detection
    shown: Detection
    template: FaceTemplate
    place: tuple[float, float]


class FaceFollower:
    """
    Carry detections over to the next frames while pictures confirm them.

    Each face is compared with its picture at the last detection, so that errors do not add up:
    it is looked for near its last place and must correlate with that picture. As soon as one
    face is not confirmed, overlaps another, or reaches beyond the frame, `follow` gives up and
    the detector has to look. What the detector then says does not make a face jump: it passes
    over to the new place within the next frames.
    """

    def __init__(self) -> None:
        self._spread: list[tuple[Detection, Detection]] = []
        self.forget()

    def forget(self) -> None:
        """Forget all faces; the next frame has to be detected."""
        self._faces: list[_Followed] | None = None
        self._shape: tuple[int, ...] = ()
        self._detected = -math.inf

    def remember(self, frame: Frame, detections: list[Detection], stamp: float) -> None:
        """
        Take over what the detector found.

        :param frame: where it was found.
        :param detections: all of them that are to be followed, as they are or from `spread`.
        :param stamp: of the frame, seconds.
        """
        self._shape, self._detected = frame.pixels.shape, stamp
        found = {id(shown): found for shown, found in self._spread}
        faces = []
        for shown in detections:
            detection = found.get(id(shown), shown)
            template = FaceTemplate.cut(frame, detection.box)
            if template is not None:
                faces.append(_Followed(detection, shown, template, template.origin[:2]))
        self._faces = faces if len(faces) == len(detections) else None
        self._spread = []

    def follow(self, frame: Frame, stamp: float, interval: float) -> list[Detection] | None:
        """
        Return the remembered faces where they are now, or None when the detector has to look.

        :param frame: the next one.
        :param stamp: of the frame, seconds.
        :param interval: longest time without a detection, seconds; 0 never follows.
        """
        if stamp - self._detected >= interval - _STAMP_SLACK:
            return None
        self._faces = self._advanced(frame, stamp)
        return None if self._faces is None else [_moved(face, stamp - self._detected)
                                                 for face in self._faces]

    def expected(self, frame: Frame, stamp: float) -> list[Detection]:
        """Return the faces where following would find them; none when it would give up."""
        faces = self._advanced(frame, stamp) or []
        return [_moved(face, stamp - self._detected) for face in faces]

    def spread(
            self, detections: list[Detection], expected: list[Detection]) -> list[Detection]:
        """
        Return detections to be shown without a jump: where the face is expected to be.

        :param detections: of the detector.
        :param expected: the faces of the same frame by `expected`. One far from all detections
            was followed wrongly, and does not count.
        """
        shown = []
        for found in detections:
            near = next((each for each in expected if _close(each.box, found.box)), None)
            shown.append(found if near is None else replace(near, score=found.score))
        self._spread = list(zip(shown, detections))
        return shown

    def _advanced(self, frame: Frame, stamp: float) -> list[_Followed] | None:
        """Return the faces at their places in a frame, or None when one is in doubt."""
        if self._faces is None or frame.pixels.shape != self._shape:
            return None
        faces = []
        for face in self._faces:
            place = face.template.find(frame, face.place)
            if place is None:
                return None
            faces.append(replace(face, place=place))
        boxes = [_moved(face, stamp - self._detected).box for face in faces]
        if any(iou(*pair) > 0.0 for pair in itertools.combinations(boxes, 2)):
            return None
        return faces


def _moved(face: _Followed, elapsed: float) -> Detection:
    """Return a face at its place now, so many seconds after it was detected."""
    across, down = (now - then for now, then in zip(face.place, face.template.origin))
    found, shown = face.detection, face.shown
    # What was shown passes over to what was found.
    rest = math.exp(-elapsed / _SPREAD_TIME) if shown is not found else 0.0
    x, y, width, height = (
        value + rest * (other - value) for value, other in zip(found.box, shown.box))
    landmarks = found.landmarks
    if rest:
        landmarks = landmarks + np.float32(rest) * (shown.landmarks - landmarks)
    return Detection(
        Box(x + across, y + down, width, height), found.score,
        landmarks + np.array((across, down), np.float32))


def _close(one: Box, other: Box) -> bool:
    """Tell whether two boxes are so much alike that one may be shown for the other."""
    limit = _CLOSE * math.sqrt(other.area)
    return all(
        abs(a - b) < limit for a, b in zip(
            (*one.center, one.width, one.height), (*other.center, other.width, other.height)))
