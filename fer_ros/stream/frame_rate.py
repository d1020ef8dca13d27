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

"""How many frames a second a stream has, by their stamps."""

from __future__ import annotations

from collections import deque

#: Seconds that the rate is the average of; longer where fewer than two frames came in that time.
WINDOW = 2.0

# Of a camera of 1000 Hz, so that memory is bounded whatever the stamps say.
_MOST = 2000


class FrameRate:
    """Count the frames of the last `WINDOW` seconds."""

    def __init__(self) -> None:
        self._stamps: deque[float] = deque(maxlen=_MOST)

    def add(self, stamp: float) -> float | None:
        """
        Take the next frame and return the rate in Hz.

        :param stamp: seconds; a step back starts afresh.
        :return: None while there is but one frame.
        """
        stamps = self._stamps
        if stamps and stamp <= stamps[-1]:
            stamps.clear()
        stamps.append(stamp)
        while len(stamps) > 2 and stamp - stamps[0] > WINDOW:
            stamps.popleft()
        return (len(stamps) - 1) / (stamp - stamps[0]) if len(stamps) > 1 else None
