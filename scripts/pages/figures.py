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
Figures in pages: each stands between two comments, and is written from a results file.

`<!-- figure: pipeline.ratio, .2f -->1.34<!-- / -->` is `ratio` of docs/results/pipeline.json with
two decimals. Names of files and keys, + - * / and numbers may be combined; the format is one of
Python's, after `percent` or `million` where the value is to be shown so, or `text`, or `word`.
`defaults.tracker.memory` is the default of a parameter, and `code.stream.face_roster.ALIVE` a
constant of the package.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
import json
import operator
from pathlib import Path
import re
import shlex
from typing import Any

from pages.problems import Problem, Unknown
from pages.values import Constants, Defaults
from pages.words import NUMBERS
import yaml

FOLDER = 'docs/results'
_MARK = re.compile(r'<!-- figure: ([^>]*?), ((?:percent |million )?\S+) -->(.*?)<!-- / -->', re.S)
_OPENING = re.compile(r'<!-- figure\b')

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv}

_BENCH, _FERPLUS = 'fer_benchmark', '--data ../shared/data/ferplus --split valid'
_PHOTOS = '--images ../shared/data/photos --labels ../shared/data/photos/image_labels.csv'
_RAFDB = '--images runs/rafdb_tenth --labels runs/rafdb_tenth/image_labels.csv'
_BOXES = '--boxes ../shared/data/boxes'
_FAST, _RESEARCH = (f'--model models/expression_{name}.onnx' for name in ('fast', 'research'))

#: What measures each results file; `--json FILE` is added where `{file}` does not stand for it.
COMMANDS = {
    'pipeline': f'{_BENCH} pipeline --clock cpu',
    'interval': f'{_BENCH} interval --clock cpu',
    'scaling': f'{_BENCH} scaling --clock cpu --frames 60 --warmup 15',
    'classifier': f'{_BENCH} classifier --clock cpu',
    'classifier_fast': f'{_BENCH} classifier --clock cpu {_FAST}',
    **{f'{name}_{end}': f'scripts/with_vector_units {units} {_BENCH} {command} --clock cpu'
       for units, end in (('AVX2', 'avx2'), ('SSE4.2', 'sse')) for name, command in (
           ('pipeline', 'pipeline'), ('interval', 'interval'),
           ('scaling', 'scaling --frames 60 --warmup 15'), ('classifier', 'classifier'),
           ('classifier_fast', f'classifier {_FAST}'))},
    'landmarks': f'{_BENCH} landmarks --clock cpu',
    'alternatives': f'{_BENCH} alternatives --clock cpu',
    'study': f'{_BENCH} study --frames 300 --repeats 3',
    'startup': f'{_BENCH} startup --repeats 10',
    'idle': f'{_BENCH} idle',
    'ros': f'{_BENCH} ros --seconds 20',
    'ros_every_frame': f'{_BENCH} ros --seconds 20 --interval 0',
    'ros_jpeg': f'{_BENCH} ros --seconds 15 --size 1920x1080 --transport compressed',
    'dds': f'{_BENCH} dds',
    'expression': f'fer_evaluate {_FERPLUS} --robustness',
    'expression_fast': f'fer_evaluate {_FERPLUS} {_FAST}',
    'expression_research': f'fer_evaluate {_FERPLUS} --robustness {_RESEARCH}',
    'photos': f'fer_evaluate {_PHOTOS}',
    'photos_research': f'fer_evaluate {_PHOTOS} {_RESEARCH}',
    'rafdb_tenth': f'fer_evaluate {_RAFDB}',
    'rafdb_tenth_research': f'fer_evaluate {_RAFDB} {_RESEARCH}',
    'tracking': f'{_BENCH} tracking',
    'clips': f"{_BENCH} clips ../shared/data/clips --talking 'lp_*,grid_*,asl_*,hill.mp4'",
    'detector': f'{_BENCH} detector {_BOXES} --long-side 256 320 384',
    'thresholds': f'{_BENCH} detector {_BOXES} --detector models/face_detector.onnx '
                  '--long-side 256 320 384 448 --threshold 0.5 0.6 0.65 0.7 0.75 0.8',
    'boxes': f'fer_evaluate {_BOXES}',
    'live_replay': 'env FER_RESULTS={file} scripts/env python -m pytest -q '
                   'test/ros/test_live_replay.py -k agree',
    'int8': '.venv-train/bin/python training/quantize.py runs/restored',
    'peers': 'scripts/env python training/peers.py runs/peers',
    'speech': f"{_BENCH} speech ../shared/data/clips --talking 'lp_*,grid_*,asl_*,hill.mp4'",
    'rendered_heads': 'scripts/env python training/measure_rendered_heads.py '
                      '--heads runs/heads/FaceXModel --scan runs/heads/LeePerrySmith.glb '
                      '--skin runs/heads/Map-COL.jpg',
    'cost': '.venv-train/bin/python training/cost.py',
}

