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

"""Finds each name in backticks, in comments, docstrings and pages, in the code."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from functools import cached_property
import importlib
import importlib.util
from pathlib import Path
import re

from pages import outside
from pages.catalogue import Catalogue
from pages.markdown import Page, read_page, Span
from pages.problems import nearest, Problem
from pages.prose import Source
from pages.words import is_placeholder, SUFFIXES

_NAME = re.compile(r'[A-Za-z_]\w*')
#: A name by itself, with dots, or called: what is looked up as a whole.
_DOTTED = re.compile(r'[A-Za-z_]\w*(\.[A-Za-z_]\w*)*(\(\))?')


class Names:
    """What the checkout calls its things."""

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Return every file of Python by its path."""
        # What checks the pages, and its tests, name what is not there on purpose.
        return {name: Source(name, (self._catalogue.root / name).read_text(encoding='utf-8'))
                for name in sorted(self._catalogue.files)
                if name.endswith('.py') and '/pages/' not in name}

    @cached_property
    def everywhere(self) -> set[str]:
        """Return the names of all code, configuration and messages."""
        found = self.vocabulary | set(outside.NAMES)
        for path, source in self.sources.items():
            # Tests have misspelt words on purpose; those of faults are in docs/reliability.md.
            misspelt = path.startswith('test/') and not path.startswith('test/faults/') and (
                not path.endswith('conftest.py'))
            found |= source.names | {one for one in source.words
                                     if not (misspelt and one.islower())}
        return found

    @cached_property
    def vocabulary(self) -> set[str]:
        """Return the names that all files share: parameters, messages, configuration, files."""
        from fer_ros.stream.parameters import SPECS
        found = {*dir(builtins), *SPECS, *self._catalogue.console_scripts,
                 *self._catalogue.targets, *self._catalogue.make_variables}
        for path, source in self.sources.items():
            # Labels, colour orders, outcomes: what frames and messages say.
            if path.startswith(('fer_ros/core/', 'fer_ros/stream/')):
                found |= source.constants
        for name in (*SPECS, *self._catalogue.files):
            found.update(_NAME.findall(name))
        for name in self._catalogue.files:
            path = self._catalogue.root / name
            if name.startswith('docs/results/'):
                # What a measurement is called is the name of nothing else.
                continue
            if path.is_file() and (path.suffix in (
                    '.yaml', '.xml', '.msg', '.cfg', '.json', '.in', '.jinja', '.sh') or path.name
                    in ('Makefile', 'CMakeLists.txt', '.gitignore') or name.startswith('scripts/')
                    and not path.suffix or path.suffix == '.perspective'):
                text = re.sub(r'(?m)(^|\s)#.*$|<!--.*?-->', '', path.read_text(encoding='utf-8'))
                found.update(_NAME.findall(text))
        return found

    def near(self, path: str) -> set[str]:
        """Return the names that a file may use for itself: its own, its folder's, its imports'."""
        folder = path.rpartition('/')[0]
        own = self.sources[path]
        found = set(self.vocabulary) | set(outside.NAMES)
        for other, source in self.sources.items():
            if other.rpartition('/')[0] == folder or _module(other) in own.modules:
                found |= source.names | (source.words if other == path else set())
        return found


