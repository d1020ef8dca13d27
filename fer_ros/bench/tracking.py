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

"""Identity, presence and calm in scenes whose truth is known, at several frame rates."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from statistics import mean, median

from fer_ros.arguments import number
from fer_ros.bench import label_delay, tracking_tables
from fer_ros.bench.tracking_metrics import Calm, Identity
from fer_ros.bench.tracking_playback import load
from fer_ros.bench.tracking_scenes import moments, Scene, SCENES
from fer_ros.core.detector import DetectorOptions
from fer_ros.core.pipeline import PipelineOptions
from fer_ros.core.types import Frame

#: Frames a second.
RATES = (30.0, 10.0, 5.0)

#: Columns of a scene: key of its row, heading.
COLUMNS = (
    ('people', 'people'), ('ids', 'ids'), ('switches', 'switches'), ('taken_over', 'taken over'),
    ('fragments', 'fragments'), ('idf1', 'IDF1'), ('changes_per_minute', 'changes/min'),
    ('unseen', 'unseen'), ('found_after', 'found after s'),
    ('withdrawn_after', 'withdrawn after s'))

_SUMS = ('people', 'ids', 'switches', 'taken_over', 'fragments', 'unseen', 'changes', 'seconds')


def measure_scene(scene: Scene, rate: float, options: PipelineOptions | None = None) -> dict:
    """
    Play a scene.

    :param rate: frames a second.
    :param options: of the pipeline; by default as many faces as the largest scene has.
    :return: its figures, for JSON; times are medians in seconds, None where there are none.
    """
    pipeline = load(options or PipelineOptions(detector=DetectorOptions(max_faces=20)))
    identity, calm = Identity(), Calm()
    for moment in moments(scene, rate):
        faces = pipeline.process(Frame(moment.pixels), moment.stamp).faces
        identity.add(moment.people, faces, moment.stamp, moment.partly)
        calm.add(faces, moment.stamp)
    return {'scene': scene.name, 'rate': rate, **calm.report(), **identity.report()}


def measure_scenes(
        rates: Sequence[float] = RATES, options: PipelineOptions | None = None) -> dict:
    """
    Play every scene at every rate.

    :return: for JSON: `runs`, one by one, and `scenes`: a row for each scene with all rates
        together, and one for each rate with all scenes.
    """
    runs = [measure_scene(scene, rate, options) for scene in SCENES for rate in rates]
    rows = [
        {'scene': scene.name, **together([run for run in runs if run['scene'] == scene.name])}
        for scene in SCENES]
    rows += [
        {'scene': f'all at {rate:g} Hz', **together([run for run in runs if run['rate'] == rate])}
        for rate in rates]
    return {'scenes': rows, 'runs': runs}


def together(runs: Sequence[dict]) -> dict:
    """Return sums of the counts of some runs, the mean of IDF1 and the medians of times."""
    sums = {key: sum(run[key] for run in runs) for key in _SUMS}
    times = {}
    for key in ('found_after', 'withdrawn_after'):
        known = [run[key] for run in runs if run[key] is not None]
        times[key] = round(median(known), 2) if known else None
    return {
        **sums, 'seconds': round(sums['seconds'], 2), **times,
        'idf1': round(mean(run['idf1'] for run in runs), 3),
        'changes_per_minute': round(60.0 * sums['changes'] / max(sums['seconds'], 1e-9), 1)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fer_benchmark tracking` to its parser."""
    parser.add_argument(
        '--rates', type=number(1, 120), nargs='+', default=RATES, metavar='HZ',
        help='frames per second, one or more rates (default: 30 10 5)')
    tracking_tables.add_arguments(parser)


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """
    Return the figures for JSON and as a table.

    :raises ValueError: a rate, the page or the earlier result cannot be used.
    """
    before = tracking_tables.earlier(options.against, 'tracking')
    result = {'benchmark': 'tracking', **measure_scenes(options.rates),
              'delays': label_delay.measure_delays(options.rates)}
    parts = [(result, before, 'scenes', 'scene', COLUMNS),
             (result, before, 'delays', 'rate', label_delay.COLUMNS)]
    for part in parts:
        tracking_tables.write(options.page, 'fer_benchmark tracking', *part)
    return result, '\n\n'.join(tracking_tables.text(*part) for part in parts)
