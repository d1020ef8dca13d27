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

"""What became of an image message: why not, or the faces that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fer_ros.core.types import Box, Face, Frame, FrameResult
from fer_ros.stream.load_shedding import Effort
from fer_ros.stream.rotation import face_before

#: What may become of an image, in the order in which it is decided.
OUTCOMES = (
    'repeated', 'late', 'unstamped', 'foreign',  # because of its header: see `StampPolicy`
    'limited',    # more than `max_rate`
    'shed',       # the machine is too slow (`load_shedding`)
    'bad',        # no usable picture
    'failed',     # the pipeline raised an exception
    'processed')


@dataclass(frozen=True, eq=False)
class StreamResult:
    """
    Hold what became of one image message.

    :param outcome: one of `OUTCOMES`.
    :param header: of the message.
    :param stamp: nanoseconds it was, or would have been, processed at; None where its header
        kept it out.
    :param reason: sentence for people where there is something to say, else ''.
    :param reset: time or source started over: everybody was forgotten before this image.
    :param jumped: the stamp moved ahead by much more than the time between the arrivals.
    :param frame: the decoded picture, as it was received; None unless processed.
    :param upright: the same turned by `rotate` degrees clockwise.
    :param factor: by which a pixel coordinate of the received image is larger than the frame's.
    :param size: what the camera delivers, for people.
    :param result: of the pipeline, in pixels of `upright`; None unless processed.
    :param stage_seconds: of `decode`, the pipeline's stages, and `total`.
    :param rate: images processed per second of message time, lately; None for the first one.
    :param effort: what load shedding allowed for this image.
    :param load: share of the time that images take, 0 to 1; None without load shedding.
    :param turn: by how many degrees, clockwise, faces seem to need `upright` turned further, and
        for how many seconds that has been so; see `OrientationWatch`.
    """

    outcome: str
    header: Any
    stamp: int | None = None
    reason: str = ''
    reset: bool = False
    jumped: bool = False
    frame: Frame | None = None
    upright: Frame | None = None
    rotate: int = 0
    factor: int = 1
    size: str = ''
    result: FrameResult | None = None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    rate: float | None = None
    effort: Effort = Effort(0, 0.0, 1)
    load: float | None = None
    turn: tuple[int, float] = (0, 0.0)

    def decoded(self) -> tuple[Frame, tuple[Face, ...]]:
        """
        Return the picture as it was received, perhaps decoded smaller, and the faces in it.

        :raises ValueError: the image was not processed.
        """
        if self.frame is None or self.result is None:
            raise ValueError(f'the image was not processed: {self.outcome} {self.reason}')
        frame, rotate = self.frame, self.rotate
        if rotate == 0:
            return frame, self.result.faces
        return frame, tuple(
            face_before(face, rotate, frame.width, frame.height) for face in self.result.faces)

    def turned(self) -> tuple[Frame, tuple[Face, ...]]:
        """
        Return the picture as the pipeline saw it, upright, and the faces in it.

        :raises ValueError: the image was not processed.
        """
        if self.upright is None or self.result is None:
            raise ValueError(f'the image was not processed: {self.outcome} {self.reason}')
        return self.upright, self.result.faces

    @property
    def picture_size(self) -> tuple[int, int]:
        """
        Return (width, height) of the received picture, in pixels.

        Where it was decoded smaller, they may be a few pixels more than it has.
        """
        if self.frame is None:
            return 0, 0
        return self.factor * self.frame.width, self.factor * self.frame.height

    @property
    def faces(self) -> tuple[Face, ...]:
        """Return the faces in pixels of the received image, the largest first."""
        if self.result is None:
            return ()
        faces = self.decoded()[1]
        if self.factor == 1:
            return faces
        return tuple(_enlarged(face, self.factor) for face in faces)


def _enlarged(face: Face, factor: int) -> Face:
    return replace(
        face, box=Box(*(factor * value for value in face.box)), landmarks=face.landmarks * factor,
        mesh=face.mesh and face.mesh.scaled(factor))
