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

"""Plots of benchmarks, one for each kind: costs, latency in ROS, detectors, tracking, a soak."""

from __future__ import annotations

from pathlib import Path

from fer_ros.viz import soak
from fer_ros.viz.figures import literal, save

_BLUE, _GREEN, _QUIET = '#2a6fb0', '#3a8a5c', '#999999'


def figure_of(result: dict):
    """
    Draw a result of fer_benchmark.

    :param result: with its kind under `benchmark`, as `fer_benchmark --json` writes it.
    :returns: matplotlib Figure.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    figure = Figure(figsize=(8.0, 4.2), layout='constrained')
    FigureCanvasAgg(figure)
    _DRAW[result['benchmark']](figure, result)
    for axes in figure.axes:
        axes.spines[['top', 'right']].set_visible(False)
    return figure


def save_figure(result: dict, path: Path) -> Path:
    """
    Draw a result into a file, .png, .pdf or .svg, and return its path.

    :raises OutputError: it cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(figure_of(result), path, dpi=130)
    return path


def _pipeline(figure, result: dict) -> None:
    stages = result['stages']
    _bars(figure, {
        **{name: times['p50'] for name, times in stages.items()},
        'frame': result['frame_ms']['p50'], 'floor': result['floor_ms']},
        'milliseconds (median)', f"frame by floor: {result['ratio']:.2f}")


def _drawing(figure, result: dict) -> None:
    _bars(figure, {name: times['p50'] for name, times in result['layers'].items()},
          'milliseconds (median)', f"share of the frame: {100 * result['ratio']:.0f} %")


def _landmarks(figure, result: dict) -> None:
    _bars(figure, result['mean_ms'], 'milliseconds per frame (mean)',
          f"a face's points by its classification: {result['share']['wanted']:.2f}")


def _speech(figure, result: dict) -> None:
    _bars(figure, {clip['clip']: 100.0 * clip['speaking'] / max(clip['seconds'], 1e-9)
                   for clip in result['clips']}, 'percent of the time', 'who speaks')


def _study(figure, result: dict) -> None:
    names = {'replay': 'fer_replay', 'one': 'one worker', 'two': 'two workers'}
    _bars(figure, {name: result['frames_per_second'][key] for key, name in names.items()},
          'frames per second', f"two workers by one: {result['two_by_one']:.2f}")


def _classifier(figure, result: dict) -> None:
    own, against = result['own'], result['against']
    # Two versions of a model often have one name.
    other = against['file'] + (' (against)' if against['file'] == own['file'] else '')
    _bars(figure, {own['file']: own['ms']['p50'], other: against['ms']['p50']},
          'milliseconds per face (median)', f"{result['ratio']:.1f} times cheaper")


def _interval(figure, result: dict) -> None:
    _bars(figure, {
        'detect every frame': result['every_frame']['mean_ms'],
        f"every {result['detection_interval']} s": result['interval']['mean_ms']},
        'milliseconds per frame (mean)', f"share: {100 * result['share']:.0f} %")


def _alternatives(figure, result: dict) -> None:
    for axes, (name, ways) in zip(figure.subplots(1, 2), result['networks'].items()):
        bars = axes.barh(list(ways), [each['ratio'] for each in ways.values()], color=_GREEN)
        axes.bar_label(bars, fmt='%.2f', padding=3)
        axes.axvline(1.0, color=_QUIET, linewidth=1)
        axes.margins(x=0.15)
        axes.invert_yaxis()
        axes.set_xlabel('time by that of the way used')
        axes.set_title(name, fontsize=10)


def _ros(figure, result: dict) -> None:
    left, right = figure.subplots(1, 2)
    parts = [(-0.2, result, 'node', _BLUE), (0.2, result['bare'], 'bare subscriber', _QUIET)]
    for shift, part, name, color in parts if result['bare'] is not None else parts[:1]:
        keys = list(part['latency_ms'])
        left.bar(
            [index + shift for index in range(len(keys))], part['latency_ms'].values(), 0.4,
            color=color, label=name)
        left.set_xticks(range(len(keys)), keys)
        right.bar(name, part['cpu_percent'], color=color)
    left.set(ylabel='milliseconds from stamp to result')
    left.legend(frameon=False)
    right.set(ylabel='% of a core')


def _startup(figure, result: dict) -> None:
    _bars(figure, {name: times['p50'] for name, times in result['steps'].items()},
          'seconds (median)',
          f"first expression after {result['first_expression_s']['p50']:.2f} s")


