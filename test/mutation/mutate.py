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
Mutation testing: how many small changes to a module do its tests notice?

mutmut changes one operator, number, name or text at a time and runs the tests that come by the
changed function. Of a module with more mutants than --sample, so many are tried, chosen by --seed.
The figures go to docs/mutation.json and into the table of docs/mutation.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
import json
import os
from pathlib import Path
import random
import shutil
import subprocess
import sys

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / '.mutation' / 'work'
RESULTS, PAGE = ROOT / 'docs' / 'mutation.json', ROOT / 'docs' / 'mutation.md'

MODULES = (
    'core/tracker', 'core/track', 'core/track_ids', 'core/matching', 'core/smoothing',
    'stream/session', 'stream/stamps', 'stream/messages')
TESTS = (
    'core/test_tracker', 'core/test_tracker_properties', 'core/test_smoothing',
    'core/test_smoothing_properties', 'stream/test_session', 'stream/test_session_properties',
    'stream/test_stamps', 'stream/test_stamps_properties', 'stream/test_messages',
    'stream/test_messages_properties')

CONFIGURATION = """\
[tool.mutmut]
source_paths = ["fer_ros"]
only_mutate = {modules}
also_copy = ["models", "config"]
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-q", "-p", "no:cacheprovider", "-p", "no:timeout"]
use_git_change_detection = false
timeout_multiplier = 30.0
timeout_constant = 30.0
"""

#: How mutmut's exit codes of the tests are called; whatever else ends them kills, too.
STATES = {None: 'not tried', 0: 'survived', 5: 'no test', 33: 'no test', 24: 'timed out',
          36: 'timed out', 152: 'timed out', 255: 'timed out', -24: 'timed out'}


def prepare(modules: list[str]) -> None:
    """Copy the package and its tests to where they may be changed."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name in ('fer_ros', 'test', 'models', 'config'):
        shutil.copytree(ROOT / name, WORK / name, ignore=shutil.ignore_patterns('__pycache__'))
    (WORK / 'pyproject.toml').write_text(CONFIGURATION.format(
        modules=json.dumps([f'fer_ros/{name}.py' for name in modules]),
        tests=json.dumps([f'test/{name}.py' for name in TESTS])))


def mutmut(names: list[str], workers: int) -> int:
    """Let mutmut try the mutants of some names, patterns allowed."""
    return subprocess.run(
        [sys.executable, '-m', 'mutmut', 'run', '--max-children', str(workers), *names],
        cwd=WORK, stdin=subprocess.DEVNULL, env={
            **os.environ, 'PYTHONPATH': str(ROOT / '.mutation' / 'packages'),
            'FER_HYPOTHESIS': 'brief', 'HYPOTHESIS_STORAGE_DIRECTORY': str(WORK / 'examples'),
        }).returncode


def mutants(module: str) -> dict[str, int | None]:
    """Return the mutants of a module with the exit code of the tests, None where not tried."""
    said = json.loads((WORK / 'mutants' / 'fer_ros' / f'{module}.py.meta').read_text())
    return said['exit_code_by_key']


def table(rows: list[dict]) -> str:
    """Return the figures as a table of Markdown."""
    lines = ['| module | mutants | tried | killed | timed out | survived | no test |',
             '|---|---|---|---|---|---|---|']
    for row in rows:
        killed = row['killed'] + row['timed out']
        share = f" ({killed / row['tried']:.0%} noticed)" if row['tried'] else ''
        lines.append(
            f"| `{row['module']}` | {row['mutants']} | {row['tried']} | {row['killed']}{share} | "
            f"{row['timed out']} | {row['survived']} | {row['no test']} |")
    return '\n'.join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('modules', nargs='*', choices=[[], *MODULES], help='all by default')
    parser.add_argument('--sample', type=int, default=0, help='mutants per module; 0: all')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--workers', type=int, default=1)
    chosen = parser.parse_args()
    modules = chosen.modules or list(MODULES)
    prepare(modules)
    # Makes the mutants and sees which tests come by which function.
    if mutmut(['fer_ros.nothing_of_this_name'], 1) and not (WORK / 'mutants').is_dir():
        return 1
    picked = []
    for module in modules:
        names = sorted(mutants(module))
        random.Random(chosen.seed).shuffle(names)
        picked += names[:chosen.sample or None]
    mutmut(picked, chosen.workers)
    known = json.loads(RESULTS.read_text()) if RESULTS.is_file() else []
    rows = {row['module']: row for row in known}
    for module in modules:
        found = mutants(module)
        counts = Counter(STATES.get(code, 'killed') for code in found.values())
        rows[module] = {
            'module': module, 'mutants': len(found), 'tried': len(found) - counts['not tried'],
            **{state: counts[state] for state in ('killed', 'timed out', 'survived', 'no test')},
            'survivors': sorted(name for name, code in found.items() if code == 0)}
    ordered = [rows[name] for name in MODULES if name in rows]
    RESULTS.write_text(
        '[\n' + ',\n'.join(' ' + json.dumps(row) for row in ordered) + '\n]\n')
    before, _, rest = PAGE.read_text().partition('<!-- figures -->')
    after = rest.partition('<!-- end of figures -->')[2]
    PAGE.write_text(
        f'{before}<!-- figures -->\n{table(ordered)}\n<!-- end of figures -->{after}')
    print(table(ordered))
    return 0


if __name__ == '__main__':
    sys.exit(main())
