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

"""Holds what pages write for `ros2` against its verbs, the node, its topics and launch files."""

from __future__ import annotations

from collections.abc import Iterator
import re
from typing import TYPE_CHECKING

from pages import outside, ros_cli, ros_types
from pages.catalogue import Catalogue
from pages.problems import Unknown
from pages.words import is_placeholder

if TYPE_CHECKING:
    from pages.checker import Checker

_NODE = re.compile(r'(/\w+)*/fer')


class RosChecker:
    """Checks the arguments of `ros2` and those after `--ros-args`."""

    def __init__(self, catalogue: Catalogue, checker: Checker):
        self._catalogue = catalogue
        self._checker = checker

    def command(self, words: list[str]) -> Iterator[str]:
        """Yield what is wrong with `ros2 WORDS…`."""
        if not words or is_placeholder(words[0]):
            return
        command, rest = words[0], words[1:]
        if command not in ros_cli.COMMANDS:
            raise Unknown('command of ros2', command, ros_cli.COMMANDS)
        if command == 'run':
            yield from self._run(rest)
        elif command == 'launch':
            yield from self._launch(rest)
        else:
            verb = rest[0] if rest and (command, '') not in ros_cli.VERBS else ''
            if is_placeholder(verb) or not (rest or self._checker.whole):
                return
            if (command, verb) not in ros_cli.VERBS:
                raise Unknown(f'verb of ros2 {command}', verb, (
                    one for name, one in ros_cli.VERBS if name == command))
            flags, valued = ros_cli.VERBS[command, verb]
            given, unknown = _split(rest[1:] if verb else rest, flags, valued)
            yield from (str(Unknown(f'option of ros2 {command} {verb}', one, (*flags, *valued)))
                        for one in unknown)
            yield from self._values(command, verb, given)
            if command in ('topic', 'service'):
                yield from self._types(command, verb, given, rest)

    def _values(self, command: str, verb: str, given: list[str]) -> Iterator[str]:
        """Check the arguments of a verb that are no options."""
        known = self._catalogue
        try:
            if command == 'topic' and given and verb != 'find':
                known.require_topic(given[0])
            elif (command, verb) == ('bag', 'record'):
                for one in given:
                    known.require_topic(one)
            elif command in ('param', 'lifecycle', 'node') and given:
                if not _NODE.fullmatch(given[0]) and not is_placeholder(given[0]):
                    raise Unknown('node', given[0], ('/fer',))
                if command == 'param' and verb in ('get', 'set', 'describe'):
                    for name in given[1:2] if verb != 'describe' else given[1:]:
                        known.require_parameter(name, given[2] if verb == 'set' else None)
                elif command == 'param' and verb == 'load':
                    yield from self._checker.paths(given[1:], set())
                elif verb == 'set' and given[1] not in ros_cli.TRANSITIONS:
                    raise Unknown('transition', given[1], ros_cli.TRANSITIONS)
            elif command == 'service' and verb == 'call' and given:
                node, _, service = given[0].rpartition('/')
                if not _NODE.fullmatch(node) or service not in known.services:
                    raise Unknown('service', given[0], [f'/fer/{one}' for one in known.services])
            elif command == 'security':
                for one in given[1:2]:
                    if not is_placeholder(one) and not _NODE.fullmatch(one):
                        raise Unknown('enclave', one, ('/fer',))
                yield from self._checker.paths(given, set())
            elif command == 'pkg' and given:
                self._package(given[-1])
        except ValueError as error:
            yield str(error)

    def _types(self, command: str, verb: str, given: list[str], words: list[str]) -> Iterator[str]:
        """Check the type behind a topic or service, its fields, and the values for them."""
        if verb not in ('echo', 'pub', 'call') or not given or is_placeholder(given[0]):
            return
        kinds = self._catalogue.kinds
        expected = kinds.get(given[0], '')
        try:
            kind = ros_types.find(given[1] if given[1:] else expected)
        except Unknown as error:
            yield str(error)
            return
        if expected and given[1:] and given[1] != expected:
            yield f"{command} '{given[0]}' is of type {expected}, not '{given[1]}'"
        elif kind is not None:
            for text in given[2:3]:
                yield from ros_types.wrong_values(kind, text)
            for option, value in zip(words, words[1:]):
                if option == '--field':
                    ros_types.require_field(kind, value)

    def _package(self, name: str) -> None:
        packages = (*self._catalogue.packages, *outside.ROS_PACKAGES)
        if name not in packages:
            raise Unknown('package', name, packages)

    def _run(self, words: list[str]) -> Iterator[str]:
        if len(words) < 2 and not self._checker.whole:
            return
        if len(words) < 2:
            yield 'ros2 run takes a package and an executable'
            return
        package, program = words[:2]
        self._package(package)
        if package == 'fer_ros':
            if program not in self._catalogue.console_scripts:
                raise Unknown('executable of fer_ros', program, self._catalogue.console_scripts)
            yield from self._checker.program(program, words[2:])
            return
        if package in outside.ROS_PACKAGES and program not in outside.ROS_PACKAGES[package]:
            raise Unknown(f'executable of {package}', program, outside.ROS_PACKAGES[package])
        yield from self._of_others(words[2:])

    def _launch(self, words: list[str]) -> Iterator[str]:
        given, unknown = _split(words, *ros_cli.LAUNCH)
        yield from (str(Unknown('option of ros2 launch', one, sum(ros_cli.LAUNCH, ())))
                    for one in unknown)
        if len(given) < 2 and not self._checker.whole:
            return
        if len(given) < 2:
            yield 'ros2 launch takes a package and a launch file'
            return
        package, file = given[:2]
        self._package(package)
        files = self._catalogue.launch_arguments
        if package not in self._catalogue.packages:
            if file not in outside.ROS_PACKAGES[package]:
                raise Unknown(f'launch file of {package}', file, outside.ROS_PACKAGES[package])
            return
        if file not in files:
            raise Unknown(f'launch file of {package}', file, files)
        for one in given[2:]:
            name, _, value = one.partition(':=')
            yield from self._launch_argument(file, name, value)

    def _launch_argument(self, file: str, name: str, value: str) -> Iterator[str]:
        arguments = self._catalogue.launch_arguments[file]
        if is_placeholder(name):
            return
        if name not in arguments:
            yield str(Unknown(f'argument of {file}', name, arguments))
            return
        choices = arguments[name]
        if choices is not None and value.lower() not in choices and not is_placeholder(value):
            yield (f"argument '{name}' of {file} is '{value}'; it must be one of: "
                   f"{', '.join(choices)}")
            return
        try:
            from fer_ros.ros.launch_arguments import PREFIX
            from fer_ros.ros.launch_values import PACKAGED
            from fer_ros.stream.parameters import SPECS
            if file == 'fer.launch.py':
                name = name.removeprefix(PREFIX)
            if name in SPECS and value != PACKAGED and choices is None:
                self._catalogue.require_parameter(name, value)
            elif name == 'image' and value.startswith('/'):
                self._catalogue.require_topic(value)
            elif name == 'params_file':
                yield from self._checker.path(value, set())
        except ValueError as error:
            if value not in self._checker.given:
                yield str(error)

    def arguments(self, words: list[str]) -> Iterator[str]:
        """Yield what is wrong with the arguments of the node itself."""
        if words and words[0] != '--ros-args' and not is_placeholder(words[0]):
            yield f"fer_node takes arguments of ROS alone; write --ros-args before '{words[0]}'"
            return
        for option, value in self._pairs(words[1:]):
            name, _, given = value.partition(':=')
            try:
                if option in ('-p', '--param'):
                    self._catalogue.require_parameter(name, given)
                elif option in ('-r', '--remap'):
                    if name not in self._catalogue.remapped:
                        raise Unknown('topic of the node to remap', name, self._catalogue.remapped)
                    if name == 'image' and given.startswith('/'):
                        self._catalogue.require_topic(given)
                elif option == '--params-file':
                    yield from self._checker.path(value, set())
                elif not option:
                    yield value
            except ValueError as error:
                yield str(error)

    def _of_others(self, words: list[str]) -> Iterator[str]:
        """Check arguments of other packages' nodes: topics that are remapped to ours alone."""
        if '--ros-args' in words:
            for option, value in self._pairs(words[words.index('--ros-args') + 1:]):
                target = value.partition(':=')[2]
                if option in ('-r', '--remap') and target.startswith(('/fer', '/humans')):
                    self._catalogue.require_topic(target)
                elif not option:
                    yield value

    @staticmethod
    def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
        """Yield option and value; '' and a sentence for what is no argument of ROS."""
        flags, valued = ros_cli.ROS_ARGUMENTS
        rest = iter(words)
        for word in rest:
            if word in valued:
                yield word, next(rest, '')
            elif word not in flags and not is_placeholder(word):
                yield '', str(Unknown('argument of ROS', word, (*flags, *valued)))


def _split(words: list[str], flags: tuple[str, ...], valued: tuple[str, ...]) -> tuple[
        list[str], list[str]]:
    """Return the arguments that are no options, and options that are not known."""
    given, unknown = [], []
    rest = iter(words)
    for word in rest:
        if word in valued:
            next(rest, '')
        elif word.startswith('-') and (
                word in flags or not re.fullmatch(r'-?[\d.]+', word)):
            if word not in flags and word.partition('=')[0] not in valued:
                unknown.append(word)
        else:
            given.append(word)
    return given, unknown