def _idle(figure, result: dict) -> None:
    _bars(figure, {
        'before the first image': result['before']['cpu_percent'],
        'after the last one': result['after']['cpu_percent']},
        '% of a core', f"{result['after']['threads']} threads")


def _dds(figure, result: dict) -> None:
    rows = result['rows']
    names = [f"{'×'.join(map(str, row['size']))} at {row['rate']:g} Hz, {row['camera']}"
             for row in rows]
    axes = figure.subplots()
    sides = [side for side in rows[0] if isinstance(rows[0][side], dict)]
    for place, side in enumerate(sides):
        there = [(index, row[side]['received_hz']) for index, row in enumerate(rows)
                 if side in row]
        axes.barh([index + (place - len(sides) / 2 + 0.5) * 0.2 for index, _ in there],
                  [rate for _, rate in there], 0.2, label=f'profile on: {side}')
    axes.set(yticks=range(len(names)), yticklabels=names, xlabel='images received in a second')
    axes.invert_yaxis()
    axes.legend(frameon=False, fontsize='small')


def _scaling(figure, result: dict) -> None:
    left, right = figure.subplots(1, 2)
    for axes, key, values, label in (
            (left, 'faces', [each['faces'] for each in result['faces']], 'faces'),
            (right, 'sizes', [
                each['size'][0] * each['size'][1] / 1e6 for each in result['sizes']],
             'megapixels')):
        each = result[key]
        axes.plot(values, [one['frame_ms']['p50'] for one in each], 'o-', color=_BLUE,
                  label='frame')
        axes.plot(values, [one['floor_ms'] for one in each], 's--', color=_QUIET, label='floor')
        axes.set(xlabel=label, ylabel='milliseconds (median)')
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)


def _tracking(figure, result: dict) -> None:
    rows = result['scenes']
    names = [row['scene'] for row in rows]
    left, right = figure.subplots(1, 2, sharey=True)
    left.barh(names, [row['idf1'] for row in rows], color=_GREEN)
    left.invert_yaxis()
    left.set_xlabel('IDF1')
    for shift, key, label, color in (
            (-0.2, 'switches', 'switches', _BLUE), (0.2, 'taken_over', 'taken over', _QUIET)):
        right.barh([index + shift for index in range(len(rows))], [row[key] for row in rows],
                   0.4, label=label, color=color)
    right.set_xlabel('count')
    right.legend(frameon=False)


def _clips(figure, result: dict) -> None:
    _bars(figure, {row['clip']: row['changes_per_minute'] for row in result['clips']},
          'changes of the label per minute', 'published faces of real clips')


def _detector(figure, result: dict) -> None:
    rows = result['detectors']
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    names = [f"{literal(row['file'].removesuffix('.onnx'))}, {row['long_side']}" for row in rows]
    for index, (row, name) in enumerate(zip(rows, names)):
        # No face of a size: a gap, and no recall of 0.
        recalls = [float('nan') if share['recall'] is None else 100 * share['recall']
                   for share in row['sizes'].values()]
        left.plot(list(row['sizes']), recalls, 'o-', color=f'C{index % 10}', label=name)
    left.set(xlabel='size of the face, pixels', ylabel='recall, %', ylim=(0, 105))
    left.legend(frameon=False, title='detector, long side', fontsize=8, title_fontsize=8)
    places = range(len(rows))
    bars = right.barh(
        places, [row['ms_per_frame'] for row in rows],
        color=[f'C{index % 10}' for index in places])
    right.bar_label(bars, fmt='%.1f', padding=3)
    right.margins(x=0.25)
    right.set_yticks(places, names, fontsize=8)
    right.invert_yaxis()
    right.set_xlabel('milliseconds a frame')


def _bars(figure, values: dict[str, float], label: str, title: str) -> None:
    axes = figure.add_subplot()
    bars = axes.barh(list(map(literal, values)), list(values.values()), color=_GREEN)
    axes.bar_label(bars, fmt='%.2f', padding=3)
    axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.set_title(title, fontsize=10)


_DRAW = {
    'pipeline': _pipeline, 'drawing': _drawing, 'landmarks': _landmarks, 'scaling': _scaling,
    'classifier': _classifier, 'interval': _interval, 'alternatives': _alternatives,
    'ros': _ros, 'dds': _dds, 'startup': _startup, 'idle': _idle, 'soak': soak.draw,
    'speech': _speech, 'tracking': _tracking, 'clips': _clips, 'detector': _detector,
    'study': _study}
