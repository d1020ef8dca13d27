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

from argparse import ArgumentTypeError
from collections.abc import Callable
import os
from pathlib import Path

#: Endings of the names of plots.
PLOTS = ('.png', '.svg', '.pdf')


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return the type of a whole number in a range, both ends inclusive."""
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ArgumentTypeError(
                f"'{text}' is no whole number; use {_range(least, most)}") from None
        return int(_within(text, value, least, most))
    return read


def number(least: float, most: float | None = None) -> Callable[[str], float]:
    """Return the type of a number in a range, both ends inclusive."""
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ArgumentTypeError(f"'{text}' is no number; use {_range(least, most)}") from None
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
        raise ArgumentTypeError(f"'{text}' is a folder; name a file")
    if not path.exists():
        raise ArgumentTypeError(f"'{text}' does not exist; name a file that does")
    if not os.access(path, os.R_OK):
        raise ArgumentTypeError(f"'{text}' may not be read; see its permissions")
    return path


def input_folder(text: str) -> Path:
    """Return the path of a folder that is there."""
    path = Path(text)
    if not path.is_dir():
        what = 'is a file' if path.exists() else 'does not exist'
        raise ArgumentTypeError(f"'{text}' {what}; name a folder that exists")
    return path


def output_file(text: str) -> Path:
    """Return the path of a file that can be written, in a folder that is there."""
    path = Path(text)
    if path.is_dir():
        raise ArgumentTypeError(f"'{text}' is a folder; name a file")
    if not path.parent.is_dir():
        raise ArgumentTypeError(
            f"the folder '{path.parent}' does not exist; make it, or name a file elsewhere")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ArgumentTypeError(f"'{text}' may not be written; name a file elsewhere")
    return path


def output_folder(text: str) -> Path:
    """Return the path of a folder that is there or can be made."""
    path = Path(text)
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise ArgumentTypeError(f"'{there}' is a file; name a folder")
    if not os.access(there, os.W_OK):
        raise ArgumentTypeError(f"'{there}' may not be written; name a folder elsewhere")
    return path


def made_file(text: str) -> Path:
    """Return the path of a file that can be written, in a folder that is made if needed."""
    path = Path(text)
    output_folder(str(path.parent))
    return output_file(text) if path.parent.is_dir() else path


def plot_file(text: str) -> Path:
    """Return the path of a plot that can be written, in a folder that is there."""
    if Path(text).suffix.lower() not in PLOTS:
        raise ArgumentTypeError(f"'{text}' does not end in {', '.join(PLOTS)}; use one of these")
    return output_file(text)


def or_standard_output(kind: Callable[[str], Path]) -> Callable[[str], str]:
    """Return the type of what is '-' for standard output, or else a path of some type."""
    def read(text: str) -> str:
        return text if text == '-' else str(kind(text))
    return read


def _within(text: str, value: float, least: float, most: float | None) -> float:
    # Never true for NaN.
    if not least <= value <= (float('inf') if most is None else most):
        raise ArgumentTypeError(f'{text} is out of range; use {_range(least, most)}')
    return value


def _range(least: float, most: float | None) -> str:
    return f'{least:g} or more' if most is None else f'{least:g} to {most:.7g}'
