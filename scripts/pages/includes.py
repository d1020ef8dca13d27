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

"""Finds what launch files in pages name: arguments of ours, parameters, packages and files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import re
from xml.etree import ElementTree

import yaml

_FILE = 'fer.launch.py'

#: A package, and where it is written so, the launch file below its share.
_SHARE = re.compile(r'\$\(find-pkg-share (\w+)\)(?:/launch/([\w.]+))?|'
                    r"FindPackageShare\('(\w+)'\)(?:[^\]]*?'launch', '([\w.]+)'\])?")
_PARAMETER = re.compile(r"SetParameter\((?:name=)?'([\w.]+)'|"
                        r'set_parameter[: ][^\n]*?name[=:] ?"?([\w.]+)')


def packages(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line from 0, package and launch file, '' for none, of each place that names one."""
    for match in _SHARE.finditer(text):
        yield text.count('\n', 0, match.start()), match[1] or match[3], match[2] or match[4] or ''


def parameters(text: str) -> Iterator[tuple[int, str]]:
    """Yield line from 0 and name of each parameter that is set for a group of nodes."""
    for match in _PARAMETER.finditer(text):
        yield text.count('\n', 0, match.start()), match[1] or match[2]


def in_python(text: str) -> Iterator[str]:
    """
    Yield the names in the calls that include it.

    :raises SyntaxError: it is no Python.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(
                node.func, 'id', '') == 'IncludeLaunchDescription' and _FILE in ast.unparse(node):
            for keyword in node.keywords:
                for inner in ast.walk(keyword.value):
                    if keyword.arg == 'launch_arguments' and isinstance(inner, ast.Dict):
                        yield from (one.value for one in inner.keys
                                    if isinstance(one, ast.Constant))


def in_xml(text: str) -> Iterator[str]:
    """Yield the names in its elements `include`."""
    for include in ElementTree.fromstring(text).iter('include'):
        if include.get('file', '').endswith(_FILE):
            yield from (one.get('name', '') for one in include.iter('arg'))


def in_yaml(text: str) -> Iterator[str]:
    """Yield the names in its mappings `include`."""
    values = [yaml.safe_load(text)]
    while values:
        value = values.pop()
        if isinstance(value, list):
            values += value
        elif isinstance(value, dict):
            values += value.values()
            include = value.get('include')
            if isinstance(include, dict) and str(include.get('file', '')).endswith(_FILE):
                yield from (str(one.get('name', '')) for one in include.get('arg', ()))
