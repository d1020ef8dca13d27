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

"""Which outputs are refused, as they would destroy an input or each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from itertools import islice
import os
from pathlib import Path
import stat

from fer_ros.boundary import InputError
from fer_ros.core.text import shown
from fer_ros.staged_output import is_special, stream_of

#: Most files of a folder of inputs that outputs are compared with.
MOST = 100_000


def check_outputs(outputs: Iterable[tuple[str, Path | str | None]],
                  inputs: Iterable[tuple[str, Path | str | None]]) -> None:
    """
    Refuse outputs that would destroy an input, or each other, before anything is opened.

    Links of both kinds, `..`, the case of names, folders and redirections by the shell are seen
    through: standard output and standard error are outputs, too.

    :param outputs: (what it is, such as `--jsonl`; its path), files or folders; None counts as
        none. An output folder that exists may not hold an input.
    :param inputs: likewise. In a folder each file is an input, and nothing may be written there.
    :raises InputError: names both.
    """
    read = [(what, Path(path)) for what, path in inputs if path is not None]
    _check_stream('standard error', 2, read)
    _check_stream('standard output', 1, read)
    taken: list[tuple[str, str]] = []
    for what, place in outputs:
        if place is None or place == '-':
            continue
        number = stream_of(place)
        if number is not None:
            _check_stream(f'{what} {shown(str(place), 200)}', number, read)
        if number is not None or is_special(place):
            continue
        real = os.path.realpath(place)
        for name, path in read:
            if _is_in(real, path) or _is_same(real, path) or _holds(real, path):
                raise InputError(
                    f'{what} {shown(str(place), 200)} would be written over {name} '
                    f'{shown(str(path), 200)}; name another place')
        # Two names that differ by case are one file on some disks; nobody wants them on others.
        for name, other in taken:
            if _within(real.casefold(), other) or _within(other, real.casefold()):
                raise InputError(
                    f'{what} {shown(str(place), 200)} is also what {name} would be written to; '
                    'name another place')
        taken.append((what, real.casefold()))


def files_in(folder: Path | None, endings: Collection[str]) -> Iterator[Path]:
    """Yield the files below a folder whose names have one of some endings; none without one."""
    files = (Path(parent, name) for parent, _, names in os.walk(folder or os.devnull)
             for name in names if os.path.splitext(name)[1].lower() in endings)
    return islice(files, MOST)


def _check_stream(what: str, number: int, read: Iterable[tuple[str, Path]]) -> None:
    """
    Refuse a stream that the shell has opened on an input, as `1<>FILE` does.

    :raises InputError: names both; not on standard error where that is the input.
    """
    try:
        status = os.fstat(number)
    except OSError:  # closed
        return
    identity = status.st_dev, status.st_ino
    for name, path in read:
        if stat.S_ISREG(status.st_mode) and identity in _identities(path):
            if number == 2:
                with open(os.devnull, 'wb') as nothing:
                    os.dup2(nothing.fileno(), 2)
            raise InputError(
                f'{what} would be written over {name} {shown(str(path), 200)}; redirect it to '
                'another file')


def _is_in(real: str, path: Path) -> bool:
    """Tell whether an output lies in a folder of inputs, or has the place of an input."""
    other = os.path.realpath(path)
    return real == other or os.path.isdir(other) and _within(real, other)


def _is_same(real: str, path: Path) -> bool:
    """Tell whether an output is an input by another name; only one that exists can be."""
    try:
        identity = _identity(real)
    except OSError:
        return False
    return identity in _identities(path)


def _holds(real: str, path: Path) -> bool:
    """Tell whether an output that is a folder holds an input."""
    return os.path.isdir(real) and _within(os.path.realpath(path), real)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)


def _identities(path: Path) -> set[tuple[int, int]]:
    """Return what a file, or a folder and the files in it, are, links followed."""
    found: set[tuple[int, int]] = set()
    with suppress(OSError):
        found.add(_identity(path))
    for parent, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                found.add(_identity(os.path.join(parent, name)))
            if len(found) >= MOST:
                return found
    return found


def _identity(path: Path | str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino
