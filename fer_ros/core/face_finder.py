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

"""The faces of the next frame: detected, or followed while there is no doubt about them."""

from __future__ import annotations

from collections.abc import Sequence

from fer_ros.core.detector import FaceDetector
from fer_ros.core.pipeline_options import PipelineOptions
from fer_ros.core.template_follower import FaceFollower
from fer_ros.core.track import Track
from fer_ros.core.types import Box, Detection, Frame


class FaceFinder:
    """
    Find the faces of successive frames.

    Each frame, `find` comes first, and `settle` after its faces have become tracks.

    :param detector: its options are those of the pipeline from now on.
    """

    def __init__(self, detector: FaceDetector):
        self.detector = detector
        self._follower = FaceFollower()
        # All who are there were seen in the last frame and are believed: nothing to look for.
        self._settled = False

    def forget(self) -> None:
        """Forget everybody; the next frame has to be detected."""
        self._follower.forget()
        self._settled = False

    def find(
            self, frame: Frame, stamp: float, known: Sequence[Box],
            options: PipelineOptions) -> tuple[list[Detection], bool]:
        """
        Return the faces seen in a frame, and whether the detector looked.

        :param stamp: of the frame, seconds.
        :param known: where faces were in the frame before, pixels.
        :raises ModelError: the network failed.
        """
        interval, expected = options.detection_interval, []
        if interval > 0.0 and self._settled:
            followed = self._follower.follow(frame, stamp, interval)
            if followed is not None:
                return followed, False
            expected = self._follower.expected(frame, stamp)
        # Should the detector fail, nothing older than it may be followed.
        self._follower.forget()
        self.detector.options = options.detector
        detections = self.detector.detect(frame, known)
        return self._follower.spread(detections, expected), True

    def settle(
            self, frame: Frame, stamp: float, tracks: list[Track], detected: bool,
            options: PipelineOptions) -> None:
        """Note whether the next frames may be followed, and whom."""
        there = [track for track in tracks if track.present or not track.confirmed]
        self._settled = all(track.confirmed and track.observed for track in there)
        if detected and options.detection_interval > 0.0:
            seen = [track.detection for track in there if track.observed]
            self._follower.remember(frame, seen, stamp)
