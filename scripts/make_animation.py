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

"""
Make the animated picture of README: the demo's clip, with what the package says of each frame.

Prints a table of what the people of the clip are made to look like, and what is read: in how many
of the frames in which that had been so for long enough, and how sure.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from pathlib import Path
import sys

import cv2
from fer_ros.boundary import bounded, OK
from fer_ros.core.boxes import iou
from fer_ros.core.pipeline import build_pipeline
from fer_ros.core.track_ids import TrackIds
from fer_ros.core.types import Frame, LABELS
from fer_ros.demo.clip import EmbeddedClip
from fer_ros.demo.play import intended
from fer_ros.staged_output import staged, write_whole
from fer_ros.viz.draw import draw_faces
import numpy as np
from PIL import Image

#: Frames a second that are processed, and every how many-th of them is in the picture.
RATE, EVERY = 30.0, 3

#: Seconds of the clip in the picture: before and after nobody is there.
SHOWN = (1.6, 9.9)

#: Size and quality of the picture, WebP.
SIZE, QUALITY = (560, 420), 62

#: Seconds after which an expression should be read: changing, smoothing, and a label that dwells.
SETTLED = 0.9


@bounded('make_animation')
def main() -> int:
    """Follow the clip, write the picture and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--output', type=Path, default=Path('docs/images/demo.webp'), metavar='FILE',
        help='(default: docs/images/demo.webp)')
    parser.add_argument('--still', type=Path, metavar='FILE', help='also write one frame as PNG')
    parser.add_argument(
        '--at', type=float, default=4.8, metavar='SECONDS',
        help='of the clip, for that frame (default: 4.8)')
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = []
    read: dict[tuple[str, str], Counter] = defaultdict(Counter)
    sure: dict[tuple[str, str], list[float]] = defaultdict(list)
    for index, (pixels, seconds, faces, truths) in enumerate(followed()):
        for truth in truths:
            face = max(faces, key=lambda one: iou(one.box, truth.box), default=None)
            meant = intended(truth.identity, seconds)
            if (meant is None or truth.visible < 0.9 or face is None
                    or iou(face.box, truth.box) < 0.4
                    or meant != intended(truth.identity, seconds - SETTLED)):
                continue
            read[truth.identity, meant][face.label] += 1
            sure[truth.identity, meant].append(
                face.expression.probabilities[LABELS.index(meant)])
        if index % EVERY == 0 and SHOWN[0] <= seconds < SHOWN[1]:
            draw_faces(pixels, faces)
            pictures.append(pixels)
        if options.still is not None and index == round(options.at * RATE):
            draw_faces(pixels, faces)
            write_whole(options.still, cv2.imencode('.png', pixels)[1].tobytes())
    print('| who | meant | frames | read | probability of what is meant, on average |')
    print('|---|---|---|---|---|')
    for (name, meant), labels in sorted(read.items()):
        total = sum(labels.values())
        shares = ', '.join(
            f'{label} {100 * count / total:.0f} %' for label, count in labels.most_common())
        print(f'| {name} | {meant} | {total} | {shares} | {np.mean(sure[name, meant]):.2f} |')
    write(pictures, options.output)
    print(f'{options.output}: {len(pictures)} frames, {SIZE[0]}x{SIZE[1]}, '
          f'{options.output.stat().st_size / 1000:.0f} kB')
    return OK


def followed():
    """Yield (frame, seconds, faces found, true faces) of the acted clip."""
    clip = EmbeddedClip(rate=RATE, acted=True)
    # With a seed, the names of the faces are the same in every run.
    pipeline = build_pipeline(ids=TrackIds(seed=1))
    for index, (pixels, seconds) in enumerate(clip):
        faces = pipeline.process(Frame(pixels), seconds).faces
        yield pixels, seconds, faces, clip.truth(index)


def write(pictures: list[np.ndarray], path: Path) -> None:
    """Write pictures, uint8 (H, W, 3) bgr, as an animation that goes on for ever."""
    frames = [
        Image.fromarray(cv2.cvtColor(
            cv2.resize(one, SIZE, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB))
        for one in pictures]
    with staged(path) as beside:
        frames[0].save(
            beside, save_all=True, append_images=frames[1:], loop=0, quality=QUALITY, method=6,
            duration=round(1000 * EVERY / RATE))


if __name__ == '__main__':
    sys.exit(main())
