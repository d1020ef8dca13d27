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
Values of command-line options: what they must be, and what to write instead.

Each function is a `type` of argparse or makes one; argparse names the option and ends with 2.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
import os
from pathlib import Path
import sys
from typing import Any, NoReturn

from fer_ros.boundary import DEBUG, LONGEST
from fer_ros.core.text import shown
from fer_ros.staged_output import is_special, stream_of

#: Endings of the names of plots.
PLOTS = ('.png', '.svg', '.pdf')


class Parser(ArgumentParser):
    """A parser of arguments whose errors are escaped and cut, as they quote what was written."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and end with status 2."""
        super().error(shown(message, LONGEST))

    def _print_message(self, message: str, file: Any = None) -> None:
        # That standard error takes nothing changes no status; before Python 3.12 it would.
        if file is None or file is sys.stderr:
            with suppress(OSError):
                super()._print_message(message, file)
        else:
            super()._print_message(message, file)


def statuses(rows: dict[str, str]) -> str:
    """
    Return the table of exit statuses that ends a help text.

    :param rows: meaning by status, of those that a command has beside the common ones.
    """
    return '\n'.join(['exit status:', *(f'  {status:<5}{meaning}' for status, meaning in {
        **rows,
        '5': 'an output cannot be written (a full disk, for example); none of it is left',
        '70': f'a mistake of fer_ros; {DEBUG}=1 in the environment prints its traceback',
        '130': 'interrupted by Ctrl-C (SIGINT); 143 by SIGTERM'}.items())])


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return the type of a whole number in a range, both ends inclusive."""
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ArgumentTypeError(
                f'{_quoted(text)} is no whole number; use {_range(least, most)}') from None
        return int(_within(text, value, least, most))
    return read


def number(least: float, most: float | None = None) -> Callable[[str], float]:
    """Return the type of a number in a range, both ends inclusive."""
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ArgumentTypeError(
                f'{_quoted(text)} is no number; use {_range(least, most)}') from None
        return _within(text, value, least, most)
    return read


def parameter(name: str) -> Callable[[str], float]:
    """Return the type of what is also a parameter of the node: the range is that one's."""
    from fer_ros.stream.parameters import SPECS
    spec = SPECS[name]
    assert spec.lowest is not None and spec.highest is not None, 'it is a number'
    if isinstance(spec.default, int):
        return whole(int(spec.lowest), int(spec.highest))
    return number(spec.lowest, spec.highest)


def input_file(text: str) -> Path:
    """Return the path of a file that can be read."""
    path = Path(text)
    if path.is_dir():
        raise ArgumentTypeError(f'{_quoted(text)} is a folder; name a file')
    if not path.exists():
        raise ArgumentTypeError(f'{_quoted(text)} does not exist; name a file that does')
    if not os.access(path, os.R_OK):
        raise ArgumentTypeError(f'{_quoted(text)} may not be read; see its permissions')
    return path


def input_folder(text: str) -> Path:
    """Return the path of a folder that is there."""
    path = Path(text)
    if not path.is_dir():
        what = 'is a file' if path.exists() else 'does not exist'
        raise ArgumentTypeError(f'{_quoted(text)} {what}; name a folder that exists')
    return path


def output_file(text: str) -> Path:
    """Return the path of a file that can be written, in a folder that is there."""
    path = Path(text)
    if path.is_dir():
        raise ArgumentTypeError(f'{_quoted(text)} is a folder; name a file')
    if stream_of(path) is not None or is_special(path):
        return path
    # A link is followed, and the file it names is written anew beside its place.
    path, named = Path(os.path.realpath(path)), path
    if not path.parent.is_dir():
        raise ArgumentTypeError(
            f'the folder {_quoted(named.parent)} does not exist; make it, or name a file '
            'elsewhere')
    if not all(os.access(each, os.W_OK) for each in (path, path.parent) if each.exists()):
        raise ArgumentTypeError(f'{_quoted(text)} may not be written; name a file elsewhere')
    return named


def output_folder(text: str) -> Path:
    """Return the path of a folder that is there or can be made."""
    path = Path(text)
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise ArgumentTypeError(f'{_quoted(there)} is a file; name a folder')
    if not os.access(there, os.W_OK):
        raise ArgumentTypeError(f'{_quoted(there)} may not be written; name a folder elsewhere')
    return path


def made_file(text: str) -> Path:
    """Return the path of a file that can be written, in a folder that is made if needed."""
    path = Path(text)
    output_folder(str(path.parent))
    return output_file(text) if path.parent.is_dir() else path


def plot_file(text: str) -> Path:
    """Return the path of a plot that can be written, in a folder that is there."""
    if Path(text).suffix.lower() not in PLOTS:
        raise ArgumentTypeError(
            f"{_quoted(text)} does not end in {', '.join(PLOTS)}; use one of these")
    return output_file(text)


def or_standard_output(kind: Callable[[str], Path]) -> Callable[[str], str]:
    """Return the type of what is '-' for standard output, or else a path of some type."""
    def read(text: str) -> str:
        return text if text == '-' else str(kind(text))
    return read


def _quoted(text: str | Path) -> str:
    return f"'{shown(str(text), 200)}'"


def _within(text: str, value: float, least: float, most: float | None) -> float:
    # Never true for NaN.
    if not least <= value <= (float('inf') if most is None else most):
        raise ArgumentTypeError(f'{shown(text)} is out of range; use {_range(least, most)}')
    return value


def _range(least: float, most: float | None) -> str:
    return f'{least:g} or more' if most is None else f'{least:g} to {most:.7g}'
