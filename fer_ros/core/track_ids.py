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

"""Names for tracks: short, random looking, never given twice by a process."""

from __future__ import annotations

import random
import string
import threading

_LETTERS = string.ascii_lowercase


class TrackIds:
    """
    Give out ids of random looking letters, each once, without remembering any of them.

    The n-th id spells `(_factor * n + _offset) % 26**letters`. A factor that shares no divisor
    with 26 makes that a one-to-one map of the counter, so no id returns before all have been
    given (11 881 376 with five letters); then ids grow by one letter. Factor and offset are
    random, so two processes rarely give the same id.

    Safe to use from several threads.

    :param letters: length of the first ids.
    :param seed: makes the sequence of ids repeatable, for replaying recordings; None: random.
    """

    def __init__(self, letters: int = 5, seed: int | None = None):
        self._lock = threading.Lock()
        self._random = random.SystemRandom() if seed is None else random.Random(seed)
        self._start(letters)

    def _start(self, letters: int) -> None:
        self._letters = letters
        self._space = len(_LETTERS) ** letters
        self._count = 0
        self._offset = self._random.randrange(self._space)
        self._factor = 0
        while self._factor % 2 == 0 or self._factor % 13 == 0:
            self._factor = self._random.randrange(self._space)

    def next(self) -> str:  # noqa: A003
        """Return an id never returned before: lower-case letters a to z."""
        with self._lock:
            if self._count == self._space:
                self._start(self._letters + 1)
            number = (self._factor * self._count + self._offset) % self._space
            self._count += 1
            letters = self._letters
        spelled = []
        for _ in range(letters):
            number, digit = divmod(number, len(_LETTERS))
            spelled.append(_LETTERS[digit])
        return ''.join(spelled)


#: The one source of ids in this process: trackers share it, so that their ids differ too.
PROCESS_IDS = TrackIds()
