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
Draw what the annotated picture looks like: sizes, crowds, bright and dark rooms.

The people are the demo's. Boxes and landmarks are known from where they were pasted, and the
expressions are made up, so that every colour, `unsure` and a face that is not seen can be looked
at; with --found they are what the package finds. Writes one PNG per picture, and the sheets
`sheet_….png` of all pictures of one size.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
from fer_ros.core.affect import valence_arousal
from fer_ros.core.recognizer import ExpressionRecognizer
from fer_ros.core.types import Expression, Face, Frame, LABELS, UNSURE
from fer_ros.demo.sprites import levels, paint, warp_of, warped_box
from fer_ros.demo.stills import load_stills
from fer_ros.viz.draw import draw_faces
import numpy as np

SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080))
GROUNDS = {'dark': (18, 20, 22), 'bright': (242, 240, 235)}

#: Where people stand, by their number: centre and height of the face, in shares of the picture.
PLACES = {
    1: ((0.5, 0.5, 0.36),),
    3: ((0.25, 0.5, 0.3), (0.5, 0.48, 0.32), (0.78, 0.55, 0.3)),
    6: ((0.12, 0.3, 0.2), (0.3, 0.33, 0.22), (0.48, 0.3, 0.2), (0.2, 0.72, 0.26),
        (0.42, 0.75, 0.24), (0.66, 0.6, 0.3)),
}

#: Which label the first of them has; the others have those that follow.
FIRST = {1: 1, 3: 7, 6: 3}

#: What is said in the corner.
RATE, SECONDS = 29.8, 0.0043


def scene(size, number, ground):
    """Return a picture, uint8 (H, W, 3) bgr, and the boxes of the faces in it."""
    width, height = size
    pixels = np.full((height, width, 3), GROUNDS[ground], np.uint8)
    people = list(load_stills().values())
    boxes = []
    for index, (x, y, high) in enumerate(PLACES[number]):
        person = people[index % len(people)]
        warp = warp_of(person, x * width, y * height, high * height, 0.0)
        paint(pixels, levels(person), warp)
        boxes.append(warped_box(person.box, warp))
    return pixels, boxes


def made_up(boxes, seed):
    """Return faces with made-up expressions, the largest first; of three, one is not seen."""
    rng = np.random.default_rng(seed)
    labels = (*LABELS, UNSURE)
    faces = []
    for index, box in enumerate(boxes):
        label = labels[(index + FIRST[len(boxes)]) % len(labels)]
        probabilities = np.sort(rng.dirichlet(np.full(8, 0.4)))[::-1]
        order = [LABELS.index(label)] if label != UNSURE else []
        order += [one for one in rng.permutation(8) if one not in order]
        mixed = np.empty(8)
        mixed[order] = probabilities
        valence, arousal = valence_arousal(mixed)
        faces.append(Face(
            id='f' + ''.join(rng.choice(list('abcdefghkmnpqrstuvwxyz'), 5)), box=box, score=0.9,
            landmarks=np.zeros((4, 2), np.float32), expression=Expression(mixed), label=label,
            confidence=0.0 if label == UNSURE else float(mixed.max()), valence=float(valence),
            arousal=float(arousal), observed=not (len(boxes) == 3 and index == 2)))
    return sorted(faces, key=lambda face: -face.box.area)


def main() -> None:
    """Write all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--output', type=Path, default=Path('screenshots'), metavar='DIR')
    parser.add_argument(
        '--found', action='store_true', help='draw what the package finds, not made-up faces')
    parser.add_argument(
        '--page', type=Path, metavar='FILE', help='write only the picture of docs/see_it.md')
    options = parser.parse_args()
    if options.page is not None:
        pixels, boxes = scene((960, 540), 6, 'bright')
        draw_faces(pixels, made_up(boxes, 2), rate=RATE, seconds=SECONDS)
        cv2.imwrite(str(options.page), pixels, (cv2.IMWRITE_JPEG_QUALITY, 88))
        return
    options.output.mkdir(parents=True, exist_ok=True)
    recognizer = ExpressionRecognizer() if options.found else None
    for width, height in SIZES:
        rows = []
        for seed, number in enumerate(PLACES):
            row = []
            for ground in GROUNDS:
                pixels, boxes = scene((width, height), number, ground)
                faces = (made_up(boxes, seed) if recognizer is None
                         else recognizer.recognize(Frame(pixels)).faces)
                draw_faces(pixels, faces, rate=RATE, seconds=SECONDS)
                name = f'{width}x{height}_{number}_{ground}.png'
                cv2.imwrite(str(options.output / name), pixels)
                row.append(pixels)
            rows.append(np.hstack(row))
        path = options.output / f'sheet_{width}x{height}.png'
        cv2.imwrite(str(path), np.vstack(rows))
        print(path)


if __name__ == '__main__':
    main()
