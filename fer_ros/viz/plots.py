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

"""Plots of an evaluation: confusion matrix, reliability diagram, risk and coverage."""

from __future__ import annotations

from pathlib import Path

from fer_ros.viz.figures import save
import numpy as np

_INK, _QUIET, _BLUE, _RED = '#222222', '#999999', '#2a6fb0', '#c44536'


def confusion_figure(confusion, labels, title: str = ''):
    """
    Draw a confusion matrix, rows normalised, counts written into the cells.

    :param confusion: int (C, C), row the true class, column the predicted one.
    :param labels: C words.
    :returns: matplotlib Figure.
    """
    counts = np.asarray(confusion)
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    figure, axes = _figure(7.2, 6.4)
    image = axes.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        text = f'{100 * share:.0f}%\n{counts[row, column]}' if counts[row, column] else '·'
        axes.text(
            column, row, text, ha='center', va='center', fontsize=8,
            color='white' if share > 0.5 else _INK)
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha='right')
    axes.set_yticks(range(len(labels)), [
        f'{label}  ({total})' for label, total in zip(labels, totals[:, 0])])
    axes.set_xlabel('predicted')
    axes.set_ylabel('true (faces)')
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, fraction=0.046, pad=0.03)
    bar.set_label('share of the true class')
    axes.set_title(title, fontsize=10)
    return figure


def reliability_figure(calibration: dict, error: float):
    """
    Draw accuracy against confidence with the number of faces below.

    :param calibration: `edges`, `counts`, `confidence`, `accuracy` as in `fer_evaluate --json`.
    :param error: expected calibration error, 0 to 1.
    :returns: matplotlib Figure.
    """
    edges = np.asarray(calibration['edges'])
    counts = np.asarray(calibration['counts'])
    confidence = np.asarray(calibration['confidence'])
    accuracy = np.asarray(calibration['accuracy'])
    filled = counts > 0
    figure, (axes, below) = _figure(5.6, 6.4, rows=(3, 1))
    middle, width = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    axes.plot([0, 1], [0, 1], '--', color=_QUIET, linewidth=1, label='perfect')
    axes.bar(
        middle[filled], accuracy[filled], width[filled] * 0.92, color=_BLUE, alpha=0.85,
        label='accuracy')
    axes.plot(
        confidence[filled], accuracy[filled], 'o', color=_RED, markersize=4,
        label='at mean confidence')
    axes.set(xlim=(0, 1), ylim=(0, 1), ylabel='accuracy')
    axes.legend(loc='upper left', frameon=False)
    axes.set_title(f'expected calibration error {100 * error:.1f}%', fontsize=10)
    below.bar(middle, counts, width * 0.92, color=_QUIET)
    below.set(xlim=(0, 1), xlabel='confidence (probability of the top class)', ylabel='faces')
    return figure


def risk_coverage_figure(curve: dict, title: str = ''):
    """
    Draw the share of wrong answers against the share of faces answered for.

    :param curve: `coverage` and `risk`, 0 to 1, as in `fer_evaluate --json`.
    :returns: matplotlib Figure.
    """
    coverage, risk = np.asarray(curve['coverage']), np.asarray(curve['risk'])
    figure, axes = _figure(5.6, 4.2)
    axes.plot(100 * coverage, 100 * risk, color=_BLUE, linewidth=1.8)
    axes.fill_between(100 * coverage, 100 * risk, color=_BLUE, alpha=0.12)
    axes.set(
        xlim=(0, 100), xlabel='faces answered for, most confident first (%)',
        ylabel='wrong answers (%)')
    axes.set_ylim(0, max(5.0, 105 * float(risk.max(initial=0.0))))
    axes.grid(color=_QUIET, alpha=0.3, linewidth=0.6)
    axes.set_title(title, fontsize=10)
    return figure


def is_picture(path: Path) -> bool:
    """Tell whether a path names the file of a picture, by its ending, and no folder."""
    return path.suffix.lower() in ('.png', '.jpg', '.jpeg', '.pdf', '.svg')


def save_figures(result: dict, target: Path) -> list[Path]:
    """
    Write the three pictures of an evaluation.

    :param result: as `fer_evaluate --json` writes it.
    :param target: a folder, made if needed, or the file of the confusion matrix (`.png`,
        `.jpg`, `.pdf`, `.svg`); the other two lie beside it with their name appended.
    :returns: the files written.
    :raises OutputError: one cannot be written.
    """
    paths = figure_paths(target)
    paths['confusion'].parent.mkdir(parents=True, exist_ok=True)
    summary = f"{result['faces']:,} faces"
    if result['accuracy'] is not None:
        summary += f", accuracy {100 * result['accuracy']:.1f}%"
    if result['macro_recall'] is not None:
        summary += f", macro recall {100 * result['macro_recall']:.1f}%"
    figures = {
        'confusion': confusion_figure(result['confusion'], result['labels'], summary),
        'reliability': reliability_figure(result['calibration'], result['ece']),
        'risk_coverage': risk_coverage_figure(result['risk_coverage'], summary)}
    for name, figure in figures.items():
        save(figure, paths[name], dpi=130)
    return list(paths.values())


def figure_paths(target: Path) -> dict[str, Path]:
    """Return the files of the three pictures by name; `target` is that of `save_figures`."""
    target = Path(target)
    names = ('confusion', 'reliability', 'risk_coverage')
    if not is_picture(target):
        return {name: target / f'{name}.png' for name in names}
    return {name: target if name == 'confusion' else target.with_name(
        f'{target.stem}-{name}{target.suffix}') for name in names}


def _figure(width, height, rows=None):
    """Return a figure with axes, without pyplot: no window, no global state to leak."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    figure = Figure(figsize=(width, height), layout='constrained')
    FigureCanvasAgg(figure)
    if rows is None:
        axes = figure.add_subplot()
        plain = [axes]
    else:
        axes = plain = figure.subplots(
            len(rows), 1, gridspec_kw={'height_ratios': rows}, sharex=True)
    for each in plain:
        each.spines[['top', 'right']].set_visible(False)
    return figure, axes
