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

"""Values that flow through the pipeline: frames, boxes, detections, expressions and faces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from fer_ros.core.cues import Cues
from fer_ros.core.head import FaceMesh, HeadPose
import numpy as np
from numpy.typing import NDArray

#: Expression words in the order of every probability vector; ROS4HRI words plus `contempt`.
LABELS = (
    'neutral', 'happy', 'surprised', 'sad', 'angry', 'disgusted', 'scared', 'contempt')

#: Stands in place of a label where the pipeline does not commit itself to one.
UNSURE = 'unsure'

#: The FER+ (and FER2013) names of the same classes, in the same order.
FERPLUS_LABELS = (
    'neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt')

#: Rows of every landmark array. Right and left are the person's own: the right eye lies left
#: in the picture.
LANDMARKS = ('right_eye', 'left_eye', 'nose', 'mouth')

#: Colour orders a frame may have, with its number of channels (1: the array is (H, W)).
COLOR_CHANNELS = {'bgr': 3, 'rgb': 3, 'bgra': 4, 'rgba': 4, 'gray': 1}

#: A picture, uint8. The annotations of OpenCV say of every array only that it holds numbers.
Pixels: TypeAlias = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Frame:
    """
    Hold one picture without copying it: any colour order, any row stride.

    :param pixels: uint8 array, (H, W) for `gray`, else (H, W, C); rows may be padded (a view
        with a larger row stride), pixels within a row are contiguous.
    :param color: one of `COLOR_CHANNELS`.
    :raises TypeError: the pixels are no array.
    :raises ValueError: the array does not fit the colour order, is not uint8, or is empty.
    """

    pixels: Pixels
    color: str = 'bgr'

    def __post_init__(self) -> None:
        if not isinstance(self.pixels, np.ndarray):
            raise TypeError(
                f'the pixels of a frame are {type(self.pixels).__name__}; they must be a NumPy '
                'array: cv2.imread returns None for a file it cannot read')
        if not isinstance(self.color, str) or self.color not in COLOR_CHANNELS:
            raise ValueError(
                f"frame colour order '{self.color}' is not known; "
                f"use one of: {', '.join(COLOR_CHANNELS)}")
        channels = COLOR_CHANNELS[self.color]
        shape = self.pixels.shape
        fits = len(shape) == 2 if channels == 1 else len(shape) == 3 and shape[2] == channels
        if not fits or self.pixels.dtype != np.uint8 or 0 in shape:
            wanted = '(H, W)' if channels == 1 else f'(H, W, {channels})'
            raise ValueError(
                f"a '{self.color}' frame needs a non-empty uint8 array {wanted}, "
                f'not {self.pixels.dtype} {shape}')

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return int(self.pixels.shape[0])


class Box(NamedTuple):
    """Axis-aligned box in pixels of the frame; (x, y) is its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def center(self) -> tuple[float, float]:
        """Return the centre (x, y) in pixels."""
        return self.x + self.width / 2.0, self.y + self.height / 2.0

    @property
    def area(self) -> float:
        """Return the area in square pixels."""
        return self.width * self.height


@dataclass(frozen=True, eq=False)
class Detection:
    """
    One face found in one frame.

    :param box: pixels of the frame; may reach beyond its edges.
    :param score: confidence of the detector, 0 to 1.
    :param landmarks: float32 (4, 2), pixels (x, y), rows as `LANDMARKS`.
    """

    box: Box
    score: float
    landmarks: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Expression:
    """
    A distribution over `LABELS`.

    :param probabilities: float array (8,), in the order of `LABELS`, summing to 1.
    """

    probabilities: NDArray[np.floating[Any]]

    @cached_property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        """Return all (label, probability) pairs, most probable first."""
        order = np.argsort(-self.probabilities, kind='stable')
        return tuple((LABELS[i], float(self.probabilities[i])) for i in order)

    @property
    def label(self) -> str:
        """Return the most probable label."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Return the probability of the most probable label."""
        return self.ranking[0][1]


@dataclass(frozen=True, eq=False)
class Face:
    """
    One tracked face with its expression, as published.

    :param id: track id: starts with a letter, never reused within a process.
    :param box: pixels of the frame.
    :param score: detector confidence of the last detection, 0 to 1.
    :param landmarks: float32 (4, 2), pixels (x, y), rows as `LANDMARKS`.
    :param expression: the smoothed distribution.
    :param label: the shown label, after smoothing, hysteresis and `min_confidence`:
        one of `LABELS`, or `UNSURE`.
    :param confidence: smoothed probability of `label`, 0 to 1; 0 where unsure.
    :param valence: pleasantness, -1 to 1.
    :param arousal: activation, -1 to 1.
    :param observed: the detector (or verified tracking) saw the face in this very frame; False
        while the track coasts over a gap.
    :param raw: this frame's distribution before smoothing.
    :param mesh: points all over the face; None where they were not asked for, or not observed.
    :param head_pose: where the head is and which way it is turned, likewise.
    :param cues: attention, speech and action units, likewise.
    """

    id: str  # noqa: A003
    box: Box
    score: float
    landmarks: NDArray[np.float32]
    expression: Expression
    label: str
    confidence: float
    valence: float
    arousal: float
    observed: bool = True
    raw: Expression | None = field(default=None, repr=False)
    mesh: FaceMesh | None = field(default=None, repr=False)
    head_pose: HeadPose | None = field(default=None, repr=False)
    cues: Cues | None = field(default=None, repr=False)

    @property
    def ranking(self) -> tuple[tuple[str, float], ...]:
        """
        Return (word, score) pairs as they are published.

        `label` comes first with `confidence`; after it the (other) labels, falling by smoothed
        probability. The scores of the eight labels sum to 1.
        """
        others = tuple(pair for pair in self.expression.ranking if pair[0] != self.label)
        return ((self.label, self.confidence), *others)


@dataclass(frozen=True, eq=False)
class FrameResult:
    """
    Hold what the pipeline has to say about one frame.

    :param faces: the largest box first.
    :param stage_seconds: seconds that each stage took, and `total`.
    :param detected: the detector looked at this frame; False where faces were followed.
    :param reset: time went back, so everybody was forgotten before this frame.
    """

    faces: tuple[Face, ...]
    stage_seconds: Mapping[str, float]
    detected: bool = True
    reset: bool = False
