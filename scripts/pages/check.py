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

"""Checks whole pages without running anything: blocks, code within the text, links, figures."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
import re
import tempfile
from xml.etree import ElementTree

from fer_ros.boundary import InputError
from fer_ros.replay.expectations import load_expectations
from fer_ros.study.agreement_map_file import load_map
from pages import data_keys, includes, outside
from pages.catalogue import Catalogue
from pages.checker import Checker
from pages.figures import figure_problems, Results
from pages.markdown import Block, Page, PYTHON, SHELL, Span, TEXT, XML, YAML
from pages.names import NamesChecker
from pages.problems import Problem, Unknown
from pages.python_blocks import python_problems
from pages.shell import Command, commands
from pages.spans import SpanChecker
from pages.tables import table_problems
import yaml


class PageChecker:
    """Checks pages of a checkout."""

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        self._checker = Checker(catalogue)
        self._results = Results(catalogue.root)
        self._names = NamesChecker(catalogue)
        self._keys = data_keys.DataKeys(catalogue)
        self._spans = SpanChecker(catalogue, self._commands)

    def close(self) -> None:
        """End what was started."""
        self._checker.close()

    def problems(self, page: Page) -> list[Problem]:
        """Return the mistakes of a page, by line."""
        self._checker.begin_page()
        found = list(page.problems)
        for block in page.blocks:
            for name, source in block.mark.given:
                try:
                    self._checker.give(name, source)
                except Unknown as error:
                    found.append(Problem(page.name, block.line - 1, f'in its mark: {error}'))
            if block.mark.file:
                self._checker.give(block.mark.file)
        for block in page.blocks:
            found += self._of_mark(block)
            if block.language == SHELL:
                found += self._of_shell(block)
                found += self._spans.of_comments(block)
            elif block.language == PYTHON:
                found += python_problems(block, self._catalogue)
                found += self._of_json(block)
                found += self._of_includes(block, includes.in_python)
            elif block.language == YAML:
                found += self._of_yaml(block)
            elif block.language == XML:
                found += self._of_xml(block)
        self._checker.whole = False
        for span in page.spans:
            found += self._spans.of_span(span)
        for block in page.blocks:
            if block.language == TEXT:
                found += self._spans.of_text_block(block)
        self._checker.whole = True
        found += self._spans.of_prose(page)
        for link in page.links:
            found += self._of_link(link)
        told = {one.line for one in found}
        found += [one for one in self._names.of_page(page) if one.line not in told]
        found += figure_problems(page.name, page.text, self._results)
        found += table_problems(page.name, page.text, self._results, self._catalogue.root)
        return sorted(set(found))

    def _of_mark(self, block: Block) -> Iterator[Problem]:
        run_by = block.mark.run_by
        if run_by:
            file, _, test = run_by.partition('::')
            try:
                self._catalogue.require_path(file)
                if test and test not in (self._catalogue.root / file).read_text():
                    raise Unknown(f'test in {file}', test)
            except Unknown as error:
                yield Problem(block.page, block.line - 1, f'in its mark: {error}')
        for command in (block.mark.first, block.mark.printed_by):
            if command:
                yield from self._commands(block.page, block.line - 1, command)

    def _of_shell(self, block: Block) -> Iterator[Problem]:
        yield from self._commands(block.page, block.line, block.text)
        if block.mark.instead:
            for problem in self._commands(block.page, block.line, block.shortened):
                yield Problem(problem.page, problem.line, f'as shortened: {problem.message}')

    def _commands(self, page: str, line: int, text: str) -> Iterator[Problem]:
        self._checker.folder = ''
        try:
            found = commands(text)
        except ValueError as error:
            number, message = error.args
            yield Problem(page, line + number, message)
            return
        before: list[Command] = []
        for command in found:
            if before and before[-1].line != command.line:
                before = []
            before.append(command)
            for message in (*self._checker.problems(command), *self._of_data(before)):
                yield Problem(page, line + command.line, message)
            if command.text and command.words[-2:-1] != ['cat'] and 'python' in ' '.join(
                    command.words):
                inner = Block(page, line + command.line + 1, PYTHON, command.text)
                yield from python_problems(inner, self._catalogue)
            if command.text and any(one.endswith(('.yaml', '.yml')) for one in command.written):
                yield from self._of_yaml(Block(page, line + command.line + 1, YAML, command.text))
            code = next((after for word, after in zip(command.words, command.words[1:])
                         if word == '-c' and 'python' in ' '.join(command.words)), None)
            if code is not None:
                inner = Block(page, line + command.line, PYTHON, code)
                yield from python_problems(inner, self._catalogue)

    def _of_data(self, line: list[Command]) -> Iterator[str]:
        """Check the keys that the last command of a line reads of what those before it wrote."""
        words, used = line[-1].words, []
        if words[:1] == ['jq']:
            used = data_keys.of_jq(next(iter(
                word for word in words[1:] if not word.startswith('-')), ''))
        elif 'python' in ' '.join(words[:2]):
            with suppress(SyntaxError):
                code = ' '.join(after for word, after in zip(words, words[1:]) if word == '-c')
                used = data_keys.of_python(ast.parse(code or line[-1].text))
        yield from self._keys.wrong(used, (word for one in line for word in one.words))

    def _of_json(self, block: Block) -> Iterator[Problem]:
        with suppress(SyntaxError):
            for message in self._keys.wrong(data_keys.of_python(ast.parse(block.text)), ()):
                key = re.search("'([^']+)'", message)[1]
                line = next(number for number, one in enumerate(block.text.splitlines())
                            if key in one)
                yield Problem(block.page, block.line + line, message)

    def _of_yaml(self, block: Block) -> Iterator[Problem]:
        try:
            value = yaml.safe_load(block.text)
        except yaml.YAMLError as error:
            mark = getattr(error, 'problem_mark', None)
            line = min(mark.line if mark else 0, block.text.count('\n') - 1)
            yield Problem(block.page, block.line + line, 'no YAML')
            return
        yield from self._of_file(block, value)
        if isinstance(value, list):
            for step in value:
                if isinstance(step, dict) and isinstance(step.get('run'), str):
                    first = step['run'].splitlines()[0]
                    line = next(number for number, one in enumerate(block.text.splitlines())
                                if first in one)
                    yield from self._commands(block.page, block.line + line, step['run'])
        yield from self._of_includes(block, includes.in_yaml)
        for node, parameters in _parameters(value):
            for name, given in _flat(parameters):
                try:
                    if node in outside.PARAMETERS:
                        if name not in outside.PARAMETERS[node]:
                            raise Unknown(
                                f'parameter of {node}', name, outside.PARAMETERS[node])
                        continue
                    written = yaml.safe_dump(given).split('\n...')[0]
                    self._catalogue.require_parameter(name, written)
                except ValueError as error:
                    line = next((number for number, one in enumerate(block.text.splitlines())
                                 if name.rpartition('.')[2] + ':' in one), 0)
                    yield Problem(block.page, block.line + line, str(error))

    def _of_file(self, block: Block, value: object) -> Iterator[Problem]:
        """Have what reads a file of this kind read the block."""
        keys = value.keys() if isinstance(value, dict) else set()
        read = load_expectations if 'expectations' in keys else (
            load_map if 'tiers' in keys else None)
        if read is None:
            return
        with tempfile.NamedTemporaryFile('w', suffix='.yaml') as file:
            file.write(block.text)
            file.flush()
            try:
                read(Path(file.name))
            except InputError as error:
                told = str(error).replace(file.name, 'file')
                words = re.findall(r"'([^']+)'", told)
                line = next((number for number, one in enumerate(block.text.splitlines())
                             if any(f'{word}:' in one for word in words)), 0)
                yield Problem(block.page, block.line + line, told)

    def _of_xml(self, block: Block) -> Iterator[Problem]:
        try:
            ElementTree.fromstring(block.text)
        except ElementTree.ParseError as error:
            yield Problem(block.page, block.line + error.position[0] - 1, 'no XML')
            return
        yield from self._of_includes(block, includes.in_xml)

    def _of_includes(self, block: Block, names: Callable[[str], Iterable[str]]) -> Iterator[
            Problem]:
        """Check what a launch file names, and the arguments that it gives to fer.launch.py."""
        for number, name in includes.parameters(block.text):
            try:
                self._catalogue.require_parameter(name)
            except Unknown as error:
                yield Problem(block.page, block.line + number, str(error))
        for number, package, file in includes.packages(block.text):
            known = (*self._catalogue.packages, *outside.ROS_PACKAGES)
            files = self._catalogue.launch_arguments
            if package not in known:
                yield Problem(block.page, block.line + number, str(
                    Unknown('package', package, known)))
            elif file and package in self._catalogue.packages and file not in files:
                yield Problem(block.page, block.line + number, str(
                    Unknown(f'launch file of {package}', file, files)))
        try:
            given = list(names(block.text))
        except SyntaxError:
            return
        for name in given:
            if name not in self._catalogue.included_arguments:
                line = next((number for number, one in enumerate(block.text.splitlines())
                             if re.search(rf'\b{re.escape(name)}\b', one)), 0)
                yield Problem(block.page, block.line + line, str(Unknown(
                    'argument of fer.launch.py that is included', name,
                    self._catalogue.included_arguments)))

    def _of_link(self, link: Span) -> Iterator[Problem]:
        target, _, anchor = link.text.partition('#')
        if re.match(r'\w+:', target):
            return
        folder = link.page.rpartition('/')[0]
        path = (self._catalogue.root / folder / target) if target else (
            self._catalogue.root / link.page)
        if not path.exists():
            yield Problem(link.page, link.line, str(Unknown(
                'file', link.text, (_relative(one, folder) for one in self._catalogue.files))))
        elif anchor and path.suffix == '.md':
            anchors = _anchors(path.read_text(encoding='utf-8'))
            if anchor not in anchors:
                yield Problem(link.page, link.line, str(Unknown('heading', anchor, anchors)))


def _relative(name: str, folder: str) -> str:
    if folder and name.startswith(folder + '/'):
        return name[len(folder) + 1:]
    return '../' * (folder.count('/') + 1) + name if folder else name


def _anchors(text: str) -> list[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found = []
    for heading in re.findall(r'^#+ (.+)$', text, re.M):
        plain = re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-')
        found.append(f'{plain}-{found.count(plain)}' if plain in found else plain)
    return found + re.findall(r'<a (?:id|name)="([^"]+)"', text)


def _parameters(value: object, node: str = '') -> Iterator[tuple[str, dict]]:
    """Yield what stands below `ros__parameters` at any depth, each with the node's name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == 'ros__parameters' and isinstance(inner, dict):
                yield node, inner
            else:
                yield from _parameters(inner, str(name))


def _flat(section: dict, prefix: str = '') -> Iterator[tuple[str, object]]:
    for name, value in section.items():
        if isinstance(value, dict):
            yield from _flat(value, f'{prefix}{name}.')
        else:
            yield f'{prefix}{name}', value
