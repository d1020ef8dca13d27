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

from dataclasses import dataclass
import itertools
import math
from typing import Any

import cv2
from fer_ros.core.boxes import iou
from fer_ros.core.colors import convert
from fer_ros.core.types import Box, Detection, Frame, Pixels
import numpy as np
from numpy.typing import NDArray

# Side of a face's template, pixels: enough to tell eyes and mouth, little enough to be cheap.
_SIDE = 24
# How far a face may move between two frames, in its own sizes.
_REACH = 0.35
# Least normalised correlation with the template at which a face is believed to be the same.
_LEAST_MATCH = 0.85
# Slack for comparing spans of stamps: seconds since 1970 in a float64 are good to 2.4e-7.
_STAMP_SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class _Followed:
    """Hold a detection, its template, the template's box in whole pixels, and its place now."""

    detection: Detection
    template: Pixels
    origin: tuple[int, int, int, int]
    place: tuple[float, float]


class FaceFollower:
    """
    Carry detections over to the next frames while pictures confirm them.

    Each face is compared with its picture at the last detection, so that errors do not add up:
    it is looked for near its last place and must correlate with that picture. As soon as one
    face is not confirmed, overlaps another, or reaches beyond the frame, `follow` gives up and
    the detector has to look.
    """

    def __init__(self) -> None:
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
        :param detections: all of them.
        :param stamp: of the frame, seconds.
        """
        self._shape, self._detected = frame.pixels.shape, stamp
        faces = [_template(frame, detection) for detection in detections]
        self._faces = None if None in faces else [face for face in faces if face]

    def follow(self, frame: Frame, stamp: float, interval: float) -> list[Detection] | None:
        """
        Return the remembered faces where they are now, or None when the detector has to look.

        :param frame: the next one.
        :param stamp: of the frame, seconds.
        :param interval: longest time without a detection, seconds; 0 never follows.
        """
        due = stamp - self._detected >= interval - _STAMP_SLACK
        if due or self._faces is None or frame.pixels.shape != self._shape:
            return None
        faces = []
        for face in self._faces:
            found = _find(frame, face)
            if found is None:
                return None
            faces.append(found)
        moved = [_moved(face) for face in faces]
        if any(iou(a.box, b.box) > 0.0 for a, b in itertools.combinations(moved, 2)):
            return None
        self._faces = faces
        return moved


def _template(frame: Frame, detection: Detection) -> _Followed | None:
    """Return a detection with its picture; None for one that reaches beyond the frame."""
    x, y, width, height = (round(value) for value in detection.box)
    inside = 0 <= x and 0 <= y and x + width <= frame.width and y + height <= frame.height
    if not inside or min(width, height) < 1:
        return None
    template = _gray(frame, x, y, x + width, y + height, (_SIDE, _SIDE))
    return _Followed(detection, template, (x, y, width, height), (float(x), float(y)))


def _find(frame: Frame, face: _Followed) -> _Followed | None:
    """Return the face at its new place, or None when nothing there looks like it."""
    _, _, width, height = face.origin
    x, y = (round(value) for value in face.place)
    left, top = max(0, x - round(_REACH * width)), max(0, y - round(_REACH * height))
    right = min(frame.width, x + width + round(_REACH * width))
    bottom = min(frame.height, y + height + round(_REACH * height))
    size = (round((right - left) * _SIDE / width), round((bottom - top) * _SIDE / height))
    if min(size) < _SIDE:
        return None
    window = _gray(frame, left, top, right, bottom, size)
    scores = cv2.matchTemplate(window, face.template, cv2.TM_CCOEFF_NORMED)
    _, best, _, (column, row) = cv2.minMaxLoc(scores)
    # A picture without any contrast correlates with nothing, or gives no number.
    if not _LEAST_MATCH <= best <= 1.01:
        return None
    across = column + _peak(scores[row], column)
    down = row + _peak(scores[:, column], row)
    place = (
        left + across * (right - left) / size[0], top + down * (bottom - top) / size[1])
    return _Followed(face.detection, face.template, face.origin, place)


def _gray(
        frame: Frame, left: int, top: int, right: int, bottom: int,
        size: tuple[int, int]) -> Pixels:
    part = convert(frame.pixels[top:bottom, left:right], frame.color, 'gray')
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA)


def _peak(values: NDArray[Any], index: int) -> float:
    """Return how far the top of the parabola through a maximum lies from it, -0.5 to 0.5."""
    if not 0 < index < len(values) - 1:
        return 0.0
    before, here, after = (float(value) for value in values[index - 1:index + 2])
    curve = before - 2.0 * here + after
    return 0.0 if curve >= 0.0 else min(max(0.5 * (before - after) / curve, -0.5), 0.5)


def _moved(face: _Followed) -> Detection:
    across, down = face.place[0] - face.origin[0], face.place[1] - face.origin[1]
    box = face.detection.box
    return Detection(
        Box(box.x + across, box.y + down, box.width, box.height), face.detection.score,
        face.detection.landmarks + np.array((across, down), np.float32))
