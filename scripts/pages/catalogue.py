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

"""What is there: programs, targets, parameters, topics, launch arguments of the repository."""

from __future__ import annotations

import ast
from functools import cached_property
import importlib.util
from pathlib import Path
import re
import subprocess
from typing import Any

from fer_ros.ros import launch_arguments, launch_values
from pages import outside
from pages.problems import Unknown
from pages.words import is_placeholder


class Catalogue:
    """
    What a checkout has, read from its own files.

    :param root: of the checkout.
    """

    def __init__(self, root: Path):
        self.root = root

    @cached_property
    def files(self) -> set[str]:
        """Return all files and folders, as git lists them."""
        listed = subprocess.run(
            ['git', 'ls-files', '--cached', '--others', '--exclude-standard'], cwd=self.root,
            capture_output=True, text=True, check=True).stdout.splitlines()
        found = set()
        for name in listed:
            if (self.root / name).exists():
                found.add(name)
                found.update(str(parent) for parent in Path(name).parents)
        return found - {'.'}

    @cached_property
    def tops(self) -> set[str]:
        """Return the first parts of all paths."""
        return {name.partition('/')[0] for name in self.files}

    @cached_property
    def ignored(self) -> list[str]:
        """Return the names that git ignores, without their slash."""
        return [line.strip('/') for line in (self.root / '.gitignore').read_text().splitlines()]

    @cached_property
    def console_scripts(self) -> dict[str, str]:
        """Return module:function by command, as setup.py names them."""
        found = re.findall(r"'(\w+) = ([\w.]+:\w+)'", (self.root / 'setup.py').read_text())
        return dict(found)

    @cached_property
    def folders(self) -> dict[str, str]:
        """Return the folder of each command, as the function that runs it imports it."""
        tree = ast.parse((self.root / 'fer_ros/commands.py').read_text())
        return {
            function.name: one.module.replace('.', '/').rpartition('/')[0]
            for function in tree.body if isinstance(function, ast.FunctionDef)
            for one in ast.walk(function)
            if isinstance(one, ast.ImportFrom) and (one.module or '').endswith('.cli')}

    @cached_property
    def extras(self) -> set[str]:
        """Return the extras of the package."""
        for node in ast.walk(ast.parse((self.root / 'setup.py').read_text())):
            if isinstance(node, ast.keyword) and node.arg == 'extras_require':
                return set(ast.literal_eval(node.value))
        return set()

    @cached_property
    def makefile(self) -> str:
        """Return the Makefile."""
        return (self.root / 'Makefile').read_text()

    @cached_property
    def targets(self) -> set[str]:
        """Return the targets of the Makefile."""
        return set(re.findall(r'^([a-z][\w-]*):', self.makefile, re.M))

    @cached_property
    def make_variables(self) -> set[str]:
        """Return the variables that the Makefile reads."""
        return set(re.findall(r'\$\((?:or \$\()?([A-Z]+)\)', self.makefile)) | set(
            re.findall(r'^ifdef ([A-Z]+)', self.makefile, re.M)) | {
                # Make hands its variables to the scripts that it runs.
                name for script in re.findall(r'@(?:[A-Z]+=\S+ )*(\w+/\w+)', self.makefile)
                for name in re.findall(r'\$\{([A-Z]+):-', self._text(script))}

    def _text(self, name: str) -> str:
        path = self.root / name
        return path.read_text(encoding='utf-8') if path.is_file() else ''

    @cached_property
    def launch_arguments(self) -> dict[str, dict[str, tuple[str, ...] | None]]:
        """Return the arguments of each launch file with their choices."""
        found = {}
        for file in sorted(self.root.glob('launch/*.launch.py')) + sorted(
                self.root.glob('examples/*/launch/*.launch.py')):
            found[file.name] = _launch_arguments(file.read_text())
        found['fer.launch.py'] = self.included_arguments | {
            name.removeprefix(launch_arguments.PREFIX): choices
            for name, choices in self.included_arguments.items()}
        return found

    @cached_property
    def included_arguments(self) -> dict[str, tuple[str, ...] | None]:
        """Return those of fer.launch.py, as launch files that include it write them."""
        truths = launch_values.TRUE + launch_values.FALSE
        return {
            launch_arguments.PREFIX + one.name: one.kind if isinstance(one.kind, tuple)
            else truths if one.kind == launch_values.BOOLEAN else None
            for one in launch_arguments.ARGUMENTS}

    @cached_property
    def packages(self) -> dict[str, Path]:
        """Return the folder of each ROS package of the repository."""
        found = {}
        for name in self.files:
            if Path(name).name == 'package.xml':
                text = (self.root / name).read_text()
                found[re.search(r'<name>(\w+)</name>', text)[1]] = (self.root / name).parent
        return found

    @cached_property
    def topics(self) -> set[str]:
        """Return the topics of a node `fer`, those of a face with `<id>`."""
        from fer_ros.ros.topics import PUBLISHED
        return {name.replace('~', '/fer') for name, *_ in PUBLISHED}

    @cached_property
    def distributions(self) -> list[str]:
        """Return the distributions of ROS 2 that the package is for."""
        return sorted(path.parent.name for path in self.root.glob(
            '.devcontainer/*/devcontainer.json'))

    @cached_property
    def values(self) -> dict[str, set[str]]:
        """Return what variables of the environment and of make may be, of those with choices."""
        def stems(pattern: str) -> set[str]:
            return {path.stem for path in self.root.glob(pattern)}
        return {
            **outside.VALUES, 'ROS_DISTRO': set(self.distributions),
            'DISTRO': {one for one in stems('requirements/*.in') if one in self.distributions},
            'VERSIONS': stems('requirements/versions/*.txt'),
            'TARGET': stems('test/fuzz/targets/[!_]*.py')}

    def require_value(self, name: str, value: str) -> None:
        """
        Hold the value of a variable against those that it may have.

        :raises Unknown: it is none of them.
        """
        for one in value.split() if name in self.values else ():
            if one not in self.values[name] and '$' not in one and (
                    name in outside.VALUES or not is_placeholder(one)):
                raise Unknown(f'value of {name}', one, self.values[name])

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Return the types of the topics and services of a node `fer` by their names."""
        from fer_ros.ros import standard_interface, topics
        rows = (*topics.SUBSCRIBED, *topics.PUBLISHED, *topics.SERVICES,
                *standard_interface.PUBLISHED, *standard_interface.SERVICES)
        return {name.replace('~', '/fer'): kind for name, kind, *_ in rows}

    @cached_property
    def services(self) -> set[str]:
        """Return the services of a node, without its name; those of ROS among them."""
        from fer_ros.ros import standard_interface
        from fer_ros.ros.topics import SERVICES
        return {name.removeprefix('~/')
                for name, *_ in (*SERVICES, *standard_interface.SERVICES)}

    @cached_property
    def private(self) -> set[str]:
        """Return what a node `fer` has under its name beside its topics."""
        from fer_ros.ros import standard_interface
        return {f'/fer/{name}' for name in self.services} | {
            name.replace('~', '/fer') for name, *_ in standard_interface.PUBLISHED}

    @cached_property
    def options(self) -> set[str]:
        """Return the options that code and scripts of the repository have, and those of others."""
        found = set(outside.OPTIONS)
        for name in self.files:
            if not name.startswith('test/') and '/pages/' not in name and (
                    name.endswith(('.py', '.sh')) or name == 'Makefile'
                    or name.startswith('scripts/')) and (self.root / name).is_file():
                found.update(re.findall(r'(?<![\w-])--[a-z][\w-]*', self._text(name)))
        return found

    @cached_property
    def remapped(self) -> set[str]:
        """Return the names that a remapping may begin with."""
        from fer_ros.ros.topics import PUBLISHED, SUBSCRIBED
        return {name for name, *_ in (*SUBSCRIBED, *PUBLISHED)} | self.topics | {'__ns', '__node'}

    @cached_property
    def requirements(self) -> set[str]:
        """Return the packages of PyPI that the repository names."""
        found = set(outside.PYPI)
        for name in self.files:
            if re.search(r'requirements[\w.]*\.(txt|in)$', name):
                found.update(one.lower() for one in re.findall(
                    r'^([A-Za-z][\w.-]*)', (self.root / name).read_text(), re.M))
        return found | set(re.findall(r"'([\w-]+)'", (self.root / 'setup.py').read_text()))

    @cached_property
    def variables(self) -> set[str]:
        """Return the variables of the environment that the code reads, and those of others."""
        found = set(outside.VARIABLES)
        for name in self.files:
            path = self.root / name
            if 'pages/' not in name and path.is_file() and (
                    path.suffix in ('.py', '.sh') or name.startswith('scripts/')):
                found.update(re.findall(r"['\"$({]([A-Z][A-Z0-9_]{3,})\b", path.read_text()))
        # Conditions that rosdep judges.
        return found | set(re.findall(r'\$([A-Z_]+)', self._text('package.xml')))

    def module(self, name: str) -> str:
        """
        Return the file of a module that `python -m` runs.

        :raises Unknown: there is none.
        """
        path = name.replace('.', '/')
        for one in (f'{path}.py', f'{path}/__main__.py'):
            if one in self.files:
                return one
        try:
            there = importlib.util.find_spec(name) is not None
        except (ImportError, ValueError):
            there = False
        if there and not name.startswith('fer_ros'):
            return ''
        raise Unknown('module', name, (
            one[:-3].replace('/', '.') for one in self.files if one.endswith('.py')))

    def require_topic(self, name: str) -> None:
        """
        Hold the name of a topic against those of the node, of cameras and of ROS.

        :raises Unknown: it is none of them.
        """
        plain = re.sub(r'^(/\w+)*?(?=/fer/|/humans/|/diagnostics$)', '', name)
        face = re.sub(r'(?<=/humans/faces/)(f\w+|\{\w+\})(?=/)', '<id>', plain)
        if face in self.topics or name in outside.ROS_TOPICS:
            return
        last = re.sub(r'/compressed$', '', name).rpartition('/')[2]
        if last in outside.CAMERA_TOPICS:
            return
        raise Unknown('topic', name, (
            *self.topics, *outside.ROS_TOPICS, '/camera/image_raw', '/camera/camera_info'))

    def require_parameter(self, name: str, value: str | None = None) -> None:
        """
        Hold a parameter, and its value where there is one, against the node's table.

        :raises Unknown: there is no such parameter.
        :raises ValueError: the node would refuse the value.
        """
        from fer_ros.bounded_text import parse_yaml
        from fer_ros.stream.parameters import SPECS
        if name == 'use_sim_time':
            return
        if name not in SPECS:
            raise Unknown('parameter', name, SPECS)
        if value is None or is_placeholder(value):
            return
        if value.startswith(('{share}', '{prefix}')):
            self.require_path(value)
            return
        spec = SPECS[name]
        read: Any = spec.read(parse_yaml(value))
        if isinstance(spec.default, float) and type(read) is int:
            # As ROS takes it where it may.
            read = float(read)
        fault = spec.fault(read)
        if fault:
            raise ValueError(fault)
        if name.endswith('_model') and '/' in value:
            self.require_path(value)

    def matches(self, pattern: str) -> bool:
        """Return whether a pattern with wildcards is that of files that are there."""
        try:
            return any(letter in pattern for letter in '*?') and any(self.root.glob(pattern))
        except (NotImplementedError, ValueError):
            # Of a node, such as /**, and not of files.
            return False

    def require_path(self, name: str) -> None:
        """
        Hold a path of the checkout, or of the package's share, against what is there.

        :raises Unknown: it is not there.
        """
        plain = re.sub(
            r'^(\{share\}|\{prefix\}/share/fer_ros|install/fer_ros/share/fer_ros|src/fer_ros)/',
            '', name)
        plain = re.sub(r'^\./', '', plain).rstrip('/')
        if plain not in self.files and not self.matches(plain):
            raise Unknown('file', name, self.files)


def _launch_arguments(text: str) -> dict[str, tuple[str, ...] | None]:
    """Return the names in the calls and tables of a launch file that declare arguments."""
    found: dict[str, tuple[str, ...] | None] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Tuple) and len(node.elts) >= 3 and all(
                isinstance(one, ast.Constant) and isinstance(one.value, str)
                for one in (node.elts[0], node.elts[2])):
            choices = None
            if isinstance(node.elts[-1], ast.List):
                choices = tuple(map(str, ast.literal_eval(node.elts[-1])))
            found[node.elts[0].value] = choices
        elif isinstance(node, ast.Call) and getattr(node.func, 'id', getattr(
                node.func, 'attr', '')) == 'DeclareLaunchArgument' and node.args and isinstance(
                    node.args[0], ast.Constant):
            choices = next((one.value for one in node.keywords if one.arg == 'choices'), None)
            found[node.args[0].value] = tuple(
                map(str, ast.literal_eval(choices))) if isinstance(choices, ast.List) else None
    return found
