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

"""Plots of benchmarks: every kind of result is drawn with its own numbers."""

from fer_ros.viz.bench import figure_of, save_figure
import pytest

pytest.importorskip('matplotlib')

TIMES = {'p50': 2.0, 'p99': 3.0}


def texts(figure):
    """Return all that is written in a figure."""
    from matplotlib.text import Text
    figure.canvas.draw()
    return {each.get_text() for each in figure.findobj(Text)}


def lengths(axes):
    """Return how long the bars are, the longest first."""
    return sorted((float(bar.get_width()) for bar in axes.patches), reverse=True)


@pytest.mark.parametrize('result, words, bars', [
    ({'benchmark': 'pipeline', 'stages': {'detect': TIMES}, 'frame_ms': {'p50': 4.0},
      'floor_ms': 3.5, 'ratio': 1.14}, {'detect', 'frame by floor: 1.14'}, [4.0, 3.5, 2.0]),
    ({'benchmark': 'speech', 'clips': [{'clip': 'a.mp4', 'seconds': 2.0, 'speaking': 1.0}]},
     {'a.mp4', 'who speaks'}, [50.0]),
    ({'benchmark': 'landmarks', 'mean_ms': {'not wanted': 2.0, 'wanted': 3.0},
      'share': {'wanted': 0.66}},
     {'wanted', "a face's points by its classification: 0.66"}, [3.0, 2.0]),
    ({'benchmark': 'drawing', 'layers': {'all': {'p50': 0.5}, 'bars': {'p50': 0.25}},
      'ratio': 0.08}, {'bars', 'share of the frame: 8 %'}, [0.5, 0.25]),
    ({'benchmark': 'classifier', 'own': {'file': 'a.onnx', 'ms': TIMES},
      'against': {'file': 'b.onnx', 'ms': {'p50': 18.0}}, 'ratio': 9.04},
     {'a.onnx', 'b.onnx', '9.0 times cheaper'}, [18.0, 2.0]),
    ({'benchmark': 'interval', 'every_frame': {'mean_ms': 5.0}, 'interval': {'mean_ms': 2.5},
      'detection_interval': 0.15, 'share': 0.5}, {'every 0.15 s', 'share: 50 %'}, [5.0, 2.5]),
    ({'benchmark': 'startup', 'steps': {'import': TIMES, 'load': {'p50': 9.0}},
      'first_expression_s': {'p50': 11.0}}, {'load', 'first expression after 11.00 s'},
     [9.0, 2.0]),
    ({'benchmark': 'idle', 'before': {'cpu_percent': 1.5},
      'after': {'cpu_percent': 2.5, 'threads': 7}}, {'after the last one', '7 threads'},
     [2.5, 1.5]),
    ({'benchmark': 'study', 'frames_per_second': {'replay': 90.0, 'one': 80.0, 'two': 140.0},
      'two_by_one': 1.75}, {'fer_replay', 'two workers', 'two workers by one: 1.75'},
     [140.0, 90.0, 80.0]),
    ({'benchmark': 'clips', 'clips': [{'clip': 'a.mp4', 'changes_per_minute': 12.5}]},
     {'a.mp4', '12.50'}, [12.5]),
])
def test_bars(result, words, bars):
    figure = figure_of(result)
    assert words <= texts(figure)
    assert lengths(figure.axes[0]) == pytest.approx(bars)


@pytest.mark.parametrize('bare, names', [
    ({'latency_ms': {'p50': 1.0, 'p99': 2.0}, 'cpu_percent': 4.0}, {'node', 'bare subscriber'}),
    (None, {'node'}),  # measured alone
])
def test_ros_has_the_bare_subscriber_beside_it(bare, names, tmp_path):
    result = {'benchmark': 'ros', 'latency_ms': {'p50': 8.0, 'p99': 12.0}, 'cpu_percent': 20.0,
              'bare': bare}
    left, right = figure_of(result).axes
    assert {text.get_text() for text in left.get_legend().get_texts()} == names
    assert len(left.patches) == 2 * len(names) and len(right.patches) == len(names)
    assert save_figure(result, tmp_path / 'new' / 'ros.svg').read_text().startswith('<?xml')


