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

"""
Messages that pages quote, held against the strings of the code.

A quote is three words or more in backticks that are no command, or in double quotes, and the
lines of a block of text that its mark calls printed. What the code puts into a message, `{name}`
of an f-string, stands for any words; `…` in a quote for what the page leaves out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
import re

from fer_ros.core.types import LABELS
from pages import outside
from pages.catalogue import Catalogue
from pages.problems import Unknown

#: What stands for a value within a message, and for words that a quote leaves out.
VALUE, LEFT_OUT = '\0', '…'

#: Most words that one value has.
_MOST = 8

#: No letter before a quote.
_NO_WORD = r'(?<!\w)'

_MARKS = '.,:;()"\'`*'


class Messages:
    """
    The strings of a checkout's programs.

    :param catalogue: of the checkout.
    """

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue

    def require(self, quote: str) -> None:
        """
        Hold a quote against the strings of the code: it must be a part of one.

        :raises Unknown: it is not.
        """
        words = [word.strip(_MARKS) or word for word in quote.split()]
        if set(words) <= set(LABELS):
            if sorted(words) != sorted(LABELS):
                raise Unknown('list of all labels', quote, (' '.join(LABELS),))
        elif not any(_within(words, template) for template in self._sharing(words)) and not any(
                quote in known for known in outside.MESSAGES):
            raise Unknown('message', quote, self._near(words))

    def _near(self, words: list[str]) -> Iterator[str]:
        """Yield parts of messages, as long as the quote, of those that share most with it."""
        shared = sorted(self._templates, key=lambda one: -len({*one} & {*words}))[:20]
        for template in shared:
            for start in range(max(1, len(template) - len(words) + 1)):
                yield ' '.join(template[start:start + len(words)]).replace(VALUE, LEFT_OUT)

    def _sharing(self, words: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """Yield the messages that have at least two of these words."""
        wanted = {word for word in words if re.search(r'[a-z]{2}', word)}
        for template in self._templates:
            if len(wanted.intersection(template)) >= min(2, len(wanted)):
                yield template

    @cached_property
    def _templates(self) -> list[tuple[str, ...]]:
        found = set()
        for name in sorted(self._catalogue.files):
            path = self._catalogue.root / name
            if name.endswith('.py') and '/pages/' not in name and not name.startswith('test/'):
                found.update(_strings(ast.parse(path.read_text(encoding='utf-8'))))
            elif name.startswith('scripts/') and path.is_file() and not path.suffix:
                found.update(path.read_text(encoding='utf-8').splitlines())
        return sorted({tuple(word.strip(_MARKS) or word for word in one.split())
                       for one in found if ' ' in one.strip()})


def _strings(tree: ast.AST) -> Iterator[str]:
    """Yield the strings of a module, with `VALUE` for what is put into them; no docstrings."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = None if id(node) in passed else _text(node)
        if isinstance(node, (ast.JoinedStr, ast.BinOp)) and (text or id(node) in passed):
            # Its parts are none by themselves; what is chosen between within them is.
            passed.update(map(id, ast.iter_child_nodes(node)))
        if text:
            yield text


def _text(node: ast.AST) -> str | None:
    """Return the string that an expression makes, or None where it makes none."""
    if isinstance(node, ast.Constant):
        return re.sub(r'\{[^{}]*\}|%[-\d.]*[sdrfg]', VALUE, node.value) if isinstance(
            node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return ''.join(str(one.value) if isinstance(one, ast.Constant) else VALUE
                       for one in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = _text(node.left), _text(node.right)
        if any(parts):
            return ''.join(VALUE if one is None else one for one in parts)
    return None


def _within(quote: list[str], template: tuple[str, ...]) -> bool:
    """Return whether a quote is a part of a message."""
    least = max(2, (len(quote) - quote.count(LEFT_OUT)) // 2)
    return any(_same(quote, template, 0, start, least, {}) for start in range(len(template)))


def _same(quote: list[str], template: tuple[str, ...], at: int, place: int, least: int,
          seen: dict) -> bool:
    """
    Return whether the words of a quote from `at` on are those of a message from `place` on.

    :param least: how many of them must stand in the message as they are.
    """
    key = at, place, least
    if key not in seen:
        seen[key] = False
        seen[key] = _follows(quote, template, at, place, least, seen)
    return seen[key]


def _follows(quote: list[str], template: tuple[str, ...], at: int, place: int, least: int,
             seen: dict) -> bool:
    if at == len(quote):
        return least <= 0
    if quote[at] == LEFT_OUT:
        return any(_same(quote, template, at + 1, later, least, seen)
                   for later in range(place, len(template) + 1))
    if place == len(template):
        return False
    word = template[place]
    if VALUE not in word:
        return quote[at] == word and _same(quote, template, at + 1, place + 1, least - 1, seen)
    pattern = re.compile('.*'.join(map(re.escape, word.split(VALUE))), re.S)
    return any(pattern.fullmatch(' '.join(quote[at:end]))
               and _same(quote, template, end, place + 1, least, seen)
               for end in range(at, min(len(quote), at + _MOST) + 1))


def quoted(text: str) -> bool:
    """Return whether code within the text is words of a message, and no code."""
    words = [word for word in (one.strip(_MARKS) for one in text.split())
             if re.fullmatch(r"[A-Z]?[a-z'-]+", word)]
    return len(words) >= 3 and not re.search(r'[=<>@$\[\]{}\\]|(?<!\S)-', text)


def quotes(text: str, before: str = '') -> Iterator[tuple[int, str]]:
    """
    Yield what stands between double quotes in a text, with its line from 0.

    :param before: what stands before the first of them.
    """
    for match in re.finditer(
            rf'{before or _NO_WORD}["“]((?:[^"“”\n]|\n(?!\n))+)["”]', text):
        words = match[1].split()
        if len(words) >= 3:
            yield text.count('\n', 0, match.start()), ' '.join(words)
