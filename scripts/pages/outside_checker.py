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

"""Holds arguments of programs of others against their help, and names of packages and tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from pages import outside
from pages.catalogue import Catalogue
from pages.problems import Unknown
from pages.words import interpreter, is_placeholder

if TYPE_CHECKING:
    from pages.checker import Checker


class OutsideChecker:
    """Checks the arguments of pip, colcon, pytest and others that are installed, and of apt."""

    def __init__(self, catalogue: Catalogue, checker: Checker):
        self._catalogue = catalogue
        self._checker = checker
        self._helps: dict[tuple[str, ...], str] = {}

    def helped(self, program: str, words: list[str]) -> Iterator[str]:
        """Check options by the help of a program that is installed."""
        verb = next((word for word in words if not word.startswith('-')), '')
        ask = [one.format(verb=verb) for one in outside.HELPED[program]]
        told = self._help(tuple(one for one in ask if one))
        for word in words:
            option = word.partition('=')[0]
            if re.match(r'--[a-z]|-\w$', option) and not re.search(
                    rf'(?<![\w-]){re.escape(option)}(?![\w-])', told):
                yield str(Unknown(
                    f'option of {program}', option, re.findall(r'(?<!\w)--[\w-]+', told)))
        if program == 'pip' and verb in ('install', 'download'):
            yield from self._pip(words[words.index(verb) + 1:])
        elif program == 'colcon':
            yield from self._colcon(words)
        else:
            yield from self._checker.paths([word.partition('::')[0] for word in words], set())
            if program == 'pytest':
                yield from self._tests(words)

    def _help(self, ask: tuple[str, ...]) -> str:
        if ask not in self._helps:
            folder = Path(interpreter()).parent
            program = folder / ask[0] if (folder / ask[0]).exists() else shutil.which(ask[0])
            done = subprocess.run(
                [str(program), *ask[1:]], capture_output=True, text=True, check=False)
            self._helps[ask] = done.stdout if done.returncode == 0 else ''
            if not self._helps[ask]:
                raise ValueError(f"there is no command '{' '.join(ask[:-1])}'")
        return self._helps[ask]

    def _tests(self, words: list[str]) -> Iterator[str]:
        """Check the names of tests, and the words of -k, against the text of the tests."""
        for word in words:
            file, _, name = word.partition('::')
            path = self._catalogue.root / file
            if name and path.is_file():
                tests = re.findall(r'def (test_\w+)', path.read_text())
                if name.partition('[')[0] not in tests:
                    yield str(Unknown(f'test in {file}', name, tests))
        for option, value in zip(words, words[1:]):
            if option == '-k':
                chosen = [word for word in words if word.startswith('test') and '/' in word]
                texts = ' '.join(
                    name + (self._catalogue.root / name).read_text()
                    for name in self._catalogue.files if re.search(r'^test/.*test_\w+\.py$', name)
                    and (not chosen or name.startswith(tuple(chosen))))
                for one in re.findall(r'\w+', value):
                    if one not in ('and', 'or', 'not') and one not in texts:
                        yield str(Unknown('test', one))

    def _pip(self, words: list[str]) -> Iterator[str]:
        skip = False
        for word in words:
            if skip or word.startswith('-') or is_placeholder(word):
                skip = word in ('--index-url', '--python-version', '--only-binary', '-r', '-c',
                                '--target', '--extra-index-url')
                continue
            extras = re.search(r'\[([\w,]+)\]$', word)
            if word.startswith(('.', '/')) and extras:
                for one in extras[1].split(','):
                    if one not in self._catalogue.extras:
                        yield str(Unknown('extra', one, self._catalogue.extras))
            elif not word.startswith(('.', '/')) and not word.endswith('.whl'):
                name = re.split(r'[=<>!\[~]', word)[0].lower()
                if name not in self._catalogue.requirements:
                    yield str(Unknown('package of PyPI', name, self._catalogue.requirements))

    def _colcon(self, words: list[str]) -> Iterator[str]:
        taking = False
        for word in words[1:]:
            if word.startswith('-'):
                taking = word.startswith('--packages-')
            elif taking and word not in self._catalogue.packages and not is_placeholder(word):
                yield str(Unknown('package', word, self._catalogue.packages))

    def apt(self, words: list[str]) -> Iterator[str]:
        for word in words:
            name = re.sub(r'^ros-(\$ROS_DISTRO|\$\{ROS_DISTRO\}|[a-z]+)-', '', word)
            if not word.startswith('-') and name not in outside.APT and not is_placeholder(word):
                yield str(Unknown('package of apt', word, outside.APT))
