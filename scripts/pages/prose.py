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

"""A file of Python taken apart: the names of its code, and what its prose puts in backticks."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from pages.markdown import Span

_SPAN = re.compile(r'(?<!`)`([^`\n]+)`(?!`)')
_NAME = re.compile(r'[A-Za-z_]\w*')


class Source:
    """A file of Python: its names and strings, what it imports, and the spans of its prose."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.names: set[str] = set()
        self.words: set[str] = set()
        self.literals: set[str] = set()
        self.constants: set[str] = set()
        self.modules: set[str] = set()
        self.spans: list[Span] = []
        tree = ast.parse(text)
        prose = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.modules.update(one.name for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.modules.add(node.module)
                self.modules.update(f'{node.module}.{one.name}' for one in node.names)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.literals.add(node.value.rpartition('/')[2])
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(isinstance(one, ast.Name) and one.id.isupper() for one in targets):
                    self.constants.update(one.value for one in ast.walk(node.value) if isinstance(
                        one, ast.Constant) and isinstance(one.value, str))
            elif isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                if ast.get_docstring(node, clean=False) is not None:
                    docstring = node.body[0].value
                    prose.add((docstring.lineno, docstring.col_offset))
                    self._add(docstring.value, docstring.lineno)
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                self._add(token.string, token.start[0])
            elif token.type == tokenize.NAME:
                self.names.add(token.string)
            elif token.type == tokenize.STRING and token.start not in prose:
                self.words.update(_NAME.findall(token.string))

    def _add(self, text: str, line: int) -> None:
        self.spans += [Span(self.path, line + text[:match.start()].count('\n'), match[1])
                       for match in _SPAN.finditer(text)]