def test_scaling_draws_frame_and_floor():
    each = {'frame_ms': {'p50': 3.0}, 'floor_ms': 2.0}
    result = {'benchmark': 'scaling', 'faces': [{'faces': 1, **each}, {'faces': 4, **each}],
              'sizes': [{'size': [640, 480], **each}, {'size': [1920, 1080], **each}]}
    left, right = figure_of(result).axes
    assert [line.get_xdata().tolist() for line in left.lines] == [[1, 4]] * 2
    assert right.lines[0].get_xdata() == pytest.approx([0.3072, 2.0736])
    assert [line.get_ydata()[0] for line in right.lines] == [3.0, 2.0]


def test_alternatives_stand_by_the_way_used():
    result = {'benchmark': 'alternatives', 'networks': {
        name: {'one': {'ratio': 1.0}, 'two': {'ratio': 0.5}} for name in ('yunet', 'blaze')}}
    figure = figure_of(result)
    assert {'yunet', 'blaze', '0.50'} <= texts(figure)
    assert [lengths(axes) for axes in figure.axes] == [[1.0, 0.5]] * 2


def test_the_first_of_the_result_is_the_uppermost_bar():
    axes, = figure_of({'benchmark': 'clips', 'clips': [
        {'clip': 'walk.mp4', 'changes_per_minute': 0.5},
        {'clip': 'talk.mp4', 'changes_per_minute': 9.0}]}).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ['walk.mp4', 'talk.mp4']
    assert [bar.get_width() for bar in axes.patches] == [0.5, 9.0] and axes.yaxis_inverted()


def test_tracking_draws_identity_and_what_went_wrong():
    rows = [{'scene': 'two cross', 'idf1': 0.9, 'switches': 2, 'taken_over': 1},
            {'scene': 'shaken', 'idf1': 1.0, 'switches': 0, 'taken_over': 3}]
    left, right = figure_of({'benchmark': 'tracking', 'scenes': rows}).axes
    assert [tick.get_text() for tick in left.get_yticklabels()] == ['two cross', 'shaken']
    assert [bar.get_width() for bar in left.patches] == [0.9, 1.0]
    assert [bar.get_width() for bar in right.patches] == [2, 0, 1, 3]
    assert [text.get_text() for text in right.get_legend().get_texts()] == [
        'switches', 'taken over']


def test_detectors_have_recall_by_size_and_time():
    def sizes(*recalls):
        return {name: {'faces': 3, 'recall': recall} for name, recall in zip(
            ('below 16', '16 to 24', '24 and more'), recalls)}
    # Two may have one name, and a size no face.
    figure = figure_of({'benchmark': 'detector', 'detectors': [
        {'file': 'a.onnx', 'long_side': 256, 'ms_per_frame': 2.5, 'sizes': sizes(None, 0.5, 1.0)},
        {'file': 'b.onnx', 'long_side': 512, 'ms_per_frame': 9.0, 'sizes': sizes(0.1, 0.6, 0.9)},
        {'file': 'b.onnx', 'long_side': 512, 'ms_per_frame': 8.0, 'sizes': sizes(0.2, 0.6, 0.9)}]})
    left, right = figure.axes
    assert {'a, 256', 'b, 512', 'below 16', '2.5', '9.0', '8.0'} <= texts(figure)
    assert left.lines[0].get_ydata()[1:] == pytest.approx([50.0, 100.0])
    assert left.lines[0].get_ydata()[0] != left.lines[0].get_ydata()[0]
    assert left.lines[1].get_ydata() == pytest.approx([10.0, 60.0, 90.0])
    assert [bar.get_width() for bar in right.patches] == [2.5, 9.0, 8.0]
    colours = [line.get_color() for line in left.lines]
    assert len(set(colours)) == 3


def test_two_classifiers_of_one_name_have_two_bars():
    figure = figure_of({
        'benchmark': 'classifier', 'own': {'file': 'a.onnx', 'ms': TIMES},
        'against': {'file': 'a.onnx', 'ms': {'p50': 3.0}}, 'ratio': 1.5})
    assert lengths(figure.axes[0]) == [3.0, 2.0]


def test_every_benchmark_that_offers_a_plot_has_one():
    from fer_ros.bench.benchmark_arguments import parser_of
    from fer_ros.bench.cli import RUNS
    from fer_ros.viz.bench import _DRAW
    commands, = (action.choices for action in parser_of(RUNS)._actions if action.choices)
    assert set(commands) == set(_DRAW)
