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

"""Runs the blocks of a page, one after the other, in a copy of the checkout."""

from __future__ import annotations

import json
import os
from pathlib import Path
import shlex
import shutil
import subprocess

from pages.markdown import Block, Page, PYTHON, SHELL

#: Variables that the blocks get of those that the tests were started with.
_KEPT = ('HOME', 'USER', 'LANG', 'LC_ALL', 'TERM', 'ROS_LOG_DIR', 'FER_CI')

_BASH = ('bash', '-o', 'pipefail', '-u')

#: Runs Python blocks of one page in one process, so that later ones know what earlier ones made.
_DRIVER = """
import ast, json, sys
names = {'__name__': '__main__'}
for page, line, text in json.load(open(sys.argv[1])):
    tree = ast.increment_lineno(ast.parse(text), line - 1)
    exec(compile(tree, page, 'exec'), names)
"""


class BlockError(AssertionError):
    """A block did not end as it should; the message says which, with the end of its output."""


class Workspace:
    """
    A copy of the checkout to run a page's blocks in, with the checkout's environment.

    :param root: of the checkout.
    :param folder: where the copy is made; a folder that does not exist.
    """

    def __init__(self, root: Path, folder: Path):
        self.folder = folder
        listed = subprocess.run(
            ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], cwd=root,
            capture_output=True, text=True, check=True).stdout.split('\0')
        for name in filter(None, listed):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, folder / name)
        (folder / '.venv').symlink_to(root / '.venv')
        self._git('init', '--quiet')
        self._git('add', '--all')
        self._git('-c', 'user.name=pages', '-c', 'user.email=pages@localhost', 'commit', '--quiet',
                  '--no-verify', '--message', 'as it is')
        self._commands = folder.with_name(folder.name + '-bin')
        self._commands.mkdir()
        for command in (root / '.venv' / 'bin').glob('fer_*'):
            (self._commands / command.name).symlink_to(command)
        # The environment is there: it must not be made anew because the checkout is elsewhere.
        make = self._commands / 'make'
        make.write_text(f'#!/bin/sh\nexec {shutil.which("make")} --old-file=setup "$@"\n')
        make.chmod(0o755)

        # Without the command line of ROS the package's commands are run all the same.
        ros2 = self._commands / 'ros2'
        ros2.write_text(
            '#!/bin/sh\n'
            'if [ "$1 $2" != "run fer_ros" ]; then\n'
            '  echo "ros2: only run fer_ros is here, not: $*" >&2; exit 127\n'
            'fi\n'
            f'shift 2\nexec {shlex.quote(str(folder))}/scripts/env "$@"\n')
        ros2.chmod(0o755)

    def _git(self, *arguments: str) -> str:
        return subprocess.run(
            ['git', *arguments], cwd=self.folder, capture_output=True, text=True,
            check=True).stdout

    def run(self, page: Page, slow: bool) -> list[Block]:
        """
        Run the blocks of a page that are run as they stand or shortened, and return them.

        :param slow: also those that take long.
        :raises BlockError: one of them ends with another status, or leaves files that git sees.
        """
        for block in page.blocks:
            self._prepare(block)
        chosen = [block for block in page.blocks
                  if block.mark.runs and (slow or not block.mark.slow)]
        shells = [block for block in chosen if block.language == SHELL]
        for block in shells:
            self._shell(block)
        pythons = [block for block in chosen if block.language == PYTHON]
        if pythons:
            self._python(page, pythons)
        texts = [block for block in chosen if block.mark.printed_by]
        for block in texts:
            printed = self._end(block, [*_BASH, '-c', block.mark.printed_by]).splitlines()
            for number, line in enumerate(block.text.splitlines()):
                if line not in printed:
                    raise BlockError(f"{block.page}:{block.line + number}: '{line}' is not among "
                                     f'what {block.mark.printed_by} prints:\n'
                                     + '\n'.join(printed[-25:]))
        return shells + pythons + texts

    def _prepare(self, block: Block) -> None:
        """Put there what the page's reader has."""
        for name, source in block.mark.given:
            path = self.folder / name
            if source and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                if (self.folder / source).is_dir():
                    shutil.copytree(self.folder / source, path)
                else:
                    shutil.copy2(self.folder / source, path)
        if block.mark.file:
            (self.folder / block.mark.file).write_text(block.text)

    def _shell(self, block: Block) -> None:
        before = self._seen()
        # A reader's shell goes on after a command that fails; this one ends, and tells where.
        script = ("trap 'failed=$?; echo line $LINENO ends with $failed >&2; "
                  "exit $failed' ERR; ")
        text = (block.mark.first + '\n' if block.mark.first else '\n') + block.shortened
        self._end(block, [*_BASH, '-c', script + text])
        if 'scripts/env' in block.text or 'make ' in block.text:
            left = self._seen() - before
            if left:
                raise BlockError(
                    f'{block.page}:{block.line}: the block leaves files that git does not ignore: '
                    f"{', '.join(sorted(left))}; write them to a folder that .gitignore names")

    def _seen(self) -> set[str]:
        return {line[3:] for line in self._git(
            'status', '--porcelain', '--untracked-files=normal').splitlines()
            if line.startswith('??')}

    def _python(self, page: Page, blocks: list[Block]) -> None:
        script = self._commands / 'blocks.json'
        script.write_text(json.dumps([[page.name, one.line, one.shortened] for one in blocks]))
        driver = self._commands / 'driver.py'
        driver.write_text(_DRIVER)
        self._end(blocks[0], ['scripts/env', 'python', str(driver), str(script)])

    def _end(self, block: Block, command: list[str]) -> str:
        """Run a command; return its output."""
        # A reader's shell has nothing of the environment that the tests run in.
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment['PATH'] = f'{self._commands}:/usr/local/bin:/usr/bin:/bin'
        done = subprocess.run(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
            check=False, timeout=1800)
        if done.returncode != block.mark.status:
            end = '\n'.join(done.stdout.splitlines()[-25:])
            raise BlockError(
                f'{block.page}:{block.line}: the block ends with {done.returncode}, not '
                f'{block.mark.status}:\n{block.shortened}\n{end}')
        return done.stdout
