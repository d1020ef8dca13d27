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

"""Checks code within the text: commands, options, values of parameters, topics; and plain text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
import re
import shlex

from pages import environments, outside
from pages.catalogue import Catalogue
from pages.data_keys import DataKeys
from pages.markdown import Block, Page, Span
from pages.messages import Messages, quoted, quotes
from pages.problems import Problem, Unknown
from pages.python_blocks import require_keywords
from pages.told import ToldChecker
from pages.words import is_placeholder, SUFFIXES

#: First words that make it a command.
_PROGRAMS = {'make', 'ros2', 'python', 'python3', 'pip', 'colcon', 'scripts/env', *(
    outside.PROGRAMS | outside.RUNNERS | set(outside.HELPED)) - {'image', 'time', 'test', 'set'}}

_ASSIGNMENTS = re.compile(r'^([A-Z][A-Z0-9_]*=\S*\s+)+')
_OPTION = re.compile(r'(?<![\w-])--[a-z][\w-]*')

#: In the text itself: a path of the checkout, a topic of the node, a command of the package.
_BARE_PATH = re.compile(
    r'(?<![\w./~-])((?:docs|fer_ros|models|config|training|test|scripts|launch|examples|'
    r'interfaces)/[\w./-]*\w\.(?:' + '|'.join(one[1:] for one in SUFFIXES) + r'))\b')
_BARE_TOPIC = re.compile(r'(?<![\w./:-])(?:~|/fer|/humans)/[a-z_]+(?:/[a-z_]+)*(?![\w/<{.]\w)')
_BARE_COMMAND = re.compile(r'(?<![\w./-])fer_[a-z_]+\b(?![./(])')

#: Folders and files at the start of a line of a tree.
_ENTRIES = re.compile(r'\s*((?:[\w.*]+/ )*[\w.*]+(?:/|\.\w+))?(?=\s|$)')

#: HTML that names something: it is written as Markdown, which is checked.
_HTML = re.compile(r'<(a|pre|code|img|source|video)\b[^>]*>', re.I)


class SpanChecker:
    """
    Checks what stands outside of fences.

    :param catalogue: what the checkout has.
    :param commands: yields the mistakes of a command of a page and line.
    """

    def __init__(self, catalogue: Catalogue,
                 commands: Callable[[str, int, str], Iterator[Problem]]):
        self._catalogue = catalogue
        self._commands = commands
        self._told = ToldChecker(catalogue)
        self._messages = Messages(catalogue)
        self._keys = DataKeys(catalogue)

    def of_span(self, span: Span) -> Iterator[Problem]:
        """Check code within the text that is a command, a value of a parameter, or a path."""
        text = _joined(span.text.strip())
        if self._is_command(text):
            yield from self._commands(span.page, span.line, text)
            return
        first = text.split(' ', 1)[0]
        if first.endswith('.py') and ' ' in text and first in self._catalogue.files:
            lack = environments.lacking(
                self._catalogue.root / first, self._catalogue.root, first)
            yield Problem(span.page, span.line, lack)
            return
        value = re.fullmatch(r'([a-z][\w.]*)(?::=|: )(\S.*)', text)
        try:
            if value:
                self._assigned(value[1], value[2])
            elif text.startswith('-'):
                self._options(text)
            elif re.fullmatch(r'[\w-]+(/[\w-]+)+\.py', text):
                self._module(text)
            elif re.fullmatch(r'[a-z][a-z ]* \((ms|s|Hz|MB|%|total|deg C)\)', text):
                self._key(text)
            elif re.fullmatch(r'(fer_ros\.)?[A-Z]\w+\(.*\)', text):
                _call(text)
            elif ' ' not in text and re.match(r'~?/\w', text):
                self._topics(text)
            elif re.fullmatch(r'ros-(\$ROS_DISTRO|[a-z]+)-[a-z0-9-]+', text):
                self._apt(text)
            elif text.startswith('{"'):
                yield from self._json(span.page, span.line, text)
            elif quoted(text):
                self._messages.require(text)
        except ValueError as error:
            yield Problem(span.page, span.line, str(error))

    def of_text_block(self, block: Block) -> Iterator[Problem]:
        """Check the lines of a block of text: commands to paste, messages, and trees of files."""
        for number, line in enumerate(block.text.splitlines()):
            words = line.strip().removeprefix('$ ')
            program, _, said = words.partition(': ')
            if self._is_command(words) and ' ' in words:
                yield from self._commands(block.page, block.line + number, words)
            elif words.startswith('{"'):
                yield from self._json(block.page, block.line + number, words)
            elif block.mark.printed or ' ' in said and (
                    program in self._catalogue.console_scripts):
                yield from self._quote(block.page, block.line + number, (
                    said if program in self._catalogue.console_scripts else words))
        for number, quote in quotes(block.text, before='='):
            if not block.mark.printed:
                yield from self._quote(block.page, block.line + number, quote)
        yield from self._of_tree(block)

    def _json(self, page: str, line: int, text: str) -> Iterator[Problem]:
        """Hold the keys of an object of JSON, in which parts may be left out, against the code."""
        for message in self._keys.wrong(re.findall(r'"([A-Za-z_]\w*)"\s*:', text), ()):
            yield Problem(page, line, message)

    def _quote(self, page: str, line: int, text: str) -> Iterator[Problem]:
        try:
            self._messages.require(text)
        except Unknown as error:
            yield Problem(page, line, str(error))

    def _of_tree(self, block: Block) -> Iterator[Problem]:
        """Check folders and files that stand below one another, each with what it holds."""
        lines = block.text.splitlines()
        if not re.match(r'[\w.]+/(\s|$)', lines[0] if lines else ''):
            return
        above: list[tuple[int, str]] = []
        for number, line in enumerate(lines):
            indent = len(line) - len(line.lstrip())
            above = [one for one in above if one[0] < indent]
            folder = above[-1][1] if above else ''
            for word in _ENTRIES.match(line)[0].split():
                try:
                    self._catalogue.require_path(folder + word)
                except Unknown as error:
                    yield Problem(block.page, block.line + number, str(error))
                if word.endswith('/'):
                    above.append((indent, folder + word))

    def of_comments(self, block: Block) -> Iterator[Problem]:
        """Check what the comments of a block of shell name."""
        for number, line in enumerate(block.text.splitlines()):
            _, _, comment = line.partition(' # ') if not line.startswith('# ') else ('', '', line)
            for what, pattern, known in (
                    ('command', _BARE_COMMAND, self._package_words),
                    ('option', _OPTION, self._catalogue.options),
                    ('file', _BARE_PATH, self._catalogue.files)):
                for match in pattern.finditer(comment):
                    if match[0] not in known:
                        yield Problem(block.page, block.line + number, str(
                            Unknown(what, match[0], known)))

    def of_prose(self, page: Page) -> Iterator[Problem]:
        """Check what the text names without backticks."""
        known = self._catalogue
        for number, quote in quotes('\n'.join(_prose(page.text))):
            yield from self._quote(page.name, 1 + number, quote)
        yield from self._told.problems(page, '\n'.join(_prose(page.text, code=True)))
        for number, line in enumerate(_prose(page.text), 1):
            for match in _HTML.finditer(line):
                yield Problem(page.name, number, f"'{match[0]}': write it as Markdown")
            for match in _BARE_PATH.finditer(line):
                if match[1] not in known.files:
                    yield Problem(page.name, number, str(Unknown('file', match[1], known.files)))
            for match in _BARE_COMMAND.finditer(line):
                if match[0] not in self._package_words:
                    yield Problem(page.name, number, str(
                        Unknown('command', match[0], known.console_scripts)))
            for match in _BARE_TOPIC.finditer(line):
                try:
                    self._topics(match[0])
                except ValueError as error:
                    yield Problem(page.name, number, str(error))

    def _is_command(self, text: str) -> bool:
        text = _ASSIGNMENTS.sub('', text)
        first = text.split()[0] if text.split() else ''
        if first in (*_PROGRAMS, *self._catalogue.console_scripts):
            return first != text
        return first.startswith('scripts/') and not first.endswith(('.py', '/')) or (
            first.endswith('/bin/python') and first != text)

    @cached_property
    def _reference(self) -> str:
        """Return the reference, which is written from the code."""
        return (self._catalogue.root / 'docs/reference.md').read_text()

    @property
    def _package_words(self) -> set[str]:
        return {*self._catalogue.console_scripts, *self._catalogue.packages, 'fer_node',
                'fer_venv'}

    def _options(self, text: str) -> None:
        for match in _OPTION.finditer(text):
            if match[0] not in self._catalogue.options:
                raise Unknown('option', match[0], self._catalogue.options)
        given = re.search(r'(?<!\S)-p ([\w.]+):=(\S+)', text)
        if given and given[1].lower() != 'name':
            self._catalogue.require_parameter(given[1], given[2])

    @staticmethod
    def _apt(text: str) -> None:
        """
        Hold a package of apt against those that pages may name.

        :raises Unknown: it is none of them.
        """
        name = text.split('-', 2)[2]
        if name not in outside.APT and name != 'fer-ros':
            raise Unknown('package of apt', text, (
                f'ros-$ROS_DISTRO-{one}' for one in outside.APT))

    def _module(self, text: str) -> None:
        """Hold a path of Python, which may begin anywhere in the checkout, against its files."""
        files = self._catalogue.files
        if not any(f'/{file}'.endswith(f'/{text}') for file in files):
            ends = (file.split('/', one)[-1] for file in files if file.endswith('.py')
                    for one in range(file.count('/')))
            raise Unknown('file', text, set(ends))

    def _key(self, text: str) -> None:
        """Hold a value of /diagnostics against the reference, which is written from the code."""
        known = set(re.findall(r'(?<=[ ,|] )[a-z][a-z ]* \([^)]+\)(?=[,| ])', self._reference))
        if text not in known:
            raise Unknown('value of /diagnostics', text, known)

    def _assigned(self, name: str, value: str) -> None:
        from fer_ros.stream.parameters import SPECS
        arguments = {one: choices for found in self._catalogue.launch_arguments.values()
                     for one, choices in found.items()}
        if name in SPECS:
            self._catalogue.require_parameter(name, value)
        elif name in arguments:
            choices = arguments[name]
            if choices is not None and value.lower() not in choices and not is_placeholder(value):
                raise ValueError(
                    f"argument '{name}' is '{value}'; it must be one of: {', '.join(choices)}")
        elif '.' in name and name.partition('.')[0] in {
                one.partition('.')[0] for one in SPECS if '.' in one}:
            raise Unknown('parameter', name, SPECS)

    def _topics(self, text: str) -> None:
        known = self._catalogue
        for one in _braces(text):
            if is_placeholder(one) or one in outside.FOLDERS:
                continue
            name = one.replace('~/', '/fer/', 1)
            if one.startswith('~/'):
                if name not in known.topics | known.private and not any(
                        topic.startswith(f'{name}/') for topic in known.topics):
                    raise Unknown('topic or service of the node', one, (
                        topic.replace('/fer/', '~/') for topic in known.topics | known.private))
            elif re.search(r'(^|/)(fer|humans)(/|$)', name):
                folder = re.sub(r'^.*?(?=/(fer|humans)(/|$))', '', name) + '/'
                if not any(topic.startswith(folder) for topic in known.topics):
                    known.require_topic(name)
            elif re.fullmatch(r'/[a-z_]+', name):
                known.require_topic(name)


def _joined(text: str) -> str:
    """Return a list of words, as Python has it for a command, as a command; all else as it is."""
    if text.startswith(("['", '["')):
        with suppress(ValueError, SyntaxError):
            words = ast.literal_eval(text)
            if all(isinstance(word, str) for word in words):
                return shlex.join(words)
    return text


def _call(text: str) -> None:
    """
    Hold the keywords of a call of the library against what it takes.

    :raises Unknown: it takes no such keyword.
    """
    try:
        call = ast.parse(text.replace('…', '...'), mode='eval').body
    except SyntaxError:
        return
    if isinstance(call, ast.Call):
        require_keywords(call)


def _braces(text: str) -> list[str]:
    match = re.fullmatch(r'([^{}]*)\{([\w,]+)\}([^{}]*)', text)
    return [match[1] + one + match[3] for one in match[2].split(',')] if match else [text]


def _prose(text: str, code: bool = False) -> list[str]:
    """
    Return the lines of a page, without its head, fences, comments, links, and code in the text.

    :param code: keep that code.
    """
    def blank(match: re.Match) -> str:
        return '\n' * match[0].count('\n')
    for pattern in (r'\A---\n.*?\n---\n', r'^ *(```|~~~).*?^ *\1', r'<!--.*?-->',
                    *([] if code else [r'(`+)[^`]+\1']), r'(?<=\])\([^)\s]*\)',
                    r'\bhttps?://\S+'):
        text = re.sub(pattern, blank, text, flags=re.S | re.M)
    return text.split('\n')
