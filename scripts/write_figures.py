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
Writes the figures of the pages from the results files, and measures anew what is asked for.

Without names nothing is measured. A name is one of docs/results/NAME.json; `make figures` asks for
all of those that need no data. Measure where little else runs: the load is in the results.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
import shlex
import subprocess
import sys

from pages.figures import (
    COMMANDS, figure_problems, file_problems, FOLDER, Results, written)
from pages.markdown import page_names, ROOT
from pages.tables import table_problems, tables_written


def _needs_nothing(command: str) -> bool:
    """Return whether a command needs neither data nor another environment."""
    return not any(one in command for one in ('../shared', 'runs/', '.venv-train'))


def main(arguments: list[str] | None = None) -> int:
    """Measure, write, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', choices=[*COMMANDS, []], metavar='NAME',
                        help=f"measure these anew: {', '.join(COMMANDS)}")
    parser.add_argument('--all', action='store_true', help='measure all that need no data')
    options = parser.parse_args(arguments)
    names = options.names or [
        name for name, command in COMMANDS.items() if options.all and _needs_nothing(command)]
    for name in names:
        file = f'{FOLDER}/{name}.json'
        command = COMMANDS[name]
        command = command.format(file=file) if '{' in command else f'{command} --json {file}'
        print(f'== {command}', flush=True)
        status = subprocess.run(
            shlex.split(command), cwd=ROOT, stdin=subprocess.DEVNULL, check=False,
            env={**os.environ, 'PATH': f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
        if status.returncode:
            return status.returncode
    results = Results(ROOT)
    problems: list = list(file_problems(results))
    for page in page_names():
        path = ROOT / page
        text = path.read_text(encoding='utf-8')
        new = tables_written(page, written(text, results), results, ROOT)
        if new != text:
            path.write_text(new, encoding='utf-8')
            print(f'wrote {page}')
        problems += [*figure_problems(page, new, results),
                     *table_problems(page, new, results, ROOT)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
