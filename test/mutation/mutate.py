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
Mutation testing: how many small changes to a module its tests notice.

mutmut makes the mutants, each with one operator, number, name or text changed. The tests of the
module are collected once; each mutant then gets a process of its own, forked from there, that
runs them up to the first that fails. Of a module with more mutants than --sample, so many are
tried, chosen by --seed. The figures go to docs/mutation.json and into the table of
docs/mutation.md.
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
import time

ROOT = Path(__file__).resolve().parents[2]
# Two runs at a time need two folders.
WORK = Path(os.environ.get('FER_MUTATION', ROOT / '.mutation' / 'work'))
PACKAGES = ROOT / '.mutation' / 'packages'
RESULTS, PAGE = ROOT / 'docs' / 'mutation.json', ROOT / 'docs' / 'mutation.md'

_TRACKER = ('core/test_tracker', 'core/test_tracker_properties')

#: The modules that are mutated, each with its fast tests.
MODULES = {
    'core/tracker': _TRACKER, 'core/track': _TRACKER, 'core/track_ids': _TRACKER,
    'core/matching': _TRACKER,
    'core/smoothing': ('core/test_smoothing', 'core/test_smoothing_properties'),
    'stream/session': ('stream/test_session', 'stream/test_session_properties'),
    'stream/stamps': ('stream/test_stamps', 'stream/test_stamps_properties'),
    'stream/messages': ('stream/test_messages', 'stream/test_messages_properties'),
}

CONFIGURATION = """\
[tool.mutmut]
source_paths = ["fer_ros"]
only_mutate = {modules}
also_copy = ["models", "config"]
use_git_change_detection = false
"""

#: Seconds after which a mutant's tests are ended: it does not end by itself, and is noticed.
PATIENCE = 120

STATES = ('killed', 'timed out', 'survived')


