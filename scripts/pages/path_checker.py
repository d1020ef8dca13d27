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

"""Holds words that are paths for certain against the files of the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re

from pages import outside
from pages.catalogue import Catalogue
from pages.problems import Unknown
from pages.words import is_placeholder, SUFFIXES


class PathChecker:
    """
    Checks words.

    :param given: names that are there although the checkout has them not; the caller's own set.
    """

    def __init__(self, catalogue: Catalogue, given: set[str]):
        self._catalogue = catalogue
        self._given = given

    def paths(self, words: list[str], written: set[str]) -> Iterator[str]:
        """Check words that may be paths, but those that are written."""
        for word in words:
            yield from self.path(word, written)

    def path(self, word: str, written: set[str]) -> Iterator[str]:
        """Check a word that names a file or folder for certain."""
        if word.startswith('-'):
            word = word.partition('=')[2]
        word = word.partition(':=')[2] or word
        if not word or word in self._given or is_placeholder(word):
            return
        if word in written:
            # Its folder must be there, or be one that is made as well.
            folder = word.rpartition('/')[0]
            if folder.partition('/')[0] in self._catalogue.tops and (
                    folder not in self._catalogue.files):
                yield str(Unknown('folder', folder, self._catalogue.files))
            return
        for known, begin in ((outside.DATA, '../'), (outside.INSTALLED, 'install/s')):
            if word.startswith(begin) and word.rstrip('/') not in known:
                yield str(Unknown('file', word, known))
                return
        if re.search(r'\s|^\w+:|^/|^~|^\.\.|^@|[\[\]{},$]', re.sub(
                r'^\{(share|prefix)\}', r'\1', word)):
            return
        if word.partition('/')[0] in self._given or any(
                one.partition('/')[0] == word.partition('/')[0] for one in written):
            return
        first, separator, _ = word.partition('/')
        if first in self._catalogue.ignored:
            return
        if (separator and first in (*self._catalogue.tops, '{share}', '{prefix}', 'install')) or (
                Path(word).suffix in SUFFIXES and re.search('[a-z]', word)):
            try:
                self._catalogue.require_path(word)
            except Unknown as error:
                yield str(error)
