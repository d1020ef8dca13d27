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
What the text of a launch argument means.

Needs neither launch nor what the node needs: launch files are to load fast.
"""

from __future__ import annotations

from collections.abc import Iterator
import os
import re
from typing import Any, NamedTuple

from fer_ros.core.text import shown
import yaml

#: The word for the model that comes with the package, where a file is asked for.
PACKAGED = 'packaged'

TRUE, FALSE = ('true', '1', 'yes', 'on'), ('false', '0', 'no', 'off')

#: Kinds of values beside a choice of words.
TOPIC, NAMESPACE, NAME, ENCLAVE, PATH, MODEL, BOOLEAN, SECONDS = (
    'topic', 'namespace', 'name', 'enclave', 'path', 'model', 'boolean', 'seconds')

#: The most seconds.
MOST_SECONDS = 3600.0

#: The most characters of a name: what the node adds to it must find room in the 247 of a topic.
MOST_CHARACTERS = 180

#: The most bytes of a file with parameters.
MOST_BYTES = 1 << 20

# As rcl takes names.
_WORD = '[A-Za-z_][A-Za-z0-9_]*'
_WORDS = f'{_WORD}(/{_WORD})*'
_OF_LETTERS = "letters, digits and '_'"
_RULE = f"words of {_OF_LETTERS} with '/' between them, none beginning with a digit"

#: Names by their kind: the pattern, and what it asks for.
_NAMES = {
    TOPIC: (re.compile(f'(~/|/)?{_WORDS}'), f'the name of a topic: {_RULE}'),
    NAMESPACE: (re.compile(f'/|/?{_WORDS}/?'), f'a namespace: {_RULE}'),
    NAME: (re.compile(_WORD), f'the name of a node: {_OF_LETTERS}, the first one no digit'),
    ENCLAVE: (re.compile(f'/|/{_WORDS}'), f"an enclave: '/' and {_RULE}"),
}


class LaunchArgumentError(RuntimeError):
    """An argument does not exist or its value is refused; the message is for people."""


class Argument(NamedTuple):
    """What can be said at start; its kind is one of those above, or the words that it may be."""

    name: str
    description: str
    kind: str | tuple[str, ...]

    def help(self) -> str:  # noqa: A003
        """Return what `ros2 launch` says of it where it lists the arguments."""
        if isinstance(self.kind, tuple):
            return f"{self.description} One of: {', '.join(self.kind)}."
        return f'{self.description} true or false.' if self.kind == BOOLEAN else self.description


def read(argument: Argument, text: str) -> Any:
    """
    Return the value that is meant by an argument's text.

    :raises LaunchArgumentError: none can be meant.
    """
    word, kind = text.strip().lower(), argument.kind
    if isinstance(kind, tuple):
        if word in kind:
            return word
        expected = 'one of: ' + ', '.join(kind)
    elif kind == BOOLEAN:
        if word in TRUE + FALSE:
            return word in TRUE
        expected = 'true or false'
    elif kind == SECONDS:
        try:
            if 0.0 <= float(word) <= MOST_SECONDS:
                return float(word)
        except ValueError:
            pass
        expected = f'a number of seconds from 0 to {MOST_SECONDS:g}'
    elif kind in _NAMES:
        pattern, expected = _NAMES[kind]
        name = text.strip()
        if pattern.fullmatch(name) and len(name) <= MOST_CHARACTERS:
            return name
        expected += f', {MOST_CHARACTERS} characters at most'
    else:
        return _path(argument, text, word)
    raise LaunchArgumentError(f"{argument.name} is '{shown(text, 200)}', but must be {expected}")


def told_to_others(path: str, node: str) -> str:
    """
    Return a sentence where a file has parameters, but none for a node, else ''.

    :param path: of a file that `read` has let pass.
    :param node: its full name.
    """
    with open(path, 'rb') as file:
        names = list(_nodes(yaml.safe_load(file) or {}))
    if not names or any(re.fullmatch(_pattern(name), node) for name in names):
        return ''
    return (f"nothing in '{path}' is for {node}, but for {shown(', '.join(names), 200)}: write "
            f"'{node}:' there, or '/**:' for all nodes")


def _nodes(content: dict[Any, Any], above: str = '') -> Iterator[str]:
    """Yield the names of nodes in a file with parameters, wildcards among them."""
    for key, value in content.items():
        name = f"{above}/{str(key).strip('/')}"
        if isinstance(value, dict) and 'ros__parameters' in value:
            yield name
        elif isinstance(value, dict):
            yield from _nodes(value, name)


def _pattern(name: str) -> str:
    """Return the pattern of the nodes that a name with wildcards stands for."""
    words = {'**': '(/[^/]+)*', '*': '/[^/]+'}
    return ''.join(words.get(word, '/' + re.escape(word)) for word in name.split('/')[1:])


def _path(argument: Argument, text: str, word: str) -> str:
    if argument.kind == MODEL and word == PACKAGED:
        return ''
    # No shell has seen the ~ of a launch file.
    path = os.path.abspath(os.path.expanduser(text))
    # A model that is missing may come later: the node tries again, and says why.
    if argument.kind == PATH and not os.path.isfile(path):
        raise LaunchArgumentError(
            f"{argument.name} '{path}' does not exist or is not a file; give the path of a YAML "
            f'file, such as a copy of config/fer.yaml, or leave {argument.name} out')
    if argument.kind == PATH:
        _require_parameters(argument, path)
    return path


def _require_parameters(argument: Argument, path: str) -> None:
    """
    Hold a file against what a file with parameters looks like.

    The node would end at once over one that is none, and be started again for ever.

    :raises LaunchArgumentError: it is none.
    """
    try:
        with open(path, 'rb') as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError(f'more than {MOST_BYTES} bytes')
        # One in which all lines are comments sets nothing.
        if not isinstance(yaml.safe_load(content) or {}, dict):
            raise ValueError('no node with its ros__parameters is in it')
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise LaunchArgumentError(
            f"{argument.name} '{path}' is no YAML file with parameters: "
            f"{shown(' '.join(str(error).split()), 300)}") from error
