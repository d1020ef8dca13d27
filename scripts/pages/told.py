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
What the text of a page says of names: defaults, statuses, how many there are, types of topics.

All of it is compared with the code, or with the reference, which is written from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
import re

from pages import ros_types
from pages.catalogue import Catalogue
from pages.markdown import Page
from pages.problems import Problem, Unknown
from pages.words import NUMBERS

#: A numeric default behind the parameter's name: `x` (0.1 s), `x` seconds (0.1), or (`x`, 0.1 s).
_DEFAULT = re.compile(
    r'`([a-z_]+(?:\.[a-z_]+)*)`(?:\s[a-z]+)?(?:\s\(|,\s)(-?\d[\d,]*(?:\.\d+)?)'
    r'(?:°|\s?(?:ms|s|m|Hz|MB|%|degrees|pixels|seconds))?(?:\sby\sdefault)?(?=[);])')
#: A default that is called so: `x` (default: `auto`), or `x`, `auto` by default.
_CALLED = re.compile(r'`([a-z_]+(?:\.[a-z_]+)*)`(?:\s\(default:?\s`?([\w.]+)`?\)'
                     r'|,?\s\(?`([\w.]+)`\sby\sdefault)')
#: A range behind the parameter's name: `x` (0 to 1).
_RANGE = re.compile(r'`([a-z_]+(?:\.[a-z_]+)*)`(?:\sis|,|\s\()\s?(?:from\s)?'
                    r'(-?\d+(?:\.\d+)?)\sto\s(-?\d+(?:\.\d+)?)(?![\w.]*\d)')
#: A number that is put into a parameter: set `x` to 3.
_SET = re.compile(r'`([a-z_]+(?:\.[a-z_]+)*)`\sto\s`?(-?\d+(?:\.\d+)?)`?(?!\sto\b|[\w.]*\d)')
_EXIT = re.compile(r'\bexit\sstatus(?:es)?\s`?(\d+)')
#: A status of /diagnostics, called so.
_STATUS = re.compile(r'\bstatus\s`([a-z_ ]+)`')
#: All of a kind, counted: the eight probabilities.
_COUNT = re.compile(
    rf"\b(?:[Aa]ll|[Tt]he|[Ii]ts|node's|[Hh]as|other)\s({'|'.join(NUMBERS)}|\d+)"
    r'(?:\sother)?\s([a-z]+)')


#: Exit statuses of every command.
_COMMON = {'5', '70', '129', '130', '143'}


