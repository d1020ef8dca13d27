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

"""Names from outside in figures."""

import warnings

import cv2
import pytest

pytest.importorskip('matplotlib')
from fer_ros.viz.bench import save_figure  # noqa: E402, I100
from fer_ros.viz.figures import literal  # noqa: E402
from fer_ros.viz.timeline import save_timeline, timeline  # noqa: E402
from matplotlib.cbook import is_math_text  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402, I100
from matplotlib.figure import Figure  # noqa: E402

NAMES = ('a$\\frac$b', '$x$', '$x_1^2$ \\undefined', '$', '\\$a$', '%s{0}{{x}}',
         '\U0001d11e\U0001f600', 'a\nb\x1b[31m', '\u202eabc', '<b>&amp;', '-p', 300 * 'x', '')


@pytest.mark.fault('names of files and clips with formulas, escapes, marks of direction',
                   '`fer_replay` and `fer_benchmark` draw them as text')
@pytest.mark.parametrize('name, ending', [
    *((name, '.png') for name in NAMES), (NAMES[0], '.svg'), (NAMES[0], '.pdf'),
    (NAMES[6], '.svg'), (NAMES[6], '.pdf')])
def test_any_name_can_be_drawn(tmp_path, name, ending):
    place = tmp_path / f'plot{ending}'
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        save_timeline(place, [], name)
        save_figure({'benchmark': 'clips', 'clips': [
            {'clip': name, 'changes_per_minute': 3.0}]}, tmp_path / f'clips{ending}')
    assert place.stat().st_size > 1000
    assert ending != '.png' or cv2.imread(str(place)).std() > 1.0


def test_a_name_is_no_formula():
    title = timeline([], 'a$\\frac$b')._suptitle
    drawn = title.get_text()
    assert drawn == literal('a$\\frac$b')
    figure = Figure()
    FigureCanvasAgg(figure)
    assert title._preprocess_math(drawn) == ('a$\\frac$b', False)
    assert is_math_text('$x$')