#: Results files that no command of this version writes, and why they are kept.
KEPT = {
    'clips_before': 'what docs/tracking.md compares with: before presence was parted from memory',
    'tracking_before': 'likewise',
}

#: What a results file says of where its numbers come from.
REQUIRED = ('date', 'command', 'commit', 'processor', 'vector_units', 'python')

#: Pages and headings of sections in which every figure comes from a results file or the code.
MEASURED = {
    'README.md': ('Results',), 'docs/results.md': ('Results',),
    'docs/performance.md': ('Figures', 'Over ROS', 'What was tried and did not help'),
    'docs/tracking.md': ('What is promised',), 'docs/replay.md': ('Limits',),
    'docs/design.md': ('When the host is too slow',), 'docs/attention.md': ('Action units',)}
_BARE = re.compile(r'(?<![\w.,=])\d[\d.,]*( ?%| ms\b| µs\b| M\b| [kM]B\b| times\b| s\b)')


class Results:
    """
    The results files of a checkout, and the heads of its model cards as `cards`.

    :param root: of the checkout.
    """

    def __init__(self, root: Path):
        self._root = root

    @cached_property
    def files(self) -> dict[str, Any]:
        """Return what every results file holds, by its name without the ending."""
        found: dict[str, Any] = {
            path.stem: json.loads(path.read_text(encoding='utf-8'))
            for path in sorted((self._root / FOLDER).glob('*.json'))}
        found['cards'] = {
            path.stem: yaml.safe_load(path.read_text(encoding='utf-8').split('---\n')[1])
            for path in sorted((self._root / 'models').glob('*.md'))}
        found.update(defaults=Defaults(), code=Constants())
        return found

    def text(self, expression: str, form: str) -> str:
        """
        Return a figure as it is written.

        :raises Unknown: there is no such results file or key.
        :raises ValueError: it is no expression, or the format does not fit its value.
        """
        try:
            value = self._value(ast.parse(expression, mode='eval').body, self.files)
        except SyntaxError:
            raise ValueError(f"'{expression}' is no expression of figures") from None
        kind, _, spec = form.rpartition(' ')
        try:
            if form == 'text':
                return str(value)
            if form == 'word':
                return NUMBERS[int(value) if value == int(value) else value]
            if kind == 'percent':
                return f'{100 * value:{spec}} %'
            if kind == 'million':
                return f'{value / 1e6:{spec}} M'
            return f'{value:{spec}}'
        except (IndexError, TypeError, ValueError):
            raise ValueError(f"'{form}' is no format for '{expression}', {value!r}") from None

    def _value(self, node: ast.expr, scope: Any) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return node.value
        if isinstance(node, ast.Name):
            return _of(scope, node.id, 'results file')
        if isinstance(node, ast.Attribute):
            return _of(self._value(node.value, scope), node.attr, 'key')
        if isinstance(node, ast.Subscript):
            try:
                key = ast.literal_eval(node.slice)
            except ValueError:
                raise ValueError(f"'{ast.unparse(node.slice)}' is no key") from None
            return _of(self._value(node.value, scope), key, 'key')
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return _OPERATORS[type(node.op)](
                self._value(node.left, scope), self._value(node.right, scope))
        raise ValueError(f"'{ast.unparse(node)}' is no expression of figures")


