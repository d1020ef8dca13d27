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

"""Real clips played through the pipeline: ids, calm and presence, a row for each clip."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import cv2
from fer_ros.bench import tracking_tables
from fer_ros.bench.tracking_metrics import Calm
from fer_ros.core.assets import model_path
from fer_ros.core.pipeline import build_pipeline, FacePipeline, PipelineOptions
from fer_ros.core.types import Frame

#: Endings of the files that are played.
ENDINGS = frozenset('.avi .gif .mkv .mov .mp4 .mpeg .mpg .webm'.split())

#: Longest side of the frames, pixels: that of a usual camera.
LONGEST_SIDE = 640


def load(options: PipelineOptions | None = None) -> FacePipeline:
    """Return a pipeline of the models that come with the package."""
    return build_pipeline(model_path('expression.onnx'), model_path('face_detector.onnx'), options)


def clips_in(folder: Path) -> list[Path]:
    """
    Return the clips of a folder, by name.

    :raises ValueError: there is none.
    """
    found = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in ENDINGS)
    if not found:
        raise ValueError(f"'{folder}' has no clips ({', '.join(sorted(ENDINGS))})")
    return found


def frames_of(path: Path, longest: int = LONGEST_SIDE) -> Iterator[tuple[Frame, float]]:
    """
    Yield the frames of a clip, bgr, each with its own time in seconds, rising.

    :param longest: longer side in pixels to which larger frames are reduced.
    :raises ValueError: the file cannot be decoded.
    """
    video = cv2.VideoCapture(str(path))
    try:
        if not video.isOpened():
            raise ValueError(f"'{path}' cannot be decoded as a video")
        before = -1.0
        while True:
            there, pixels = video.read()
            if not there:
                return
            stamp = video.get(cv2.CAP_PROP_POS_MSEC) / 1e3
            if stamp <= before:
                continue
            before = stamp
            factor = longest / max(pixels.shape[:2])
            if factor < 1.0:
                pixels = cv2.resize(
                    pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            yield Frame(pixels), stamp
    finally:
        video.release()


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

    :param talking: patterns of the names of clips that get a total of their own, separated by
        commas; empty for none.
    :param options: of the pipeline.
    :return: for JSON: `clips`, the last of them totals.
    :raises ValueError: the folder has no clips, or one cannot be decoded.
    """
    clips = [measure_clip(path, options) for path in clips_in(folder)]
    chosen = [clip for clip in clips if any(
        fnmatch(clip['clip'], pattern) for pattern in talking.split(','))]
    totals = [{'clip': 'one person talking', **total(chosen)}] if chosen else []
    return {'clips': [*clips, *totals, {'clip': 'all', **total(clips)}]}


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
    parser.add_argument('folder', type=Path, metavar='DIR', help='with video files')
    parser.add_argument(
        '--talking', default='', metavar='PATTERNS',
        help="clips that get a total of their own, as 'lp_*,hill.mp4'")
    tracking_tables.add_arguments(parser)


def run(options: argparse.Namespace) -> tuple[dict, str]:
    """
    Return the figures for JSON and as a table.

    :raises ValueError: a clip, the page or the earlier result cannot be used.
    """
    before = tracking_tables.earlier(options.against, 'clips')
    result = {'benchmark': 'clips', **measure_clips(options.folder, options.talking)}
    wanted = (result, before, 'clips', 'clip', tracking_tables.CLIP_COLUMNS)
    tracking_tables.write(options.page, 'clips', *wanted)
    return result, tracking_tables.text(*wanted)
