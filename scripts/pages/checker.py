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

"""Holds the commands of a page against what is there: programs, options, files, names of ROS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
import posixpath
import re
import tempfile

from pages import environments, outside
from pages.catalogue import Catalogue
from pages.outside_checker import OutsideChecker
from pages.parsers import Parsers
from pages.path_checker import PathChecker
from pages.problems import nearest, Unknown
from pages.ros_checker import RosChecker
from pages.shell import Command, commands
from pages.words import is_placeholder


class Checker:
    """
    Checks commands, one after the other.

    :param catalogue: what the checkout has.
    """

    def __init__(self, catalogue: Catalogue):
        self.catalogue = catalogue
        self._ros = RosChecker(catalogue, self)
        self._outside = OutsideChecker(catalogue, self)
        self._folder = tempfile.TemporaryDirectory(prefix='pages-')
        self._parsers = Parsers(Path(self._folder.name))
        for name in catalogue.tops:
            (Path(self._folder.name) / name).symlink_to(catalogue.root / name)
        for name in catalogue.ignored:
            if re.fullmatch(r'[a-z_]+', name):
                (Path(self._folder.name) / name).mkdir()
        #: What the page itself gives: files that a mark names, and those that commands write.
        self.given: set[str] = set()
        self._paths = PathChecker(catalogue, self.given)
        self.path, self.paths = self._paths.path, self._paths.paths
        #: Modules that the page has installed, by interpreter.
        self._installed: dict[str, set[str]] = {}
        #: Of the checkout, where the next command of a block is.
        self.folder = ''
        #: Whether commands are whole; code within the text may leave out what others see anyway.
        self.whole = True

    def close(self) -> None:
        """End the process that parses."""
        self._parsers.close()
        self._folder.cleanup()

    def begin_page(self) -> None:
        """Forget what an earlier page has given."""
        for name in self.given:
            path = Path(self._folder.name) / name
            if '/' not in name and name not in self.catalogue.tops and path.is_file():
                path.unlink()
        self.given.clear()
        self._installed.clear()

    def give(self, name: str, source: str = '') -> None:
        """
        Let a file or folder be there for the following commands of the page.

        :raises Unknown: the file of the checkout that stands for it is not there.
        """
        if source:
            self.catalogue.require_path(source)
        self.given.add(name)
        path = Path(self._folder.name) / name
        if '/' in name:
            path = self._parsers.elsewhere(name)
        if path.exists() or path.is_symlink():
            return
        if source:
            path.symlink_to(self.catalogue.root / source)
        elif Path(name).suffix:
            path.touch()
        else:
            path.mkdir()

    def problems(self, command: Command) -> Iterator[str]:
        """Yield what a command names that is not there."""
        variables, words = dict(command.variables), command.words
        if words[:1] == ['export']:
            variables.update(word.split('=', 1) for word in words[1:] if '=' in word)
            words = []
        for name, value in variables.items():
            if name.isupper() and name not in self.catalogue.variables:
                yield str(Unknown('variable', name, self.catalogue.variables))
            try:
                self.catalogue.require_value(name, value)
            except Unknown as error:
                yield str(error)
            yield from self.path(value.removeprefix('file://'), set())
        if not words:
            return
        try:
            yield from self.program(words[0], words[1:])
        except ValueError as error:
            yield str(error)
        self._written(command.written)
        if words[0] == 'cd':
            self.folder = posixpath.normpath(posixpath.join(self.folder, *words[1:2]))

    def _written(self, names: Iterable[str]) -> None:
        """Let what a command writes be there for those after it; folders must often be new."""
        for name in names:
            if Path(name).suffix:
                self.give(name)
            else:
                self.given.add(name)

    def program(self, program: str, words: list[str]) -> Iterator[str]:
        """Yield what is wrong with a program and its arguments."""
        known = self.catalogue
        if program.startswith('../'):
            program = posixpath.normpath(posixpath.join(self.folder, program))
        program = program.removeprefix('src/fer_ros/')
        if program in outside.RUNNERS:
            while words and words[0].startswith('-') or words and re.match(r'\w+=', words[0]):
                words = words[1:]
            if words:
                yield from self.program(words[0], words[1:])
        elif program == 'taskset' and len(words) > 2:
            yield from self.program(words[2], words[3:])
        elif program == 'scripts/env' and words:
            if words[0] == 'python':
                yield from self._python('scripts/env python', words[1:])
            else:
                yield from self.program(words[0], words[1:])
        elif program == 'scripts/with_vector_units' and len(words) > 1:
            units = re.findall(r"^    '([\w.]+)': \(", (
                known.root / program).read_text(encoding='utf-8'), re.M)
            if words[0] not in units:
                yield str(Unknown('vector units', words[0], units))
            yield from self.program('scripts/env', words[1:])
        elif program == 'make':
            yield from self._make(words)
        elif program in ('python', 'python3') or program.endswith('/bin/python'):
            yield from self._python(program, words)
        elif program == 'fer_node':
            yield from self._ros.arguments(words)
        elif program in known.console_scripts:
            yield from self._parsed(program, 'command', known.console_scripts[program], words)
        elif program == 'ros2':
            yield from self._ros.command(words)
        elif program == 'docker':
            # What follows the name of the image is run in it.
            inner = words.index('ros2') if 'ros2' in words else len(words)
            for option in (word.partition('=')[0] for word in words[:inner]):
                if option.startswith('--') and option not in outside.DOCKER:
                    yield str(Unknown('option of docker', option, outside.DOCKER))
            yield from self._build_arguments(words)
            if words[inner:]:
                yield from self.program('ros2', words[inner + 1:])
            else:
                yield from self.paths(words, set())
        elif program in ('bash', 'sh') and words[:1] == ['-c'] and words[1:]:
            for command in commands(words[1]):
                yield from self.problems(command)
        elif program in outside.HELPED:
            yield from self._outside.helped(program, words)
        elif program in ('apt', 'apt-get') and words[:1] == ['install']:
            yield from self._outside.apt(words[1:])
        elif program in outside.PROGRAMS or program in ('bash', '.'):
            yield from self.paths(words, set())
        elif '/' in program:
            known.require_path(program)
            yield from self._script(program, words)
        elif not is_placeholder(program):
            raise Unknown('program', program, (
                *known.console_scripts, *outside.PROGRAMS, *outside.HELPED, 'make', 'python',
                'ros2',
                *(name for name in known.files if name.startswith('scripts/'))))

    def _build_arguments(self, words: list[str]) -> Iterator[str]:
        """Check what `docker build` hands to the Dockerfile."""
        known = re.findall(r'^ARG (\w+)', (self.catalogue.root / 'Dockerfile').read_text(), re.M)
        for option, word in zip(words, words[1:]):
            name, _, value = word.partition('=')
            if option == '--build-arg' and name not in known:
                yield str(Unknown('argument of the Dockerfile', name, known))
            elif option == '--build-arg' and name == 'ROS_DISTRO' and not is_placeholder(value):
                if value not in self.catalogue.distributions:
                    yield str(Unknown('distribution', value, self.catalogue.distributions))

    def _make(self, words: list[str]) -> Iterator[str]:
        known = self.catalogue
        for word in words:
            name, separator, value = word.partition('=')
            if separator:
                if name not in known.make_variables:
                    yield str(Unknown('variable of the Makefile', name, known.make_variables))
                elif name == 'ARGS':
                    yield from self._make_arguments(words, value.split())
                known.require_value(name, value)
            elif word not in known.targets and not is_placeholder(word):
                yield str(Unknown('target of the Makefile', word, known.targets))

    def _make_arguments(self, words: list[str], arguments: list[str]) -> Iterator[str]:
        """Check ARGS with the command that a target's recipe gives them to."""
        for target in set(words) & self.catalogue.targets:
            recipes = re.findall(
                rf'^{target}:[^\n]*\n((?:\t.*\n)+)', self.catalogue.makefile, re.M)
            lines = [line for recipe in recipes for line in recipe.splitlines()
                     if '$(ARGS)' in line]
            # Of two recipes the last one is that without a condition.
            for line in lines[-1:]:
                command = line.strip().lstrip('@').replace('$(ARGS)', '')
                command = re.sub(r'\$\(or ,(\$\(\w+\)|[^)]*)\)', '', command).split()
                yield from self.program(command[0], [*command[1:], *arguments])

    def _python(self, interpreter: str, words: list[str]) -> Iterator[str]:
        if not words or words[0] in ('-', '-c', '--version'):
            return
        if words[0] == '-m':
            module, arguments = words[1], words[2:]
            if module == 'pip' and arguments[:1] == ['install']:
                self._installed.setdefault(interpreter, set()).update(
                    re.split('[=<>~]', word)[0].replace('-', '_') for word in arguments[1:])
            if module in outside.HELPED:
                yield from self._outside.helped(module, arguments)
                return
            file = self.catalogue.module(module)
            if module == 'fer_ros.ros':
                yield from self._ros.arguments(arguments)
            elif file and _reads_arguments(self.catalogue.root / file):
                yield from self._parsed(module, 'module', module, arguments)
            elif file and arguments:
                yield f'{module} takes no arguments'
            else:
                yield from self.paths(arguments, set())
            return
        if is_placeholder(words[0]):
            return
        if words[0] not in self.given:
            self.catalogue.require_path(words[0])
            lack = environments.lacking(
                self.catalogue.root / words[0], self.catalogue.root, interpreter,
                self._installed.get(interpreter, ()))
            if lack:
                yield lack
            yield from self._script(words[0], words[1:])

    def _script(self, script: str, words: list[str]) -> Iterator[str]:
        path = self.catalogue.root / script
        if path.suffix == '.py' and _reads_arguments(path):
            yield from self._parsed(script, 'script', str(path), words)
            return
        if path.suffix == '.py' and words:
            yield f'{script} takes no arguments'
            return
        text = path.read_text(encoding='utf-8', errors='replace')
        for word in words:
            if re.match(r'--?[a-zA-Z]', word) and word.partition('=')[0] not in text:
                yield str(Unknown(f'option of {script}', word, re.findall(r'--[\w-]+', text)))
        yield from self.paths(words, set(words[1:]))

    def _parsed(self, name: str, kind: str, target: str, words: list[str]) -> Iterator[str]:
        """Have the command's own parser read the words; then look at the files among them."""
        answer = self._parsers.ask(kind, target, words)
        error = answer['error']
        partial = not self.whole and re.search('required|expected (one|at least)', error)
        wrong = re.search(r'(?:unrecognized arguments: |invalid choice: )\'?([^\s\']+)', error)
        # What a placeholder is told of may be right; an option that is not there never is.
        excused = not (wrong and wrong[1].startswith('-')) and any(
            is_placeholder(word) and word in error or any(
                word.startswith(f'{one}/') for one in self.given) for word in words)
        if error and not partial and not excused:
            missing = re.search(r"'(\S+)' does not exist", error)
            near = nearest(wrong[1], answer['options']) if wrong else nearest(
                missing[1], self.catalogue.files) if missing else ''
            yield f'{name}: {error}{near}'
            return
        written = {word for word in words if word in answer['written']} | {
            one for one in answer['written']}
        yield from self._parameters(words)
        yield from self.paths(words, written)
        self._written(written)

    def _parameters(self, words: list[str]) -> Iterator[str]:
        """Check the values after -p."""
        for option, word in zip(words, words[1:]):
            if option in ('-p', '--param') and ':=' in word:
                name, _, value = word.partition(':=')
                try:
                    self.catalogue.require_parameter(name, value)
                except ValueError as error:
                    if value not in self.given:
                        yield str(error)


def _reads_arguments(path: Path) -> bool:
    """Return whether a script parses arguments: it may then be started to have it do so."""
    return bool(re.search(
        r'parse_args|argparse|(?<!_launch)_arguments\(', path.read_text(encoding='utf-8')))