def _of(value: Any, key: Any, what: str) -> Any:
    if isinstance(value, Mapping):
        if value.get(key) is None and key not in value:
            raise Unknown(what, str(key), map(str, value))
        return value[key]
    if isinstance(value, (list, tuple)) and isinstance(key, int) and (
            -len(value) <= key < len(value)):
        return value[key]
    raise Unknown(what, str(key))


def figure_problems(name: str, text: str, results: Results) -> Iterator[Problem]:
    """Yield the figures of a page that are not those of the results files, or have no mark."""
    closed = 0
    for match in _MARK.finditer(text):
        closed += 1
        line = text.count('\n', 0, match.start()) + 1
        try:
            should = results.text(match[1], match[2])
        except ValueError as error:
            yield Problem(name, line, f'in a figure: {error}')
            continue
        if match[3] != should:
            yield Problem(name, line, f"'{match[3]}' is '{should}' in the results of {match[1]}; "
                                      'run: scripts/env python scripts/write_figures.py')
    if len(_OPENING.findall(text)) != closed:
        yield Problem(name, 1, 'a comment of a figure is not of the form '
                               "'<!-- figure: NAME, FORMAT -->VALUE<!-- / -->'")
    for heading in MEASURED.get(name, ()):
        section = re.search(rf'^## {heading}\n(.*?)(?=^## |\Z)', text, re.M | re.S)
        if section is None:
            continue
        for number, row in enumerate(section[1].splitlines(), text.count(
                '\n', 0, section.start(1)) + 1):
            plain = re.sub(r'`[^`]*`', '', re.sub(r'<!--.*?-->', '', _MARK.sub('', row)))
            for bare in _BARE.finditer(plain):
                yield Problem(name, number, f"the figure '{bare[0]}' comes from no results file")


def written(text: str, results: Results) -> str:
    """Return a page with the figures of the results files; those of none stay as they are."""
    def replaced(match: re.Match) -> str:
        try:
            figure = results.text(match[1], match[2])
        except ValueError:
            return match[0]
        return f'<!-- figure: {match[1]}, {match[2]} -->{figure}<!-- / -->'
    return _MARK.sub(replaced, text)


def file_problems(results: Results) -> Iterator[str]:
    """Yield the results files that do not say where their numbers come from."""
    for name, content in results.files.items():
        if name not in ('cards', 'defaults', 'code'):
            machine = content.get('machine', {}) if isinstance(content, dict) else {}
            lacking = [key for key in REQUIRED if not machine.get(key)]
            if lacking:
                yield f"{FOLDER}/{name}.json: 'machine' lacks {', '.join(lacking)}"
            if name not in COMMANDS and name not in KEPT:
                yield f'{FOLDER}/{name}.json is of no command; name it in scripts/pages/figures.py'
            elif name in COMMANDS and not lacking and 'note' not in machine:
                other = _missing_words(COMMANDS[name], machine['command'])
                if other:
                    yield (f"{FOLDER}/{name}.json is of '{machine['command']}', which lacks "
                           f"{', '.join(other)}; run: make figures ARGS={name}")


def _missing_words(command: str, run: str) -> list[str]:
    """Return the words of a results file's command that the one that was run does not have."""
    words = shlex.split(command)
    start = next((number for number, word in enumerate(words)
                  if word.startswith(('fer_', 'training/'))), len(words))
    ran = {Path(word).name for word in shlex.split(run)}
    return [word for word in words[start:] if Path(word).name not in ran]
