#!/usr/bin/env python3
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

"""Asks the parsers of commands what they say of arguments, in a process that probe.py runs."""

from __future__ import annotations

import json
from pathlib import Path
import subprocess

from pages.words import interpreter, is_placeholder


class Parsers:
    """
    Asks parsers, one question after the other.

    :param folder: the working directory of commands, with the files that they expect.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._elsewhere: dict[str, Path] = {}
        self._probe: subprocess.Popen | None = None

    def close(self) -> None:
        """End the process that parses."""
        if self._probe is not None:
            self._probe.stdin.close()
            self._probe.stdout.close()
            self._probe.wait()

    def elsewhere(self, name: str) -> Path:
        """Return what parsers get for a path that is not in the checkout."""
        return self._elsewhere.setdefault(
            name, self._folder / f'elsewhere-{len(self._elsewhere)}{Path(name).suffix}')

    def ask(self, kind: str, target: str, words: list[str]) -> dict:
        """Return what a parser says of words: `error`, `options` and `written`, see probe.py."""
        if self._probe is None:
            self._probe = subprocess.Popen(
                [interpreter(), Path(__file__).with_name('probe.py')], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        words = [self._stand_in(word) for word in words if not _optional(word)]
        print(json.dumps([str(self._folder), kind, target, words]),
              file=self._probe.stdin, flush=True)
        return json.loads(self._probe.stdout.readline())

    def _stand_in(self, word: str) -> str:
        """Return what the parser gets for a placeholder: a file or folder, or 1."""
        if word in self._elsewhere:
            return str(self._elsewhere[word])
        if word.startswith('../'):
            path = self.elsewhere(word)
            if path.suffix:
                path.touch()
            else:
                path.mkdir(exist_ok=True)
            return str(path)
        if not is_placeholder(word) or not word.isupper():
            return word
        if len(word) == 1 or word in ('SECONDS', 'DEGREES', 'PIXELS'):
            return '1'
        path = self._folder / word
        if word in ('DIR', 'BAG', 'FOLDER', 'DOWNLOADS'):
            path.mkdir(exist_ok=True)
        elif not path.exists():
            path.touch()
        return word


def _optional(word: str) -> bool:
    """Return whether a word stands in brackets, as what may be left out."""
    return word.startswith('[') or word.endswith(']') or word in ('…', '...')
