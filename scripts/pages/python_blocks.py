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

"""Holds Python in a page against what is there: syntax, imports, names of fer_ros, topics."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import importlib
import importlib.util
import inspect
import re

import fer_ros
from pages.catalogue import Catalogue
from pages.markdown import Block
from pages.problems import Problem, Unknown


def python_problems(block: Block, catalogue: Catalogue) -> Iterator[Problem]:
    """Check that a block is Python whose imports and topics are there."""
    try:
        tree = ast.parse(block.text)
    except SyntaxError as error:
        line = block.line + (error.lineno or 1) - 1
        yield Problem(block.page, line, f'no Python: {error.msg}')
        return
    for node in ast.walk(tree):
        line = block.line + getattr(node, 'lineno', 1) - 1
        try:
            if isinstance(node, ast.Import):
                for one in node.names:
                    if not _of_others(one.name, catalogue):
                        _require_module(one.name)
            elif isinstance(node, ast.ImportFrom):
                if not _of_others(node.module or '', catalogue):
                    _require_names(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.match(r'/(fer|humans|diagnostics)\b', node.value):
                    catalogue.require_topic(node.value)
            elif isinstance(node, ast.Call) and getattr(
                    getattr(node.func, 'value', None), 'id', '') == 'fer_ros':
                require_keywords(node)
            elif isinstance(node, ast.Attribute) and getattr(
                    node.value, 'id', '') == 'fer_ros':
                if not hasattr(fer_ros, node.attr):
                    raise Unknown('name in fer_ros', node.attr, dir(fer_ros))
        except ValueError as error:
            yield Problem(block.page, line, str(error))


def require_keywords(call: ast.Call) -> None:
    """
    Hold the keywords of a call of the library against what it takes.

    :raises Unknown: it takes no such keyword.
    """
    name = ast.unparse(call.func).rpartition('.')[2]
    if name in fer_ros.__all__:
        known = inspect.signature(getattr(fer_ros, name)).parameters
        for one in call.keywords:
            if one.arg and one.arg not in known and not any(
                    each.kind is each.VAR_KEYWORD for each in known.values()):
                raise Unknown(f'keyword of {name}', one.arg, known)


def _of_others(name: str, catalogue: Catalogue) -> bool:
    """Return whether a module is of a package of PyPI that pages name and that is not here."""
    first = name.partition('.')[0]
    return importlib.util.find_spec(first) is None and (
        first.replace('_', '-') in catalogue.requirements)


def _require_module(name: str) -> None:
    try:
        there = importlib.util.find_spec(name) is not None
    except ImportError:
        there = False
    if not there:
        raise Unknown('module', name)


def _require_names(node: ast.ImportFrom) -> None:
    _require_module(node.module or '')
    module = importlib.import_module(node.module or '')
    for one in node.names:
        if not hasattr(module, one.name) and importlib.util.find_spec(
                f'{node.module}.{one.name}') is None:
            raise Unknown(f'name in {node.module}', one.name, dir(module))
