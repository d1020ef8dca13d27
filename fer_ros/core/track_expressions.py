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

"""The expression of every track: smoothed, one label shown, faces as they are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fer_ros.core.affect import valence_arousal
from fer_ros.core.alignment import rough_yaw
from fer_ros.core.cues import Cues
from fer_ros.core.head import FaceMesh, HeadPose
from fer_ros.core.per_track import PerTrack
from fer_ros.core.pipeline_options import PipelineOptions
from fer_ros.core.smoothing import ExpressionSmoother, SmoothingOptions
from fer_ros.core.track import Track
from fer_ros.core.types import Expression, Face, LABELS, UNSURE
import numpy as np
from numpy.typing import NDArray


#: Where nothing is known of anybody's cues.
NO_CUES: Mapping[str, Cues] = {}

# A head counts as turned back where it is turned so many degrees less than is allowed: else the
# label would flicker at the limit.
_BACK = 5.0


@dataclass(eq=False)
class _Known:
    """Hold what is known about the expression of one track."""

    smoother: ExpressionSmoother
    raw: Expression
    expression: Expression
    label: int
    profile: bool


class TrackExpressions(PerTrack[_Known]):
    """Smooth the expression of each track, and make faces of tracks."""

    def update(
            self, tracks: list[Track], probabilities: NDArray[Any],
            options: SmoothingOptions, cues: Mapping[str, Cues] = NO_CUES) -> None:
        """
        Take what was seen of some tracks.

        :param tracks: each with the stamp of the frame.
        :param probabilities: float32 (N, 8), a row per track, in the order of `LABELS`.
        :param options: of the smoothing, from now on.
        :param cues: of those of whom they are known, by id.
        """
        for track, row in zip(tracks, probabilities):
            before = self._known.get(track.id)
            smoother = before.smoother if before else ExpressionSmoother(options)
            smoother.options = options
            speech = (cues[track.id].speech if track.id in cues else None) or 0.0
            smoothed, label = smoother.update(row, track.stamp, speech)
            self._known[track.id] = _Known(
                smoother, Expression(row), Expression(smoothed), label,
                before is not None and before.profile)

    def faces(
            self, tracks: list[Track], options: PipelineOptions,
            heads: Mapping[str, tuple[FaceMesh, HeadPose | None]],
            cues: Mapping[str, Cues] = NO_CUES) -> tuple[Face, ...]:
        """
        Return tracks as faces, in the same order.

        :param tracks: those of which nothing was ever seen are left out, as after a frame that
            failed half-way.
        :param options: which labels are shown.
        :param heads: points and pose of those of whom they are known, by id; likewise `cues`.
        """
        tracks = [track for track in tracks if track.id in self._known]
        if not tracks:
            return ()
        known = [self._known[track.id] for track in tracks]
        valences, arousals = valence_arousal(
            np.array([each.expression.probabilities for each in known]))
        faces = []
        for track, each, valence, arousal in zip(tracks, known, valences, arousals):
            confidence = float(each.expression.probabilities[each.label])
            each.profile = _is_profile(track, each.profile, options.max_yaw)
            sure = confidence >= options.min_confidence and not each.profile
            mesh, pose = heads.get(track.id, (None, None))
            faces.append(Face(
                id=track.id, box=track.box, score=track.score, landmarks=track.landmarks,
                expression=each.expression, label=LABELS[each.label] if sure else UNSURE,
                confidence=confidence if sure else 0.0, valence=float(valence),
                arousal=float(arousal), observed=track.observed,
                raw=each.raw if track.observed else None, mesh=mesh, head_pose=pose,
                cues=cues.get(track.id)))
        return tuple(faces)


def _is_profile(track: Track, before: bool, max_yaw: float) -> bool:
    """Tell whether a head is turned too far for its expression to be told."""
    if max_yaw >= 90.0:
        return False
    return abs(rough_yaw(track.box, track.landmarks)) > max_yaw - (_BACK if before else 0.0)
