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
Write the table of docs/reliability.md from the cases of the tests.

A case is a test with the mark `fault(what, does)`: a row says what goes wrong, what the node
does, and which test shows it. `scripts/env python test/faults/table.py` writes the table,
`--check` fails where it differs.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
import sys

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / 'docs' / 'reliability.md'
BEGIN = '<!-- from here on written by test/faults/table.py -->\n'
END = '<!-- up to here -->\n'


class _Collector:
    """A plugin of pytest that notes the cases."""

    def __init__(self):
        #: (what, does, test) and whether that is slow.
        self.rows: dict[tuple[str, str, str], bool] = {}

    def pytest_collection_finish(self, session):
        for item in session.items:
            path = item.path.relative_to(ROOT / 'test')
            for mark in item.iter_markers('fault'):
                # The mark of a whole test makes one row, that of a parameter its own.
                whole = mark in getattr(item.function, 'pytestmark', ())
                name = item.name.split('[')[0] if whole else item.name
                row = (*mark.args, f'{path}::{name}')
                slow = item.get_closest_marker('slow') is not None
                # Slow is what has no quick part.
                self.rows[row] = self.rows.get(row, True) and slow


def rows() -> dict[tuple[str, str, str], bool]:
    """Return (what, does, test) and whether it is slow, in the order of files and lines."""
    files = sorted(
        str(path) for path in (ROOT / 'test').rglob('test_*.py')
        if 'mark.fault(' in path.read_text(encoding='utf-8'))
    collector, said = _Collector(), io.StringIO()
    with contextlib.redirect_stdout(said):
        status = pytest.main(
            ['--collect-only', '-qq', '-m', '', '-p', 'no:cacheprovider', f'--rootdir={ROOT}',
             '-c', str(ROOT / 'setup.cfg'), *files], plugins=[collector])
    if status:
        raise SystemExit(said.getvalue())
    return collector.rows


def table() -> str:
    """Return the table as Markdown."""
    lines = ['| fault | what the node does | test |', '|---|---|---|']
    lines += [
        f"| {what} | {does} | `{test}`{' (slow)' if slow else ''} |".replace('\n', ' ')
        for (what, does, test), slow in rows().items()]
    return '\n'.join(lines) + '\n'


def main() -> int:
    """Write the table, or compare; return the status."""
    text = PAGE.read_text(encoding='utf-8')
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    fresh = f'{head}{BEGIN}\n{table()}\n{END}{tail}'
    if '--check' not in sys.argv:
        PAGE.write_text(fresh, encoding='utf-8')
    elif fresh != text:
        print(f'{PAGE.name} is not what the tests say: run scripts/env python '
              'test/faults/table.py', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
