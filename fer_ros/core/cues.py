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

"""What faces and heads tell beside an expression: attention, speech, action units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
import math

from fer_ros.core.action_units import ActionUnit, ActionUnitTracker
from fer_ros.core.attention import Attention, AttentionOptions, AttentionTracker, Point
from fer_ros.core.face_measures import measure
from fer_ros.core.head import FaceMesh, HeadPose
from fer_ros.core.per_track import PerTrack
from fer_ros.core.speech import SpeechTracker
import numpy as np

#: The camera itself, in its own optical frame.
CAMERA: Point = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Cues:
    """
    Hold the social cues of one person.

    :param attention: to the target.
    :param speech: probability that the person speaks, 0 to 1; None where nothing is known of the
        mouth.
    :param action_units: by number, see `action_units.UNITS`.
    """

    attention: Attention = Attention()
    speech: float | None = None
    action_units: Mapping[int, ActionUnit] = field(default_factory=dict)


class _Trackers:
    """Follow one person."""

    def __init__(self) -> None:
        self.attention = AttentionTracker()
        self.speech = SpeechTracker()
        self.units = ActionUnitTracker()
        self.told = Cues()


def _is_finite(pose: HeadPose) -> bool:
    return math.isfinite(pose.confidence) and bool(
        np.isfinite(pose.rotation).all() and np.isfinite(pose.translation).all())


class CueTracker(PerTrack[_Trackers]):
    """Follow the social cues of tracked people, by what is known of their heads."""

    def update(
            self, heads: Mapping[str, tuple[FaceMesh, HeadPose | None]], stamp: float,
            target: Point | None, options: AttentionOptions) -> dict[str, Cues]:
        """
        Take what a frame shows of heads and return the cues of each.

        :param heads: points and pose, by id; those whose points were only moved along tell
            nothing new of the mouth.
        :param stamp: of the frame, seconds, larger than that of the call before.
        :param target: of attention, metres in the camera's optical frame; None: not known.
        :param options: of attention.
        """
        for face_id, (mesh, pose) in heads.items():
            pose = pose if pose is not None and _is_finite(pose) else None
            if face_id not in self._known:
                self._known[face_id] = _Trackers()
            known = self._known[face_id]
            known.attention.options = options
            angle = pose.angle_to(target) if pose is not None and target is not None else None
            attention = known.attention.update(angle, pose.confidence if pose else 0.0, stamp)
            speech, units = known.told.speech, known.told.action_units
            if mesh.placed:
                measures = measure(mesh, pose)
                speech = known.speech.update(
                    measures.mouth if measures else None, measures.certainty if measures else 0.0,
                    stamp)
                units = known.units.update(measures, pose, stamp)
            known.told = Cues(attention, speech, units)
        return {face_id: self._known[face_id].told for face_id in heads}
