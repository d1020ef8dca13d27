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
Golden faces: what the networks and the pipeline say of the embedded pictures, and how far apart.

One machine writes its answers, another compares its own with them:

    golden_faces.py write FILE
    golden_faces.py compare FILE

Both use the models of the checkout at that moment, so no stored answer grows stale. The pictures
and the crops travel too (FILE with the ending .npz): OpenCV's drawing may differ by a level from
machine to machine, and that is not the question.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
import platform
import sys
from typing import NamedTuple

for _pool in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ.setdefault(_pool, '1')

import cv2  # noqa: E402
from fer_ros.bench.imagery import scene  # noqa: E402
from fer_ros.core.alignment import align  # noqa: E402
from fer_ros.core.assets import model_path  # noqa: E402
from fer_ros.core.pipeline import build_pipeline, FacePipeline  # noqa: E402
from fer_ros.core.track_ids import TrackIds  # noqa: E402
from fer_ros.core.types import Frame  # noqa: E402
from fer_ros.demo.clip import EmbeddedClip  # noqa: E402
from fer_ros.demo.stills import load_stills  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

#: Largest difference that counts as the same.
TOLERANCE = 1e-3

#: The same where whole numbers come in between: a crop is turned on a grid of 1/32 pixel, and a
#: box that is 1e-5 pixels elsewhere tips a few of its pixels over to the next step of the grid.
LOOSER = {'own crops: levels': 4.0, 'own crops: probabilities': 5e-3}

#: Seconds of the clip that are looked at: people far and near, level and tilted.
MOMENTS = (2.0, 3.0, 4.2, 5.5, 7.0, 8.4, 9.5)

#: Frames of the clip that the whole pipeline follows, from this second on: with its tracks and
#: filters.
FOLLOWED, FOLLOWED_FROM = 20, 4.0

_FOLLOWED = 'followed '
_CROPS = 'crops of '
_COLORS = {2: 'gray', 3: 'bgr', 4: 'bgra'}


class Difference(NamedTuple):
    """
    How far two answers are apart in one quantity.

    :param quantity: what was compared.
    :param largest: absolute difference; infinite where one has what the other lacks.
    :param where: name of the answer.
    :param count: numbers compared.
    """

    quantity: str
    largest: float
    where: str
    count: int


def pictures() -> dict[str, np.ndarray]:
    """Return the pictures by name, uint8 (H, W, 3) bgr, (H, W, 4) bgra or (H, W) gray."""
    stills = load_stills()
    stills.update({
        f'{name} mirrored': still.mirrored(name) for name, still in list(stills.items())})
    shown = {f'still {name}': still.pixels for name, still in stills.items()}
    clip = EmbeddedClip()
    for moment in MOMENTS:
        shown[f'clip at {moment} s'] = clip.frame(round(moment * clip.rate))
    shown['group of 12'] = scene((1280, 720), 12, steps=1)[0].pixels
    for name in ('still hopper', 'clip at 4.2 s', 'group of 12'):
        shown[f'{name}, gray'] = cv2.cvtColor(shown[name], cv2.COLOR_BGR2GRAY)
        shown[f'{name}, bgra'] = cv2.cvtColor(shown[name], cv2.COLOR_BGR2BGRA)
    for index in range(FOLLOWED):
        shown[f'{_FOLLOWED}{index}'] = clip.frame(round(FOLLOWED_FROM * clip.rate) + index)
    return shown


