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

"""Figures in pages are those of the results files that commands wrote."""

import json

from pages.figures import figure_problems, file_problems, REQUIRED, Results, written
from pages.markdown import page_names, ROOT
from pages.tables import table_problems, TABLES, tables_written
import pytest

RESULTS = Results(ROOT)


@pytest.fixture
def results(tmp_path):
    """Return results of a checkout with one file."""
    (tmp_path / 'docs' / 'results').mkdir(parents=True)
    (tmp_path / 'models').mkdir()
    (tmp_path / 'models' / 'small.md').write_text('---\nparameters: 694360\n---\n# Small\n')
    (tmp_path / 'docs' / 'results' / 'pipeline.json').write_text(json.dumps({
        'machine': {**{key: 'x' for key in REQUIRED}, 'command':
                    'fer_benchmark pipeline --clock cpu --json x'}, 'ratio': 1.345, 'count': 1234,
        'frame_ms': {'p50': 3.46}, 'faces': [{'faces': 0}, {'faces': 2}], 'share': 0.1249}))
    return Results(tmp_path)


@pytest.mark.parametrize('expression, form, text', [
    ('pipeline.frame_ms.p50', '.1f', '3.5'),
    ('pipeline.count', ',', '1,234'),
    ('pipeline.share', 'percent .0f', '12 %'),
    # Once: not 12.5, and from there 13.
    ('pipeline.share', 'percent .1f', '12.5 %'),
    ('pipeline.faces[-1].faces / pipeline.faces[1]["faces"]', '.0f', '1'),
    ('100 * pipeline.share - 2', '.2f', '10.49'),
    ('cards.small.parameters', 'million .2f', '0.69 M'),
    ('pipeline.machine.vector_units', 'text', 'x'),
    # What the code says.
    ('defaults.tracker.memory', 'g', '2'), ('defaults.tracker.memory', 'word', 'two'),
    ('code.stream.face_roster.ALIVE', '.1f', '3.0'),
    ('code.stream.load_shedding._SHARES[2]', 'word', 'five'),
    ('code.replay.compression.MOST_IN_FILE / 1048576', '.0f', '512'),
])
def test_a_figure_is_rounded_once_from_its_results_file(results, expression, form, text):
    mark = f'<!-- figure: {expression}, {form} -->'
    page = f'It takes {mark}9.9<!-- / --> today.\n'
    new = written(page, results)
    assert new == f'It takes {mark}{text}<!-- / --> today.\n'
    assert not list(figure_problems('page.md', new, results))
    problem, = figure_problems('page.md', page, results)
    assert problem.line == 1 and "'9.9'" in problem.message and f"'{text}'" in problem.message


@pytest.mark.parametrize('mark, told', [
    ('pipelin.ratio, .2f', "no results file 'pipelin'; the nearest is 'pipeline'"),
    ('pipeline.rati, .2f', "no key 'rati'; the nearest is 'ratio'"),
    ('pipeline.faces[7], .2f', "no key '7'"),
    ('pipeline.ratio, .2q', "'.2q' is no format"),
    ('pipeline.ratio + , .2f', 'no expression'),
    ('defaults.tracker.memry, g', "no key 'memry'; the nearest is 'memory'"),
    ('defaults.traker.memory, g', "no key 'traker'; the nearest is 'tracker'"),
    ('code.stream.face_roster.ALIV, g', "no key 'ALIV'; the nearest is 'ALIVE'"),
    ('code.stream.face_rooster.ALIVE, g', "no key 'face_rooster'"),
    ('code.stream.face_roster, g', 'no format'), ('defaults.tracker, g', 'no format'),
    ('defaults.smoothing.dwell, word', 'no format'),
    ('__import__("os"), text', 'no expression'),
])
def test_a_figure_of_nothing_is_told_with_its_line(results, mark, told):
    problem, = figure_problems(
        'page.md', f'One\n\nTwo <!-- figure: {mark} -->1<!-- / -->\n', results)
    assert problem.line == 3 and told in problem.message


def test_a_mark_that_is_cut_is_told(results):
    problem, = figure_problems('page.md', '<!-- figure: pipeline.ratio, .2f -->1.34\n', results)
    assert 'of the form' in problem.message


def test_a_figure_by_hand_among_measured_ones_is_told(results):
    page = ('# Page\n\nIn 5 ms.\n\n## Results\n\nIn 3.4 ms, `4 ms`, <!-- figure: pipeline.ratio, '
            '.2f -->1.34<!-- / --> times.\n\n## Other\n\nIn 7 %.\n')
    told = [(one.line, one.message) for one in figure_problems('README.md', page, results)]
    assert told == [(7, "the figure '3.4 ms' comes from no results file")]


def test_every_results_file_says_where_it_is_from(results):
    assert not list(file_problems(RESULTS))
    assert list(file_problems(results)) == []
    machine = results.files['pipeline']['machine']
    machine['command'] = 'fer_benchmark pipeline --json x'
    assert 'lacks --clock, cpu; run: make figures ARGS=pipeline' in next(file_problems(results))
    del machine['vector_units']
    assert 'lacks vector_units' in next(file_problems(results))


@pytest.mark.parametrize('page', sorted({page for page, *_ in TABLES}))
def test_a_changed_cell_of_a_table_is_told(page):
    text = (ROOT / page).read_text(encoding='utf-8')
    assert page in page_names()
    assert not list(table_problems(page, text, RESULTS, ROOT))
    name = next(table for one, table, *_ in TABLES if one == page)
    rows = tables_written(page, text, RESULTS, ROOT).split(
        f'<!-- {name}')[1].split('\n')
    row = next(row for row in rows[3:] if any(letter.isdigit() for letter in row))
    wrong = row.translate(str.maketrans('0123456789', '1234567890'))
    problem, = table_problems(page, text.replace(row, wrong, 1), RESULTS, ROOT)
    assert problem.line == text[:text.index(row)].count('\n') + 1 and wrong in problem.message
