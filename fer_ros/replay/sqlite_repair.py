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

"""The command that saves what can be read of a damaged sqlite3 file of a recording."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

# `.clone` reads each table from both ends up to the damage. The program returns 0 whatever
# happens, so what it saved is counted; without a message the command ends with an error.
_COUNT = ("SELECT number || ' messages are saved' FROM "
          '(SELECT COUNT(*) AS number FROM messages) WHERE number > 0')


def repair_command(file: Path) -> tuple[str, Path]:
    """
    Return a command line for a POSIX shell, and the folder of the new recording it makes.

    It needs `sqlite3`, for a compressed file `unzstd`, and for metadata.yaml `ros2 bag`; nothing
    that is there already is written to.

    :param file: as it was recorded: `.db3`, or `.db3.zstd` where it is compressed as a whole.
    """
    file = file.absolute()
    packed = file.suffix == '.zstd'
    name = file.stem if packed else file.name
    folder = file.with_name(f'{Path(name).stem}_repaired')
    damaged, repaired = folder / 'damaged' if packed else file, folder / name
    steps = [f'mkdir {quote(str(folder))}']
    if packed:
        # Of a file that is cut off, too, the part before the cut is of use.
        steps.append(f'{{ unzstd -c {quote(str(file))} > {quote(str(damaged))} '
                     f'|| test -s {quote(str(damaged))}; }}')
    steps += [
        f'sqlite3 {quote(str(damaged))} {quote(f".clone {_argument(repaired)}")}',
        f'sqlite3 {quote(str(repaired))} "{_COUNT}" | grep saved']
    if packed:
        steps.append(f'rm {quote(str(damaged))}')
    steps.append(f'ros2 bag reindex -s sqlite3 {quote(str(folder))}')
    return ' && '.join(steps), folder


def _argument(path: Path) -> str:
    """Return a path as an argument of a dot-command of `sqlite3`."""
    escaped = str(path).replace('\\', '\\\\').replace('"', '\\"')
    return f'"{escaped}"'
