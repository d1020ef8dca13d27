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

"""What every output of a replay has in common: written along the way, in its place when whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_ros.replay.replayer import Replayed
from fer_ros.staged_output import Staged


class Output(ABC):
    """
    Take the frames of a replay, then `complete`, `keep` or `discard`.

    As a context manager it is completed at the end, or discarded after an exception.

    :param staged: where it is written; None for standard output.
    """

    def __init__(self, staged: Staged | None):
        self._staged = staged
        #: What there is to tell at the end.
        self.notes: list[str] = []

    def add(self, replayed: Replayed) -> None:
        """
        Write what a frame gave.

        :raises OutputError: it cannot be written.
        """
        with self._told():
            self._add(replayed)

    def complete(self) -> None:
        """
        Write what is left and put it in its place.

        :raises OutputError: it is not whole; nothing is left of it.
        """
        try:
            with self._told():
                self._finish()
        except BaseException:
            self.discard()
            raise
        if self._staged is not None:
            self._staged.commit()

    def keep(self) -> Path | None:
        """
        End what was written so far; return where it is kept under a name that says so, if at all.

        :raises OutputError: it cannot be ended; nothing is left of it.
        """
        try:
            with self._told():
                self._finish()
            return None if self._staged is None else self._staged.keep()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Close it and remove what was written."""
        self._abandon()
        if self._staged is not None:
            self._staged.discard()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.complete()
        else:
            self.discard()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Let errors of writing name the output."""
        if self._staged is None:
            yield
            return
        with self._staged.told():
            yield

    @abstractmethod
    def _add(self, replayed: Replayed) -> None:
        """Write what a frame gave; raise OSError where that fails."""

    @abstractmethod
    def _finish(self) -> None:
        """Write what is left and close; raise OSError where the whole is not as it should be."""

    @abstractmethod
    def _abandon(self) -> None:
        """Close whatever is open, raising nothing."""