class NamesChecker:
    """Checks spans: the names within them must be there."""

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        self._names = Names(catalogue)

    def problems(self) -> Iterator[Problem]:
        """Yield what no code has, of all files of Python and all pages."""
        for path, source in self._names.sources.items():
            near = None
            for span in source.spans:
                near = near or self._names.near(path)
                yield from self.of_span(span, near)
        for path in sorted(self._catalogue.files):
            if path.endswith('.md'):
                yield from self.of_page(read_page(path, self._catalogue.root))

    def of_page(self, page: Page) -> Iterator[Problem]:
        """Yield what a page names that neither code nor its own blocks have."""
        shown = {word for block in page.blocks for word in re.findall(r'[\w.-]+', block.text)}
        for span in page.spans:
            yield from self.of_span(span, self._names.everywhere | shown)

    def of_span(self, span: Span, near: set[str]) -> Iterator[Problem]:
        """Yield the names of a span that are neither near nor, where they are long, anywhere."""
        text = span.text.strip()
        for name in self._absent(text, span.page, near):
            yield Problem(span.page, span.line,
                          f"no '{name}' in the code{nearest(name, self._like(name, near))}")

    def _like(self, name: str, near: set[str]) -> set[str]:
        """Return the names among which the nearest is looked for."""
        if Path(name).suffix in SUFFIXES:
            return self._basenames
        return near if nearest(name, near) else self._names.everywhere

    def _absent(self, text: str, page: str, near: set[str]) -> Iterator[str]:
        first = text.split()[0]
        if first in outside.COMMANDS or first.startswith('scripts/') or is_placeholder(text) or (
                re.fullmatch(r'[0-9a-f]{7,12}', text)):
            # The last is a commit.
            return
        if ' ' not in text and (text in near or self._is_path(text, page)):
            return
        plain = text.removesuffix('()')
        if _DOTTED.fullmatch(text) and '.' in plain:
            if not self._resolves(plain, near):
                yield plain
            return
        for match in _NAME.finditer(re.sub(r"(?<!\w)'[^']*'|\"[^\"]*\"|<[^>]*>", ' ', text)):
            name = match[0]
            if len(name) == 1 or name in near or name.isupper() and is_placeholder(name):
                continue
            if re.search(r'[A-Z_]|\d', name) and (
                    name in self._names.everywhere or name.endswith('_') and any(
                        one.startswith(name) for one in self._names.everywhere)):
                continue
            yield name

    def _is_path(self, text: str, page: str) -> bool:
        """Return whether a span is the path of something that is there, or of what is made."""
        plain = text.strip('/').removesuffix(',')
        folders = ('', page.rpartition('/')[0] + '/', 'fer_ros/', 'test/', 'docs/', 'training/',
                   'fer_ros/core/', 'fer_ros/demo/assets/', 'models/', 'config/')
        if any(folder + plain in self._catalogue.files for folder in folders):
            return True
        if self._catalogue.matches(plain):
            return True
        return plain.partition('/')[0] in self._catalogue.ignored

    def _resolves(self, name: str, near: set[str]) -> bool:
        """Return whether a dotted name is a parameter, or a module or attribute that is there."""
        if name in self._names.vocabulary or any(
                one.startswith(name + '.') for one in self._names.vocabulary if '.' in one):
            return True
        if Path(name).suffix in SUFFIXES:
            return name in self._basenames
        first, *rest = name.split('.')
        for path, source in self._names.sources.items():
            if _module(path) == name or path.endswith(f"/{name.replace('.', '/')}.py"):
                return True
            # A module or class of the checkout: the rest must be in its file.
            if path.rpartition('/')[2] == f'{first}.py' or self._defines(path, first):
                if all(one in source.names for one in rest):
                    return True
        if any(self._defines(path, first) for path in self._names.sources):
            return False
        return _importable(name) or all(
            one in near or one in self._names.everywhere for one in (first, *rest))

    @cached_property
    def _basenames(self) -> set[str]:
        found = {Path(name).name for name in self._catalogue.files} | set(outside.NAMES)
        return found.union(*(one.literals for one in self._names.sources.values()))

    def _defines(self, path: str, name: str) -> bool:
        return name in self._classes.get(path, ())

    @cached_property
    def _classes(self) -> dict[str, set[str]]:
        found = {}
        for path in self._names.sources:
            text = (self._catalogue.root / path).read_text(encoding='utf-8')
            found[path] = set(re.findall(r'^class (\w+)', text, re.M))
        return found


def _module(path: str) -> str:
    name = path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')
    return name.rpartition('.')[2] if name.startswith(('training.', 'test.')) else name


def _importable(name: str) -> bool:
    """Return whether a dotted name is one of an installed package."""
    first, *rest = name.split('.')
    first = {'np': 'numpy'}.get(first, first)
    try:
        value = importlib.import_module(first)
    except Exception:
        return False
    for depth, one in enumerate(rest, 1):
        if not hasattr(value, one):
            try:
                value = importlib.import_module('.'.join((first, *rest[:depth])))
            except Exception:
                return False
        else:
            value = getattr(value, one)
    return True
