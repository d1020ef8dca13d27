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

"""
Has commands parse arguments with their own parsers, without running them: a process of its own.

Reads a line of JSON for each, [kind, target, arguments], and answers with a line: `error`, the
message of the parser or '', `options`, what the parser knows, and `written`, values of options
that name what is written. What a script imports and this environment lacks, such as PyTorch, is
replaced: nothing of it is called before the arguments are read.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
from pathlib import Path
import runpy
import sys
import types

#: Packages of the training environment; anything else that is missing is a mistake.
ABSENT = ('torch', 'ai_edge_litert', 'matplotlib', 'tqdm', 'onnx')


#: What the types of options are called that name what is written.
WRITTEN = ('output', 'plot', 'video', 'json')


class Parsed(BaseException):
    """The arguments were read."""

    def __init__(self, parser, options):
        self.parser, self.options = parser, options


class Refused(BaseException):
    """The arguments were refused."""

    def __init__(self, parser, message):
        self.parser, self.message = parser, message


class _Anything(types.ModuleType):
    """A module that has everything."""

    def __getattr__(self, name):
        if name.startswith('__') and name != '__version__':
            raise AttributeError(name)
        return _Something()


class _Something:
    """A value that can be called, subclassed, decorated with and added to."""

    def __call__(self, *arguments, **_):
        return arguments[0] if len(arguments) == 1 and callable(arguments[0]) else _Something()

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return _Something()

    def __mro_entries__(self, _bases):
        return (object,)


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what is not installed."""

    def find_spec(self, name, _path=None, _target=None):
        if name.partition('.')[0] in ABSENT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Anything(spec.name)

    def exec_module(self, _module):
        pass


def _without_abbreviations(parser):
    parser.allow_abbrev = False
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                _without_abbreviations(one)


def _parse_args(parser, args=None, namespace=None):
    _without_abbreviations(parser)
    raise Parsed(parser, _ORIGINAL['parse_args'](parser, args, namespace))


def _parse_known_args(parser, args=None, namespace=None):
    # argparse itself calls this for parse_args and for the parsers of subcommands.
    if sys._getframe(1).f_globals['__name__'] == 'argparse':
        return _ORIGINAL['parse_known_args'](parser, args, namespace)
    _without_abbreviations(parser)
    options, rest = _ORIGINAL['parse_known_args'](parser, args, namespace)
    unknown = [word for word in rest[:1] if word != '--ros-args']
    if unknown:
        raise Refused(parser, f'unrecognized arguments: {unknown[0]}')
    raise Parsed(parser, options)


_ORIGINAL = {name: getattr(argparse.ArgumentParser, name)
             for name in ('parse_args', 'parse_known_args')}


def _refuse(parser, message):
    raise Refused(parser, message)


def _known(parser) -> list[str]:
    names = set()
    for action in parser._actions:
        names.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            names.update(action.choices)
            for word in sys.argv:
                if word in action.choices:
                    names.update(_known(action.choices[word]))
    return sorted(names)


def _written(parser, options) -> list[str]:
    """Return the values of options that name what is written."""
    found = []
    parsers = [parser]
    while parsers:
        for action in parsers.pop()._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
            kind = getattr(action.type, '__qualname__', '')
            told = (action.help or '').lower()
            if any(one in kind for one in WRITTEN) or 'writ' in told or 'output' in action.dest:
                value = getattr(options, action.dest, None)
                found += value if isinstance(value, list) else [value]
    return [str(one) for one in found if one not in (None, True, False)]


def probe(kind: str, target: str, arguments: list[str]) -> dict:
    """Return what the parser of a command says of its arguments."""
    sys.argv = [target, *arguments]
    try:
        if kind == 'command':
            sys.argv[0] = target.rpartition(':')[2]
            module, _, function = target.partition(':')
            getattr(importlib.import_module(module), function)()
        elif kind == 'module':
            runpy.run_module(target, run_name='__main__', alter_sys=True)
        else:
            sys.path.insert(0, str(Path(target).resolve().parent))
            try:
                runpy.run_path(target, run_name='__main__')
            finally:
                del sys.path[0]
    except Parsed as parsed:
        return {'error': '', 'options': _known(parsed.parser),
                'written': _written(parsed.parser, parsed.options)}
    except Refused as refused:
        return {'error': refused.message, 'options': _known(refused.parser), 'written': []}
    except SystemExit as ended:
        # --help and --version end here.
        error = '' if not ended.code else f'it ends with {ended.code} before it reads arguments'
        return {'error': error, 'options': [], 'written': []}
    except Exception as error:
        return {'error': f'{type(error).__name__}: {error}', 'options': [], 'written': []}
    return {'error': 'it takes no arguments' if arguments else '', 'options': [], 'written': []}


def main() -> None:
    """Answer until there is nothing more to read."""
    answers = os.fdopen(os.dup(1), 'w')
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    sys.meta_path.append(_Absent())
    argparse.ArgumentParser.parse_args = _parse_args
    argparse.ArgumentParser.parse_known_args = _parse_known_args
    argparse.ArgumentParser.error = _refuse
    questions = os.fdopen(os.dup(0), 'r')
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for line in questions:
        folder, kind, target, arguments = json.loads(line)
        os.chdir(folder)
        before = set(sys.modules)
        answer = probe(kind, target, arguments)
        if kind == 'script':
            # Scripts of different folders may have modules of the same name.
            for name in set(sys.modules) - before:
                if not name.startswith(('fer_ros', 'numpy', 'cv2', 'onnx', 'torch', 'matplotlib')):
                    del sys.modules[name]
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == '__main__':
    main()