def prepare(modules: list[str]) -> None:
    """Copy the package and its tests to where they may be changed, and make the mutants."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name in ('fer_ros', 'test', 'models', 'config'):
        shutil.copytree(ROOT / name, WORK / name, ignore=shutil.ignore_patterns('__pycache__'))
    shutil.copy(ROOT / 'setup.cfg', WORK)
    (WORK / 'pyproject.toml').write_text(CONFIGURATION.format(
        modules=json.dumps([f'fer_ros/{name}.py' for name in modules])))
    subprocess.run(
        [sys.executable, '-c', 'from mutmut import __main__ as mutmut; mutmut.copy_src_dir(); '
         'mutmut.copy_also_copy_files(); mutmut.create_mutants(1)'],
        cwd=WORK, env={**os.environ, 'PYTHONPATH': str(PACKAGES)}, check=True,
        stdout=subprocess.DEVNULL)


def mutants(module: str) -> list[str]:
    """Return the names of the mutants of a module."""
    said = json.loads((WORK / 'mutants' / 'fer_ros' / f'{module}.py.meta').read_text())
    return sorted(said['exit_code_by_key'])


class Trial:
    """
    A plugin of pytest that runs the collected tests once for each mutant.

    :param names: of the mutants.
    :param report: file that a line is added to for each: name, state and seconds.
    """

    def __init__(self, names: list[str], report: Path):
        self._names, self._report = names, report

    def pytest_runtestloop(self, session):
        # Without a mutant they must pass, or nothing would be told by a failure.
        if session.testsfailed or not session.items or self._try(session, '') != 'survived':
            raise RuntimeError('the tests fail without any mutant, or there are none')
        for name in self._names:
            started = time.monotonic()
            state = self._try(session, name)
            with open(self._report, 'a') as report:
                state = state.replace(' ', '_')
                report.write(f'{name} {state} {time.monotonic() - started:.1f}\n')
        return True

    def _try(self, session, name: str) -> str:
        child = os.fork()
        if child == 0:
            self._run(session, name)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return 'survived' if status == 0 else 'killed'
            time.sleep(0.02)
        os.kill(child, 9)
        os.waitpid(child, 0)
        return 'timed out'

    def _run(self, session, name: str) -> None:
        status = 1
        try:
            from mutmut.mutation.trampoline import set_mutant_under_test
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            set_mutant_under_test(name)
            items = session.items
            for item, after in zip(items, [*items[1:], None]):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                if session.testsfailed:
                    break
            else:
                status = 0
        finally:
            os._exit(status)


def try_mutants(module: str, names: list[str], report: Path) -> int:
    """Try mutants in this process, in which nothing else of the package was imported."""
    import pytest
    os.chdir(WORK / 'mutants')
    sys.path.insert(0, str(WORK / 'mutants'))
    return pytest.main(
        ['-q', '-p', 'no:cacheprovider', '-p', 'no:timeout', '--rootdir', '.',
         *(f'test/{name}.py' for name in MODULES[module])], plugins=[Trial(names, report)])


def table(rows: list[dict]) -> str:
    """Return the figures as a table of Markdown."""
    lines = ['| module | mutants | tried | noticed: a test failed | noticed: it did not end | '
             'survived |', '|---|---|---|---|---|---|']
    for row in rows:
        share = (row['killed'] + row['timed out']) / max(1, row['tried'])
        lines.append(
            f"| `{row['module']}` | {row['mutants']} | {row['tried']} | {row['killed']} | "
            f"{row['timed out']} | {row['survived']} ({1 - share:.0%}) |")
    return '\n'.join(lines)


def results() -> dict[str, dict]:
    """Return what is known of each module."""
    known = json.loads(RESULTS.read_text()) if RESULTS.is_file() else []
    return {row['module']: row for row in known}


def write(module: str, count: int, report: Path, again: bool) -> None:
    """
    Put what came of a module into the results and the page.

    :param count: of all its mutants.
    :param again: only those that had survived were tried.
    """
    tried = [line.split() for line in report.read_text().splitlines()]
    counts = Counter(state.replace('_', ' ') for _, state, _ in tried)
    rows = results()
    row = {'module': module, 'mutants': count, 'tried': len(tried),
           **{state: counts[state] for state in STATES}}
    if again:
        before = rows[module]
        row['tried'] = before['tried']
        for state in STATES[:2]:
            row[state] += before[state]
    row['survivors'] = sorted(name for name, state, _ in tried if state == 'survived')
    rows[module] = row
    ordered = [rows[name] for name in MODULES if name in rows]
    RESULTS.write_text(
        '[\n' + ',\n'.join(' ' + json.dumps(row, ensure_ascii=False) for row in ordered) + '\n]\n')
    before, _, rest = PAGE.read_text().partition('<!-- figures -->')
    after = rest.partition('<!-- end of figures -->')[2]
    PAGE.write_text(
        f'{before}<!-- figures -->\n{table(ordered)}\n<!-- end of figures -->{after}')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('modules', nargs='*', choices=[[], *MODULES], help='all by default')
    parser.add_argument('--sample', type=int, default=0, help='mutants per module; 0: all')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument(
        '--survivors', action='store_true', help='only those that survived the last time')
    parser.add_argument('--report', type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.report:
        return try_mutants(
            chosen.modules[0], chosen.report.with_suffix('.names').read_text().split(),
            chosen.report)
    modules = chosen.modules or list(MODULES)
    prepare(modules)
    for module in modules:
        names = mutants(module)
        count = len(names)
        random.Random(chosen.seed).shuffle(names)
        names = names[:chosen.sample or None]
        if chosen.survivors:
            names = results()[module]['survivors']
        report = WORK / f"{module.replace('/', '.')}.txt"
        report.write_text('')
        report.with_suffix('.names').write_text('\n'.join(names))
        run = subprocess.run(
            [sys.executable, __file__, module, '--report', report], stdin=subprocess.DEVNULL,
            env={**os.environ, 'PYTHONPATH': str(PACKAGES), 'FER_HYPOTHESIS': 'brief'})
        if len(report.read_text().splitlines()) != len(names):
            print(f'{module}: not all mutants were tried (status {run.returncode})')
            return 1
        write(module, count, report, chosen.survivors)
        print(report.read_text(), end='', flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
