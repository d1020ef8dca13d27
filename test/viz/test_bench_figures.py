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

"""Plots of the benchmarks: what is drawn is what was measured."""

import cv2
from fer_ros.viz.bench import figure_of, save_figure
import pytest

pytest.importorskip('matplotlib')


def lengths(axes):
    """Return the lengths of the horizontal bars, by the words beside them."""
    names = [tick.get_text() for tick in axes.get_yticklabels()]
    return {name: bar.get_width() for name, bar in zip(names, axes.patches, strict=True)}


def heights(axes):
    """Return the heights of the upright bars, from left to right."""
    return [bar.get_height() for bar in sorted(axes.patches, key=lambda bar: bar.get_x())]


def words(axes):
    """Return what the legend of a plot says."""
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.mark.parametrize('result, bars, title', [
    ({'benchmark': 'pipeline', 'ratio': 1.25, 'floor_ms': 8.0, 'frame_ms': {'p50': 10.0},
      'stages': {'detect': {'p50': 6.0}, 'classify': {'p50': 3.0}}},
     {'detect': 6.0, 'classify': 3.0, 'frame': 10.0, 'floor': 8.0}, 'frame by floor: 1.25'),
    ({'benchmark': 'classifier', 'ratio': 9.04, 'own': {'file': 'a.onnx', 'ms': {'p50': 2.0}},
      'against': {'file': 'b.onnx', 'ms': {'p50': 18.0}}},
     {'a.onnx': 2.0, 'b.onnx': 18.0}, '9.0 times cheaper'),
    ({'benchmark': 'interval', 'detection_interval': 0.2, 'share': 0.4,
      'every_frame': {'mean_ms': 10.0}, 'interval': {'mean_ms': 4.0}},
     {'detect every frame': 10.0, 'every 0.2 s': 4.0}, 'share: 40 %'),
    ({'benchmark': 'startup', 'first_expression_s': {'p50': 1.5},
      'steps': {'imports': {'p50': 1.0}, 'models': {'p50': 0.5}}},
     {'imports': 1.0, 'models': 0.5}, 'first expression after 1.50 s'),
    ({'benchmark': 'idle', 'before': {'cpu_percent': 0.5, 'threads': 9},
      'after': {'cpu_percent': 2.5, 'threads': 12}},
     {'before the first image': 0.5, 'after the last one': 2.5}, '12 threads'),
    ({'benchmark': 'clips', 'clips': [
        {'clip': 'walk.mp4', 'changes_per_minute': 3.5},
        {'clip': 'talk.mp4', 'changes_per_minute': 0.0}]},
     {'walk.mp4': 3.5, 'talk.mp4': 0.0}, 'published faces of real clips'),
])
def test_one_row_of_bars(result, bars, title):
    axes, = figure_of(result).axes
    assert lengths(axes) == pytest.approx(bars)
    assert [text.get_text() for text in axes.texts] == [f'{value:.2f}' for value in bars.values()]
    assert axes.get_title() == title
    # The first row of the table is the uppermost bar.
    assert axes.yaxis_inverted()


def test_alternatives_stand_beside_the_way_used():
    ways = {'as used': {'ratio': 1.0}, 'two threads': {'ratio': 0.7}}
    figure = figure_of({'benchmark': 'alternatives', 'networks': {
        'detector': ways, 'classifier': {**ways, 'two threads': {'ratio': 1.3}}}})
    detector, classifier = figure.axes
    assert (detector.get_title(), classifier.get_title()) == ('detector', 'classifier')
    assert lengths(detector) == {'as used': 1.0, 'two threads': 0.7}
    assert lengths(classifier) == {'as used': 1.0, 'two threads': 1.3}
    assert list(detector.lines[0].get_xdata()) == [1.0, 1.0]


NODE = {'latency_ms': {'p50': 9.0, 'p90': 12.0, 'p99': 20.0}, 'cpu_percent': 40.0}
BARE = {'latency_ms': {'p50': 1.0, 'p90': 2.0, 'p99': 3.0}, 'cpu_percent': 6.0}


@pytest.mark.parametrize('bare, latencies, processor, names', [
    (BARE, [9.0, 1.0, 12.0, 2.0, 20.0, 3.0], [40.0, 6.0], ['node', 'bare subscriber']),
    (None, [9.0, 12.0, 20.0], [40.0], ['node']),   # --without-bare
])
def test_ros_shows_the_node_and_what_was_measured_beside_it(bare, latencies, processor, names):
    left, right = figure_of({'benchmark': 'ros', **NODE, 'bare': bare}).axes
    assert heights(left) == latencies and heights(right) == processor
    assert [tick.get_text() for tick in left.get_xticklabels()] == ['p50', 'p90', 'p99']
    assert words(left) == names


def test_scaling_draws_frame_and_floor_over_faces_and_pixels():
    def row(faces, size, frame, floor):
        return {'faces': faces, 'size': size, 'frame_ms': {'p50': frame}, 'floor_ms': floor}
    left, right = figure_of({
        'benchmark': 'scaling',
        'faces': [row(0, [640, 480], 5.0, 4.0), row(20, [640, 480], 30.0, 25.0)],
        'sizes': [row(1, [1000, 500], 6.0, 5.0), row(1, [2000, 1000], 9.0, 7.5)]}).axes
    drawn = [[(line.get_label(), list(line.get_xdata()), list(line.get_ydata()))
              for line in axes.lines] for axes in (left, right)]
    assert drawn == [
        [('frame', [0, 20], [5.0, 30.0]), ('floor', [0, 20], [4.0, 25.0])],
        [('frame', [0.5, 2.0], [6.0, 9.0]), ('floor', [0.5, 2.0], [5.0, 7.5])]]
    assert (left.get_xlabel(), right.get_xlabel()) == ('faces', 'megapixels')
    # From zero, so that twice as high is twice as slow.
    assert left.get_ylim()[0] == right.get_ylim()[0] == 0.0


def test_tracking_draws_identity_and_what_went_wrong():
    rows = [{'scene': 'two cross', 'idf1': 0.9, 'switches': 2, 'taken_over': 1},
            {'scene': 'shaken', 'idf1': 1.0, 'switches': 0, 'taken_over': 3}]
    left, right = figure_of({'benchmark': 'tracking', 'scenes': rows}).axes
    assert lengths(left) == {'two cross': 0.9, 'shaken': 1.0}
    assert [bar.get_width() for bar in right.patches] == [2, 0, 1, 3]
    assert words(right) == ['switches', 'taken over']


@pytest.mark.parametrize('name, start', [
    ('new/plot.png', b'\x89PNG'), ('plot.pdf', b'%PDF'), ('plot.svg', b'<?xml')])
def test_files_are_of_the_kind_their_name_says(tmp_path, name, start):
    path = save_figure({'benchmark': 'clips', 'clips': [
        {'clip': 'walk.mp4', 'changes_per_minute': 3.5}]}, tmp_path / name)
    assert path == tmp_path / name and path.read_bytes().startswith(start)
    if path.suffix == '.png':
        assert cv2.imread(str(path)).std() > 5
