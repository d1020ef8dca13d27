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

"""Tables in pages, each between two comments, that are made from results files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import importlib
import importlib.util
import json
from pathlib import Path
import re
import sys
from typing import Any

from pages.figures import Results
from pages.problems import Problem, Unknown

Lines = list[str]


def _evaluated(table: str) -> Callable[[Any], Lines]:
    from fer_ros.evaluate import card_tables
    return lambda result: card_tables.tables(result)[table]


def _photographs(folder: str) -> Callable[[Any], Lines]:
    from fer_ros.evaluate import card_tables
    return lambda result: card_tables.photograph_tables(result, folder)[folder]


def _boxes(result: Any) -> Lines:
    from fer_ros.evaluate import detectors
    return detectors.markdown(result)


def _cost(result: Any) -> Lines:
    return [
        '| network | parameters | multiply-adds | VGG13 of FER+ / it | accuracy |',
        '|---|---|---|---|---|',
        *(f"| {name} | {row['parameters'] / 1e6:.2f} M | {row['macs'] / 1e6:.1f} M "
          f"| {row['ratio']:.1f} | {_share(row['accuracy'])} |"
          for name, row in sorted(
              result['networks'].items(), key=lambda item: -item[1]['ratio']))]


def _share(value: float | None) -> str:
    return '-' if value is None else f'{value:.2%}'


def _crops(result: Any) -> Lines:
    names = {'yunet': 'YuNet-s (`models/face_detector.onnx`)',
             'blazeface': 'BlazeFace (`models/face_detector_blaze.onnx`)'}
    return ['| detector | scale | dx | dy |', '|---|---|---|---|', *(
        f'| {name} | ' + ' | '.join(
            # No minus before a zero.
            f'{round(result[family][key], 2) + 0.0:.2f} ± {result[family]["spread"][key]:.2f}'
            .replace('-', '−') for key in ('scale', 'dx', 'dy')) + ' |'
        for family, name in names.items())]


def _runs(_: Any) -> Lines:
    folder = str(Path(__file__).parents[2] / 'training')
    sys.path.insert(0, folder)
    try:
        return importlib.import_module('report').table().splitlines()
    finally:
        sys.path.remove(folder)


def _live(result: Any) -> Lines:
    # At the recorded speed it depends on the machine alone which of the two it is like.
    names = {'as-fast-as-it-goes': 'each image after the answer to the one before, so that none '
             'is dropped', 'bursts': 'four images at once, so that frames are dropped'}
    return [
        '| played | frames processed | found by both | same label | largest distance of '
        'distributions |', '|---|---|---|---|---|', *(
            f"| {name} | {row['processed']} of {row['frames']} | {row['matched']} of "
            f"{row['faces']} | {row['same_label']} of {row['matched']} | "
            f"{row['largest_distance']:.3f} |"
            for name, row in ((name, result['played'][key]) for key, name in names.items()))]


def _columns(table: str) -> Callable[[Any], Lines]:
    from fer_ros.study import columns
    return lambda _: columns.page_table(columns.TABLES[table]).splitlines()


def _of_script(path: str) -> Callable[[Any], Lines]:
    """Return the tables that a script beside the tests makes of its own results."""
    def lines(result: Any) -> Lines:
        root = Path(__file__).parents[2]
        spec = importlib.util.spec_from_file_location(Path(path).stem, root / path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.table(result).splitlines()
    return lines


#: (page, name of the table, results file, how its lines are made); a file is one of docs/results,
#: or a path from the root of the checkout; logs and modules are read by who makes the lines.
TABLES: tuple[tuple[str, str, str, Callable[[Any], Lines]], ...] = (
    *((f'models/{card}.md', table, card, _evaluated(table))
      for card in ('expression', 'expression_research')
      for table in ('results', 'confusion', 'confidence', 'robustness')),
    *((f'models/{card}.md', folder, folder + suffix, _photographs(folder))
      for card, suffix in (('expression', ''), ('expression_research', '_research'))
      for folder in ('photos', 'rafdb_tenth')),
    ('models/face_detector.md', 'boxes', 'boxes', _boxes),
    ('models/expression.md', 'cost', 'cost', _cost),
    ('docs/replay.md', 'live', 'live_replay', _live),
    ('training/README.md', 'runs', 'training/logs', _runs),
    ('training/README.md', 'cost', 'cost', _cost),
    ('docs/crop_geometry.md', 'crops', 'training/crop_geometry.json', _crops),
    *(('docs/studies.md', table, 'fer_ros/study/columns.py', _columns(table))
      for table in ('faces', 'frames', 'people', 'recordings')),
    ('docs/mutation.md', 'figures', 'docs/mutation.json', _of_script('test/mutation/mutate.py')),
    ('docs/fuzzing.md', 'figures', 'docs/fuzz.json', _of_script('test/fuzz/fuzz.py')),
)


def _pattern(name: str) -> re.Pattern:
    if name == 'figures':
        return re.compile(r'(<!-- figures -->\n)(.*?)(\n<!-- end of figures -->)', re.S)
    return re.compile(rf'(<!-- {name}: written by [^\n]*? -->\n\n)(.*?)(\n\n<!-- end -->)', re.S)


def _lines(results: Results, root: Path, source: str, make: Callable[[Any], Lines]) -> str:
    if source.endswith(('logs', '.py')):
        content = None
    elif source.endswith('.json'):
        content = json.loads((root / source).read_text(encoding='utf-8'))
    elif source in results.files:
        content = results.files[source]
    else:
        raise Unknown('results file', source, results.files)
    try:
        return '\n'.join(make(content))
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f'the results of {source} lack {error}') from None


def table_problems(page: str, text: str, results: Results, root: Path) -> Iterator[Problem]:
    """Yield the tables of a page that are not those of their results files, row by row."""
    for name, table, source, make in TABLES:
        if name != page:
            continue
        match = _pattern(table).search(text)
        if match is None:
            yield Problem(page, 1, f"no table '{table}' between its comments")
            continue
        try:
            should = _lines(results, root, source, make).splitlines()
        except ValueError as error:
            yield Problem(page, text.count('\n', 0, match.start()) + 1, str(error))
            continue
        first = text.count('\n', 0, match.start(2)) + 1
        rows = match[2].splitlines()
        for number in range(max(len(rows), len(should))):
            row, wanted = (some[number] if number < len(some) else '' for some in (rows, should))
            if row != wanted:
                yield Problem(page, first + number, f"'{row}' is '{wanted}' in the results of "
                              f'{source}; run: scripts/env python scripts/write_figures.py')
                break


def tables_written(page: str, text: str, results: Results, root: Path) -> str:
    """Return a page with the tables of the results files; others stay, see `table_problems`."""
    for name, table, source, make in TABLES:
        if name == page:
            try:
                lines = _lines(results, root, source, make)
            except ValueError:
                continue
            text = _pattern(table).sub(
                lambda match, lines=lines: match[1] + lines + match[3], text)
    return text
