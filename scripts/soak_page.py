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
Put a soak into docs/reliability.md: its table there, its plot and figures into docs/images.

The report is what `fer_benchmark soak --json` wrote; of its samples, the plot is all that is kept.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
import sys

from fer_ros.boundary import bounded, InputError, OK
from fer_ros.evaluate.card_tables import replace_tables
from fer_ros.evaluate.csv_table import DataError
from fer_ros.staged_output import write_whole
from fer_ros.viz.bench import save_figure

#: Rows of the table: the key of the trend, and what it is called.
MEMORY = {
    'rss_mb': 'resident memory', 'anonymous_mb': 'of it heaps and stacks',
    'shm_mb': 'of it shared memory', 'uss_mb': 'memory of its own alone'}
COUNTED = {'threads': 'threads', 'descriptors': 'descriptors',
           'shared_segments': 'segments of shared memory'}


@bounded('soak_page', DataError)
def main(arguments: list[str] | None = None) -> int:
    """Write page, plot and figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('report', type=Path, help='written by fer_benchmark soak --json')
    parser.add_argument('--page', type=Path, default=Path('docs/reliability.md'), metavar='FILE',
                        help='(default: docs/reliability.md)')
    parser.add_argument('--images', type=Path, default=Path('docs/images'), metavar='FOLDER',
                        help='for soak.png and soak.json (default: docs/images)')
    options = parser.parse_args(arguments)
    try:
        result = json.loads(options.report.read_text())
        lines = table(result)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f'{options.report} is no report of a soak: {error!r}') from error
    save_figure(result, options.images / 'soak.png')
    figures = {name: value for name, value in result.items() if name != 'samples'}
    write_whole(options.images / 'soak.json', (json.dumps(figures, indent=1) + '\n').encode())
    replace_tables(options.page, {'soak': lines}, 'scripts/soak_page.py')
    return OK


def table(result: dict) -> list[str]:
    """Return the lines of the table, and a paragraph of what happened meanwhile."""
    trend, changes = result['trend'], result['changes']
    lines = ['| | first after the warm-up | last | most | verdict |', '|---|---|---|---|---|']
    for key, name in MEMORY.items():
        one = trend[key]
        low, high = one['interval']
        lines.append(
            f"| {name} | {one['first']:.1f} MB | {one['last']:.1f} MB | {one['most']:.1f} MB | "
            f"{one['verdict']}: {low:+.1f} to {high:+.1f} MB an hour |")
    for key, name in COUNTED.items():
        one = trend[key]
        lines.append(f"| {name} | {one['first']:.0f} | {one['last']:.0f} | {one['most']:.0f} | "
                     f"{one['verdict']} |")

    def total(key: str) -> int:
        return sum(sample[key] for sample in result['samples'])
    return [*lines, '', (
        f"In {result['seconds'] / 60:.0f} minutes {total('sent'):,} images were sent, "
        f"{result['tracks']:,} faces came and went, {total('bad'):,} images were unusable, "
        f"{total('failed') or 'none'} failed. Made were "
        + ', '.join(f'{number} {name}' for name, number in changes.items())
        + f"; the commit is `{result['version']['commit']}`.")]


if __name__ == '__main__':
    sys.exit(main())
