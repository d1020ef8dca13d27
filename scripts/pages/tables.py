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

from pages.figures import FOLDER, Results
from pages.problems import Problem, Unknown

Lines = list[str]

_ROOT = Path(__file__).parents[2]


def _evaluated(table: str) -> Callable[[Any], Lines]:
    from fer_ros.evaluate import card_tables
    return lambda result: card_tables.tables(result)[table]


def _photographs(folder: str) -> Callable[[Any], Lines]:
    from fer_ros.evaluate import card_tables
    return lambda result: card_tables.photograph_tables(result, folder)[folder]


def _boxes(result: Any) -> Lines:
    from fer_ros.evaluate import detectors
    return detectors.markdown(result)


def _tracking(part: str, key: str) -> Callable[[Any], Lines]:
    """Return a table of what tracking does, beside what it did before."""
    from fer_ros.bench import label_delay, tracking, tracking_tables
    columns = {
        'clips': tracking_tables.CLIP_COLUMNS, 'cuts': tracking_tables.CUT_COLUMNS,
        'scenes': tracking.COLUMNS, 'delays': label_delay.COLUMNS}[part]

    def lines(result: Any) -> Lines:
        file = _ROOT / FOLDER / f"{result['benchmark']}_before.json"
        before = json.loads(file.read_text(encoding='utf-8'))
        return tracking_tables.markdown(result, before, part, key, columns)
    return lines


def _thresholds(result: Any) -> Lines:
    from fer_ros.core.detector import DetectorOptions
    default = DetectorOptions().long_side, DetectorOptions().score_threshold
    rows = result['detectors']
    scores = sorted({row['score_threshold'] for row in rows})
    cells = {(row['long_side'], row['score_threshold']): (
        f"{100 * row['recall']:.1f} / {100 * row['precision']:.1f}") for row in rows}
    cells[default] = f'**{cells[default]}**'
    return [
        '| long side | ' + ' | '.join(f'{score:g}' for score in scores) + ' |',
        '|---' * (len(scores) + 1) + '|',
        *('| ' + ' | '.join([str(side), *(cells[side, score] for score in scores)]) + ' |'
          for side in sorted({row['long_side'] for row in rows}))]


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


def _landmarks(result: Any) -> Lines:
    names = {'wanted': 'wanted, every 0.15 s'}
    base = result['mean_ms']['without the model']
    shares = {name: f'{share:.2f} ' for name, share in result['share'].items()}
    return [
        "| | frame | added by the face, of the classifier's time |", '|---|---|---|',
        *(f"| {names.get(name, name)} | {mean / base:.2f} | {shares.get(name, '')}|"
          for name, mean in result['mean_ms'].items())]


def _int8(result: Any) -> Lines:
    rows = result['precisions']
    return [
        '| precision | accuracy | macro recall | megabytes | time by float32 |',
        '|---|---|---|---|---|',
        *(f"| {name} | {row['accuracy']:.2%} | {row['macro_recall']:.2%} "
          f"| {row['bytes'] / 1e6:.1f} | {row['ms'] / rows['float32']['ms']:.2f} |"
          for name, row in rows.items())]


def _of_training(module: str, function: str) -> Any:
    """Return a function of a script in training/, which is no package."""
    folder = str(_ROOT / 'training')
    sys.path.insert(0, folder)
    try:
        return getattr(importlib.import_module(module), function)
    finally:
        sys.path.remove(folder)


def _peers(result: Any) -> Lines:
    return _of_training('peer_tables', 'lines')(result)


def _runs(_: Any) -> Lines:
    return _of_training('report', 'table')().splitlines()


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


def _dds(result: Any) -> Lines:
    from fer_ros.bench import dds
    return dds.markdown(result)


def _columns(table: str) -> Callable[[Any], Lines]:
    from fer_ros.study import columns
    return lambda _: columns.page_table(columns.TABLES[table]).splitlines()


def _of_script(path: str) -> Callable[[Any], Lines]:
    """Return the tables that a script beside the tests makes of its own results."""
    def lines(result: Any) -> Lines:
        spec = importlib.util.spec_from_file_location(Path(path).stem, _ROOT / path)
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
    *(('docs/tracking.md', part, source, _tracking(part, key)) for part, source, key in (
        ('clips', 'clips', 'clip'), ('cuts', 'clips', 'case'),
        ('scenes', 'tracking', 'scene'), ('delays', 'tracking', 'rate'))),
    ('models/face_detector.md', 'boxes', 'boxes', _boxes),
    ('models/face_detector.md', 'comparison', 'detector', _boxes),
    ('models/face_detector.md', 'thresholds', 'thresholds', _thresholds),
    ('models/expression.md', 'cost', 'cost', _cost),
    ('models/expression.md', 'peers', 'peers', _peers),
    ('training/README.md', 'int8', 'int8', _int8),
    ('docs/dds.md', 'rates', 'dds', _dds),
    ('docs/replay.md', 'live', 'live_replay', _live),
    ('docs/landmarks.md', 'landmarks', 'landmarks', _landmarks),
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
