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

"""The steps from frame to frame of a recording: how long each is, and which are gaps."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import NamedTuple

from fer_ros.replay.records import FrameRecord

#: A step between two frames is a gap when it is longer than this, and than so many usual ones.
GAP_SECONDS, GAP_STEPS = 0.5, 4.0


class Step(NamedTuple):
    """
    What lies between a frame and the one before.

    :param seconds: of the recording; 0 for the first frame, and where time started over.
    :param usual: seconds of the steps before, their median.
    :param gap: whether it is much longer than these.
    :param restart: whether time started over with this frame.
    """

    seconds: float = 0.0
    usual: float = 0.0
    gap: bool = False
    restart: bool = False


class Steps:
    """Judge the steps of a recording, frame by frame."""

    def __init__(self) -> None:
        self._steps: deque[float] = deque(maxlen=31)
        self._last: float | None = None

    def take(self, record: FrameRecord) -> Step:
        """Return the step that leads to a frame."""
        last, self._last = self._last, record.time
        if last is None:
            return Step()
        step = record.time - last
        usual = median(self._steps) if self._steps else None
        if record.reset or step <= 0.0:
            return Step(usual=usual or 0.0, restart=True)
        usual = step if usual is None else usual
        self._steps.append(step)
        return Step(step, usual, step > max(GAP_SECONDS, GAP_STEPS * usual))
