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

"""The parts of a page that name things: fenced blocks, code in the text, links."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
import re
import shlex
import subprocess

from markdown_it import MarkdownIt

from pages.problems import nearest, Problem

ROOT = Path(__file__).parents[2]

#: Languages of a fence by what is done with it; `text` is not looked at.
SHELL, PYTHON, YAML, XML, TEXT = 'bash', 'python', 'yaml', 'xml', 'text'
LANGUAGES = (SHELL, PYTHON, YAML, XML, TEXT)
#: What is for Sphinx, which fails on its mistakes itself.
_DIRECTIVES = ('{toctree}',)

_MARK = re.compile(r'<!-- test: (.*?) ?-->', re.S)
_CLAUSES = ('slow', 'only parsed:', 'run by', 'with', 'first', 'instead of', 'status', 'file',
            'printed by', 'printed')

#: Those of them that stand alone.
_FLAGS = ('slow', 'printed')


@dataclass(frozen=True)
class Mark:
    """
    What the comment before a fence says about its test: `<!-- test: slow; status 1 -->`.

    :param slow: run by `make docs-test` alone.
    :param reason: why it is parsed and not run; '' where it is run.
    :param run_by: the file of the test that runs it in a way of its own.
    :param given: names that a reader has and the checkout has not, each with the file of the
        checkout that stands for it, '' for one that is only named.
    :param first: a command that a reader has run before.
    :param instead: what is run for what the page says, to shorten it.
    :param status: exit status that the block ends with.
    :param file: name under which later blocks of the page find the text of this one.
    :param printed: the lines are messages of the package's programs.
    :param printed_by: a command that prints them, among others.
    """

    slow: bool = False
    reason: str = ''
    run_by: str = ''
    given: tuple[tuple[str, str], ...] = ()
    first: str = ''
    instead: tuple[tuple[str, str], ...] = ()
    status: int = 0
    file: str = ''
    printed: bool = False
    printed_by: str = ''

    @property
    def runs(self) -> bool:
        """Return whether the block itself is run."""
        return not (self.reason or self.run_by)


@dataclass(frozen=True)
class Block:
    """A fence: its lines, the number of the first one, and its mark."""

    page: str
    line: int
    language: str
    text: str
    mark: Mark = Mark()

    @property
    def runs(self) -> bool:
        """Return whether something is run to test it."""
        return self.mark.runs and (self.language in (SHELL, PYTHON) or bool(self.mark.printed_by))

    @property
    def shortened(self) -> str:
        """Return the text as the test runs it."""
        text = self.text
        for old, new in self.mark.instead:
            text = text.replace(old, new)
        return text


@dataclass(frozen=True)
class Span:
    """Code within the text, or the target of a link."""

    page: str
    line: int
    text: str


@dataclass
class Page:
    """A page, read; `problems` are those of its form."""

    name: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    links: list[Span] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def page_names(root: Path = ROOT) -> list[str]:
    """Return the pages of a checkout, those that git ignores left out."""
    listed = subprocess.run(
        ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.md'], cwd=root,
        capture_output=True, text=True, check=True).stdout.split('\n')
    return sorted({name for name in listed if name and (root / name).is_file()})


@lru_cache(maxsize=None)
def read_page(name: str, root: Path = ROOT) -> Page:
    """Return the parts of a page of a checkout."""
    return parse_page(name, (root / name).read_text(encoding='utf-8'))


def parse_page(name: str, text: str) -> Page:
    """Return the parts of a page."""
    page = Page(name, text)
    skipped = _head(text)
    tokens = MarkdownIt('commonmark').enable('table').parse('\n' * skipped[0] + skipped[1])
    before = None
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        if token.type == 'fence':
            _add_block(page, token, line + 1, before)
        elif token.type == 'code_block':
            page.problems.append(Problem(
                name, line,
                'a block of code by indentation; put it into a fence with its language'))
        elif token.type == 'inline':
            _add_inline(page, token, line)
        elif token.type == 'html_block' and _MARK.search(token.content):
            before = (token, line)
            continue
        if before is not None and token.type != 'fence':
            page.problems.append(Problem(
                name, before[1], 'a mark of a test stands before no fence'))
        before = None
    return page


def _head(text: str) -> tuple[int, str]:
    """Return how many lines of front matter a page has, and the page without them."""
    match = re.match(r'---\n.*?\n---\n', text, re.S)
    return (match[0].count('\n'), text[match.end():]) if match else (0, text)


def _add_block(page: Page, token, line: int, before) -> None:
    language = token.info.strip()
    if language not in (*LANGUAGES, *_DIRECTIVES):
        page.problems.append(Problem(
            page.name, line - 1, f"a fence of language '{language}'; use {', '.join(LANGUAGES)}"))
    mark = Mark()
    if before is not None:
        try:
            mark = parse_mark(_MARK.search(before[0].content)[1])
        except ValueError as error:
            page.problems.append(Problem(page.name, before[1], str(error)))
    block = Block(page.name, line, language, token.content, mark)
    for old, _ in mark.instead:
        if old not in block.text:
            page.problems.append(Problem(
                page.name, line, f"the mark replaces '{old}', which the block does not have"))
    page.blocks.append(block)


def _add_inline(page: Page, token, line: int) -> None:
    for child in token.children or ():
        if child.type in ('softbreak', 'hardbreak'):
            line += 1
        elif child.type == 'code_inline':
            # Of a paragraph of several lines the code's own line is told.
            page.spans.append(Span(page.name, line, child.content))
        elif child.type in ('link_open', 'image'):
            target = child.attrs.get('href') or child.attrs.get('src') or ''
            page.links.append(Span(page.name, line, str(target)))


def parse_mark(text: str) -> Mark:
    """
    Return what a mark says.

    :raises ValueError: it says something else.
    """
    found: dict = {}
    for clause in filter(None, (one.strip() for one in text.split(';'))):
        key = next((one for one in _CLAUSES if re.match(re.escape(one) + r'(\s|$)', clause)), None)
        if key is None:
            near = nearest(clause.split()[0], _CLAUSES)
            raise ValueError(f"a mark has no '{clause}'{near}")
        rest = clause[len(key):].strip()
        if (key in _FLAGS) == bool(rest):
            raise ValueError(f"'{clause}' in a mark {'has too much' if rest else 'lacks a word'}")
        if key in _FLAGS:
            found[key] = True
        elif key == 'only parsed:':
            found['reason'] = rest
        elif key in ('run by', 'printed by'):
            found[key.replace(' ', '_')] = rest
        elif key == 'with':
            pairs = (one.partition('=') for one in shlex.split(rest))
            found['given'] = (*found.get('given', ()), *((name, path) for name, _, path in pairs))
        elif key == 'instead of':
            words = shlex.split(rest)
            if len(words) != 2:
                raise ValueError(f"'{clause}' in a mark: write instead of 'OLD' 'NEW'")
            found['instead'] = (*found.get('instead', ()), tuple(words))
        elif key == 'status':
            found['status'] = int(rest)
        else:
            found[key] = rest
    return Mark(**found)