def answers(shown: dict[str, np.ndarray], crops: dict[str, np.ndarray]) -> dict:
    """
    Return what this machine says: `machine`, a line, and by quantity and name lists of numbers.

    Boxes and landmarks are in shares of the box's width, scores and probabilities 0 to 1,
    logits before the calibration.

    :param shown: as `pictures` returns it.
    :param crops: of the faces of each picture, from the other machine; where they are missing,
        this machine's are put in.
    """
    pipeline = _pipeline()
    detector, classifier = pipeline.detector, pipeline.classifier
    geometry = classifier.crop_geometry(detector.family)
    found: dict[str, dict[str, list]] = {name: {} for name in (
        'noise: logits', 'noise: probabilities', 'detector: boxes', 'detector: landmarks',
        'detector: scores', 'same crops: logits', 'same crops: probabilities',
        'own crops: levels', 'own crops: probabilities',
        'pipeline: boxes', 'pipeline: probabilities', 'pipeline: valence, arousal')}

    # The network alone: integers of a generator are the same everywhere.
    size = classifier.input_size
    noise = np.random.default_rng(0).integers(0, 256, (8, size, size)).astype(np.uint8)
    found['noise: logits']['noise'] = classifier.logits(noise).tolist()
    found['noise: probabilities']['noise'] = classifier.classify(noise).tolist()

    for name, pixels in shown.items():
        if name.startswith(_FOLLOWED):
            continue
        frame = _frame(pixels)
        faces = detector.detect(frame)
        # Two faces of one score may change places: from left to right they do not.
        faces.sort(key=lambda face: (face.box.x, face.box.y))
        found['detector: scores'][name] = [face.score for face in faces]
        found['detector: boxes'][name] = [_shares(face.box, face.box.width) for face in faces]
        found['detector: landmarks'][name] = [
            _shares(face.landmarks, face.box.width) for face in faces]
        own = np.array([
            align(frame, face.box, face.landmarks, geometry, size) for face in faces])
        found['own crops: levels'][name] = own.tolist()
        found['own crops: probabilities'][name] = classifier.classify(own).tolist()
        same = crops.setdefault(name, own)
        found['same crops: logits'][name] = classifier.logits(same).tolist()
        found['same crops: probabilities'][name] = classifier.classify(same).tolist()

    for index in range(FOLLOWED):
        faces = pipeline.process(_frame(shown[f'{_FOLLOWED}{index}']), index / 30).faces
        for face in faces:
            name = f'{_FOLLOWED}{index}, {face.id}'
            found['pipeline: boxes'][name] = _shares(face.box, face.box.width)
            found['pipeline: probabilities'][name] = face.expression.probabilities.tolist()
            found['pipeline: valence, arousal'][name] = [face.valence, face.arousal]
    return {'machine': machine(), 'answers': found}


def machine() -> str:
    """Return the processor's family and the versions that do the arithmetic."""
    return (f'{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, '
            f'OpenCV {cv2.__version__}, ONNX Runtime {onnxruntime.__version__}')


def compare(theirs: dict, ours: dict) -> list[Difference]:
    """
    Return the largest difference of each quantity.

    :param theirs: `answers` of one machine, as `answers()` returns it.
    :param ours: those of the other.
    """
    differences = []
    for quantity in dict.fromkeys((*theirs, *ours)):
        one, other = theirs.get(quantity, {}), ours.get(quantity, {})
        worst, where, count = 0.0, '', 0
        for name in dict.fromkeys((*one, *other)):
            a, b = (np.asarray(side.get(name, np.nan), float) for side in (one, other))
            apart = np.inf
            if a.shape == b.shape:
                count += a.size
                apart = np.abs(a - b).max(initial=0.0)
            # Not `apart > worst`, which an answer that is no number would pass.
            if not apart <= worst:
                worst, where = (apart if apart == apart else np.inf), name
        differences.append(Difference(
            quantity, float(worst) if count or where else np.inf, where or 'everywhere', count))
    return differences


def report(differences: list[Difference]) -> tuple[str, bool]:
    """Return a table of differences, and whether all are within their tolerances."""
    lines = [f'{"quantity":26} {"numbers":>8} {"largest difference":>19} {"at most":>8}  where']
    same = bool(differences)
    for each in differences:
        tolerance = LOOSER.get(each.quantity, TOLERANCE)
        fits = each.largest <= tolerance
        same = same and fits
        lines.append(
            f'{each.quantity:26} {each.count:8} {each.largest:19.1e} {tolerance:8g}  '
            f'{each.where}{"" if fits else "  TOO MUCH"}')
    return '\n'.join(lines), same


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; return the exit status, 1 where the answers differ."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('what', choices=('write', 'compare'))
    parser.add_argument('file', type=Path, help='answers in JSON')
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    stored = options.file.with_suffix('.npz')
    if options.what == 'write':
        shown, crops = pictures(), {}
        said = answers(shown, crops)
        np.savez(stored, **shown, **{_CROPS + name: array for name, array in crops.items()})
        options.file.write_text(json.dumps(said) + '\n', encoding='utf-8')
        return 0
    theirs = json.loads(options.file.read_text(encoding='utf-8'))
    with np.load(stored) as arrays:
        shown = {name: arrays[name] for name in arrays if not name.startswith(_CROPS)}
        crops = {name[len(_CROPS):]: arrays[name] for name in arrays if name.startswith(_CROPS)}
    ours = answers(shown, crops)
    table, same = report(compare(theirs['answers'], ours['answers']))
    print(f'{theirs["machine"]}\n{ours["machine"]}\n{table}')
    return 0 if same else 1


def _pipeline() -> FacePipeline:
    """Return the pipeline of the node's defaults, with names that repeat."""
    return build_pipeline(
        model_path('expression.onnx'), model_path('face_detector.onnx'), ids=TrackIds(seed=0))


def _frame(pixels: np.ndarray) -> Frame:
    return Frame(pixels, _COLORS[2 if pixels.ndim == 2 else pixels.shape[2]])


def _shares(pixels, width: float) -> list:
    return (np.asarray(pixels, float) / width).tolist()


if __name__ == '__main__':
    sys.exit(main())
