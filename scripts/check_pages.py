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

"""
Checks the pages: what they name must be there. `make docs-test` also runs their commands.

Prints each mistake with page, line, name and the nearest real name, and ends with 1 where there is
one. --list prints every fenced block with what its test does.
"""

from __future__ import annotations

import argparse
import sys
import time

from pages import markdown
from pages.catalogue import Catalogue
from pages.check import PageChecker


def what_is_done(block: markdown.Block) -> str:
    """Return how a block is tested, in words."""
    mark = block.mark
    if block.language == markdown.TEXT:
        how = f'printed by {mark.printed_by}' if mark.printed_by else 'text'
        return how + (' (make docs-test)' if mark.slow else '')
    if mark.run_by:
        return f'run by {mark.run_by}'
    if mark.reason:
        return f'parsed: {mark.reason}'
    how = 'shortened' if mark.instead else 'ran'
    if block.language in (markdown.YAML, markdown.XML):
        how = 'parsed' if not mark.file else f'parsed, and used as {mark.file}'
    return how + (' (make docs-test)' if mark.slow else '')


def main(arguments: list[str] | None = None) -> int:
    """Check pages; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.strip().split('\n')[0])
    parser.add_argument('pages', nargs='*', metavar='PAGE', help='pages (default: all)')
    parser.add_argument('--list', action='store_true', help='print every block and its test')
    options = parser.parse_args(arguments)
    start = time.monotonic()
    names = options.pages or markdown.page_names()
    if options.list:
        for name in names:
            for block in markdown.read_page(name).blocks:
                print(f'{name}:{block.line}: {block.language}: {what_is_done(block)}')
        return 0
    checker = PageChecker(Catalogue(markdown.ROOT))
    try:
        problems = [one for name in names for one in checker.problems(markdown.read_page(name))]
    finally:
        checker.close()
    for problem in problems:
        print(problem, file=sys.stderr)
    blocks = sum(len(markdown.read_page(name).blocks) for name in names)
    print(f'{len(names)} pages, {blocks} blocks: {len(problems)} mistakes, '
          f'{time.monotonic() - start:.0f} s')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
