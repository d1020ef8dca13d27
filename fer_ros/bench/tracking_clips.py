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

"""Real clips played through the pipeline: ids, label changes and faces, a row per clip."""

from __future__ import annotations

import argparse
from pathlib import Path

from fer_ros.arguments import input_folder
from fer_ros.bench import tracking_tables
from fer_ros.bench.tracking_cuts import measure_cuts
from fer_ros.bench.tracking_metrics import Calm
from fer_ros.bench.tracking_playback import clips_in, clips_named, frames_of, load
from fer_ros.core.pipeline import PipelineOptions


def measure_clip(path: Path, options: PipelineOptions | None = None) -> dict:
    """Play one clip from its beginning; return its counts, for JSON."""
    pipeline, calm = load(options), Calm()
    for frame, stamp in frames_of(path):
        calm.add(pipeline.process(frame, stamp).faces, stamp)
    return {'clip': Path(path).name, **calm.report()}


def measure_clips(
        folder: Path, talking: str = '', options: PipelineOptions | None = None) -> dict:
    """
    Play every clip of a folder.

    :param talking: patterns of the names of clips, separated by commas, in which one person
        talks, each another one: they get a total of their own, and `cuts`; empty for none.
    :param options: of the pipeline.
    :return: for JSON: `clips`, the last of them totals, and `cuts`, see `measure_cuts`.
    :raises ValueError: the folder has no clips, or one cannot be decoded.
    """
    paths = clips_in(folder)
    people = clips_named(paths, talking)
    clips = [measure_clip(path, options) for path in paths]
    chosen = [clip for path, clip in zip(paths, clips) if path in people]
    totals = [{'clip': 'one person talking', **total(chosen)}] if chosen else []
    return {
        'clips': [*clips, *totals, {'clip': 'all', **total(clips)}],
        'cuts': measure_cuts(people, options)}


def total(clips: list[dict]) -> dict:
    """Return the sums over some clips, and the rates that follow from them."""
    sums = {key: sum(clip[key] for clip in clips) for key in (
        'ids', 'seconds', 'changes', 'short_runs', 'faces', 'unseen', 'order_flips')}
    minutes = sums['seconds'] / 60.0
    return {
        **sums, 'seconds': round(sums['seconds'], 2),
        'changes_per_minute': round(sums['changes'] / minutes, 1) if minutes else 0.0,
        'short_runs_per_minute': round(sums['short_runs'] / minutes, 1) if minutes else 0.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `fer_benchmark clips` to its parser."""
    parser.add_argument(
        'folder', type=input_folder, metavar='DIR', help='folder of video files')
    parser.add_argument(
        '--talking', default='', metavar='PATTERNS',
        help='name patterns of clips that show one person each, all of them different people, '
             "such as 'lp_*,hill.mp4': these clips get a total of their own and are cut into each "
             'other')
    tracking_tables.add_arguments(parser)


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """
    Return the figures for JSON and as a table.

    :raises ValueError: a clip, the page or the earlier result cannot be used.
    """
    before = tracking_tables.earlier(options.against, 'clips')
    result = {'benchmark': 'clips', **measure_clips(options.folder, options.talking)}
    parts = [
        (result, before, 'clips', 'clip', tracking_tables.CLIP_COLUMNS),
        (result, before, 'cuts', 'case', tracking_tables.CUT_COLUMNS)]
    for part in parts:
        tracking_tables.write(options.page, 'fer_benchmark clips', *part)
    return result, '\n\n'.join(tracking_tables.text(*part) for part in parts)
