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

from collections.abc import Collection
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
    :param seed: makes the sequence of ids repeatable, for recordings and tests; None: random.
    """

    def __init__(self, letters: int = 5, seed: int | str | None = None):
        self._lock = threading.Lock()
        self._random = random.SystemRandom() if seed is None else random.Random(seed)
        self._shortest = letters
        self._avoided: Collection[str] = ()
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
            while True:
                if self._count == self._space:
                    self._start(self._letters + 1)
                number = (self._factor * self._count + self._offset) % self._space
                self._count += 1
                name = _spelled(number, self._letters)
                if name not in self._avoided:
                    return name

    def avoid(self, names: Collection[str]) -> None:
        """Give none of these ids from now on, which others have given; replaces earlier ones."""
        self._avoided = names

    def gave(self, name: str) -> bool:
        """Return whether this is an id that was given, or passed over because others have it."""
        if not (name.isascii() and name.isalpha() and name.islower()):
            return False
        with self._lock:
            if len(name) != self._letters:
                return self._shortest <= len(name) < self._letters
            number = sum(
                _LETTERS.index(letter) * len(_LETTERS) ** place
                for place, letter in enumerate(name))
            inverse = pow(self._factor, -1, self._space)
            return bool((number - self._offset) * inverse % self._space < self._count)


def _spelled(number: int, letters: int) -> str:
    spelled = []
    for _ in range(letters):
        number, digit = divmod(number, len(_LETTERS))
        spelled.append(_LETTERS[digit])
    return ''.join(spelled)


#: The one source of ids in this process: trackers share it, so that their ids differ too.
PROCESS_IDS = TrackIds()