class ToldChecker:
    """
    Checks what the text says.

    :param catalogue: what the checkout has.
    """

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue

    def problems(self, page: Page, text: str) -> Iterator[Problem]:
        """
        Yield what is not as the text says.

        :param text: of the page, its lines in their places, without fences and comments.
        """
        for match, message in self._wrong(text):
            yield Problem(page.name, 1 + text[:match.start(1)].count('\n'), message)
        yield from self._of_tables(page.name, text)
        yield from self._of_statuses(page.name, text)

    def _wrong(self, text: str) -> Iterator[tuple[re.Match, str]]:
        for match in _DEFAULT.finditer(text):
            default = self._defaults.get(match[1], '')
            if _number(default) not in (None, float(match[2].replace(',', ''))):
                yield match, f"'{match[1]}' is {match[2]} here; its default is {default}"
        for match in _CALLED.finditer(text):
            default, said = self._defaults.get(match[1]), (match[2] or match[3]).lower()
            if default is not None and said != default.lower() and (
                    _number(said) is None or _number(said) != _number(default)):
                yield match, f"'{match[1]}' is {said} by default here; it is {default}"
        for match in _RANGE.finditer(text):
            spec = self._specs.get(match[1])
            if spec is not None and spec.lowest is not None and (
                    float(match[2]), float(match[3])) != (spec.lowest, spec.highest):
                yield match, (f"'{match[1]}' is {match[2]} to {match[3]} here; its range is "
                              f'{spec.lowest:g} to {spec.highest:g}')
        for match in _SET.finditer(text):
            try:
                self._catalogue.require_parameter(match[1], match[2])
            except Unknown:
                continue
            except ValueError as error:
                yield match, str(error)
        for match in _EXIT.finditer(text):
            if match[1] not in self._all_exits:
                yield match, str(Unknown('exit status of a command', match[1]))
        for match in _STATUS.finditer(text):
            if match[1] not in self._statuses:
                yield match, str(Unknown('status', match[1], self._statuses))
        for match in _COUNT.finditer(text):
            count = self._counts.get(match[2])
            number = match[1]
            said = NUMBERS.index(number) if number in NUMBERS else int(number)
            if count is not None and said != count - ('other ' in match[0]):
                yield match, f"'{match[0]}': of {match[2]} there are {count}"

    def _of_tables(self, page: str, text: str) -> Iterator[Problem]:
        """Yield types that are not those of the topics in their row."""
        head: list[str] = []
        for number, line in enumerate(text.split('\n'), 1):
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if not line.startswith('|'):
                head = []
            elif not head:
                head = cells
            elif {'topic', 'type'} <= set(head) and len(cells) == len(head):
                kinds = {self._catalogue.kinds[one] for one in self._topics(
                    cells[head.index('topic')]) if one in self._catalogue.kinds}
                types = re.findall(r'\b([a-z]\w*/(?:msg/)?[A-Z]\w*)',
                                   cells[head.index('type')])
                for one in types:
                    if kinds and ros_types.short(one) not in map(ros_types.short, kinds):
                        yield Problem(page, number, str(Unknown(
                            'topic in this row of type', one, map(ros_types.short, kinds))))

    def _of_statuses(self, page: str, text: str) -> Iterator[Problem]:
        """Compare tables of exit statuses with those of the command that the page names first."""
        for table in re.finditer(r'^\| (?:exit )?status \|.*\n\|[-|]+\n((?:\| \d+ \|.*\n)+)',
                                 text, re.M):
            script = next((one for one in re.findall(r'\bfer_[a-z]+\b', text)
                           if one in self._catalogue.folders), '')
            own = self._exits(script)
            first = 1 + text[:table.start(1)].count('\n')
            told = re.findall(r'^\| (\d+) \|', table[1], re.M)
            for number, status in enumerate(told):
                if status not in own | _COMMON:
                    yield Problem(page, first + number, str(
                        Unknown(f'exit status of {script}', status, own | _COMMON)))
            for status in sorted(own.difference(told)):
                yield Problem(page, first, f'exit status {status} of {script} lacks a row')

    def _exits(self, script: str) -> set[str]:
        """Return the exit statuses that the help of a command tells beside the common ones."""
        folder = self._catalogue.folders.get(script, '')
        sources = (self._catalogue.root / folder).glob('*.py') if folder else ()
        return {status for source in sources if 'agree' not in source.name
                for call in re.findall(r'statuses\(\{(.*?)\}\)', source.read_text(), re.S)
                for status in re.findall(r"'(\d+)': ", call)}

    @cached_property
    def _all_exits(self) -> set[str]:
        return _COMMON.union(*map(self._exits, self._catalogue.folders))

    def _topics(self, cell: str) -> Iterator[str]:
        for text in re.findall(r'`([^`]+)`', cell):
            match = re.fullmatch(r'([^{}]*)\{([\w,]+)\}([^{}]*)', text)
            for one in [match[1] + each + match[3] for each in match[2].split(',')] if match else [
                    text]:
                yield one.replace('~/', '/fer/', 1)
                yield one.replace('~/', '/fer/', 1) + '/compressed'

    @cached_property
    def _defaults(self) -> dict[str, str]:
        """Return the defaults of parameters and launch arguments, as the reference has them."""
        reference = (self._catalogue.root / 'docs/reference.md').read_text()
        return dict(re.findall(
            r"^\| `([\w.]+)` \| (?:`'?|[^|]*\(default: )(-?[\w.]*)[`')]", reference, re.M))

    @cached_property
    def _specs(self) -> dict:
        from fer_ros.stream.parameters import SPECS
        return SPECS

    @property
    def _statuses(self) -> tuple[str, ...]:
        from fer_ros.ros.diagnostics import STATUSES
        return STATUSES

    @cached_property
    def _counts(self) -> dict[str, int]:
        from fer_ros.core.types import LABELS
        return {
            **dict.fromkeys(('labels', 'expressions', 'probabilities', 'scores'), len(LABELS)),
            'statuses': len(self._statuses), 'parameters': len(self._specs),
            'distributions': len(self._catalogue.distributions)}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
