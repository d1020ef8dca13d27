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

"""Print the coverage of each package, lines and branches; fail below a floor."""

import argparse
from collections import Counter
import json
from pathlib import Path, PurePath
import sys
import tempfile

from coverage import Coverage

#: Least share of lines and branches that the tests of a package run, percent.
FLOOR = 95.0

#: What coverage tells of a file: all lines and branches, and those that were run.
COUNTS = ('num_statements', 'covered_lines', 'num_branches', 'covered_branches')


def by_package(files: dict[str, dict[str, dict[str, int]]]) -> dict[str, Counter[str]]:
    """
    Return the counts of each folder of the package.

    :param files: as in the JSON report of coverage, by path from the root of the checkout.
    """
    packages: dict[str, Counter[str]] = {}
    for path, report in files.items():
        counts = packages.setdefault(PurePath(path).parent.as_posix(), Counter())
        counts.update({name: report['summary'][name] for name in COUNTS})
    return packages


def percent(counts: Counter[str]) -> float:
    """Return the share that was run of lines and branches together, in percent."""
    total = counts['num_statements'] + counts['num_branches']
    return 100.0 * (counts['covered_lines'] + counts['covered_branches']) / max(total, 1)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 where a package lies below the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--data', default='.coverage', help='data file of coverage (default: .coverage)')
    parser.add_argument('--floor', type=float, default=FLOOR,
                        help=f'least coverage of a package, percent (default: {FLOOR:g})')
    options = parser.parse_args(arguments)
    coverage = Coverage(data_file=options.data)
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / 'coverage.json'
        coverage.json_report(outfile=str(report))
        packages = by_package(json.loads(report.read_text())['files'])
    packages['all'] = sum(packages.values(), Counter())
    print(f'{"package":<20}{"lines":>14}{"branches":>14}{"both":>9}')
    low = []
    for name, counts in sorted(packages.items()):
        lines = f"{counts['covered_lines']}/{counts['num_statements']}"
        branches = f"{counts['covered_branches']}/{counts['num_branches']}"
        print(f'{name:<20}{lines:>14}{branches:>14}{percent(counts):>7.1f} %')
        if percent(counts) < options.floor:
            low.append(name)
    if low:
        print(f'coverage is below {options.floor:g} % in {", ".join(low)}; '
              '`scripts/env python -m coverage report -m` lists the lines', file=sys.stderr)
    return 1 if low else 0


if __name__ == '__main__':
    sys.exit(main())
