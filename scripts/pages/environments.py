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

"""Which Python a script of the checkout runs with: what it imports must be installed there."""

from __future__ import annotations

import ast
from collections.abc import Collection
from functools import lru_cache
import importlib.util
from pathlib import Path
import re
import sys

#: The interpreters that pages may name for scripts and modules of the checkout.
DEVELOPMENT, TRAINING = 'scripts/env python', '.venv-train/bin/python'

#: Names of packages on PyPI where modules are called otherwise.
_PACKAGES = {'cv2': 'opencv-python-headless', 'yaml': 'pyyaml'}


def lacking(script: Path, root: Path, interpreter: str,
            installed: Collection[str] = ()) -> str:
    """
    Return why a script cannot run with an interpreter, or '' where it can.

    :param interpreter: as the page writes it.
    :param installed: modules that the page itself has installed for it.
    """
    absent = {one: _absent(script, root, one) for one in (DEVELOPMENT, TRAINING)}
    if interpreter in absent:
        absent[interpreter] -= set(installed)
    remedy = next((one for one, names in absent.items() if not names), '')
    write = f"; write '{remedy} {script.relative_to(root)}'" if remedy else ''
    if interpreter not in absent:
        return f"'{interpreter}' is in no environment that a page sets up{write}"
    if absent[interpreter]:
        names = ', '.join(sorted(absent[interpreter]))
        return (f"{script.relative_to(root)} needs {names}, which '{interpreter}' does not "
                f'have{write}')
    return ''


def _absent(script: Path, root: Path, interpreter: str) -> set[str]:
    names = imported(script, root)
    if interpreter == TRAINING:
        text = (root / 'training' / 'requirements.txt').read_text().lower()
        there = set(re.findall(r'^([a-z][\w-]*)', text, re.M))
        return {one for one in names if _PACKAGES.get(one, one.lower()) not in there}
    return {one for one in names if importlib.util.find_spec(one) is None}


def imported(script: Path, root: Path) -> set[str]:
    """Return the packages that a script and the modules behind it import at once."""
    found: set[str] = set()
    seen: set[Path] = set()
    todo = [script]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        modules, names = _modules(path)
        for module in [*modules, *names]:
            parts = module.split('.')
            local = [root.joinpath(*parts).with_suffix('.py'),
                     root.joinpath(*parts, '__init__.py'), path.parent / f'{module}.py']
            there = [one for one in local if one.is_file()]
            if there:
                todo += there
            elif module not in names and module.partition('.')[0] not in sys.stdlib_module_names:
                found.add(module.partition('.')[0])
    return found - {'fer_ros'}


@lru_cache(maxsize=None)
def _modules(path: Path) -> tuple[list[str], set[str]]:
    """Return the modules that a file imports at once, and what of them may be modules, too."""
    found, names = [], set()
    body = list(ast.parse(path.read_text(encoding='utf-8')).body)
    for node in body:
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append(node.module)
            names.update(f'{node.module}.{one.name}' for one in node.names)
    return found, names
