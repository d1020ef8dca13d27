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
Coverage-guided fuzzing of everything that reads bytes from outside.

Each module of targets/ is one target: `one_input(data)` reads bytes as the package does and lets
through the errors that are documented; whatever else it raises is a finding, as is an input that
takes too long or too much memory. `seeds()` gives inputs to start from and `TOKENS` words to put
in. corpus/ holds, by target, inputs that once were findings.
"""

from __future__ import annotations

import argparse
from contextlib import redirect_stderr
import importlib
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
import time

os.environ.setdefault('OMP_NUM_THREADS', '1')
os.environ.setdefault('OPENCV_LOG_LEVEL', 'SILENT')

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

#: Seconds and megabytes that one input may take; the rest of a process takes 300 MB at most.
TIMEOUT, MOST_MB = 25, 1024

#: Packages whose branches are seen.
INSTRUMENTED = ['targets', 'fer_ros', 'yaml', 'mcap', 'rosbags', 'jsonschema']

#: The page that shows the figures.
PAGE = ROOT / 'docs' / 'fuzzing.md'

NAMES = sorted(path.stem for path in (HERE / 'targets').glob('[!_]*.py'))


def load(names: list[str]) -> dict:
    """Return the modules of targets by name, imported so that their branches are seen."""
    import atheris
    sys.path[:0] = [str(HERE), str(ROOT)]
    import cv2
    cv2.setNumThreads(1)
    with open(os.devnull, 'w') as silence, redirect_stderr(silence), \
            atheris.instrument_imports(include=INSTRUMENTED):
        return {name: importlib.import_module(f'targets.{name}') for name in names}


def fuzz(name: str, target, seconds: int, folder: Path, seed: int) -> dict:
    """
    Fuzz one target in a process of its own and return what came of it.

    :param seconds: for how long, after the inputs known have been tried.
    :param folder: keeps the inputs that were found to be worth trying, findings and the log.
    """
    corpus, seeds, findings = (folder / each for each in ('corpus', 'seeds', 'findings'))
    shutil.rmtree(seeds, ignore_errors=True)
    for each in (corpus, seeds, findings):
        each.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds()):
        (seeds / f'{number:03}').write_bytes(content)
    words = folder / 'words'
    words.write_text(''.join(
        '"' + ''.join(f'\\x{byte:02x}' for byte in token) + '"\n' for token in target.TOKENS))
    known = [str(each) for each in (HERE / 'corpus' / name,) if each.is_dir()]
    before = set(findings.iterdir())
    log, started = folder / 'log', time.monotonic()
    arguments = [
        str(corpus), str(seeds), *known, f'-max_total_time={seconds}', f'-timeout={TIMEOUT}',
        f'-rss_limit_mb={MOST_MB}', f'-max_len={target.LONGEST}', f'-dict={words}',
        f'-artifact_prefix={findings}/', f'-seed={seed}', '-print_final_stats=1',
        # Decoders write their complaints to standard error.
        '-close_fd_mask=2']
    status = in_a_process_of_its_own(target, arguments, log)
    said = log.read_text(encoding='utf-8', errors='replace')

    def last(pattern):
        return int((re.findall(pattern, said) or ['0'])[-1])
    return {
        'target': name, 'seconds': round(time.monotonic() - started), 'status': status,
        'inputs': last(r'stat::number_of_executed_units: *(\d+)'),
        'branches': last(r'cov: (\d+)'), 'corpus': last(r'corp: (\d+)'),
        'slowest_s': last(r'stat::slowest_unit_time_sec: *(\d+)'),
        'peak_mb': last(r'stat::peak_rss_mb: *(\d+)'),
        'findings': sorted(each.name for each in set(findings.iterdir()) - before)}


def in_a_process_of_its_own(target, arguments: list[str], log: Path) -> int:
    """Fuzz and return the exit status: the fuzzer ends its process, a finding may do so, too."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    import atheris
    with open(log, 'wb', buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    atheris.Setup(['fuzz', *arguments], target.one_input)
    atheris.Fuzz()
    sys.exit(0)  # as the fuzzer does where there is a finding: it is written on the way out


def tell(result: dict, folder: Path) -> None:
    """Print what came of one target, with the end of the log where there is a finding."""
    found = ', '.join(result['findings']) or ('none' if result['status'] == 0 else 'see log')
    print(f"{result['target']:16} {result['seconds']:5} s {result['inputs']:9} inputs "
          f"{result['branches']:6} branches, slowest {result['slowest_s']} s, "
          f"{result['peak_mb']} MB, findings: {found}", flush=True)
    if result['status'] == 0 and not result['findings']:
        return
    said = (folder / 'log').read_text(encoding='utf-8', errors='replace')
    print('\n'.join(re.findall(r'SUMMARY: .*', said)) or said[-3000:])
    for name in result['findings']:
        # Where an exception is the finding, it is raised again.
        again = subprocess.run(
            [sys.executable, __file__, result['target'], '--replay', folder / 'findings' / name],
            capture_output=True, timeout=10 * TIMEOUT)
        print(again.stderr.decode('utf-8', 'replace')[-3000:])
        print(f"again with: test/fuzz/fuzz.py {result['target']} --replay "
              f'{folder}/findings/{name}', flush=True)


def write(path: Path, results: list[dict]) -> None:
    """Put results into a file, in place of those of the same targets, and into the page."""
    known = json.loads(path.read_text()) if path.is_file() else []
    rows = {each['target']: each for each in (*known, *results)}
    ordered = [rows[name] for name in sorted(rows)]
    path.write_text('[\n' + ',\n'.join(' ' + json.dumps(row) for row in ordered) + '\n]\n')
    before, _, rest = PAGE.read_text().partition('<!-- figures -->')
    after = rest.partition('<!-- end of figures -->')[2]
    PAGE.write_text(
        f'{before}<!-- figures -->\n{table(ordered)}\n<!-- end of figures -->{after}')


def table(rows: list[dict]) -> str:
    """Return results as a table of Markdown."""
    lines = ['| target | what it reads | seconds | inputs | branches | slowest input | memory | '
             'findings |', '|---|---|---|---|---|---|---|---|']
    for row in rows:
        source = (HERE / 'targets' / f"{row['target']}.py").read_text()
        about = re.search(r'"""(.*?)"""', source, re.S)[1].rstrip('.')
        found = len(row['findings']) or ('none' if row['status'] == 0 else 1)
        lines.append(
            f"| `{row['target']}` | {about} | {row['seconds']} | {row['inputs']:,} | "
            f"{row['branches']} | {row['slowest_s'] or '< 1'} s | {row['peak_mb']} MB | {found} |")
    return '\n'.join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('targets', nargs='*', choices=[[], *NAMES], help='all by default')
    parser.add_argument('--seconds', type=int, default=600, help='for each target')
    parser.add_argument('--seed', type=int, default=0, help='of the fuzzer; 0: another each time')
    parser.add_argument('--folder', type=Path, default=ROOT / '.fuzz', help='for what is found')
    parser.add_argument('--results', type=Path, help='JSON file for the figures')
    parser.add_argument('--table', type=Path, help='only write the page from this JSON file')
    parser.add_argument('--replay', type=Path, help='only run the one target on this file')
    chosen = parser.parse_args()
    names = chosen.targets or NAMES
    if chosen.table:
        write(chosen.table, [])
        return 0
    targets = load(names)
    if chosen.replay:
        targets[names[0]].one_input(chosen.replay.read_bytes())
        return 0
    results = []
    for name in names:
        results.append(fuzz(
            name, targets[name], chosen.seconds, chosen.folder / name, chosen.seed))
        tell(results[-1], chosen.folder / name)
        if chosen.results:
            write(chosen.results, results[-1:])
    return 1 if any(each['status'] or each['findings'] for each in results) else 0


if __name__ == '__main__':
    sys.exit(main())
