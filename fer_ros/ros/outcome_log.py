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

"""Log lines that can repeat: one of a kind every few seconds, with the number of those between."""

from __future__ import annotations

from collections import Counter
import time

from fer_ros.ros.diagnostics import effort_text
from fer_ros.stream.load_shedding import Effort
from fer_ros.stream.stream_result import StreamResult

#: Seconds between two lines of a kind.
PERIOD = 5.0


class OutcomeLog:
    """
    Log why images are left out and faces are tracked anew.

    :param logger: of the node.
    """

    def __init__(self, logger):
        self._logger = logger
        self._due: dict[str, float] = {}
        self._passed_over: Counter = Counter()

    def tell_effort(self, before: Effort, effort: Effort) -> None:
        """Log that more or less is done for each frame from now on."""
        if effort.level > before.level:
            self._logger.warning(f'this machine is too slow: {effort_text(effort)} from now on',
                                 throttle_duration_sec=5.0)
        else:
            self._logger.info(f'this machine keeps up again: {effort_text(effort)}',
                              throttle_duration_sec=5.0)

    def tell(self, result: StreamResult) -> None:
        """Log the reason of a result where it has one and its kind is due."""
        if not result.reason:
            return
        kind = 'reset' if result.reset else result.outcome
        now = time.monotonic()
        if now < self._due.get(kind, 0.0):
            self._passed_over[kind] += 1
            return
        self._due[kind] = now + PERIOD
        more = self._passed_over.pop(kind, 0)
        text = result.reason + (f' ({more} more of this kind since)' if more else '')
        if result.outcome == 'bad':
            self._logger.error(f'image skipped: {text}')
        elif result.outcome == 'failed':
            self._logger.error(f'frame failed: {text}')
        elif result.reset:
            self._logger.warning(f'{text}; faces are tracked anew')
        else:
            self._logger.warning(text)
