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
Keys of JSON that pages read: in programs for `python3 -c`, blocks of Python, and filters of jq.

What a command writes are the keys of the dictionaries and the fields of the classes of its folder.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
import re

from pages.catalogue import Catalogue
from pages.problems import Unknown

#: What every command may write: faces, and what is said of the machine.
_SHARED = ('fer_ros/core/types.py', 'fer_ros/bench/machine.py', 'fer_ros/stream/stamps.py')

#: Words of jq itself, where they could be mistaken for keys.
_OF_JQ = re.compile(r'"(?:[^"\\]|\\.)*"|@\w+|\$\w+')


class DataKeys:
    """
    Tells which keys there are.

    :param catalogue: of the checkout.
    """

    def __init__(self, catalogue: Catalogue):
        self._catalogue = catalogue
        self._of = cache(self._read)

    def wrong(self, used: Sequence[str], commands: Iterable[str]) -> Iterator[str]:
        """
        Yield a sentence for each key that none of the commands writes.

        :param commands: names of the package's; of none of them, all count.
        """
        if not used:
            return
        folders = self._catalogue.folders
        known = set(_labels()).union(*(
            self._of(folders[one]) for one in {*commands} & {*folders} or folders))
        for key in used:
            if key not in known:
                yield str(Unknown('key of JSON that a command writes', key, known))

    def _read(self, folder: str) -> set[str]:
        """Return the keys of a folder's modules and of those that they import."""
        names = {*_SHARED, *(name for name in self._catalogue.files
                             if name.endswith('.py') and name.rpartition('/')[0] == folder)}
        trees = {name: ast.parse((self._catalogue.root / name).read_text()) for name in names}
        imported = {f"{node.module.replace('.', '/')}.py" for tree in trees.values()
                    for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        trees.update((name, ast.parse((self._catalogue.root / name).read_text()))
                     for name in imported & self._catalogue.files - names)
        return {key for tree in trees.values() for key in _keys(tree)}


def of_python(tree: ast.AST) -> list[str]:
    """Return the keys that a program looks up where it reads JSON."""
    if not any(isinstance(node, (ast.Import, ast.ImportFrom)) and 'json' in ast.unparse(node)
               for node in ast.walk(tree)):
        return []
    found = []
    for node in ast.walk(tree):
        key = None
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            key = node.slice
        elif isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'get' and node.args:
            key = node.args[0]
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.append(key.value)
    return found


def of_jq(text: str) -> list[str]:
    """Return the keys that a filter of jq looks up: `.a`, `.["a"]`, and `{a}`."""
    found = re.findall(r'\.?\["(\w+)"\]', text)
    plain = _OF_JQ.sub(' ', text)
    found += re.findall(r'\.([A-Za-z_]\w*)', plain)
    for inner in re.findall(r'\{([^{}]*)\}', plain):
        found += [one.strip() for one in inner.split(',') if re.fullmatch(r'\s*\w+\s*', one)]
    return found


def _keys(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (one.value for one in node.keys
                        if isinstance(one, ast.Constant) and isinstance(one.value, str))
        elif isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'dict':
            yield from (one.arg for one in node.keywords if one.arg)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                yield node.slice.value
        elif isinstance(node, ast.ClassDef):
            yield from (one.target.id for one in node.body if isinstance(one, ast.AnnAssign)
                        and isinstance(one.target, ast.Name))


def _labels() -> Iterable[str]:
    from fer_ros.core.types import LABELS
    return LABELS
