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

"""Timeline of a replay as a picture: every face's expression over time."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

from fer_ros.core.display import COLOURS
from fer_ros.core.types import LABELS
from fer_ros.viz.figures import literal, save
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
import numpy as np

#: Label to (r, g, b), each 0 to 1: the colours of the boxes.
_COLOURS = {label: (red / 255, green / 255, blue / 255)
            for label, (red, green, blue) in COLOURS.items()}

#: Faces seen longest get a row each; more would not be read.
MOST_FACES = 12

#: Frames further apart than this are not joined, in seconds.
_BREAK = 1.0


def timeline(records: Sequence, title: str = '') -> Figure:
    """
    Draw a row for each face: its distribution stacked, its label above, valence as a line.

    :param records: frames with `time` in seconds and `faces`, each with `id`, `label`,
        `valence` and `expression` (label to probability).
    :param title: written above.
    """
    tracks = _tracks(records)
    shown = sorted(tracks, key=lambda key: -len(tracks[key]))[:MOST_FACES]
    shown.sort(key=lambda key: tracks[key][0][0])
    rows = max(1, len(shown))
    figure = Figure(figsize=(12, 1.1 + 1.5 * rows), layout='constrained')
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
    for axis, key in zip(axes, shown):
        _draw_track(axis, key, tracks[key])
    if not shown:
        axes[0].text(0.5, 0.5, 'no face in this recording', ha='center', va='center',
                     transform=axes[0].transAxes)
        axes[0].set_yticks([])
    times = [record.time for record in records] or [0.0, 1.0]
    axes[-1].set_xlim(min(times), max(max(times), min(times) + 1e-3))
    axes[-1].set_xlabel('seconds since the first frame')
    if shown:
        handles: list[Artist] = [Patch(color=_COLOURS[label]) for label in LABELS]
        handles.append(Line2D([], [], color='black', linewidth=1.0))
        figure.legend(handles, (*LABELS, 'valence, -1 to 1'), loc='outside lower center',
                      ncols=len(handles), frameon=False, fontsize='small')
    left_out = len(tracks) - len(shown)
    suffix = f' ({left_out} briefly seen faces not shown)' if left_out > 0 else ''
    figure.suptitle(literal(title) + suffix)
    return figure


def save_timeline(path: Path, records: Sequence, title: str = '') -> None:
    """
    Write the timeline as a picture; its format is that of the file's ending.

    :raises ValueError: an ending that matplotlib does not know.
    :raises OutputError: it cannot be written.
    """
    save(timeline(records, title), path, dpi=100)


def _tracks(records: Sequence) -> dict[str, list]:
    """Return id to [(time, probabilities (8,), label, valence)]; loops cut a track in two."""
    tracks: dict[str, list] = {}
    for record in records:
        for face in record.faces:
            tracks.setdefault(face.id, []).append((
                record.time, [face.expression.get(label, 0.0) for label in LABELS],
                face.label, face.valence))
    return tracks


def _draw_track(axis, key: str, samples: list) -> None:
    times = np.array([sample[0] for sample in samples])
    cuts = np.flatnonzero((np.diff(times) > _BREAK) | (np.diff(times) <= 0)) + 1
    for part in np.split(np.arange(len(samples)), cuts):
        at = times[part]
        # A face seen in a single frame still deserves a visible sliver.
        at = np.append(at, at[-1] + 0.02)
        rows = np.array([samples[i][1] for i in part] + [samples[part[-1]][1]])
        axis.stackplot(at, rows.T, colors=[_COLOURS[label] for label in LABELS],
                       alpha=0.85, linewidth=0)
        axis.plot(at[:-1], [0.5 + 0.5 * samples[i][3] for i in part], color='black',
                  linewidth=1.0)
        _draw_labels(axis, at, [samples[i][2] for i in part])
    axis.set_ylim(0, 1.15)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel(literal(key), rotation=0, ha='right', va='center')
    axis.spines[['top', 'right']].set_visible(False)


def _draw_labels(axis, at: np.ndarray, labels: list[str]) -> None:
    """Draw the displayed label as a strip above the distribution."""
    start = 0
    for end in range(1, len(labels) + 1):
        if end == len(labels) or labels[end] != labels[start]:
            colour = _COLOURS[labels[start]]
            axis.broken_barh([(at[start], at[end] - at[start])], (1.03, 0.1), color=colour)
            start = end
