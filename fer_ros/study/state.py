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

"""What a study folder already holds, and what of a run is still to be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
import fcntl
import json
import os
from pathlib import Path
from typing import Any, Iterator

from fer_ros.boundary import InputError, OutputError, reason
from fer_ros.core.text import counted, shown
from fer_ros.staged_output import PARTIAL
from fer_ros.study import tables
from fer_ros.study.columns import SCHEMA_VERSION, TABLES
from fer_ros.study.fingerprint import differences, of_input
from fer_ros.study.inputs import is_url, Source

#: Held by the run that writes into the folder.
LOCK = '.lock'

#: What begins the names of the files that say that a run goes on.
RUN = '.run-'


@dataclass(frozen=True)
class Known:
    """
    A recording that the folder holds.

    :param path: where it was.
    :param input: fingerprint of its files.
    :param settings: that it was made with, see `fingerprint.settings`.
    :param tables: which it has rows in; all of `TABLES` if it is whole, `recordings` alone if it
        failed, none of this version of the tables.
    """

    path: str
    input: str  # noqa: A003
    settings: Mapping[str, Any]
    tables: frozenset[str]

    @property
    def whole(self) -> bool:
        """Tell whether all tables have it."""
        return self.tables == {*TABLES}

    @property
    def failed(self) -> bool:
        """Tell whether the folder holds nothing of it but that it could not be used."""
        return self.tables == {'recordings'}


def check_folder(folder: Path) -> None:
    """
    Refuse a folder that holds something else than a study.

    :raises InputError: names it.
    """
    if any('\ud800' <= each <= '\udfff' for each in str(folder)):
        raise InputError(f'{shown(str(folder), 200)} has a name that is no UTF-8, which Arrow '
                         'cannot write; name another --output')
    try:
        names = [name for name in os.listdir(folder) if not name.startswith('.')]
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f'{shown(str(folder), 200)}: {reason(error)}; name another '
                         '--output') from error
    if names and tables.STUDY not in names:
        raise InputError(
            f'{shown(str(folder), 200)} is no study: it holds {shown(sorted(names)[0])}; name an '
            'empty folder or a new one as --output')
    if names:
        tables.read_study(folder)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """
    Keep other runs away from a folder, which is made; tidy it up before and behind.

    :raises InputError: another run writes into it.
    :raises OutputError: it cannot be written.
    """
    name = shown(str(folder), 200)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OutputError(
            f'{name} cannot be written: {reason(error)}; name another --output') from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if not isinstance(error, BlockingIOError):
                raise OutputError(f'{name} cannot be locked: {reason(error)}; name an --output on '
                                  'a file system that can') from error
            raise InputError(
                f'another fer_study writes into {name}; wait for it, or name another '
                '--output') from error
        _tidy(folder)
        _remove_parts(folder)
        try:
            yield
        finally:
            _tidy(folder)
    finally:
        os.close(descriptor)


def _tidy(folder: Path) -> None:
    """Remove what workers that were killed have left, and runs that have ended."""
    for place in (folder, *(each / table for each in (folder, folder / tables.CSV)
                            for table in TABLES)):
        for pattern in (f'.*.{PARTIAL}.*', f'{RUN}*'):
            for file in place.glob(pattern):
                with suppress(OSError):
                    file.unlink()


def _remove_parts(folder: Path) -> None:
    """Remove rows of recordings whose own row, the last to be written, is not there."""
    for suffix in ('.parquet', '.csv'):
        for table in TABLES:
            for file in tables.file_of(folder, table, '', suffix).parent.glob(f'*{suffix}'):
                if not tables.file_of(folder, 'recordings', file.stem).exists():
                    with suppress(OSError):
                        file.unlink()


def known_recordings(folder: Path) -> dict[str, Known]:
    """Return what the folder holds, by the names of the recordings."""
    found = {}
    for file in sorted((folder / 'recordings').glob('*.parquet')):
        if file.name.startswith('.'):
            continue
        about = tables.file_metadata(file)
        with suppress(KeyError, ValueError):
            there = frozenset(table for table in TABLES if tables.file_of(
                folder, table, file.stem).is_file())
            found[file.stem] = Known(
                about['path'], about['input'], json.loads(about['settings']),
                there if about['schema_version'] == str(SCHEMA_VERSION) else frozenset())
    return found


def known_paths(known: Mapping[str, Known], sources: list[Source]) -> dict[str, str]:
    """Return name by path of what is known; a file that was moved keeps the name it had."""
    paths = {one.path: name for name, one in known.items()}
    moved = {(one.input, one.path.rpartition('/')[2]): name for name, one in known.items()
             if not is_url(one.path) and not os.path.exists(one.path)}
    # Of copies the first one is it: two recordings have two names.
    moved_to: set[str] = set()
    for source in sources:
        name = moved.get((of_input(source), source.label.rpartition('/')[2]))
        if name is not None and source.label not in paths and name not in moved_to:
            moved_to.add(name)
            paths[source.label] = name
    return paths


@dataclass(frozen=True)
class Plan:
    """
    What a run does: the recordings to do, those that are done, and what there is to tell.

    :param redone: lines about what is done again and why.
    :param dropped: failures of other settings that this run does not name, which are forgotten.
    """

    to_do: dict[str, Source]
    done: list[str]
    redone: list[str]
    dropped: list[str]


def plan(named: Mapping[str, Source], known: Mapping[str, Known], settings: Mapping[str, Any],
         force: bool, output: str) -> Plan:
    """
    Decide what is to be done.

    :param named: the recordings of this run, by name.
    :param settings: of this run, see `fingerprint.settings`.
    :param force: do all of them again.
    :raises InputError: other recordings of the folder were made with other settings, so that it
        would hold a mixture.
    """
    dropped = []
    for name, one in known.items():
        changes = differences(one.settings, settings)
        if not changes or name in named:
            continue
        if one.failed:
            dropped.append(name)
        else:
            raise InputError(
                f'{shown(output, 200)} holds {shown(name)}, which was made with other settings '
                f"({'; '.join(changes[:3])}); name it, too, so that it is made again, or name "
                'another --output')
    to_do, done, why = {}, [], Counter[str]()
    for name, source in named.items():
        before = known.get(name)
        if before is None:
            to_do[name] = source
            continue
        changes = ['its files have changed'] if before.input != of_input(source) else []
        changes += differences(before.settings, settings)
        if force or changes or not before.whole:
            to_do[name] = source
            why.update(changes)
        else:
            done.append(name)
    return Plan(to_do, done, [
        f"{counted(count, 'recording is', 'recordings are')} made again: {change}"
        for change, count in why.items()], dropped)
