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

"""A block of shell, taken apart: its commands with their words, variables and redirections."""

from __future__ import annotations

from dataclasses import dataclass, field
import re
import shlex

_SEPARATORS = ('&&', '||', ';', '|', '&', '(', ')')
_SUBSTITUTION = re.compile(r'\$\(([^()]*)\)')
_ASSIGNMENT = re.compile(r'[A-Za-z_]\w*=.*', re.S)
#: What a reader puts something of their own in the place of.
PLACEHOLDER = re.compile(r'<[a-z][a-z ,]*>')


@dataclass
class Command:
    """
    A simple command.

    :param line: of the block, from 0.
    :param words: the program and its arguments.
    :param variables: environment for it alone, or for the shell where there are no words.
    :param written: files that its output goes to.
    :param text: its standard input where that is a here-document.
    """

    line: int
    words: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    text: str = ''


def commands(text: str) -> list[Command]:
    """
    Return the commands of a block, those in `$(…)` before the one that takes what they print.

    :raises ValueError: it is no shell; (line, message) are its arguments.
    """
    found: list[Command] = []
    lines = text.split('\n')
    number = 0
    while number < len(lines):
        start, line = number, lines[number]
        while line.endswith('\\') and number + 1 < len(lines):
            number += 1
            line = line[:-1] + lines[number]
        while _open_quote(line) and number + 1 < len(lines):
            number += 1
            line += '\n' + lines[number]
        document = re.search(r"<<-?\s*'?(\w+)'?", line)
        body: list[str] = []
        if document:
            line = line.replace(document[0], ' ')
            while number + 1 < len(lines) and lines[number + 1].strip() != document[1]:
                number += 1
                body.append(lines[number])
            number += 1
        found += _of_line(start, line, '\n'.join(body))
        number += 1
    return found


def _open_quote(line: str) -> bool:
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return True
    return False


def _of_line(number: int, line: str, body: str) -> list[Command]:
    found: list[Command] = []
    line = PLACEHOLDER.sub(lambda match: '"' + match[0] + '"', line)
    for inner in _SUBSTITUTION.findall(line):
        found += _of_line(number, inner, '')
    line = _SUBSTITUTION.sub(lambda match: _printed(match[1]), line)
    line = re.sub(r'(?<=\s)\d(?=[<>])', '', line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars='&|;()<>')
    lexer.whitespace_split = True
    lexer.commenters = ''
    try:
        tokens = list(lexer)
    except ValueError as error:
        raise ValueError(number, f'no shell: {error}') from None
    command = Command(number, text=body)
    take = ''
    for token in _without_brackets(tokens):
        if token.startswith('#'):
            break
        if take:
            if take.startswith('>') and not token.startswith('&'):
                command.written.append(token)
            take = ''
        elif token in _SEPARATORS:
            found += _whole(command)
            command = Command(number)
        elif re.fullmatch(r'[<>]+&?|&>+', token):
            take = token.lstrip('&')
        elif not command.words and _ASSIGNMENT.fullmatch(token):
            name, _, value = token.partition('=')
            command.variables[name] = value
        else:
            command.words.append(token)
    return found + _whole(command)


def _without_brackets(tokens: list[str]) -> list[str]:
    """Return the words with what may be left out, `[--option VALUE]`, written as if it was not."""
    words, inside = [], False
    for token in tokens:
        if re.match(r'\[--?[a-z]', token):
            token, inside = token[1:], True
        if inside and token.endswith(']') and '[' not in token:
            token, inside = token[:-1], False
        words.append(token)
    return words


def _whole(command: Command) -> list[Command]:
    return [command] if command.words or command.variables else []


def _printed(command: str) -> str:
    """Return what stands for the output of a command: the folder of a package, as it is known."""
    words = command.split()
    if words[:2] == ['ros2', 'pkg'] and 'prefix' in words:
        return '{share}' if '--share' in words else '{prefix}'
    return '{' + '_'.join(re.sub(r'\W', '', word) for word in words[:2]) + '}'
