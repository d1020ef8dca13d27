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

"""Clips of a folder, frame by frame with their own times, and the pipeline that sees them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import cv2
from fer_ros.core.pipeline import build_pipeline, FacePipeline, PipelineOptions
from fer_ros.core.text import natural_order
from fer_ros.core.types import Frame
from fer_ros.demo.sources import video

#: Endings of the files that are played.
ENDINGS = frozenset('.avi .gif .mkv .mov .mp4 .mpeg .mpg .webm'.split())

#: Longest side of the frames, pixels: that of a usual camera.
LONGEST_SIDE = 640


def load(options: PipelineOptions | None = None) -> FacePipeline:
    """Return a pipeline of the models that come with the package."""
    return build_pipeline(options=options)


def clips_in(folder: Path) -> list[Path]:
    """
    Return the clips of a folder, by name; numbers in names count.

    :raises ValueError: there is none.
    """
    found = sorted(
        (path for path in Path(folder).iterdir() if path.suffix.lower() in ENDINGS),
        key=lambda path: natural_order(path.name))
    if not found:
        raise ValueError(f"'{folder}' holds no video clips ({', '.join(sorted(ENDINGS))})")
    return found


def clips_named(paths: list[Path], talking: str) -> list[Path]:
    """
    Return the clips whose names fit.

    :param talking: patterns, separated by commas; empty for none.
    :raises ValueError: there are patterns and none of them fits.
    """
    fitting = [path for path in paths if any(
        fnmatch(path.name, pattern) for pattern in talking.split(','))]
    if talking and not fitting:
        raise ValueError(f"--talking '{talking}' fits none of the clips; it is compared with "
                         f'their names, such as {paths[0].name}')
    return fitting


def frames_of(path: Path, longest: int = LONGEST_SIDE) -> Iterator[tuple[Frame, float]]:
    """
    Yield the frames of a clip, bgr, each with its own time in seconds, rising.

    :param longest: longer side in pixels to which larger frames are reduced.
    :raises ValueError: the file cannot be decoded.
    """
    for pixels, stamp in video(path):
        factor = longest / max(pixels.shape[:2])
        if factor < 1.0:
            pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        yield Frame(pixels), stamp
